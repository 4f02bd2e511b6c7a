"""Deny by default: no address answers without its right, and no look leaves no record."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

import pytest
from litestar import Litestar
from litestar.routes import HTTPRoute

from devices.driver import Health, State
from edge.domain.kinds import Kind
from edge.store.captures import waiting_captures
from edge.store.entries import Author, Pen
from edge.web.scanning import Feed
from edge.workflows.accession import Received
from edge.workflows.office import Office
from edge.workflows.supplement import Filing, file_material
from tests.edge.web.conftest import Desk, open_desk
from tests.edge.web.test_captures import Tray, start, until_idle
from tests.offices import CLERK, Clock, receive_person, scan

# What answers without a sign-in: the way in, the look of it, and measures without names.
OPEN = {
    "/lock",
    "/lock/state",
    "/sign-in",
    "/sign-out",
    "/touched",
    "/language",
    "/healthz",
    "/metrics",
    "/api/v1/schema",
    "/api/v1/schema/{path}",
    "/api/v1/schema/openapi.json",
    "/static/{file_path}",
    "/citizen",
    "/citizen/let-in",
}
# What faces citizens: without a screen's own secret each leads to where one may be let in.
FACING = ("/citizen/", "/self")
# What a technician may open: the room, the exchange, and nothing that names a person.
TECHNICAL = {
    "/",
    "/todo",
    "/events",
    "/drafts",
    "/drafts/{task}",
    "/undo",
    "/undo/offer",
    "/api/v1/sync",
    "/api/v1/climate",
}
TECHNICAL_BELOW = ("/room", "/sync", "/screens")


class Tape:
    """A printer's far end that keeps what came out."""

    def __init__(self) -> None:
        self.titles: list[str] = []

    def submit(self, pdf: Path, title: str, copies: int = 1) -> int:
        assert pdf.read_bytes().startswith(b"%PDF")
        self.titles.append(title)
        return len(self.titles)

    def job(self, job_id: int) -> NoReturn:
        raise OverflowError(job_id)

    def health(self) -> Health:
        return Health(State.READY)


@pytest.fixture
def tray() -> Tray:
    return Tray()


@pytest.fixture
def feed(tray: Tray) -> Feed:
    return tray.feed


@pytest.fixture
def tape() -> Tape:
    return Tape()


@pytest.fixture
def printing_desk(office: Office, tmp_path: Path, tape: Tape) -> Iterator[Desk]:
    yield from open_desk(office, tmp_path / "work", None, tape)


def addresses(desk: Desk) -> Iterator[tuple[str, str]]:
    """Every method and path of the application, its places filled with nothing's name."""
    app = desk.client.app
    assert isinstance(app, Litestar)
    for route in app.routes:
        if isinstance(route, HTTPRoute):
            for method in sorted(route.methods - {"OPTIONS", "HEAD"}):
                yield method, re.sub(r":\w+\}", "}", route.path_format)


def ask(desk: Desk, method: str, path: str) -> tuple[int, str]:
    filled = re.sub(r"\{(number|job)\}", "1", path)
    filled = re.sub(r"\{\w+\}", "0" * 32, filled)
    answer = desk.client.request(
        method, filled, headers=desk.token, json={"q": "x"}, follow_redirects=False
    )
    return answer.status_code, answer.headers.get("location", "")


def test_every_address_but_the_way_in_asks_for_a_sign_in(desk: Desk) -> None:
    closed = [
        each for each in addresses(desk) if each[1] not in OPEN and not each[1].startswith(FACING)
    ]
    assert len(closed) > 40
    answered = {each: ask(desk, *each) for each in closed if each[1] != "/events"}
    assert {
        each: said for each, said in answered.items() if said not in ((303, "/lock"), (401, ""))
    } == {}


@pytest.mark.checklist("001-10")
def test_a_technician_is_denied_every_address_that_may_name_a_person(desk: Desk) -> None:
    desk.sign_in("qiuwei")
    wrong = {}
    for method, path in addresses(desk):
        technical = path in OPEN | TECHNICAL or path.startswith((*TECHNICAL_BELOW, *FACING))
        if not technical and (said := ask(desk, method, path))[0] != 403:
            wrong[method, path] = said
    # Forms are parsed before the right is asked; an unreadable one tells nothing.
    assert {each: said for each, said in wrong.items() if said[0] != 400} == {}


def views(office: Office) -> list[tuple[str, str]]:
    with office.space.read() as town:
        return list(town.execute("select dossier, by from view").fetchall())


def filed_page(office: Office, received: Received) -> str:
    capture = scan(office, "履历表")
    filing = Filing(received.dossier, "1", "履历表", "", capture, (1,))
    material = file_material(office, CLERK, filing)
    with office.space.read() as town:
        row = town.execute("select lower(hex(blob)) from page where owner = ?", (material.id,))
        return f"/pages/{material.id}/{row.fetchone()[0]}"


@pytest.mark.parametrize(
    "address",
    [
        "/persons/{person}",
        "/dossiers/{dossier}/supplement",
        "/dossiers/{dossier}/proofs",
        "/dossiers/{dossier}/proofs/storage",
        "/dossiers/{dossier}/proofs/storage/preview",
        "/loans/{dossier}",
        "/matters/new/transfer_out?dossier={dossier}",
        "/api/v1/dossiers/{dossier}",
        "{page}",
    ],
)
def test_every_way_to_see_a_dossier_leaves_a_record(desk: Desk, address: str) -> None:
    received = receive_person(desk.office, "王秀英")
    places = {"dossier": received.dossier, "person": received.person}
    page = filed_page(desk.office, received)
    desk.sign_in()
    assert desk.get(address.format(page=page, **places)).status_code == 200
    assert views(desk.office) == [(received.dossier, CLERK.id)]


def test_a_sealed_paper_is_not_read_without_a_record(printing_desk: Desk) -> None:
    desk = printing_desk.sign_in()
    received = receive_person(desk.office, "王秀英")
    desk.post(f"/dossiers/{received.dossier}/proofs/storage/issue", purpose="本人办事")
    with desk.office.space.read() as town:
        proof = town.execute("select id from proof").fetchone()[0]
    assert desk.get(f"/proofs/{proof}/paper").content.startswith(b"%PDF")
    assert views(desk.office) == [(received.dossier, CLERK.id)]


def test_coming_back_to_a_dossier_after_a_while_is_another_look(desk: Desk, clock: Clock) -> None:
    received = receive_person(desk.office, "王秀英")
    page = filed_page(desk.office, received)
    desk.sign_in()
    for minutes, looks in ((0, 1), (20, 1), (20, 2), (40, 3)):
        clock.forward(minutes * 60_000)
        desk.get(f"/persons/{received.person}")
        desk.get(page)
        assert len(views(desk.office)) == looks, minutes


def test_a_reader_prints_no_proof_or_paper_a_second_time(printing_desk: Desk, tape: Tape) -> None:
    desk = printing_desk.sign_in()
    received = receive_person(desk.office, "王秀英")
    desk.post(f"/dossiers/{received.dossier}/proofs/storage/issue", purpose="本人办事")
    with desk.office.space.read() as town:
        proof = town.execute("select id from proof").fetchone()[0]
    listed = desk.post("/standards/print").headers["location"].partition("/job/")[0]
    damp = {"what": "东墙返潮", "place": "1库2列"}
    matter = desk.post("/matters/new/rectification/open", **damp).headers["location"]
    issued = desk.post(f"{matter}/papers/rectification_notice/issue").headers["location"]
    notice = issued.partition("/job/")[0]
    assert len(tape.titles) == 3
    desk.post("/sign-out")
    desk.sign_in("oujing")
    for address in (f"/proofs/{proof}", listed, notice):
        assert desk.post(f"{address}/print").status_code == 403, address
    assert len(tape.titles) == 3
    desk.post("/sign-out")
    desk.sign_in()
    assert desk.post(f"{notice}/print").status_code == 303


@pytest.mark.checklist("001-10")
def test_a_reader_neither_records_nor_files_what_a_clerk_scanned(desk: Desk) -> None:
    received = receive_person(desk.office, "王秀英")
    desk.sign_in()
    place = start(desk, received.dossier)
    desk.post("/sign-out")
    desk.sign_in("oujing")
    form = {"dossier": received.dossier, "category": "1", "title": "履历表", "page": "1"}
    assert desk.post(f"{place}/aside").status_code == 403
    assert desk.post(f"{place}/file", **form).status_code == 403
    assert len(desk.scanning.open_batches()) == 1
    with desk.office.space.read() as town:
        assert waiting_captures(town) == []
    # The form of reception shows whole ID numbers to those alone who may receive.
    assert desk.get(f"/receive?person={received.person}").status_code == 403


def test_who_is_withdrawn_is_out_with_the_next_request(desk: Desk, clock: Clock) -> None:
    desk.sign_in()
    assert desk.get("/").status_code == 200
    hub = Author("f" * 32, clock)
    desk.office.county.write(
        lambda county: Pen(county, hub, "hub").append(Kind.USER_WITHDRAWN, CLERK.id, {})
    )
    assert desk.get("/").headers["location"] == "/lock"
    assert desk.get("/api/v1/sync").status_code == 401


def test_a_scan_started_twice_keeps_reading_and_keeps_every_sheet(desk: Desk, tray: Tray) -> None:
    received = receive_person(desk.office, "王秀英")
    tray.gate.clear()
    desk.sign_in()
    place = desk.post(f"/dossiers/{received.dossier}/scan").headers["location"]
    assert desk.post(f"/dossiers/{received.dossier}/scan").headers["location"] == place
    assert "正在扫描" in desk.get(f"{place}/state").text
    assert desk.post(f"{place}/aside").status_code == 409
    desk.post(f"{place}/scan")
    tray.gate.set()
    until_idle(desk)
    assert "共 3 页" in desk.get(f"{place}/state").text


def test_a_fault_nobody_foresaw_is_told_and_the_pages_before_it_are_kept(
    desk: Desk, tray: Tray
) -> None:
    received = receive_person(desk.office, "王秀英")
    tray.stop = ZeroDivisionError("a page of no size")
    desk.sign_in()
    place = start(desk, received.dossier)
    said = desk.get(f"{place}/state").text
    assert "有一页没有读成" in said
    assert "已扫的 3 页还在" in said


def test_a_disk_that_fills_while_scanning_is_called_full(desk: Desk, tray: Tray) -> None:
    received = receive_person(desk.office, "王秀英")
    tray.stop = OSError(28, "No space left on device")
    desk.sign_in()
    place = start(desk, received.dossier)
    assert "本机存储已满，扫描先停下。已扫的 3 页还在" in desk.get(f"{place}/state").text


@pytest.mark.parametrize("address", ["/pages/{person}/zz", "/proofs/{proof}/job/{job}"])
def test_nonsense_in_an_address_is_not_found(printing_desk: Desk, address: str) -> None:
    desk = printing_desk.sign_in()
    received = receive_person(desk.office, "王秀英")
    desk.post(f"/dossiers/{received.dossier}/proofs/storage/issue", purpose="本人办事")
    with desk.office.space.read() as town:
        proof = town.execute("select id from proof").fetchone()[0]
    asked = address.format(person=received.person, proof=proof, job=2**31)
    assert desk.get(asked).status_code == 404


def test_numbers_and_names_without_end_are_refused_before_they_are_kept(desk: Desk) -> None:
    assert desk.post("/sign-in", login="9" * 5000, pin="1").status_code == 422
    with desk.office.space.read() as town:
        assert town.execute("select count(*) from attempt").fetchone() == (0,)
    desk.sign_in()
    form = {"name": "甲", "dossier_class": "流动", "count-1": "9" * 5000}
    assert desk.post("/receive/register", **form).status_code == 422
    found = desk.client.post("/api/v1/persons/search", json={"q": "甲" * 61}, headers=desk.token)
    assert found.status_code == 400
