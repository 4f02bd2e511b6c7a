"""The camera driver on Video4Linux itself: vivid, the kernel's camera for tests, with its faults.

It gives no MJPG, so this is the way of cameras without compression; the structures are the same.
"""

import fcntl
import io
import struct
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from devices.camera import DocumentCamera
from devices.driver import Fault, State
from edge.domain.errors import DeviceUnavailable
from tests.kernel.guest import until

NODE = Path("/dev/v4l/by-path/platform-vivid.0-video-index0")
# From linux/videodev2.h: VIDIOC_QUERYCTRL, VIDIOC_S_CTRL, VIDIOC_S_INPUT, V4L2_CTRL_FLAG_NEXT_CTRL.
QUERY_CONTROL, SET_CONTROL, SET_INPUT, NEXT = 0xC0445624, 0xC008561C, 0xC0045627, 0x80000000
CONTROL = struct.Struct("=II32siiiiI8x")
WEBCAM, HDMI = "0x0", "0x3"


def plug(kind: str = WEBCAM) -> None:
    said = ["modprobe", "vivid", "n_devs=1", "node_types=0x1", "num_inputs=1"]
    subprocess.run([*said, f"input_types={kind}"], check=True, timeout=60)
    until(NODE.exists)


def pull_out() -> None:
    subprocess.run(["modprobe", "-r", "vivid"], check=True, timeout=60)
    until(lambda: not NODE.exists())


@pytest.fixture
def camera() -> Iterator[DocumentCamera]:
    plug()
    yield DocumentCamera(NODE, patience=20.0)
    pull_out()


def controls(file: int) -> dict[str, int]:
    """The numbers of the camera's controls by name."""
    found, number = dict[str, int](), 0
    while True:
        asked = bytearray(CONTROL.pack(number | NEXT, 0, b"", 0, 0, 0, 0, 0))
        try:
            fcntl.ioctl(file, QUERY_CONTROL, asked)
        except OSError:
            return found
        number, _, name, *_ = CONTROL.unpack(asked)
        found[name.split(b"\0")[0].decode()] = number


def press(name: str) -> None:
    """Press one of vivid's buttons, such as those that make the next step fail."""
    with NODE.open("rb", buffering=0) as node:
        asked = struct.pack("=Ii", controls(node.fileno())[name], 1)
        fcntl.ioctl(node.fileno(), SET_CONTROL, asked)


def shows(camera: DocumentCamera) -> None:
    assert camera.health().state is State.READY
    pictures = camera.pictures()
    assert next(pictures).jpeg
    pictures.close()


def fault_of(camera: DocumentCamera) -> Fault:
    with pytest.raises(DeviceUnavailable) as caught:
        next(camera.pictures())
    return Fault(str(caught.value.fields["fault"]))


def test_a_picture_is_whole_and_as_large_as_the_camera_can(camera: DocumentCamera) -> None:
    (found,) = camera.discover()
    assert (found.model, found.options["driver"]) == ("vivid", "vivid")
    assert camera.health().state is State.READY
    pictures = camera.pictures()
    shown = [next(pictures) for _ in range(3)]
    pictures.close()
    for each in shown:
        assert f"{each.width}x{each.height}" == found.options["size"]
        with Image.open(io.BytesIO(each.jpeg)) as image:
            assert image.size == (each.width, each.height)
            # Its pattern begins with a bar of grey at three quarters: neither tinted nor shifted.
            bar = image.getpixel((image.width // 16, image.height // 2))
        assert bar == pytest.approx((191, 191, 191), abs=4)


def test_one_stream_at_a_time(camera: DocumentCamera) -> None:
    pictures = camera.pictures()
    next(pictures)
    assert fault_of(DocumentCamera(NODE)) is Fault.BUSY
    assert camera.health().state is State.READY
    pictures.close()
    shows(camera)


def test_pulled_out_while_it_shows_pictures_it_is_told_and_comes_back(
    camera: DocumentCamera,
) -> None:
    for _ in range(2):
        pictures = camera.pictures()
        next(pictures)
        # It is connected again once nobody has it open any more.
        with NODE.open("rb", buffering=0):
            press("Disconnect")
            with pytest.raises(DeviceUnavailable) as caught:
                list(pictures)
            assert caught.value.fields["fault"] is Fault.ABSENT
            assert camera.health().state is State.ABSENT
            assert camera.discover() == []
            assert fault_of(camera) is Fault.ABSENT
        shows(camera)


def test_a_camera_whose_driver_goes_is_absent_and_found_when_it_comes(
    camera: DocumentCamera,
) -> None:
    shows(camera)
    pull_out()
    assert camera.health().state is State.ABSENT
    assert camera.discover() == []
    assert fault_of(camera) is Fault.ABSENT
    plug()
    shows(camera)


@pytest.mark.parametrize("step", ["VIDIOC_REQBUFS", "VIDIOC_QBUF", "VIDIOC_STREAMON"])
def test_a_stream_that_cannot_be_begun_is_a_fault_and_the_next_one_is_well(
    camera: DocumentCamera, step: str
) -> None:
    press(f"Inject {step} Error")
    assert fault_of(camera) is Fault.LINE
    shows(camera)


def test_a_frame_that_arrived_spoilt_is_passed_over(camera: DocumentCamera) -> None:
    pictures = camera.pictures()
    next(pictures)
    for _ in range(2):
        press("Inject V4L2_BUF_FLAG_ERROR")
        assert next(pictures).jpeg
    pictures.close()


def test_a_stream_that_breaks_is_a_fault_and_the_next_one_is_well(camera: DocumentCamera) -> None:
    pictures = camera.pictures()
    next(pictures)
    press("Inject Fatal Streaming Error")
    with pytest.raises(DeviceUnavailable):
        list(pictures)
    shows(camera)


def test_of_a_camera_that_gives_any_size_in_a_range_the_greatest_is_found() -> None:
    plug(HDMI)
    # Only asked: at sixty large pictures a second an emulated processor falls behind for good.
    (found,) = DocumentCamera(NODE).discover()
    width, _, height = found.options["size"].partition("x")
    assert int(width) >= 1920
    assert int(height) >= 1080
    pull_out()


def test_a_stream_may_be_ended_from_another_thread_and_begun_again(camera: DocumentCamera) -> None:
    for _ in range(3):
        pictures = camera.pictures()
        next(pictures)
        ended = threading.Thread(target=pictures.close)
        ended.start()
        ended.join(30)
        assert not ended.is_alive()
    assert camera.health().state is State.READY
