"""Pages put in order on the screen: turned, left out, inserted, replaced, merged, divided."""

import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest

from edge.domain.batch import SEPARATOR
from edge.domain.kinds import Kind
from edge.store.captures import waiting_captures
from edge.store.dossiers import catalogue, pages_of
from edge.store.texts import PageText, note_text
from edge.web.scanning import Feed
from tests.edge.web.conftest import Desk
from tests.edge.web.test_captures import until_idle
from tests.edge.workflows.test_arranging import coded_sheet
from tests.offices import page_image, receive_person, scan

ACT_ON_ONE = r'id="sheet-(\d+)"'


@dataclass(frozen=True)
class Sheet:
    path: Path


class Stack:
    """A feeder's far end into which a test lays sheets; each scan takes all of them."""

    def __init__(self) -> None:
        self.sheets: list[bytes] = []
        self.fed = 0
        self.gate = threading.Event()
        self.gate.set()

    def lay(self, *words: str) -> None:
        self.sheets = [page_image(word).jpeg for word in words]

    def feed(self, folder: Path) -> Iterator[Sheet]:
        for jpeg in self.sheets:
            self.fed += 1
            path = folder / f"{self.fed}.jpg"
            path.write_bytes(jpeg)
            yield Sheet(path)
        assert self.gate.wait(30)


@pytest.fixture
def stack() -> Stack:
    return Stack()


@pytest.fixture
def feed(stack: Stack) -> Feed:
    return stack.feed


def scanned(desk: Desk, place: str, **where: object) -> str:
    place = str(desk.post(place, **where).headers["location"])
    until_idle(desk)
    return place


def shown(desk: Desk, place: str) -> list[int]:
    return [int(number) for number in re.findall(ACT_ON_ONE, desk.get(place).text)]


def test_what_is_turned_and_left_out_is_on_record_and_can_be_taken_back(
    desk: Desk, stack: Stack
) -> None:
    received = receive_person(desk.office, "王秀英")
    stack.lay("one", "two", "three")
    desk.sign_in()
    place = scanned(desk, f"/dossiers/{received.dossier}/scan")
    turned = desk.post(f"{place}/pages/2/turn", True, order=["3", "1", "2"], page=["3", "2"])
    assert re.findall(ACT_ON_ONE, turned.text) == ["3", "1", "2"]
    assert turned.text.count("checked") == 2
    assert "turn-90" in turned.text
    left_out = desk.post(f"{place}/pages/1/discard", True, order=["3", "1", "2"], page=["3", "2"])
    assert "已剔除" in left_out.text
    desk.post(f"{place}/aside")
    with desk.office.space.read() as town:
        (held,) = waiting_captures(town)
        pages = pages_of(town, held.id)
    assert held.waiting == 2
    assert [(page.number, page.turn, page.discarded) for page in pages] == [
        (3, 0, False),
        (1, 0, True),
        (2, 90, False),
    ]
    back = desk.post(f"{place}/pages/1/restore", True, order=["3", "1", "2"], page=["3", "2"])
    assert back.text.count("checked") == 3
    assert "已剔除" not in back.text


def test_pages_left_out_are_not_filed_and_the_others_take_their_turn_along(
    desk: Desk, stack: Stack
) -> None:
    received = receive_person(desk.office, "王秀英")
    stack.lay("one", "two")
    desk.sign_in()
    place = scanned(desk, f"/dossiers/{received.dossier}/scan")
    desk.post(f"{place}/pages/1/discard", True, order=["1", "2"], page=["2"])
    desk.post(f"{place}/pages/2/turn", True, order=["1", "2"], page=["2"])
    form = {"dossier": received.dossier, "category": "1", "title": "履历表", "page": "2"}
    done = desk.post(f"{place}/file", **form)
    assert done.headers["location"] == f"/persons/{received.person}"
    with desk.office.space.read() as town:
        (material,) = catalogue(town, received.dossier)
        (page,) = pages_of(town, material.id)
    assert page.turn == 90


def test_pages_are_scanned_behind_a_page_or_in_its_place(desk: Desk, stack: Stack) -> None:
    received = receive_person(desk.office, "王秀英")
    stack.lay("one", "two")
    desk.sign_in()
    place = scanned(desk, f"/dossiers/{received.dossier}/scan")
    stack.lay("between", "between too")
    scanned(desk, f"{place}/scan", after="1")
    assert shown(desk, place) == [1, 3, 4, 2]
    stack.lay("two again")
    scanned(desk, f"{place}/scan", instead="2")
    assert shown(desk, place) == [1, 3, 4, 5, 2]
    assert desk.get(place).text.count("已剔除") == 1
    came = desk.get(f"{place}/sheets?after=4", fragment=True)
    assert came.headers["hx-retarget"] == "#sheets"
    assert re.findall(ACT_ON_ONE, came.text) == ["1", "3", "4", "5", "2"]


def test_both_sides_scanned_one_after_the_other_become_sheets(desk: Desk, stack: Stack) -> None:
    received = receive_person(desk.office, "王秀英")
    stack.lay("1 front", "2 front")
    desk.sign_in()
    place = scanned(desk, f"/dossiers/{received.dossier}/scan")
    assert "正反面合起来" not in desk.get(f"{place}/state").text
    stack.lay("2 back")
    scanned(desk, f"{place}/scan")
    short = desk.post(f"{place}/interleave", fragment=True)
    assert (short.status_code, "正面 2 页，反面 1 页" in short.text) == (422, True)
    desk.post(f"{place}/pages/3/discard", True, order=["1", "2", "3"], page=[])
    assert shown(desk, place) == [1, 2, 3]


def test_a_stack_turned_over_is_merged(desk: Desk, stack: Stack) -> None:
    received = receive_person(desk.office, "王秀英")
    stack.lay("1 front", "2 front")
    desk.sign_in()
    place = scanned(desk, f"/dossiers/{received.dossier}/scan")
    stack.lay("2 back", "1 back")
    scanned(desk, f"{place}/scan")
    assert "正反面合起来" in desk.get(f"{place}/state").text
    desk.post(f"{place}/interleave")
    assert shown(desk, place) == [1, 4, 2, 3]


def test_separators_divide_an_open_batch_among_its_owners(desk: Desk, stack: Stack) -> None:
    one, two = receive_person(desk.office, "王秀英"), receive_person(desk.office, "王建国")
    with desk.office.space.read() as town:
        number = town.execute("select number from dossier where id = ?", (two.dossier,)).fetchone()
    stack.sheets = [
        page_image("of one").jpeg,
        coded_sheet(SEPARATOR).jpeg,
        coded_sheet(number[0]).jpeg,
        page_image("of two").jpeg,
    ]
    desk.sign_in()
    place = scanned(desk, f"/dossiers/{one.dossier}/scan")
    assert "按分隔页分成 2 批" in desk.get(f"{place}/state").text
    assert desk.post(f"{place}/divide").headers["location"] == "/todo"
    with desk.office.space.read() as town:
        held = {each.dossier: each.waiting for each in waiting_captures(town)}
    assert held == {one.dossier: 1, two.dossier: 2}


def test_each_finding_is_told_beside_its_page(desk: Desk, stack: Stack) -> None:
    received = receive_person(desk.office, "王秀英")
    stack.sheets = [page_image("the same").jpeg, coded_sheet("x").jpeg, page_image("the same").jpeg]
    desk.sign_in()
    said = desk.get(scanned(desk, f"/dossiers/{received.dossier}/scan")).text
    assert "第 3 页和第 1 页可能是同一张" in said
    assert "第 2 页只有 75 dpi" in said


def test_only_who_may_file_puts_pages_in_order(desk: Desk) -> None:
    capture = scan(desk.office, "one")
    desk.sign_in("oujing")
    assert desk.post(f"/captures/{capture}/pages/1/discard", order="1").status_code == 403
    assert desk.post(f"/captures/{capture}/interleave").status_code == 403
    assert desk.post(f"/captures/{capture}/divide").status_code == 403
    assert desk.post(f"/captures/{capture}/guess/take").status_code == 403


def read_as(desk: Desk, owner: str, text: str, turn: int = 0) -> None:
    """Have every page of a capture or material read."""
    with desk.office.space.read() as town:
        blobs = [page.blob for page in pages_of(town, owner)]
    for blob in blobs:
        lines = tuple((10, 30 * n, 200, 20, line) for n, line in enumerate(text.splitlines()))
        read = PageText(text, turn, (620, 877), lines)
        desk.office.space.write(partial(note_text, digest=blob, read=read, at=1))


def test_a_guess_is_offered_marked_and_fills_the_form_only_when_taken(desk: Desk) -> None:
    received = receive_person(desk.office, "王秀英")
    capture = scan(desk.office, "one")
    read_as(desk, capture, "高等学校毕业生登记表\n填表日期:2010年6月15日")
    desk.sign_in()
    offered = desk.get(f"/captures/{capture}/guess?dossier={received.dossier}").text
    assert "机读建议，请核对" in offered
    assert "学历学位 · 高等学校毕业生登记表" in offered
    place = f"/captures/{capture}?dossier={received.dossier}"
    assert 'value="20100615"' not in desk.get(place).text
    taken = desk.post(f"/captures/{capture}/guess/take?dossier={received.dossier}")
    assert taken.headers["location"] == place
    form = desk.get(place).text
    assert 'value="20100615"' in form
    assert re.search(r'value="4-1"\s+checked', form)


def test_a_page_read_upside_down_is_told(desk: Desk) -> None:
    capture = scan(desk.office, "one")
    read_as(desk, capture, "履历表", turn=180)
    desk.sign_in()
    assert "第 1 页可能放倒了" in desk.get(f"/captures/{capture}").text


def test_words_on_pages_are_found_marked_and_each_dossier_shown_is_a_look(desk: Desk) -> None:
    received = receive_person(desk.office, "王秀英")
    capture = scan(desk.office, "one")
    desk.sign_in()
    form = {"dossier": received.dossier, "category": "1", "title": "履历表", "page": "1"}
    desk.post(f"/captures/{capture}/file", **form)
    read_as(desk, capture, "毕业院校 浙东农林学院")
    found = desk.post("/search/text", True, q="东农林").text
    assert "<mark>东农林</mark>" in found
    assert "机读" in found
    assert re.search(rf"/dossiers/{received.dossier}/view/\w+/1", found)
    with desk.office.space.read() as town:
        looks = town.execute("select count(*) from history where kind = ?", (Kind.DOSSIER_VIEWED,))
        assert looks.fetchone() == (1,)
    assert "没有找到" in desk.post("/search/text", True, q="不存在的字").text
    assert "至少两个字" in desk.post("/search/text", True, q="农").text


def test_a_page_askew_is_shown_straight_and_as_it_was_scanned(desk: Desk, stack: Stack) -> None:
    received = receive_person(desk.office, "王秀英")
    stack.lay("one")
    desk.sign_in()
    place = scanned(desk, f"/dossiers/{received.dossier}/scan")
    desk.post(f"{place}/pages/1/turn", True, order="1", page="1")
    form = {"dossier": received.dossier, "category": "1", "title": "履历表", "page": "1"}
    desk.post(f"{place}/file", **form)
    with desk.office.space.read() as town:
        (material,) = catalogue(town, received.dossier)
        (page,) = pages_of(town, material.id)
    leaf = f"/dossiers/{received.dossier}/view/{material.id}/1"
    assert f"/pages/{material.id}/{page.blob}/straight" in desk.get(leaf).text
    assert f'data-image="/pages/{material.id}/{page.blob}"' in desk.get(f"{leaf}?master=true").text
    straight = desk.get(f"/pages/{material.id}/{page.blob}/straight")
    master = desk.get(f"/pages/{material.id}/{page.blob}")
    assert master.content == page_image("one").jpeg
    assert straight.content[:2] == b"\xff\xd8"
    assert straight.content != master.content


def test_a_place_asked_for_while_the_scanner_reads_is_told_and_not_forgotten(
    desk: Desk, stack: Stack
) -> None:
    received = receive_person(desk.office, "王秀英")
    stack.lay("one", "two")
    desk.sign_in()
    place = scanned(desk, f"/dossiers/{received.dossier}/scan")
    stack.gate.clear()
    desk.post(f"{place}/scan")
    early = desk.post(f"{place}/scan", True, after="1")
    stack.gate.set()
    until_idle(desk)
    assert (early.status_code, "扫描还没有停" in early.text) == (409, True)
