"""Sheets that divide a stack: printed here, scanned with it, and read again from the pages."""

import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from devices.driver import Health, State
from devices.scanner import SaneScanner, ScanRequest
from devices.simulators.scanner import SimulatedScanner
from edge.domain.batch import SEPARATOR
from edge.domain.cover_code import dossier_of_cover
from edge.imaging.codes import codes_on
from edge.imaging.master import as_masters
from edge.store.captures import waiting_captures
from edge.web.parts import PrintJob
from edge.web.scanning import Scanning
from edge.workflows.digitising import take_document
from edge.workflows.office import Office
from tests.edge.web.conftest import Desk, open_desk
from tests.offices import CLERK, id_number, page_image, receive_person


class Tray:
    """Keeps what is printed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()

    def submit(self, pdf: Path, title: str, copies: int = 1) -> int:
        number = len(list(self.folder.iterdir())) + 1
        (self.folder / f"{number}.pdf").write_bytes(pdf.read_bytes())
        return number

    def job(self, job_id: int) -> PrintJob:
        raise AssertionError("a sheet is printed and not followed")

    def health(self) -> Health:
        return Health(State.READY)

    def sheets(self, number: int) -> list[Path]:
        """The sheets of one job as a scanner would give them back."""
        pdf, out = self.folder / f"{number}.pdf", self.folder.parent / f"scan-{number}"
        subprocess.run(["pdftoppm", "-r", "150", "-jpeg", str(pdf), str(out)], check=True)
        return sorted(self.folder.parent.glob(f"scan-{number}*.jpg"))


@pytest.fixture
def tray(tmp_path: Path) -> Tray:
    return Tray(tmp_path / "tray")


@pytest.fixture
def printing(office: Office, tmp_path: Path, tray: Tray) -> Iterator[Desk]:
    yield from open_desk(office, tmp_path / "work", None, tray)


def code_on(path: Path) -> str:
    with Image.open(path) as sheet:
        (code,) = codes_on(np.array(sheet.convert("L")))
    return code


@pytest.mark.checklist("001-04")
def test_printed_sheets_divide_a_stack_and_find_whose_each_part_is(
    printing: Desk, tray: Tray
) -> None:
    one = receive_person(printing.office, "王秀英", id_number(1))
    two = receive_person(printing.office, "李建国", id_number(2))
    printing.sign_in()
    for received in (one, two):
        answer = printing.post(f"/dossiers/{received.dossier}/cover-sheet", fragment=True)
        assert "已送打印机" in answer.text
    with printing.office.space.read() as town:
        looks = town.execute("select dossier from view order by entry").fetchall()
    assert looks == [(one.dossier,), (two.dossier,)]
    assert printing.post("/dividers/separators", fragment=True, copies=3).status_code == 200
    (first,), (second,) = tray.sheets(1), tray.sheets(2)
    separators = tray.sheets(3)
    assert dossier_of_cover(code_on(first)) == one.dossier
    assert [code_on(each) for each in separators] == [SEPARATOR] * 3
    stack = [
        *as_masters(first), page_image("a"), page_image("b"),
        *as_masters(second), page_image("c"), *as_masters(separators[0]), page_image("d"),
    ]  # fmt: skip
    take_document(printing.office, CLERK, "hot_folder", "sha256:1", stack)
    with printing.office.space.read() as town:
        parts = [(each.dossier, each.waiting) for each in waiting_captures(town)]
    assert sorted(parts) == sorted([(one.dossier, 3), (two.dossier, 2), ("", 1)])


def test_a_stack_with_covers_and_separators_is_divided_by_what_the_scanner_read(
    printing: Desk, tray: Tray, tmp_path: Path
) -> None:
    one = receive_person(printing.office, "王秀英", id_number(1))
    two = receive_person(printing.office, "李建国", id_number(2))
    printing.sign_in()
    printing.post(f"/dossiers/{two.dossier}/cover-sheet", fragment=True)
    printing.post("/dividers/separators", fragment=True, copies=1)
    (cover,), (separator,) = tray.sheets(1), tray.sheets(2)
    paper = tmp_path / "paper"
    paper.mkdir()
    for name in ("a", "b", "c"):
        (paper / f"{name}.jpg").write_bytes(page_image(name).jpeg)
    for name, sheet in (("cover", cover), ("separator", separator)):
        (paper / f"{name}.jpg").write_bytes(sheet.read_bytes())
    with SimulatedScanner(paper) as far:
        far.load(["a.jpg", "cover.jpg", "b.jpg", "separator.jpg", "c.jpg"])
        scanner = SaneScanner(far.url)
        scanning = Scanning(
            printing.office,
            printing.stations,
            tmp_path / "scans",
            lambda folder: scanner.scan(ScanRequest(resolution=150), folder),
        )
        batch = scanning.begin(CLERK, one.dossier)
        deadline = time.monotonic() + 60
        while scanning.reading:
            assert time.monotonic() < deadline
            time.sleep(0.05)  # the scanner's own thread reads
        begun = scanning.batch(batch)
        assert begun is not None
        assert (begun.trouble, len(begun.pages)) == (None, 5)
        taken = scanning.divide(batch)
    assert [(each.dossier, each.waiting) for each in taken] == [
        (one.dossier, 1), (two.dossier, 2), (one.dossier, 1),
    ]  # fmt: skip


def test_too_many_sheets_and_no_printer_are_told(printing: Desk, desk: Desk) -> None:
    printing.sign_in()
    assert printing.post("/dividers/separators", fragment=True, copies=500).status_code == 400
    desk.sign_in()
    answer = desk.post("/dividers/separators", fragment=True)
    assert (answer.status_code, "打印机没有应答" in answer.text) == (503, True)
