"""A bar code gun: on a serial line (USB-COM), or as a keyboard that is taken for ourselves alone.

Each code ends with CR, LF or both on a serial line, with Enter or Tab on a keyboard. A code that
does not come to its end is dropped and told as an empty text: half a number may be another's.
"""

import errno
import os
import select
import socket
import stat
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import evdev

from devices.driver import Fault, Found, Health, State
from devices.keystrokes import LONGEST, Keystrokes
from devices.line import REOPEN_AFTER_S, Line, SerialLine, Standing, Wiring
from devices.listener import Listener
from edge.domain.errors import DeviceUnavailable

_KEPT = 16
_WITHIN_S = 0.05
_MODELS = {False: "USB-COM", True: "HID"}


@dataclass(frozen=True, slots=True)
class Pace:
    """The times of a gun, in seconds: after `half_s` of silence a code will not be ended."""

    half_s: float = 0.5
    absent_s: float = 0.2
    reopen_after_s: tuple[float, ...] = REOPEN_AFTER_S


class _Text(Protocol):
    def feed(self, octets: bytes) -> list[str]: ...

    def cut(self) -> bool: ...


class Letters:
    """Makes whole codes of what a gun sends down a serial line."""

    def __init__(self) -> None:
        self._begun = b""

    def feed(self, octets: bytes) -> list[str]:
        """Take bytes as they come; give the codes that they end."""
        *whole, self._begun = (self._begun + octets).replace(b"\r", b"\n").split(b"\n")
        self._begun = self._begun[:LONGEST]
        return [_decoded(each[:LONGEST]) for each in whole if each.strip()]

    def cut(self) -> bool:
        """Forget what was begun; says whether there was anything."""
        begun, self._begun = bool(self._begun.strip()), b""
        return begun


class Keyboard:
    """An open keyboard whose events come to us alone, as bytes of `struct input_event`."""

    def __init__(self, path: Path) -> None:
        self._device: evdev.InputDevice[str] | socket.socket
        try:
            # A socket stands in for the device where the kernel makes none: what comes is the same.
            if stat.S_ISSOCK(path.stat().st_mode):
                self._device = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
                self._device.connect(str(path))
            else:
                self._device = evdev.InputDevice(str(path), readonly=True)
                self._device.grab()
        except OSError:
            self.close()
            raise
        self._number = self._device.fileno()

    def read(self, within_s: float) -> bytes:
        """Wait for events, possibly none; raises OSError once the keyboard is gone."""
        if not select.select([self._number], [], [], within_s)[0]:
            return b""
        octets = os.read(self._number, 4096)
        if not octets:
            raise OSError(errno.ENODEV, "closed")
        return octets

    def close(self) -> None:
        """Give the keyboard back; closing ends the grab."""
        if hasattr(self, "_device"):
            self._device.close()


class KeyboardLine(Line[Keyboard]):
    """A keyboard by its stable path, /dev/input/by-id/…-event-kbd."""

    def __init__(self, path: Path, kind: str, reopen_after_s: tuple[float, ...]) -> None:
        super().__init__(path.name, kind, reopen_after_s)
        self.path = path

    @property
    def plugged(self) -> bool:
        """Whether the keyboard is there."""
        return self.path.exists()

    def _connect(self) -> Keyboard:
        return Keyboard(self.path)

    def _disconnect(self, port: Keyboard) -> None:
        port.close()

    def _discard(self, port: Keyboard) -> bool:
        return bool(port.read(0))


class BarcodeGun(Listener[SerialLine | KeyboardLine, str]):
    """The driver of one gun; `keyboard` for one that types, else it is on a serial line."""

    kind = "barcode_gun"

    def __init__(
        self, path: Path, keyboard: bool = False, baud: int = 9600, pace: Pace | None = None
    ) -> None:
        self._pace = pace or Pace()
        self._keyboard = keyboard
        line, self._take, self._text = self._wired(path, baud)
        super().__init__(line, _KEPT)
        self._standing = Standing(f"bar code gun {path}")
        self._heard_at = 0.0

    def _wired(
        self, path: Path, baud: int
    ) -> tuple[SerialLine | KeyboardLine, Callable[[], bytes], _Text]:
        after_s = self._pace.reopen_after_s
        if self._keyboard:
            keys = KeyboardLine(path, self.kind, after_s)
            return keys, lambda: _take_events(keys), Keystrokes()
        tty = SerialLine(path, self.kind, Wiring(baud, read_within_s=_WITHIN_S), after_s)
        return tty, lambda: _take_bytes(tty), Letters()

    def codes(self) -> Iterator[str]:
        """Wait for each code read, empty for one that did not come whole, until closed."""
        return iter(self._outbox)

    def discover(self) -> list[Found]:
        """List the gun if it is plugged in."""
        path = self._line.path
        if not self._line.plugged:
            return []
        return [Found(path.name, self.kind, _MODELS[self._keyboard], str(path))]

    def health(self) -> Health:
        """Say how the line is, or else whether codes come whole."""
        line, codes = self._line.health, self._standing.health
        return codes if line.state is State.READY and codes.fault is not None else line

    def _turn(self) -> float:
        try:
            octets = self._take()
        except DeviceUnavailable:
            self._text.cut()
            return self._pace.absent_s
        if octets:
            self._heard_at = time.monotonic()
            for code in self._text.feed(octets):
                self._hand_out(code)
        elif time.monotonic() - self._heard_at > self._pace.half_s and self._text.cut():
            self._hand_out("")
        return 0.0

    def _hand_out(self, code: str) -> None:
        if code:
            self._standing.good()
        else:
            self._standing.bad(Fault.LINE, "a code without its end")
        self._outbox.put(code)


def _take_bytes(line: SerialLine) -> bytes:
    with line.use() as port:
        return bytes(port.read(port.in_waiting or 1))


def _take_events(line: KeyboardLine) -> bytes:
    with line.use() as keyboard:
        return keyboard.read(_WITHIN_S)


def _decoded(octets: bytes) -> str:
    # Chinese in a QR code comes as UTF-8 or, from older guns, as GB 18030.
    try:
        return octets.decode("utf-8").strip()
    except UnicodeDecodeError:
        return octets.decode("gb18030", "replace").strip()
