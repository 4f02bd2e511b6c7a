"""The camera driver against the simulated far end, and its structures against the kernel's own."""

import io
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image, ImageDraw

from devices import camera_wire as v4l2
from devices.camera import DocumentCamera, with_tables
from devices.driver import Fault, State
from devices.simulators.camera import SimulatedCamera
from edge.domain.errors import DeviceUnavailable

SIZE = (1632, 1224)


@pytest.fixture(scope="module")
def picture(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return drawn(tmp_path_factory.mktemp("desk") / "one.jpg", "one")


def drawn(path: Path, words: str) -> Path:
    image = Image.new("RGB", SIZE, (90, 70, 60))
    draw = ImageDraw.Draw(image)
    draw.rectangle((300, 100, 1200, 1150), (248, 246, 240))
    draw.text((400, 300), words, (10, 10, 10))
    image.save(path, quality=92)
    return path


@pytest.fixture
def far_end(tmp_path: Path, picture: Path) -> Iterator[SimulatedCamera]:
    with SimulatedCamera(tmp_path / "video0", picture) as camera:
        yield camera


@pytest.fixture
def camera(far_end: SimulatedCamera) -> DocumentCamera:
    return DocumentCamera(far_end.path, patience=1.0)


def fault_of(camera: DocumentCamera) -> Fault:
    with pytest.raises(DeviceUnavailable) as caught:
        next(camera.pictures())
    assert caught.value.key == f"device.camera.{caught.value.fields['fault']}"
    return Fault(str(caught.value.fields["fault"]))


def test_a_picture_is_the_cameras_own_bytes_at_its_full_size(
    camera: DocumentCamera, picture: Path
) -> None:
    shown = next(camera.pictures())
    assert shown.jpeg == picture.read_bytes()
    assert (shown.width, shown.height) == SIZE


def test_what_is_laid_beneath_is_seen_in_the_next_pictures(
    camera: DocumentCamera, far_end: SimulatedCamera, tmp_path: Path
) -> None:
    pictures = camera.pictures()
    next(pictures)
    other = drawn(tmp_path / "two.jpg", "two")
    far_end.show(other)
    assert any(next(pictures).jpeg == other.read_bytes() for _ in range(10))
    pictures.close()


def test_a_camera_without_compression_is_read_too(tmp_path: Path, picture: Path) -> None:
    with SimulatedCamera(tmp_path / "video1", picture, "YUYV") as far_end:
        shown = next(DocumentCamera(far_end.path).pictures())
    with Image.open(io.BytesIO(shown.jpeg)) as image:
        paper, desk = image.getpixel((700, 700)), image.getpixel((50, 50))
    assert paper == pytest.approx((248, 246, 240), abs=6)
    assert desk == pytest.approx((90, 70, 60), abs=6)


def test_it_is_found_and_ready_and_gone_when_it_is_pulled_out(
    camera: DocumentCamera, far_end: SimulatedCamera
) -> None:
    (found,) = camera.discover()
    assert (found.model, found.options["size"]) == ("Dangxia SimCam", "1632x1224")
    assert camera.health().state is State.READY
    pictures = camera.pictures()
    next(pictures)
    assert camera.health().state is State.READY
    far_end.pull_out()
    with pytest.raises(DeviceUnavailable) as caught:
        list(pictures)
    assert caught.value.fields["fault"] is Fault.ABSENT
    assert camera.health().fault is Fault.ABSENT
    assert camera.discover() == []
    assert fault_of(camera) is Fault.ABSENT


def test_it_is_taken_up_again_when_it_comes_back(
    camera: DocumentCamera, far_end: SimulatedCamera, picture: Path
) -> None:
    far_end.pull_out()
    assert fault_of(camera) is Fault.ABSENT
    with SimulatedCamera(far_end.path, picture):
        assert next(camera.pictures()).jpeg


def test_one_stream_at_a_time_of_this_program_or_of_another(
    camera: DocumentCamera, far_end: SimulatedCamera
) -> None:
    pictures = camera.pictures()
    next(pictures)
    assert fault_of(camera) is Fault.BUSY
    assert fault_of(DocumentCamera(far_end.path)) is Fault.BUSY
    pictures.close()
    assert next(camera.pictures()).jpeg


def test_a_camera_that_stands_still_is_told_after_its_time(
    camera: DocumentCamera, far_end: SimulatedCamera
) -> None:
    far_end.frozen = True
    assert fault_of(camera) is Fault.TIMEOUT


def test_frames_that_arrive_cut_are_passed_over(
    camera: DocumentCamera, far_end: SimulatedCamera, picture: Path
) -> None:
    far_end.cut = True
    mend = threading.Timer(0.4, lambda: setattr(far_end, "cut", False))
    mend.start()
    began = time.monotonic()
    assert next(camera.pictures()).jpeg == picture.read_bytes()
    assert time.monotonic() - began > 0.3
    mend.join()


def test_what_is_no_camera_is_told(tmp_path: Path) -> None:
    assert fault_of(DocumentCamera(Path("/dev/null"))) is Fault.LINE
    assert fault_of(DocumentCamera(tmp_path / "nothing")) is Fault.ABSENT


def test_tables_that_a_frame_leaves_out_are_put_in_and_the_picture_is_the_same(
    picture: Path,
) -> None:
    out = io.BytesIO()
    with Image.open(picture) as image:
        image.save(out, "JPEG", quality=90)
    whole = out.getvalue()
    bare = without_tables(whole)
    assert b"\xff\xc4" not in bare
    mended = with_tables(bare)
    assert b"\xff\xc4" in mended
    with Image.open(io.BytesIO(mended)) as one, Image.open(io.BytesIO(whole)) as other:
        assert one.tobytes() == other.tobytes()
    assert with_tables(whole) == whole


def without_tables(jpeg: bytes) -> bytes:
    at, kept = 2, jpeg[:2]
    while jpeg[at : at + 2] != b"\xff\xda":
        length = int.from_bytes(jpeg[at + 2 : at + 4], "big") + 2
        if jpeg[at : at + 2] != b"\xff\xc4":
            kept += jpeg[at : at + length]
        at += length
    return kept + jpeg[at:]


def test_structures_and_requests_are_those_of_the_kernels_header(tmp_path: Path) -> None:
    source = r"""
#include <stdio.h>
#include <stddef.h>
#include <linux/videodev2.h>
#define N(x) (unsigned)(x)
int main(void) {
  printf("%u %u %u %u %u %u %u %u %u %u\n", N(VIDIOC_QUERYCAP), N(VIDIOC_ENUM_FMT), N(VIDIOC_S_FMT),
    N(VIDIOC_REQBUFS), N(VIDIOC_QUERYBUF), N(VIDIOC_QBUF), N(VIDIOC_DQBUF), N(VIDIOC_STREAMON),
    N(VIDIOC_STREAMOFF), N(VIDIOC_ENUM_FRAMESIZES));
  printf("%zu %zu %zu %zu %zu %zu\n", sizeof(struct v4l2_capability), sizeof(struct v4l2_fmtdesc),
    sizeof(struct v4l2_frmsizeenum), sizeof(struct v4l2_format), sizeof(struct v4l2_requestbuffers),
    sizeof(struct v4l2_buffer));
  printf("%zu %zu %zu %zu %zu %zu %zu %zu %zu\n", offsetof(struct v4l2_capability, device_caps),
    offsetof(struct v4l2_fmtdesc, pixelformat), offsetof(struct v4l2_frmsizeenum, discrete.height),
    offsetof(struct v4l2_format, fmt.pix.pixelformat), offsetof(struct v4l2_buffer, bytesused),
    offsetof(struct v4l2_buffer, flags), offsetof(struct v4l2_buffer, memory),
    offsetof(struct v4l2_buffer, m.offset), offsetof(struct v4l2_buffer, length));
  printf("%u %u %u\n", N(V4L2_BUF_FLAG_ERROR), N(V4L2_CAP_STREAMING), N(V4L2_PIX_FMT_MJPEG));
}
"""
    (tmp_path / "layout.c").write_text(source)
    built: list[str | Path] = ["gcc", "-o", tmp_path / "layout", tmp_path / "layout.c"]
    subprocess.run(built, check=True, timeout=60)
    said = subprocess.run([tmp_path / "layout"], capture_output=True, text=True, check=True)
    requests, sizes, places, names = (
        [int(each) for each in line.split()] for line in said.stdout.splitlines()
    )
    assert requests == [
        v4l2.QUERYCAP, v4l2.ENUM_FMT, v4l2.S_FMT, v4l2.REQBUFS, v4l2.QUERYBUF, v4l2.QBUF,
        v4l2.DQBUF, v4l2.STREAMON, v4l2.STREAMOFF, v4l2.ENUM_FRAMESIZES,
    ]  # fmt: skip
    structs = (
        v4l2.CAPABILITY, v4l2.FORMAT_NAME, v4l2.FRAME_SIZE, v4l2.FORMAT, v4l2.BUFFERS, v4l2.BUFFER,
    )  # fmt: skip
    assert sizes == [each.size for each in structs]
    marked = [
        v4l2.CAPABILITY.pack(b"", b"", b"", 0, 0, 7),
        v4l2.FORMAT_NAME.pack(0, 0, 0, b"", 7),
        v4l2.FRAME_SIZE.pack(0, 0, 0, 0, 7),
        v4l2.FORMAT.pack(0, 0, 0, 7, 0, 0, 0),
        v4l2.BUFFER.pack(0, 0, 7, 0, 0, 0, 0, 0, 0, 0),
        v4l2.BUFFER.pack(0, 0, 0, 7, 0, 0, 0, 0, 0, 0),
        v4l2.BUFFER.pack(0, 0, 0, 0, 0, 0, 0, 7, 0, 0),
        v4l2.BUFFER.pack(0, 0, 0, 0, 0, 0, 0, 0, 7, 0),
        v4l2.BUFFER.pack(0, 0, 0, 0, 0, 0, 0, 0, 0, 7),
    ]
    assert [each.index(7) for each in marked] == places
    assert names == [v4l2.DAMAGED, v4l2.CAN_STREAM, v4l2.fourcc("MJPG")]
