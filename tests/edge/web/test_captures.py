"""Scanning and filing: what was read is kept whatever stops the scan."""

import re
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from edge.domain.errors import DeviceFault, DeviceUnavailable
from edge.store.captures import waiting_captures
from edge.store.dossiers import catalogue
from edge.web.scanning import Feed
from tests.edge.web.conftest import Desk
from tests.offices import page_image, receive_person, scan


@dataclass(frozen=True)
class Sheet:
    path: Path


class Tray:
    """A feeder's far end: sheets, and what stops them."""

    def __init__(self) -> None:
        self.sheets = 3
        self.stop: Exception | None = None
        self.gate = threading.Event()
        self.gate.set()

    def feed(self, folder: Path) -> Iterator[Sheet]:
        for number in range(1, self.sheets + 1):
            path = folder / f"{number}.jpg"
            path.write_bytes(page_image(f"{time.monotonic_ns()}").jpeg)
            yield Sheet(path)
        assert self.gate.wait(10)
        if self.stop is not None:
            raise self.stop


@pytest.fixture
def tray() -> Tray:
    return Tray()


@pytest.fixture
def feed(tray: Tray) -> Feed:
    return tray.feed


def until_idle(desk: Desk) -> None:
    deadline = time.monotonic() + 10
    while any(batch.reading for batch in desk.scanning.open_batches()):
        assert time.monotonic() < deadline
        time.sleep(0.02)


def start(desk: Desk, dossier: str) -> str:
    place = str(desk.post(f"/dossiers/{dossier}/scan").headers["location"])
    until_idle(desk)
    return place


def test_pages_appear_and_are_filed_in_the_order_given(desk: Desk) -> None:
    received = receive_person(desk.office, "王秀英")
    desk.sign_in()
    place = start(desk, received.dossier)
    assert desk.get(place).text.count('class="sheet') >= 3
    form = {
        "dossier": received.dossier,
        "category": "4-1",
        "title": "毕业生登记表",
        "formed_on": "199807",
        "page": ["3", "1"],
    }
    left = desk.post(f"{place}/file", **form)
    assert left.headers["location"] == f"{place}?dossier={received.dossier}"
    done = desk.post(f"{place}/file", **form | {"page": "2", "title": "成绩单"})
    assert done.headers["location"] == f"/persons/{received.person}"
    with desk.office.space.read() as town:
        held = catalogue(town, received.dossier)
    assert [(each.title, each.pages) for each in held] == [("毕业生登记表", 2), ("成绩单", 1)]


def test_a_jam_keeps_what_was_read_and_the_same_batch_goes_on(desk: Desk, tray: Tray) -> None:
    received = receive_person(desk.office, "王秀英")
    tray.stop = DeviceFault("device.scanner.jam", fault="jam", pages_kept=3)
    desk.sign_in()
    place = start(desk, received.dossier)
    said = desk.get(f"{place}/state").text
    assert "卡纸" in said
    assert "已扫的 3 页还在" in said
    tray.stop = None
    desk.post(f"{place}/scan")
    until_idle(desk)
    assert "共 6 页" in desk.get(f"{place}/state").text


def test_a_scanner_that_is_off_is_told_and_nothing_is_lost(desk: Desk, tray: Tray) -> None:
    received = receive_person(desk.office, "王秀英")
    tray.sheets, tray.stop = 0, DeviceUnavailable("device.scanner.absent", fault="absent")
    desk.sign_in()
    place = start(desk, received.dossier)
    assert "扫描仪没有应答" in desk.get(f"{place}/state").text
    assert desk.post(f"{place}/aside").headers["location"] == f"/persons/{received.person}"


def test_a_second_scan_waits_its_turn_in_plain_words(desk: Desk, tray: Tray) -> None:
    one = receive_person(desk.office, "王秀英")
    two = receive_person(desk.office, "王建国")
    tray.gate.clear()
    desk.sign_in()
    desk.post(f"/dossiers/{one.dossier}/scan")
    other = desk.post(f"/dossiers/{two.dossier}/scan").headers["location"]
    assert "扫描仪正在忙" in desk.get(f"{other}/state").text
    tray.gate.set()
    until_idle(desk)


def test_filing_waits_until_the_scanner_stops(desk: Desk, tray: Tray) -> None:
    received = receive_person(desk.office, "王秀英")
    tray.gate.clear()
    desk.sign_in()
    place = desk.post(f"/dossiers/{received.dossier}/scan").headers["location"]
    form = {"dossier": received.dossier, "category": "1", "title": "履历表", "page": "1"}
    early = desk.post(f"{place}/file", fragment=True, **form)
    assert early.status_code == 409
    assert "扫描还没有停" in early.text
    tray.gate.set()
    until_idle(desk)
    assert desk.post(f"{place}/file", **form).status_code == 303


def test_what_is_put_aside_waits_in_the_list_of_things_to_do(desk: Desk) -> None:
    received = receive_person(desk.office, "王秀英")
    desk.sign_in()
    place = start(desk, received.dossier)
    desk.post(f"{place}/aside")
    with desk.office.space.read() as town:
        assert [each.waiting for each in waiting_captures(town)] == [3]
    assert place in desk.get("/todo").text
    assert "3 页还没有归类" in desk.get(f"/persons/{received.person}").text


def test_a_document_without_a_name_is_given_to_the_person_found_or_swiped(desk: Desk) -> None:
    received = receive_person(desk.office, "王秀英")
    capture = scan(desk.office, "传真")
    desk.sign_in()
    shown = desk.get(f"/captures/{capture}").text
    assert "这些材料归给谁" in shown
    assert re.search(r'data-person-slot="/captures/\w+/for/"', shown)
    assert received.dossier in desk.post(f"/captures/{capture}/owners", q="王秀英").text
    place = desk.get(f"/captures/{capture}/for/{received.person}").headers["location"]
    assert place == f"/captures/{capture}?dossier={received.dossier}"
    assert "归入 王秀英 的档案" in desk.get(place).text


def test_stopping_the_box_records_every_open_batch(desk: Desk) -> None:
    received = receive_person(desk.office, "王秀英")
    desk.sign_in()
    start(desk, received.dossier)
    desk.scanning.stop(5)
    with desk.office.space.read() as town:
        assert [each.pages for each in waiting_captures(town)] == [3]
