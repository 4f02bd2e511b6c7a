"""NUT's upsd with one UPS behind it, whose mains and battery can be set while it runs.

It speaks the part of the protocol that clients use to watch: LIST, GET, USERNAME, PASSWORD, LOGIN.
Commands on its socket: `mains on|off`, `battery CHARGE [RUNTIME]`, `low on|off`, `fault MODE`.
"""

import argparse
import socketserver
import threading
from contextlib import suppress
from enum import StrEnum
from pathlib import Path
from typing import Self

from devices.simulators.far_end import ControlSocket, run_until_stopped

UPS = "ups"


class UpsFault(StrEnum):
    """What can be wrong between upsd and the UPS, or with upsd itself."""

    OK = "ok"
    DRIVER = "driver"
    STALE = "stale"
    SILENT = "silent"
    HANG_UP = "hang_up"
    GARBLED = "garbled"


class UpsDaemon:
    """Listens on loopback at `port`; use as a context manager. `link` names its control socket."""

    def __init__(self, link: Path, port: int = 0, password: str = "") -> None:
        self._link, self._password = link, password
        self.mains, self.low, self.charge, self.runtime_s = True, False, 100.0, 1800.0
        self.fault = UpsFault.OK
        self.logins = 0
        self._server = _Server(("127.0.0.1", port), self)
        self.port = int(self._server.server_address[1])
        self._control: ControlSocket | None = None

    def __enter__(self) -> Self:
        """Start listening."""
        listening = threading.Thread(target=self._server.serve_forever, args=(0.1,), daemon=True)
        listening.start()
        self._control = ControlSocket(self._link, self._obey)
        return self

    def __exit__(self, *_: object) -> None:
        """Hang up on everybody."""
        if self._control is not None:
            self._control.close()
        self._server.shutdown()
        self._server.hang_up()
        self._server.server_close()

    def variables(self) -> dict[str, str]:
        """What the UPS says of itself."""
        flags = ["OL" if self.mains else "OB"] + (["LB"] if self.low else [])
        return {
            "battery.charge": f"{self.charge:g}",
            "battery.runtime": f"{self.runtime_s:g}",
            "input.voltage": "223.0" if self.mains else "0.0",
            "ups.model": 'SIM-1000 "模拟"',
            "ups.status": " ".join(flags),
        }

    def answer(self, command: str, state: dict[str, str]) -> list[str]:
        """Answer one request as upsd would; an empty list is silence."""
        if self.fault is UpsFault.SILENT:
            return []
        if self.fault is UpsFault.GARBLED:
            return ["\x00\x7f?!"]
        match command.split():
            case ["USERNAME" | "PASSWORD" as word, value]:
                state[word] = value
                return ["OK"]
            case ["LOGIN", name]:
                return self._sign_in(name, state)
            case ["LIST", "UPS"]:
                return self._listed(command, [f'UPS {UPS} "Simulated UPS"'])
            case ["LIST", "VAR", name]:
                return self._refusal(name) or self._listed(
                    command, [f"VAR {UPS} {key} {_quoted(value)}" for key, value in self._sorted()]
                )
            case ["GET", "VAR", name, key]:
                held = [each for at, each in self._sorted() if at == key]
                said = [f"VAR {name} {key} {_quoted(each)}" for each in held]
                return self._refusal(name) or said or ["ERR VAR-NOT-SUPPORTED"]
            case ["LOGOUT"]:
                return ["OK Goodbye"]
        return ["ERR UNKNOWN-COMMAND"]

    def _sorted(self) -> list[tuple[str, str]]:
        return sorted(self.variables().items())

    def _sign_in(self, name: str, state: dict[str, str]) -> list[str]:
        if name != UPS:
            return ["ERR UNKNOWN-UPS"]
        if self._password and state.get("PASSWORD") != self._password:
            return ["ERR ACCESS-DENIED"]
        self.logins += 1
        return ["OK"]

    def _refusal(self, name: str) -> list[str]:
        if name != UPS:
            return ["ERR UNKNOWN-UPS"]
        word = {UpsFault.DRIVER: "DRIVER-NOT-CONNECTED", UpsFault.STALE: "DATA-STALE"}
        return [f"ERR {word[self.fault]}"] if self.fault in word else []

    def _listed(self, command: str, rows: list[str]) -> list[str]:
        return [f"BEGIN {command}", *rows, f"END {command}"]

    def _obey(self, command: str) -> str:
        match command.split():
            case ["mains", "on" | "off" as said]:
                self.mains = said == "on"
            case ["low", "on" | "off" as said]:
                self.low = said == "on"
            case ["battery", charge]:
                self.charge = float(charge)
            case ["battery", charge, runtime]:
                self.charge, self.runtime_s = float(charge), float(runtime)
            case ["fault", mode]:
                self.fault = UpsFault(mode)
            case _:
                raise ValueError(f"unknown command {command!r}")
        return "ok"


def _quoted(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


class _Conversation(socketserver.StreamRequestHandler):
    server: "_Server"

    def handle(self) -> None:
        self.server.connected.add(self)
        state: dict[str, str] = {}
        with suppress(OSError):
            for line in self.rfile:
                if self.server.daemon.fault is UpsFault.HANG_UP:
                    break
                for row in self.server.daemon.answer(line.decode("utf-8").strip(), state):
                    self.wfile.write(f"{row}\n".encode())
        self.server.connected.discard(self)


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, address: tuple[str, int], daemon: UpsDaemon) -> None:
        self.daemon = daemon
        self.connected: set[_Conversation] = set()
        super().__init__(address, _Conversation)

    def hang_up(self) -> None:
        for each in list(self.connected):
            with suppress(OSError):
                each.connection.shutdown(2)


def main() -> None:
    """Run a upsd until stopped."""
    parser = argparse.ArgumentParser(description="Simulated UPS behind NUT's protocol")
    parser.add_argument("--link", type=Path, required=True, help="names the control socket")
    parser.add_argument("--port", type=int, default=0)
    options = parser.parse_args()
    with UpsDaemon(options.link, options.port) as daemon:
        options.link.write_text(str(daemon.port))
        run_until_stopped(options.link)


if __name__ == "__main__":
    main()
