"""A bar code gun: bytes on a pty, or, of one that types, the kernel's input events on a socket.

Commands on its control socket: `read CODE`, `fault MODE`, `unplug`, `replug`.
"""

import argparse
import random
import socket
import threading
import time
from contextlib import suppress
from enum import StrEnum
from pathlib import Path
from typing import Protocol, Self

from devices.keystrokes import EVENT, SYN, SYN_DROPPED, typed
from devices.simulators.far_end import ControlSocket, PluggableTty, run_until_stopped


class GunFault(StrEnum):
    """What can be wrong with what a gun sends."""

    OK = "ok"
    LINE_FEED = "line_feed"
    NO_END = "no_end"
    CHUNKED = "chunked"
    LOST = "lost"


class _Cable(Protocol):
    def plug(self) -> object: ...

    def unplug(self) -> None: ...

    def write(self, octets: bytes) -> None: ...


class EventSocket:
    """Where a keyboard's events can be read by one reader, as from the kernel's device."""

    def __init__(self, link: Path) -> None:
        self.link = link
        self._server: socket.socket | None = None
        self._reader: socket.socket | None = None

    def plug(self) -> None:
        """Make the device appear."""
        self.link.unlink(missing_ok=True)
        self.link.parent.mkdir(parents=True, exist_ok=True)
        self._server = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._server.bind(str(self.link))
        self._server.listen(1)
        threading.Thread(target=self._accept, args=(self._server,), daemon=True).start()

    def unplug(self) -> None:
        """Make it vanish, under an open driver too."""
        self.link.unlink(missing_ok=True)
        for each in (self._server, self._reader):
            if each is not None:
                with suppress(OSError):  # the other side may have gone first
                    each.shutdown(socket.SHUT_RDWR)
                each.close()
        self._server = self._reader = None

    def write(self, octets: bytes) -> None:
        """Send events; without a reader they are lost, as in the kernel."""
        if self._reader is not None:
            with suppress(OSError):
                self._reader.sendall(octets)

    def _accept(self, server: socket.socket) -> None:
        with suppress(OSError):  # unplugged while waiting
            while True:
                self._reader, _ = server.accept()


class BarcodeGunFarEnd:
    """A gun behind `link`, plugged in; use as a context manager. `types` for a keyboard."""

    def __init__(self, link: Path, types: bool = False) -> None:
        self._cable: _Cable = EventSocket(link) if types else PluggableTty(link)
        self._link, self._types, self._fault = link, types, GunFault.OK
        self._plugged = False
        self._lock = threading.Lock()
        self._control: ControlSocket | None = None

    def __enter__(self) -> Self:
        """Plug the gun in."""
        self.replug()
        self._control = ControlSocket(self._link, self._obey)
        return self

    def __exit__(self, *_: object) -> None:
        """Take the gun away."""
        if self._control is not None:
            self._control.close()
        self.unplug()

    def read(self, code: str) -> None:
        """Hold the gun before a code and pull the trigger."""
        with self._lock:
            sent = self._keys(code) if self._types else self._bytes(code)
            if self._fault is not GunFault.CHUNKED:
                self._cable.write(sent)
                return
            while sent:
                size = random.randint(1, 40)
                self._cable.write(sent[:size])
                sent = sent[size:]
                time.sleep(0.002)  # a slow gun: its code comes in pieces

    def fault(self, mode: GunFault) -> None:
        """Spoil what is sent from now on."""
        self._fault = mode

    def unplug(self) -> None:
        """Take the cable out."""
        with self._lock:
            self._cable.unplug()
            self._plugged = False

    def replug(self) -> None:
        """Put the cable in again."""
        with self._lock:
            if not self._plugged:
                self._cable.plug()
                self._plugged = True

    def _bytes(self, code: str) -> bytes:
        ends = {GunFault.LINE_FEED: b"\r\n", GunFault.NO_END: b""}
        octets = code.encode("utf-8")
        if self._fault is GunFault.LOST:
            return octets[: len(octets) // 2]
        return octets + ends.get(self._fault, b"\r")

    def _keys(self, code: str) -> bytes:
        pressed = typed(code)
        if self._fault is GunFault.NO_END:
            return pressed[: -4 * EVENT.size]
        if self._fault is GunFault.LOST:
            return EVENT.pack(0, 0, SYN, SYN_DROPPED, 0) + pressed[8 * EVENT.size :]
        return pressed

    def _obey(self, command: str) -> str:
        verb, _, rest = command.partition(" ")
        match verb, rest:
            case "read", _ if rest:
                self.read(rest)
            case "fault", _:
                self.fault(GunFault(rest))
            case "unplug", "":
                self.unplug()
            case "replug", "":
                self.replug()
            case _:
                raise ValueError(f"unknown command {command!r}")
        return "ok"


def main() -> None:
    """Run a gun until stopped."""
    parser = argparse.ArgumentParser(description="Simulated bar code gun")
    parser.add_argument("--link", type=Path, required=True)
    parser.add_argument("--keyboard", action="store_true", help="type, instead of a serial line")
    options = parser.parse_args()
    with BarcodeGunFarEnd(options.link, options.keyboard):
        run_until_stopped(options.link)


if __name__ == "__main__":
    main()
