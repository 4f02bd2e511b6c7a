"""A line to devices, a tty or a TCP gateway: opened and used by one owner thread alone."""

import errno
import logging
import select
import socket
import termios
import threading
import time
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

import serial

from devices.driver import Fault, Health, State
from edge.domain.errors import DeviceUnavailable

log = logging.getLogger(__name__)

T = TypeVar("T")
Port = TypeVar("Port")

REOPEN_AFTER_S = (1.0, 2.0, 5.0, 10.0, 20.0, 30.0, 60.0)
_FAULTS = {
    errno.EBUSY: Fault.BUSY,
    errno.EAGAIN: Fault.BUSY,
    errno.EACCES: Fault.PERMISSION,
    errno.EPERM: Fault.PERMISSION,
    errno.ENOENT: Fault.ABSENT,
    errno.ENODEV: Fault.ABSENT,
    errno.ENXIO: Fault.ABSENT,
    errno.EIO: Fault.ABSENT,
    errno.ECONNREFUSED: Fault.ABSENT,
    errno.ECONNRESET: Fault.ABSENT,
    errno.EPIPE: Fault.ABSENT,
    errno.EHOSTUNREACH: Fault.ABSENT,
    errno.ENETUNREACH: Fault.ABSENT,
    errno.ETIMEDOUT: Fault.ABSENT,
}
_CONNECT_WITHIN_S = 3.0


@dataclass(frozen=True, slots=True)
class Wiring:
    """How bytes travel on a line; eight data bits always."""

    baud: int
    parity: str = "N"
    stop_bits: int = 1
    read_within_s: float = 0.5


class Outbox(Generic[T]):
    """What an owner thread hands out: the newest `size` items, in order, to one reader."""

    def __init__(self, size: int) -> None:
        self._items: deque[T] = deque(maxlen=size)
        self._changed = threading.Condition()
        self._closed = False

    def put(self, item: T) -> None:
        """Hand out an item; where nobody reads, the oldest gives way."""
        with self._changed:
            self._items.append(item)
            self._changed.notify()

    def close(self) -> None:
        """End the iteration once what is left has been read."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def __iter__(self) -> Iterator[T]:
        """Wait for items until the outbox is closed."""
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._items or self._closed)
                if not self._items:
                    return
                item = self._items.popleft()
            yield item

    def batches(self) -> Iterator[list[T]]:
        """Wait for items until the outbox is closed; each time, give all that there are."""
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._items or self._closed)
                if not self._items:
                    return
                items = list(self._items)
                self._items.clear()
            yield items


class Standing:
    """How one line or device is, told to the log once when it fails and once when it recovers."""

    def __init__(self, name: str) -> None:
        self._name = name
        self.health = Health(State.FOUND)

    def good(self) -> None:
        """Note good evidence: an answer, not merely the absence of trouble."""
        if self.health.fault is not None:
            log.info("%s: recovered from %s", self._name, self.health.fault)
        self.health = Health(State.READY)

    def bad(self, fault: Fault, detail: str) -> None:
        """Note a failure; a new reason for a device that is down already is not logged again."""
        if self.health.fault is None:
            log.warning("%s: %s (%s)", self._name, fault, detail)
        state = State.ABSENT if fault is Fault.ABSENT else State.FAULT
        self.health = Health(state, fault, detail)


class Line(ABC, Generic[Port]):
    """One line and the one thread that may touch it; lost, it is reopened after 1, 2, 5 … 60 s."""

    def __init__(
        self, name: str, kind: str, reopen_after_s: tuple[float, ...] = REOPEN_AFTER_S
    ) -> None:
        self.name = name
        self._kind = kind
        self._reopen_after_s = reopen_after_s
        self._standing = Standing(f"{kind} line {name}")
        self._port: Port | None = None
        self._failures = 0
        self._not_before = 0.0
        self._stop, self._wake = threading.Event(), threading.Event()
        self._owner: threading.Thread | None = None

    @property
    def health(self) -> Health:
        """The state of the line itself, not of what answers on it."""
        return self._standing.health

    @property
    def closing(self) -> bool:
        """Whether the owner is asked to end."""
        return self._stop.is_set()

    @property
    @abstractmethod
    def plugged(self) -> bool:
        """Whether the line is there, as far as can be told without touching it."""

    def start(self, turn: Callable[[], float], part: Callable[[], None] | None = None) -> None:
        """Start the owner thread: it calls `turn` again and again, resting as long as that says.

        When the line is closed, the owner calls `part` once before it ends.
        """
        if self._owner is not None:
            raise RuntimeError(f"{self.name} has an owner already")
        name = f"{self._kind}:{self.name}"
        self._owner = threading.Thread(target=self._run, args=(turn, part), name=name, daemon=True)
        self._owner.start()

    def close(self) -> None:
        """Ask the owner to end, wait for it, close the port."""
        self._stop.set()
        self._wake.set()
        if self._owner is not None:
            self._owner.join()
        self._close_port()

    def rest(self, seconds: float) -> None:
        """Wait, but not beyond closing."""
        self._stop.wait(max(0.0, seconds))

    def hurry(self) -> None:
        """Let the owner take its next turn at once."""
        self._wake.set()

    def came(self) -> None:
        """Open the line at the next turn, and take that at once: it was just plugged in."""
        self._failures, self._not_before = 0, 0.0
        self._wake.set()

    @contextmanager
    def use(self) -> Iterator[Port]:
        """Lend the open port to the owner.

        Raises `DeviceUnavailable` with field `fault` where the line cannot be opened, is not to be
        tried again yet, or is lost in use.
        """
        if self._owner is not None and threading.current_thread() is not self._owner:
            raise RuntimeError(f"{self.name} belongs to another thread")
        port = self._port if self._port is not None else self._open()
        try:
            yield port
        except (OSError, termios.error) as error:
            raise self._lose(error) from error
        self._failures = 0
        self._standing.good()

    def drain(self, port: Port, quiet_s: float) -> None:
        """Keep quiet and throw away what still arrives, so that no late answer is misread."""
        until = time.monotonic() + quiet_s
        while not self.closing and (left := until - time.monotonic()) > 0:
            self.rest(min(left, 0.05))
            if self._discard(port):
                # An answer in full flow is heard out, though not past twice the quiet time.
                until = max(until, min(time.monotonic() + 0.05, until + quiet_s))

    @abstractmethod
    def _connect(self) -> Port: ...

    @abstractmethod
    def _disconnect(self, port: Port) -> None: ...

    @abstractmethod
    def _discard(self, port: Port) -> bool: ...

    def _run(self, turn: Callable[[], float], part: Callable[[], None] | None) -> None:
        while not self.closing:
            self._wake.clear()
            try:
                pause = turn()
            except Exception:  # the outermost frame of a thread: one bad turn must not end the line
                log.exception("%s line %s: turn failed", self._kind, self.name)
                pause = self._reopen_after_s[-1]
            if not self.closing:
                self._wake.wait(max(0.0, pause))
        if part is not None:
            part()

    def _open(self) -> Port:
        if time.monotonic() < self._not_before:
            raise self._unavailable()
        try:
            self._port = self._connect()
        except (OSError, termios.error) as error:
            raise self._lose(error) from error
        return self._port

    def _lose(self, error: Exception) -> DeviceUnavailable:
        self._close_port()
        pause = self._reopen_after_s[min(self._failures, len(self._reopen_after_s) - 1)]
        self._failures += 1
        self._not_before = time.monotonic() + pause
        self._standing.bad(_fault_of(error), str(error))
        return self._unavailable()

    def _unavailable(self) -> DeviceUnavailable:
        fault = self.health.fault or Fault.LINE
        return DeviceUnavailable(
            f"device.{self._kind}.{fault}", fault=fault, detail=self.health.detail
        )

    def _close_port(self) -> None:
        port, self._port = self._port, None
        if port is not None:
            self._disconnect(port)


class SerialLine(Line[serial.Serial]):
    """A tty; `path` is a stable one (/dev/serial/by-id/…), since a replugged one changes number."""

    def __init__(
        self,
        path: Path,
        kind: str,
        wiring: Wiring,
        reopen_after_s: tuple[float, ...] = REOPEN_AFTER_S,
    ) -> None:
        super().__init__(path.name, kind, reopen_after_s)
        self.path = path
        self._wiring = wiring

    @property
    def plugged(self) -> bool:
        """Whether the tty is there."""
        return self.path.exists()

    def _connect(self) -> serial.Serial:
        return serial.Serial(
            str(self.path),
            self._wiring.baud,
            parity=self._wiring.parity,
            stopbits=self._wiring.stop_bits,
            timeout=self._wiring.read_within_s,
            write_timeout=2.0,
            exclusive=True,
        )

    def _disconnect(self, port: serial.Serial) -> None:
        port.close()

    def _discard(self, port: serial.Serial) -> bool:
        return bool(port.in_waiting and port.read(port.in_waiting))


class SocketLine(Line[socket.socket]):
    """A connection to a gateway that puts questions on a line of its own."""

    def __init__(
        self,
        host: str,
        port: int,
        kind: str,
        read_within_s: float = 0.5,
        reopen_after_s: tuple[float, ...] = REOPEN_AFTER_S,
    ) -> None:
        super().__init__(f"{host}:{port}", kind, reopen_after_s)
        self.address, self._read_within_s = (host, port), read_within_s

    @property
    def plugged(self) -> bool:
        """Whether the gateway answered last; before the first try, taken for granted."""
        return self.health.state is not State.ABSENT

    def _connect(self) -> socket.socket:
        connected = socket.create_connection(self.address, _CONNECT_WITHIN_S)
        connected.settimeout(self._read_within_s)
        connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return connected

    def _disconnect(self, port: socket.socket) -> None:
        port.close()

    def _discard(self, port: socket.socket) -> bool:
        ready, _, _ = select.select([port], [], [], 0)
        return bool(ready and port.recv(4096))


def _fault_of(error: Exception) -> Fault:
    if isinstance(error, TimeoutError | socket.gaierror):
        return Fault.ABSENT
    # pyserial reports a tty that vanished while being read without any number.
    number = error.args[0] if error.args and isinstance(error.args[0], int) else errno.ENODEV
    return _FAULTS.get(number, Fault.LINE)
