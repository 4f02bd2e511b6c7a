"""A stretch of wire to the hub that is slow, narrow, torn, or dumb; one thread each way."""

import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from random import Random

PIECE = 4_096


@dataclass(frozen=True, slots=True)
class Fault:
    """What a line does to its bytes.

    `delay` in seconds each way; `rate` in bytes a second, 0 for any; `tear` is the mean number of
    bytes after which a connection is reset; `dumb` takes everything and passes nothing on; `flip`
    is the mean number of bytes from one flipped bit to the next.
    """

    delay: float = 0.0
    rate: int = 0
    tear: int = 0
    dumb: bool = False
    flip: int = 0


class BadLine:
    """A proxy on loopback; `fault` may be changed while it works."""

    def __init__(self, port: int, fault: Fault, seed: int = 1) -> None:
        self.fault, self.connections, self.torn = fault, 0, 0
        self._port, self._random = port, Random(seed)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"https://127.0.0.1:{self._listener.getsockname()[1]}"
        self._ends: list[socket.socket] = []
        self._threads: list[threading.Thread] = []
        self._start(self._accept)

    def close(self) -> None:
        """Hang up everywhere."""
        for end in (self._listener, *self._ends):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join()
        for end in (self._listener, *self._ends):
            end.close()

    def _start(self, work: Callable[..., None], *parts: object) -> None:
        thread = threading.Thread(target=work, args=parts, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._listener.accept()
                far = socket.create_connection(("127.0.0.1", self._port))
            except OSError:
                return
            self.connections += 1
            self._ends += [near, far]
            self._start(self._carry, near, far)
            self._start(self._carry, far, near)

    def _carry(self, source: socket.socket, target: socket.socket) -> None:
        left = self._random.expovariate(1 / self.fault.tear) if self.fault.tear else float("inf")
        with suppress(OSError):
            while piece := source.recv(PIECE):
                if self.fault.dumb:
                    continue
                time.sleep(self.fault.delay)
                if self.fault.rate:
                    time.sleep(len(piece) / self.fault.rate)
                left -= len(piece)
                if left <= 0:
                    self.torn += 1
                    # Half of it arrives, then nothing and no good-bye.
                    target.sendall(piece[: len(piece) // 2])
                    break
                target.sendall(self._flipped(piece))
        for end in (source, target):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def _flipped(self, piece: bytes) -> bytes:
        if not self.fault.flip or self._random.random() > len(piece) / self.fault.flip:
            return piece
        wrong = bytearray(piece)
        wrong[self._random.randrange(len(wrong))] ^= 1 << self._random.randrange(8)
        return bytes(wrong)
