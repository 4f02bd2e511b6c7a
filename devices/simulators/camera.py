"""The far end of a document camera: what a kernel driver answers, over a socket.

It speaks the structures of `devices.camera_wire` byte for byte and shows pictures from a folder,
one after another; frames lie in shared memory that it passes to whoever opens it. Faults on demand:
pulled out, frozen, cut frames, busy.
"""

import argparse
import errno
import os
import signal
import socket
import struct
import threading
import time
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from PIL import Image

from devices import camera_wire as v4l2

CARD, DRIVER, BUS = b"Dangxia SimCam", b"simcam", b"usb-sim-1.2"
ROOM = 8 << 20  # bytes of one buffer
FRAME_S = 1 / 15


class SimulatedCamera:
    """A camera at the socket `path`; `show` changes what lies beneath it.

    `pixels` is MJPG or YUYV. `frozen`, `cut` and `busy` may be set at any time.
    """

    def __init__(self, path: Path, picture: Path, pixels: str = "MJPG") -> None:
        self.path, self.frozen, self.cut, self.busy = path, False, False, False
        self.shown = 0
        self._pixels = pixels
        self._users = 0
        self._clients: set[socket.socket] = set()
        self.show(picture)
        self._server = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)

    def show(self, picture: Path) -> None:
        """Lay another picture beneath the camera."""
        with Image.open(picture) as image:
            self.size = image.size
            if self._pixels == "MJPG":
                self._frame = picture.read_bytes()
            else:
                self._frame = _yuyv(image.convert("RGB"))

    def __enter__(self) -> Self:
        self._server.bind(str(self.path))
        self._server.listen()
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.pull_out()

    def pull_out(self) -> None:
        """Take the camera away, in the middle of whatever it does."""
        with suppress(OSError):
            self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()
        self.path.unlink(missing_ok=True)
        for client in list(self._clients):
            with suppress(OSError):
                client.shutdown(socket.SHUT_RDWR)

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._server.accept()
            except OSError:
                return
            self._clients.add(client)
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        memory = os.memfd_create("frames")
        user = _User(memory)
        try:
            while head := client.recv(v4l2.REQUEST.size, socket.MSG_WAITALL):
                request, length = v4l2.REQUEST.unpack(head)
                content = client.recv(length, socket.MSG_WAITALL) if length else b""
                if request == v4l2.MAP:
                    socket.send_fds(client, [b"\0"], [memory])
                    continue
                try:
                    answer, code = self._answer(user, request, content), 0
                except OSError as error:
                    answer, code = b"", error.errno or errno.EIO
                client.sendall(v4l2.ANSWER.pack(code, len(answer)) + answer)
        except (OSError, struct.error):
            return
        finally:
            self._users -= user.streaming
            self._clients.discard(client)
            client.close()
            os.close(memory)

    def _answer(self, user: "_User", request: int, content: bytes) -> bytes:
        if request == v4l2.QUERYCAP:
            does = v4l2.CAN_CAPTURE | v4l2.CAN_STREAM
            return v4l2.CAPABILITY.pack(DRIVER, CARD, BUS, 0x060100, does, does)
        if request == v4l2.ENUM_FMT:
            index, kind, *_ = v4l2.FORMAT_NAME.unpack(content)
            _require(index == 0)
            pixels = v4l2.fourcc(self._pixels)
            return v4l2.FORMAT_NAME.pack(index, kind, 0, self._pixels.encode(), pixels)
        if request == v4l2.ENUM_FRAMESIZES:
            return self._sized(*v4l2.FRAME_SIZE.unpack(content)[:2])
        if request == v4l2.S_FMT:
            return v4l2.FORMAT.pack(
                v4l2.CAPTURE, *self.size, v4l2.fourcc(self._pixels), 1, 0, len(self._frame)
            )
        if request == v4l2.REQBUFS:
            _require(not self.busy and not self._users, errno.EBUSY)
            os.ftruncate(user.memory, ROOM * v4l2.BUFFERS.unpack(content)[0])
            return content
        if request == v4l2.QUERYBUF:
            index = v4l2.BUFFER.unpack(content)[0]
            return _buffer(index, 0, ROOM * index)
        return self._stream(user, request, content)

    def _stream(self, user: "_User", request: int, content: bytes) -> bytes:
        if request == v4l2.STREAMON:
            self._users, user.streaming = self._users + 1, True
        elif request == v4l2.STREAMOFF:
            self._users, user.streaming = self._users - user.streaming, False
        elif request == v4l2.QBUF:
            user.queued.append(v4l2.BUFFER.unpack(content)[0])
        elif request == v4l2.DQBUF:
            due = time.monotonic() - user.last >= FRAME_S
            _require(user.streaming and bool(user.queued), errno.EINVAL)
            _require(due and not self.frozen, errno.EAGAIN)
            user.last, self.shown = time.monotonic(), self.shown + 1
            index = user.queued.pop(0)
            frame = self._frame[: len(self._frame) // 2] if self.cut else self._frame
            os.pwrite(user.memory, frame, ROOM * index)
            return _buffer(index, len(frame), ROOM * index)
        else:
            _require(False, errno.ENOTTY)
        return content

    def _sized(self, index: int, pixels: int) -> bytes:
        width, height = self.size
        sizes = [(640, 480), (width, height)]
        _require(index < len(sizes) and pixels == v4l2.fourcc(self._pixels))
        return v4l2.FRAME_SIZE.pack(index, pixels, v4l2.DISCRETE, *sizes[index])


class _User:
    """One opening of the camera."""

    def __init__(self, memory: int) -> None:
        self.memory, self.streaming, self.last = memory, False, 0.0
        self.queued: list[int] = []


def _require(holds: bool, code: int = errno.EINVAL) -> None:
    if not holds:
        raise OSError(code, os.strerror(code))


def _buffer(index: int, used: int, offset: int) -> bytes:
    return v4l2.BUFFER.pack(index, v4l2.CAPTURE, used, 0, 1, 0, 0, v4l2.MAPPED, offset, ROOM)


def _yuyv(image: Image.Image) -> bytes:
    """Pack a picture as cameras without compression do: Y U Y V, in video's narrow range."""
    luma, blue, red = image.convert("YCbCr").split()
    luma = luma.point([16 + round(level * 219 / 255) for level in range(256)])
    narrow = [128 + round((level - 128) * 224 / 255) for level in range(256)]
    blue, red = blue.point(narrow), red.point(narrow)
    half = (image.width // 2, image.height)
    ys, us, vs = luma.tobytes(), blue.resize(half).tobytes(), red.resize(half).tobytes()
    packed = bytearray(len(ys) * 2)
    packed[0::2], packed[1::4], packed[3::4] = ys, us, vs
    return bytes(packed)


def main() -> None:
    """Run one simulated camera until interrupted."""
    parser = argparse.ArgumentParser(prog="python -m devices.simulators.camera")
    parser.add_argument("--picture", type=Path, required=True, help="what lies beneath it")
    parser.add_argument("--socket", type=Path, required=True, help="where it is opened")
    options = parser.parse_args()
    stopped = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopped.set())
    with SimulatedCamera(options.socket, options.picture):
        print(options.socket, flush=True)
        stopped.wait()


if __name__ == "__main__":
    main()
