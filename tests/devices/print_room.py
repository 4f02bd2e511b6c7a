"""A print room shared by the tests of one worker, and what they read at its far end."""

import json
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import typst

from devices.printer import CupsPrinter, PrintJob
from devices.simulators.printer import PrintRoom


@dataclass(frozen=True)
class Printed:
    """A document that came out of the printer."""

    title: str
    copies: int
    document: Path

    def text(self) -> str:
        """Return the words on the paper."""
        return subprocess.run(
            ["pdftotext", "-enc", "UTF-8", str(self.document), "-"],
            check=True,
            capture_output=True,
            encoding="utf-8",
        ).stdout


def printed(room: PrintRoom) -> list[Printed]:
    """List what came out of the printer, oldest first."""
    found = []
    for sheet in sorted(room.printed.glob("*.json")):
        about = json.loads(sheet.read_text(encoding="utf-8"))
        found.append(Printed(about["title"], about["copies"], room.printed / about["document"]))
    return found


def write_pdf(path: Path, words: str) -> Path:
    """Typeset one A4 page that bears the words."""
    path.write_bytes(typst.compile(f'#set page(paper: "a4")\n{words}'.encode()))
    return path


def until(printer: CupsPrinter, job: int, wanted: Callable[[PrintJob], bool]) -> PrintJob:
    """Follow a job until it is as wanted; fails the test after 20 seconds."""
    deadline = time.monotonic() + 20
    while not wanted(now := printer.job(job)):
        assert time.monotonic() < deadline, f"the job stayed {now}"
        time.sleep(0.1)
    return now


@pytest.fixture(scope="session")
def shared_room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PrintRoom]:
    with PrintRoom(tmp_path_factory.mktemp("print-room")) as room:
        yield room


@pytest.fixture
def room(shared_room: PrintRoom) -> Iterator[PrintRoom]:
    yield shared_room
    shared_room.set_fault(None)


@pytest.fixture
def printer(room: PrintRoom) -> Iterator[CupsPrinter]:
    driver = CupsPrinter(room.host, room.port, room.queue, room.printer_uri)
    yield driver
    driver.close()
