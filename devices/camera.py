"""The document camera (高拍仪): frames through Video4Linux, the camera's own JPEG bytes kept.

The largest picture that the camera gives as MJPG is taken, or as YUYV where it has no MJPG. One
stream at a time; a page is one frame of it, so that what was seen is what is kept.
"""

import errno
import io
import os
import threading
import time
from collections.abc import Generator, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cache
from mmap import mmap
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from devices import camera_wire as v4l2
from devices.driver import Fault, Found, Health, State
from edge.domain.errors import DeviceUnavailable

BUFFERS = 4
NAP_S = 0.02
MJPG, YUYV = v4l2.fourcc("MJPG"), v4l2.fourcc("YUYV")
YUYV_QUALITY = 93
FAULTS = {
    errno.ENOENT: Fault.ABSENT,
    errno.ENODEV: Fault.ABSENT,
    errno.ENXIO: Fault.ABSENT,
    errno.EIO: Fault.ABSENT,
    errno.EBUSY: Fault.BUSY,
    errno.EACCES: Fault.PERMISSION,
    errno.EPERM: Fault.PERMISSION,
}
_HUFFMAN, _SCAN, _END = b"\xff\xc4", b"\xff\xda", b"\xff\xd9"


@dataclass(frozen=True, slots=True)
class Picture:
    """One frame as a whole JPEG."""

    jpeg: bytes
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class _Shape:
    pixels: int
    width: int
    height: int


class DocumentCamera:
    """The camera at one address: a node such as /dev/v4l/by-id/…, or a simulated camera's socket.

    `patience` is how many seconds may pass without a frame.
    """

    kind = "camera"

    def __init__(self, address: Path, *, patience: float = 5.0) -> None:
        self.address = address
        self._patience = patience
        self._lease = threading.Lock()

    def discover(self) -> list[Found]:
        """List the camera if it answers now."""
        try:
            with ExitStack() as ends:
                wire = v4l2.open_wire(self.address)
                ends.callback(wire.close)
                driver, card, bus = _identity(wire)
                shape = _largest(wire)
        except (OSError, DeviceUnavailable):
            return []
        size = f"{shape.width}x{shape.height}"
        name = self.address.name if "by-id" in self.address.parts else f"{card} {bus}"
        told = {"driver": driver, "bus": bus, "size": size}
        return [Found(name, self.kind, card, str(self.address), told)]

    def health(self) -> Health:
        """Say how the camera is; while it shows pictures, without asking it."""
        if self._lease.locked():
            return Health(State.READY)
        try:
            with ExitStack() as ends:
                wire = v4l2.open_wire(self.address)
                ends.callback(wire.close)
                return Health(State.READY, None, _identity(wire)[1])
        except OSError as error:
            fault = FAULTS.get(error.errno or 0, Fault.LINE)
            state = State.ABSENT if fault is Fault.ABSENT else State.FAULT
            return Health(state, fault, error.strerror or "")

    def pictures(self) -> Generator[Picture, None, None]:
        """Show pictures until the caller stops asking, then let the camera go.

        Frames that arrive cut are passed over. Raises DeviceUnavailable.
        """
        if not self._lease.acquire(blocking=False):
            raise _unavailable(Fault.BUSY, "this camera is already in use")
        try:
            with ExitStack() as ends:
                wire = v4l2.open_wire(self.address)
                ends.callback(wire.close)
                yield from self._streamed(wire, ends)
        except OSError as error:
            fault = FAULTS.get(error.errno or 0, Fault.LINE)
            raise _unavailable(fault, error.strerror or str(error)) from error
        finally:
            self._lease.release()

    def _streamed(self, wire: v4l2.Wire, ends: ExitStack) -> Iterator[Picture]:
        shape = _set(wire, _largest(wire))
        buffers = _buffers(wire, ends)
        wire.ask(v4l2.STREAMON, v4l2.INTEGER.pack(v4l2.CAPTURE))
        ends.callback(_stop, wire)
        while True:
            index, used, whole = self._next(wire)
            content = buffers[index][:used]
            wire.ask(v4l2.QBUF, _buffer(index))
            if whole and (jpeg := _as_jpeg(content, shape)):
                yield Picture(jpeg, shape.width, shape.height)

    def _next(self, wire: v4l2.Wire) -> tuple[int, int, bool]:
        deadline = time.monotonic() + self._patience
        while (left := deadline - time.monotonic()) > 0:
            if not wire.wait(left):
                break
            try:
                held = v4l2.BUFFER.unpack(wire.ask(v4l2.DQBUF, _buffer(0)))
            except BlockingIOError:
                # Some drivers wake a waiter before the frame can be taken.
                time.sleep(NAP_S)
                continue
            return held[0], held[2], not held[3] & v4l2.DAMAGED
        raise _unavailable(Fault.TIMEOUT, f"no frame for {self._patience:g} s")


def _identity(wire: v4l2.Wire) -> tuple[str, str, str]:
    """Give driver, card and bus; raises OSError ENOTTY, ENODEV for what is no camera."""
    asked = wire.ask(v4l2.QUERYCAP, bytes(v4l2.CAPABILITY.size))
    driver, card, bus, _, _, device = v4l2.CAPABILITY.unpack(asked)
    if not device & v4l2.CAN_CAPTURE or not device & v4l2.CAN_STREAM:
        raise OSError(errno.ENOTTY, os.strerror(errno.ENOTTY))
    told = (each.split(b"\0")[0].decode(errors="replace") for each in (driver, card, bus))
    return next(told), next(told), next(told)


def _largest(wire: v4l2.Wire) -> _Shape:
    """Choose the largest picture, MJPG before YUYV."""
    pixels = [each for each in (MJPG, YUYV) if each in set(_formats(wire))]
    shapes = [shape for each in pixels[:1] for shape in _sizes(wire, each)]
    if not shapes:
        raise _unavailable(Fault.LINE, "neither MJPG nor YUYV")
    return max(shapes, key=lambda shape: shape.width * shape.height)


def _formats(wire: v4l2.Wire) -> Iterator[int]:
    for index in range(64):
        asked = v4l2.FORMAT_NAME.pack(index, v4l2.CAPTURE, 0, b"", 0)
        try:
            yield v4l2.FORMAT_NAME.unpack(wire.ask(v4l2.ENUM_FMT, asked))[4]
        except OSError as error:
            if error.errno != errno.EINVAL:
                raise
            return


def _sizes(wire: v4l2.Wire, pixels: int) -> Iterator[_Shape]:
    for index in range(64):
        asked = v4l2.FRAME_SIZE.pack(index, pixels, 0, 0, 0)
        try:
            answer = wire.ask(v4l2.ENUM_FRAMESIZES, asked)
        except OSError as error:
            if error.errno != errno.EINVAL:
                raise
            return
        _, _, kind, first, second = v4l2.FRAME_SIZE.unpack(answer)
        if kind != v4l2.DISCRETE:  # a range: its greatest width and height
            _, most_wide, _, _, most_high, _ = _range(answer)
            yield _Shape(pixels, most_wide, most_high)
            return
        yield _Shape(pixels, first, second)


def _range(answer: bytes) -> tuple[int, ...]:
    """Read a range of sizes: least, most and step of width, then of height."""
    return tuple(int.from_bytes(answer[at : at + 4], "little") for at in range(12, 36, 4))


def _set(wire: v4l2.Wire, shape: _Shape) -> _Shape:
    asked = v4l2.FORMAT.pack(v4l2.CAPTURE, shape.width, shape.height, shape.pixels, 1, 0, 0)
    _, width, height, pixels, *_ = v4l2.FORMAT.unpack(wire.ask(v4l2.S_FMT, asked))
    return _Shape(pixels, width, height)


def _buffers(wire: v4l2.Wire, ends: ExitStack) -> list[mmap]:
    asked = v4l2.BUFFERS.pack(BUFFERS, v4l2.CAPTURE, v4l2.MAPPED, 0)
    count, *_ = v4l2.BUFFERS.unpack(wire.ask(v4l2.REQBUFS, asked))
    mapped = []
    for index in range(count):
        held = v4l2.BUFFER.unpack(wire.ask(v4l2.QUERYBUF, _buffer(index)))
        mapped.append(wire.map(held[8], held[9]))
        ends.callback(mapped[-1].close)
        wire.ask(v4l2.QBUF, _buffer(index))
    return mapped


def _buffer(index: int) -> bytes:
    return v4l2.BUFFER.pack(index, v4l2.CAPTURE, 0, 0, 0, 0, 0, v4l2.MAPPED, 0, 0)


def _stop(wire: v4l2.Wire) -> None:
    # A camera that was pulled out answers ENODEV once more.
    try:
        wire.ask(v4l2.STREAMOFF, v4l2.INTEGER.pack(v4l2.CAPTURE))
    except OSError:
        return


def _as_jpeg(content: bytes, shape: _Shape) -> bytes | None:
    """Give a whole JPEG file, or None for a frame that is cut."""
    if shape.pixels == YUYV:
        if len(content) < shape.width * shape.height * 2:
            return None
        packed = np.frombuffer(content, np.uint8, shape.width * shape.height * 2)
        colours = cv2.cvtColor(packed.reshape(shape.height, shape.width, 2), cv2.COLOR_YUV2RGB_YUYV)
        out = io.BytesIO()
        Image.fromarray(np.asarray(colours, np.uint8)).save(out, "JPEG", quality=YUYV_QUALITY)
        return out.getvalue()
    end = content.rfind(_END)
    if not content.startswith(b"\xff\xd8") or end < 0:
        return None
    return with_tables(content[: end + 2])


def with_tables(jpeg: bytes) -> bytes:
    """Put the standard Huffman tables into a camera's frame that leaves them out, as many do.

    Nothing else is changed: the picture stays the camera's own.
    """
    scan = jpeg.find(_SCAN)
    if scan < 0 or _HUFFMAN in jpeg[:scan]:
        return jpeg
    return jpeg[:scan] + _standard_tables() + jpeg[scan:]


@cache
def _standard_tables() -> bytes:
    """The tables of the standard's annex K, as every plain encoder writes them."""
    out = io.BytesIO()
    Image.new("RGB", (8, 8)).save(out, "JPEG", optimize=False)
    jpeg, at, tables = out.getvalue(), 2, b""
    while jpeg[at : at + 2] != _SCAN:
        length = int.from_bytes(jpeg[at + 2 : at + 4], "big") + 2
        if jpeg[at : at + 2] == _HUFFMAN:
            tables += jpeg[at : at + length]
        at += length
    return tables


def _unavailable(fault: Fault, detail: str) -> DeviceUnavailable:
    return DeviceUnavailable(f"device.camera.{fault}", fault=fault, detail=detail)
