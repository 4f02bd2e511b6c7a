"""The kernel's side of a camera: Video4Linux structures, and the two wires that carry them.

`KernelWire` is ioctl and mmap on a device node. `SocketWire` carries the same requests with the
same bytes to a simulated camera, whose buffers are shared memory passed over the socket; only the
transport differs. Layouts are those of a 64-bit Linux (`linux/videodev2.h`).
"""

import array
import errno
import fcntl
import mmap
import os
import select
import socket
import stat
import struct
from pathlib import Path
from typing import Protocol

QUERYCAP = 0x80685600
ENUM_FMT = 0xC0405602
S_FMT = 0xC0D05605
REQBUFS = 0xC0145608
QUERYBUF = 0xC0585609
QBUF = 0xC058560F
DQBUF = 0xC0585611
STREAMON = 0x40045612
STREAMOFF = 0x40045613
ENUM_FRAMESIZES = 0xC02C564A

CAPABILITY = struct.Struct("=16s32s32sIII12x")
FORMAT_NAME = struct.Struct("=III32sI16x")
FRAME_SIZE = struct.Struct("=IIIII16x8x")
FORMAT = struct.Struct("=I4xIIIIII176x")
BUFFERS = struct.Struct("=IIII4x")
BUFFER = struct.Struct("=IIIIII16x16xIIQI12x")
INTEGER = struct.Struct("=I")

CAPTURE, MAPPED, DISCRETE = 1, 1, 1
CAN_CAPTURE, CAN_STREAM = 0x00000001, 0x04000000
DAMAGED = 0x00000040  # flag of a buffer whose frame arrived cut

REQUEST = struct.Struct("=II")
ANSWER = struct.Struct("=iI")
MAP = 0  # on the socket wire alone: hand over the memory of all buffers


def fourcc(name: str) -> int:
    """The number of a pixel format, such as MJPG or YUYV."""
    return int.from_bytes(name.encode("ascii"), "little")


class Wire(Protocol):
    """A camera that is open."""

    def ask(self, request: int, content: bytes) -> bytes:
        """Send one request and give its structure back; raises OSError as ioctl does."""
        ...

    def map(self, offset: int, length: int) -> mmap.mmap:
        """Map one buffer."""
        ...

    def wait(self, seconds: float) -> bool:
        """Say whether a frame came within that time; raises OSError when the camera went."""
        ...

    def close(self) -> None:
        """Let the camera go."""
        ...


def open_wire(address: Path) -> Wire:
    """Open a device node, or the socket of a simulated camera; raises OSError."""
    if stat.S_ISSOCK(address.stat().st_mode):
        return SocketWire(address)
    return KernelWire(address)


class KernelWire:
    """A camera of this machine's kernel."""

    def __init__(self, node: Path) -> None:
        self._file = os.open(node, os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)

    def ask(self, request: int, content: bytes) -> bytes:
        """See `Wire`."""
        held = array.array("B", content)
        fcntl.ioctl(self._file, request, held, True)
        return held.tobytes()

    def map(self, offset: int, length: int) -> mmap.mmap:
        """See `Wire`."""
        return mmap.mmap(self._file, length, mmap.MAP_SHARED, mmap.PROT_READ, offset=offset)

    def wait(self, seconds: float) -> bool:
        """See `Wire`."""
        poll = select.poll()
        poll.register(self._file, select.POLLIN)
        events = poll.poll(seconds * 1000)
        if events and events[0][1] & (select.POLLERR | select.POLLHUP | select.POLLNVAL):
            raise OSError(errno.ENODEV, os.strerror(errno.ENODEV))
        return bool(events)

    def close(self) -> None:
        """See `Wire`."""
        os.close(self._file)


class SocketWire:
    """A simulated camera."""

    def __init__(self, path: Path) -> None:
        self._line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._line.settimeout(5.0)
        self._memory = -1
        try:
            self._line.connect(str(path))
        except OSError as error:
            self._line.close()
            raise OSError(errno.ENODEV, os.strerror(errno.ENODEV)) from error

    def ask(self, request: int, content: bytes) -> bytes:
        """See `Wire`."""
        try:
            self._line.sendall(REQUEST.pack(request, len(content)) + content)
            code, length = ANSWER.unpack(self._exactly(ANSWER.size))
            answer = self._exactly(length)
        except (ConnectionError, TimeoutError) as error:
            raise OSError(errno.ENODEV, os.strerror(errno.ENODEV)) from error
        if code:
            raise OSError(code, os.strerror(code))
        return answer

    def map(self, offset: int, length: int) -> mmap.mmap:
        """See `Wire`."""
        if self._memory < 0:
            self._line.sendall(REQUEST.pack(MAP, 0))
            _, files, _, _ = socket.recv_fds(self._line, 1, 1)
            if not files:
                raise OSError(errno.ENODEV, os.strerror(errno.ENODEV))
            self._memory = files[0]
        return mmap.mmap(self._memory, length, mmap.MAP_SHARED, mmap.PROT_READ, offset=offset)

    def wait(self, seconds: float) -> bool:
        """See `Wire`; the simulated camera itself says EAGAIN until a frame is due."""
        readable, _, _ = select.select([self._line], [], [], 0)
        if readable:  # nothing was asked, so this is the end of the line
            raise OSError(errno.ENODEV, os.strerror(errno.ENODEV))
        return seconds >= 0

    def close(self) -> None:
        """See `Wire`."""
        if self._memory >= 0:
            os.close(self._memory)
        self._line.close()

    def _exactly(self, length: int) -> bytes:
        got = b""
        while len(got) < length:
            piece = self._line.recv(length - len(got))
            if not piece:
                raise ConnectionError
            got += piece
        return got
