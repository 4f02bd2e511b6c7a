"""Issuing a proof and following its print job to the end, through a real CUPS and IPP printer."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from devices.driver import Fault
from devices.printer import CupsPrinter
from devices.simulators.printer import PrintRoom
from edge.store.proofs import proofs_of
from edge.workflows.office import Office
from tests.edge.web.conftest import Desk, open_desk
from tests.offices import receive_person

pytestmark = pytest.mark.xdist_group("print-room")


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PrintRoom]:
    with PrintRoom(tmp_path_factory.mktemp("room")) as opened:
        yield opened


@pytest.fixture
def printing_desk(room: PrintRoom, office: Office, tmp_path: Path) -> Iterator[Desk]:
    printer = CupsPrinter(room.host, room.port, room.queue, room.printer_uri)
    yield from open_desk(office, tmp_path / "work", None, printer)
    room.set_fault(None)
    printer.close()


def until_said(desk: Desk, place: str, words: str) -> str:
    deadline = time.monotonic() + 30
    while words not in (said := desk.get(f"{place}/state").text):
        assert time.monotonic() < deadline, said
        time.sleep(0.2)
    return said


def test_a_proof_is_seen_sealed_printed_and_its_job_followed_to_the_end(
    printing_desk: Desk, room: PrintRoom
) -> None:
    desk = printing_desk.sign_in()
    received = receive_person(desk.office, "王秀英")
    base = f"/dossiers/{received.dossier}/proofs"
    assert "存档证明" in desk.get(base).text
    preview = desk.get(f"{base}/storage/preview")
    assert preview.content.startswith(b"\x89PNG")
    place = desk.post(f"{base}/storage/issue", purpose="入职就业").headers["location"]
    said = until_said(desk, place, "打印好了，请取纸")
    assert "every 1s" not in said
    with desk.office.space.read() as town:
        (proof,) = proofs_of(town, received.dossier)
    assert (proof.purpose, proof.prints) == ("入职就业", 1)
    assert desk.get(f"/proofs/{proof.id}/paper").content.startswith(b"%PDF")
    assert not list(Path(desk.scanning._work).glob("*.pdf"))


def test_a_printer_without_paper_is_told_and_goes_on_by_itself(
    printing_desk: Desk, room: PrintRoom
) -> None:
    desk = printing_desk.sign_in()
    received = receive_person(desk.office, "王秀英")
    room.set_fault(Fault.PAPER_OUT)
    issue = f"/dossiers/{received.dossier}/proofs/storage/issue"
    place = desk.post(issue, purpose="办理退休").headers["location"]
    said = until_said(desk, place, "打印机缺纸，加纸后自动接着打")
    assert "every 1s" in said
    assert "缺纸" in desk.get(f"/dossiers/{received.dossier}/proofs/storage").text
    room.set_fault(None)
    until_said(desk, place, "打印好了")


def test_without_a_printer_the_proof_stands_and_can_be_printed_later(desk: Desk) -> None:
    desk.sign_in()
    received = receive_person(desk.office, "王秀英")
    issue = f"/dossiers/{received.dossier}/proofs/storage/issue"
    place = desk.post(issue, purpose="本人办事").headers["location"]
    shown = desk.get(place).text
    assert "已编号、盖章，存入档案" in shown
    assert "还没有送到打印机" in shown
    assert "再打一次" in shown


def test_a_second_proof_like_the_first_is_asked_about_with_the_first_to_print_again(
    desk: Desk,
) -> None:
    desk.sign_in()
    received = receive_person(desk.office, "王秀英")
    issue = f"/dossiers/{received.dossier}/proofs/storage/issue"
    first = desk.post(issue, purpose="本人办事").headers["location"]
    asked = desk.post(issue, fragment=True, purpose="本人办事")
    assert asked.status_code == 409
    assert asked.headers["hx-retarget"] == "#notices"
    assert "今天 12:00 已经给他开过同样的证明" in asked.text
    assert f'hx-post="{first}/print"' in asked.text
    assert 'form="issue" name="again"' in asked.text
    assert desk.post(f"{first}/print").headers["location"] == first
    assert desk.post(issue, purpose="本人办事", again="yes").status_code == 303
    with desk.office.space.read() as town:
        assert len(proofs_of(town, received.dossier)) == 2


def test_an_unknown_kind_is_refused_in_plain_words(desk: Desk) -> None:
    desk.sign_in()
    received = receive_person(desk.office, "王秀英")
    answer = desk.get(f"/dossiers/{received.dossier}/proofs/fortune")
    assert answer.status_code == 404
    assert "没有这种证明" in answer.text
