"""The simulated print room: a real CUPS server and a printer at its far end, all on loopback.

The printer is `ippeveprinter`. It insists on a D-Bus system bus, and on nothing more: given a
private bus it runs without Avahi, so any number of rooms stand side by side, also beside the
machine's own cupsd and avahi-daemon.

    python -m devices.simulators.printer --folder DIR

runs a room until it is interrupted and prints one JSON line of its addresses when it is ready;
whoever writes a fault into DIR/fault (see `FAULTS`) makes the printer stand with it.
"""

import argparse
import json
import os
import pwd
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

import cups

from devices import queues
from devices.driver import Fault
from devices.simulators import print_engine
from edge.domain.errors import DeviceUnavailable

QUEUE = "dangxia"
FAULTS = frozenset({*print_engine.REASONS, Fault.ABSENT.value})
_PROGRAMS = {
    "cupsd": "cups",
    "lpadmin": "cups-client",
    "ippeveprinter": "cups-ipp-utils",
    "dbus-daemon": "dbus",
}
_PATH = os.pathsep.join([os.environ.get("PATH", os.defpath), "/usr/sbin", "/sbin"])
_FORMATS = "application/pdf,image/jpeg,image/pwg-raster,image/urf"
_START_SECONDS = 20.0
_STOP_SECONDS = 3.0
_ATTEMPTS = 3

_BUS = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>system</type><listen>unix:path={state}/bus</listen><auth>EXTERNAL</auth>
<policy context="default"><allow user="*"/><allow own="*"/>
<allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/></policy></busconfig>
"""
_CUPS_FILES = """ServerRoot {state}/etc
CacheDir {state}/cache
StateDir {state}/run
RequestRoot {state}/spool
TempDir {state}/spool/tmp
AccessLog {log}/cups-access.log
ErrorLog {log}/cups-error.log
PageLog {log}/cups-page.log
Printcap {state}/run/printcap
{user}
"""
_CUPSD = """Listen 127.0.0.1:{port}
Listen {state}/run/cups.sock
LogLevel info
Browsing Off
WebInterface No
DefaultAuthType None
IdleExitTimeout 0
MaxJobTime 0
JobRetryInterval 5
ErrorPolicy stop-printer
PreserveJobHistory Yes
PreserveJobFiles No
<Location />
Order allow,deny
Allow from 127.0.0.1
</Location>
<Location /admin>
Order allow,deny
Allow from 127.0.0.1
</Location>
<Policy default>
JobPrivateAccess all
JobPrivateValues none
<Limit All>
Order allow,deny
Allow from all
</Limit>
</Policy>
"""
# Waits on its standard input, which closes when the program that holds the room is gone in
# whatever way, and then ends the group it leads; a room that is closed ends it first.
_LEASH = """trap '' TERM
read -r _
kill -TERM 0
sleep 2
rm -rf -- "$1"
kill -KILL 0
"""


class PrintRoom:
    """A print room for the length of a `with`; `printed` keeps what came out (see print_engine).

    What CUPS itself keeps lies in a short-lived folder of its own, since its filters run as `lp`
    and must reach it, and socket paths must be short; `folder` gets `printed/`, `log/`, `fault`.
    Raises DeviceUnavailable `device.printroom.missing` (programs, install) or `.start` (detail).
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder.resolve()
        self.printed = self.folder / "printed"
        self.host = "127.0.0.1"
        self.port = 0
        self.socket = Path()
        self.queue = QUEUE
        self.printer_uri = ""
        self._fault = self.folder / "fault"
        self._log = self.folder / "log"
        self._printer_port = 0
        self._state = Path()
        self._leash: subprocess.Popen[bytes] | None = None
        self._servers: dict[str, subprocess.Popen[bytes]] = {}

    def __enter__(self) -> Self:
        _require_programs()
        for made in (self.printed, self._log):
            made.mkdir(parents=True, exist_ok=True)
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                self._start()
                return self
            except DeviceUnavailable:
                # Another program may have taken a port between the choice and the listening.
                self._stop()
                if attempt == _ATTEMPTS:
                    raise
            except BaseException:
                self._stop()
                raise
        raise AssertionError("unreachable")

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stop()

    def set_fault(self, fault: str | None) -> None:
        """Let the printer stand with a fault (one of FAULTS) until it is set to None.

        The engine meets paper, jam and cover when it next feeds; absent unplugs the printer.
        """
        if fault is not None and fault not in FAULTS:
            raise ValueError(f"{fault!r} is none of {sorted(FAULTS)}")
        draft = self._fault.with_suffix(".part")
        draft.write_text(fault or "", encoding="utf-8")
        draft.replace(self._fault)
        self.follow()

    def follow(self) -> None:
        """Plug or unplug the printer as the fault file says."""
        unplug = self._fault.exists() and self._fault.read_text().strip() == Fault.ABSENT
        if unplug and "ippeveprinter" in self._servers:
            self._end("ippeveprinter")
        elif not unplug and "ippeveprinter" not in self._servers:
            self._plug()

    def addresses(self) -> dict[str, str | int]:
        """Return what another program needs to use the room."""
        return {
            "host": self.host,
            "port": self.port,
            "queue": self.queue,
            "printer_uri": self.printer_uri,
            "printed": str(self.printed),
            "fault": str(self._fault),
        }

    def _start(self) -> None:
        self._fault.write_text("", encoding="utf-8")
        self._state = Path(tempfile.mkdtemp(prefix="print-room-"))
        self._state.chmod(0o755)
        self.port, self._printer_port = _free_ports()
        self.printer_uri = f"ipp://localhost:{self._printer_port}/ipp/print"
        self._leash = subprocess.Popen(
            ["/bin/sh", "-c", _LEASH, "leash", str(self._state)],
            stdin=subprocess.PIPE,
            process_group=0,
        )
        bus = self._write("bus.conf", _BUS)
        self._begin("dbus-daemon", "--config-file", str(bus), "--nofork", "--nopidfile")
        self._await("dbus-daemon", (self._state / "bus").is_socket)
        self._write_engine()
        self._plug()
        self._serve_cups()

    def _plug(self) -> None:
        port = self._printer_port
        spool = self._state / "printer"
        spool.mkdir(exist_ok=True)
        self._begin(
            "ippeveprinter",
            *("-r", "off", "-n", "localhost", "-p", str(port), "-f", _FORMATS),
            *("-M", "Dangxia", "-m", "PrintRoom", "-s", "30", "-2"),
            *("-d", str(spool), "-K", str(spool), "-c", str(self._state / "engine")),
            f"print room {port}",
        )
        self._await("ippeveprinter", lambda: _listens("localhost", port))

    def _serve_cups(self) -> None:
        root = os.geteuid() == 0
        group = pwd.getpwnam("lp").pw_gid if root else -1
        for part in ("etc", "cache", "run", "spool", "spool/tmp"):
            (self._state / part).mkdir()
            os.chown(self._state / part, -1, group)
        owner = "User lp\nGroup lp\nSystemGroup root lpadmin" if root else ""
        files = self._write("etc/cups-files.conf", _CUPS_FILES, user=owner)
        main = self._write("etc/cupsd.conf", _CUPSD)
        self._begin("cupsd", "-f", "-c", str(main), "-s", str(files))
        self.socket = self._state / "run" / "cups.sock"
        self._await("cupsd", lambda: self.socket.is_socket() and _listens(self.host, self.port))
        queues.add_driverless(self.queue, self.printer_uri, str(self.socket))
        # The queue was made through the socket, which is surely this room's; seen through the
        # port, it shows that the port is too.
        seen = cups.Connection(host=self.host, port=self.port).getPrinters()
        if seen.get(self.queue, {}).get("device-uri") != self.printer_uri:
            raise _not_started("cupsd", f"port {self.port} belongs to another program")

    def _write(self, name: str, text: str, **more: str) -> Path:
        path = self._state / name
        places = {"state": self._state, "log": self._log, "port": self.port, **more}
        path.write_text(text.format(**places), encoding="utf-8")
        path.chmod(0o644)
        return path

    def _write_engine(self) -> None:
        command = shlex.join(
            [
                *(sys.executable, "-I", "-S", print_engine.__file__),
                *("--port", str(self._printer_port)),
                *("--fault", str(self._fault), "--printed", str(self.printed)),
            ]
        )
        engine = self._state / "engine"
        engine.write_text(f'#!/bin/sh\nexec {command} "$1"\n', encoding="utf-8")
        engine.chmod(0o755)

    def _begin(self, program: str, *arguments: str) -> None:
        assert self._leash is not None
        path = shutil.which(program, path=_PATH)
        assert path is not None
        bus = f"unix:path={self._state}/bus"
        with (self._log / f"{program}.log").open("ab") as log:
            self._servers[program] = subprocess.Popen(
                [path, *arguments],
                env={**os.environ, "DBUS_SYSTEM_BUS_ADDRESS": bus, "HOME": str(self._state)},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                process_group=self._leash.pid,
            )

    def _await(self, program: str, ready: Callable[[], bool]) -> None:
        deadline = time.monotonic() + _START_SECONDS
        while not ready():
            code = self._servers[program].poll()
            if code is not None or time.monotonic() > deadline:
                tail = (self._log / f"{program}.log").read_text(errors="replace")[-500:]
                raise _not_started(program, f"exit {code}: {tail}")
            time.sleep(0.02)  # the daemons say nothing when they are up

    def _end(self, program: str) -> None:
        server = self._servers.pop(program)
        server.terminate()
        try:
            server.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()

    def _stop(self) -> None:
        # CUPS first, so that it ends its backends; the bus last, since the printer hangs on it.
        for program in ("cupsd", "ippeveprinter", "dbus-daemon"):
            if program in self._servers:
                self._end(program)
        if self._leash is not None:
            os.killpg(self._leash.pid, signal.SIGKILL)
            self._leash.wait()
            assert self._leash.stdin is not None
            self._leash.stdin.close()
            self._leash = None
        if self._state != Path():
            shutil.rmtree(self._state, ignore_errors=True)
            self._state = Path()


def _require_programs() -> None:
    missing = [name for name in _PROGRAMS if shutil.which(name, path=_PATH) is None]
    if missing:
        packages = sorted({_PROGRAMS[name] for name in missing} | {"cups-filters"})
        raise DeviceUnavailable(
            "device.printroom.missing",
            fault=Fault.ABSENT,
            programs=missing,
            install=f"apt-get install -y --no-install-recommends {' '.join(packages)}",
        )


def _not_started(program: str, detail: str) -> DeviceUnavailable:
    return DeviceUnavailable(
        "device.printroom.start", fault=Fault.ABSENT, program=program, detail=detail
    )


def _free_ports() -> tuple[int, int]:
    """Choose the ports of CUPS and of the printer, which takes its own on ::1 as well."""
    with socket.socket() as ours, socket.socket(socket.AF_INET6) as printer:
        ours.bind(("127.0.0.1", 0))
        try:
            printer.bind(("::1", 0))
        except OSError as error:
            raise _not_started(
                "ippeveprinter", f"the loopback address ::1 is missing: {error}"
            ) from error
        return ours.getsockname()[1], printer.getsockname()[1]


def _listens(host: str, port: int) -> bool:
    try:
        socket.create_connection((host, port), timeout=1).close()
    except OSError:
        return False
    return True


def main(arguments: list[str] | None = None) -> int:
    """Run a print room in the foreground until SIGINT or SIGTERM."""
    parser = argparse.ArgumentParser(prog="devices.simulators.printer", description=__doc__)
    parser.add_argument("--folder", type=Path, required=True)
    folder = parser.parse_args(arguments).folder
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _leave)
    try:
        with PrintRoom(folder) as room:
            print(json.dumps(room.addresses()), flush=True)
            while True:
                room.follow()
                time.sleep(0.2)  # until this program is ended
    except DeviceUnavailable as failure:
        print(failure, file=sys.stderr)
        return 1


def _leave(number: int, _frame: object) -> None:
    raise SystemExit(0)


if __name__ == "__main__":
    sys.exit(main())
