import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from devices.driver import Fault
from devices.printer import CupsPrinter, JobState
from devices.simulators.printer import PrintRoom
from tests.devices.print_room import until, write_pdf

_COMMAND = [sys.executable, "-m", "devices.simulators.printer", "--folder"]


@contextmanager
def foreground(folder: Path) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen([*_COMMAND, str(folder)], stdout=subprocess.PIPE, text=True) as program:
        try:
            yield program
        finally:
            program.kill()


def gone(family: list[psutil.Process], seconds: float) -> bool:
    return not psutil.wait_procs(family, timeout=seconds)[1]


def test_a_room_starts_and_stops_within_five_seconds_and_leaves_nothing(tmp_path: Path) -> None:
    before = set(psutil.Process().children(recursive=True))
    start = time.monotonic()
    with PrintRoom(tmp_path) as room:
        family = set(psutil.Process().children(recursive=True)) - before
        held = room.socket.parent.parent
        assert held.exists()
    assert time.monotonic() - start < 5
    assert len(family) >= 4
    assert gone(list(family), 1)
    assert not held.exists()


def test_two_rooms_stand_side_by_side(tmp_path: Path) -> None:
    with PrintRoom(tmp_path / "one") as one, PrintRoom(tmp_path / "two") as two:
        for room, other in ((one, two), (two, one)):
            came_out = len(list(other.printed.glob("*.json")))
            printer = CupsPrinter(room.host, room.port, room.queue, room.printer_uri)
            job = printer.submit(write_pdf(tmp_path / "a.pdf", "SIDE-BY-SIDE"), "side")
            assert printer.wait(job, 20).state is JobState.DONE
            printer.close()
            assert len(list(room.printed.glob("*.pdf"))) == 1
            assert len(list(other.printed.glob("*.json"))) == came_out


def test_a_start_that_fails_halfway_leaves_no_program_behind(tmp_path: Path) -> None:
    (tmp_path / "log" / "cupsd.log").mkdir(parents=True)
    before = set(psutil.Process().children(recursive=True))
    with pytest.raises(IsADirectoryError), PrintRoom(tmp_path):
        pass
    assert set(psutil.Process().children(recursive=True)) <= before


def test_the_room_of_a_program_that_was_killed_ends_by_itself(tmp_path: Path) -> None:
    with foreground(tmp_path) as program:
        assert program.stdout is not None
        program.stdout.readline()
        family = psutil.Process(program.pid).children(recursive=True)
        assert {"cupsd", "ippeveprinter", "dbus-daemon"} <= {one.name() for one in family}
        held = next(one for one in family if one.name() == "cupsd").cmdline()[3]
        program.send_signal(signal.SIGKILL)
        program.wait()
        assert gone(family, 8)
    assert not Path(held).exists()


def test_the_foreground_room_takes_its_fault_from_the_file(tmp_path: Path) -> None:
    with foreground(tmp_path) as program:
        assert program.stdout is not None
        about = json.loads(program.stdout.readline())
        printer = CupsPrinter(about["host"], about["port"], about["queue"], about["printer_uri"])
        Path(about["fault"]).write_text("cover_open\n")
        job = printer.submit(write_pdf(tmp_path / "a.pdf", "COVER"), "cover")
        until(printer, job, lambda now: now.fault is Fault.COVER_OPEN)
        Path(about["fault"]).write_text("absent\n")
        until(printer, job, lambda now: now.fault is Fault.ABSENT)
        Path(about["fault"]).unlink()
        assert printer.wait(job, 30).state is JobState.DONE
        printer.close()
        program.send_signal(signal.SIGTERM)
        assert program.wait(10) == 0


def test_missing_programs_are_named_with_the_line_that_installs_them(tmp_path: Path) -> None:
    told = subprocess.run(
        [*_COMMAND, str(tmp_path)],
        env={**os.environ, "PATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode == 1
    assert "device.printroom.missing" in told.stderr
    assert "apt-get install -y --no-install-recommends cups" in told.stderr
