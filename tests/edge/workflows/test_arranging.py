"""Pages of a batch put in order: on record, reversible, and nothing is ever gone."""

import io
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import segno
from PIL import Image

from edge.domain import batch as pages
from edge.domain.batch import SEPARATOR
from edge.domain.cover_code import cover_code
from edge.domain.errors import Conflict, Denied
from edge.domain.kinds import Kind
from edge.imaging.master import MEDIA_TYPE, Master
from edge.store.captures import batch_pages, waiting_captures, waiting_pages
from edge.store.dossiers import dossier_of, pages_of
from edge.store.entries import Author
from edge.workflows.digitising import (
    Place,
    add_page,
    arrange,
    begin_batch,
    close_abandoned_batches,
    close_batch,
    parts_in,
    pose_of,
    reopen_batch,
    take_document,
)
from edge.workflows.office import Office
from edge.workflows.supplement import Filing, file_material
from tests.offices import CLERK, READER, Clock, deliver, office_in, page_image, receive_person, scan


def coded_sheet(text: str) -> Master:
    """A sheet that bears one code."""
    code = io.BytesIO()
    segno.make(text, error="m", micro=False).save(code, kind="png", scale=5, border=4)
    sheet = Image.new("L", (620, 877), 245)
    sheet.paste(Image.open(code), (150, 150))
    jpeg = io.BytesIO()
    sheet.save(jpeg, "JPEG", quality=85, dpi=(75, 75))
    return Master(jpeg.getvalue(), MEDIA_TYPE, 620, 877, 75)


def numbers(office: Office, capture: str) -> list[int]:
    with office.space.read() as town:
        return [page.number for page in waiting_pages(town, capture)]


def acts(office: Office, kind: Kind) -> int:
    with office.space.read() as town:
        row = town.execute("select count(*) from history where kind = ?", (kind,)).fetchone()
    return int(row[0])


def test_a_batch_on_record_is_arranged_by_one_more_act_and_back_again(office: Office) -> None:
    capture = scan(office, "one", "two", "three")
    reopen_batch(office, CLERK, capture)
    arrange(office, CLERK, capture, lambda held: pages.discarded(held, 2))
    arrange(office, CLERK, capture, lambda held: pages.turned(held, 3))
    arrange(office, CLERK, capture, lambda held: pages.ordered(held, [3, 1]))
    assert acts(office, Kind.CAPTURE_ARRANGED) == 0
    close_batch(office, CLERK, capture)
    assert acts(office, Kind.CAPTURE_ARRANGED) == 1
    assert numbers(office, capture) == [3, 1]
    with office.space.read() as town:
        (held,) = waiting_captures(town)
        everything = [(page.number, page.discarded, page.turn) for page in pages_of(town, capture)]
    assert (held.pages, held.waiting) == (3, 2)
    assert everything == [(3, False, 90), (2, True, 0), (1, False, 0)]
    reopen_batch(office, CLERK, capture)
    arrange(office, CLERK, capture, lambda held: pages.discarded(held, 2, aside=False))
    close_batch(office, CLERK, capture)
    assert numbers(office, capture) == [3, 2, 1]


def test_a_turn_goes_with_the_page_into_its_material(office: Office) -> None:
    received = receive_person(office, "王秀英")
    capture = scan(office, "lying on its side")
    reopen_batch(office, CLERK, capture)
    arrange(office, CLERK, capture, lambda held: pages.turned(held, 1, 270))
    close_batch(office, CLERK, capture)
    filing = Filing(received.dossier, "1", "履历表", "", capture, (1,))
    material = file_material(office, CLERK, filing)
    with office.space.read() as town:
        (page,) = pages_of(town, material.id)
    assert (page.turn, pose_of(page).turn) == (270, 270)


def test_pages_are_inserted_and_replaced_while_a_batch_is_open(office: Office) -> None:
    batch = begin_batch(office, CLERK, "scanner", "")
    for word in ("one", "two"):
        add_page(office, CLERK, batch, page_image(word), Place(run=1))
    add_page(office, CLERK, batch, page_image("between"), Place(after=1, run=2))
    add_page(office, CLERK, batch, page_image("two, better"), Place(instead=2, run=3))
    close_batch(office, CLERK, batch)
    assert numbers(office, batch) == [1, 3, 4]
    with office.space.read() as town:
        assert [p.number for p in pages_of(town, batch) if p.discarded] == [2]


def test_a_page_is_added_to_a_batch_on_record_and_filed_ones_stay_filed(office: Office) -> None:
    received = receive_person(office, "王秀英")
    capture = scan(office, "one", "two")
    file_material(office, CLERK, Filing(received.dossier, "1", "履历表", "", capture, (1,)))
    reopen_batch(office, CLERK, capture)
    add_page(office, CLERK, capture, page_image("three"), Place(run=1))
    close_batch(office, CLERK, capture)
    assert numbers(office, capture) == [2, 3]
    with pytest.raises(Conflict):
        file_material(office, CLERK, Filing(received.dossier, "1", "又一次", "", capture, (1,)))


def test_a_crash_while_pages_are_put_in_order_records_what_was_done(tmp_path: Path) -> None:
    clock = Clock()
    with office_in(tmp_path, clock=clock) as office:
        capture = scan(office, "one", "two")
        reopen_batch(office, CLERK, capture)
        arrange(office, CLERK, capture, lambda held: pages.discarded(held, 1))
    with office_in(tmp_path, clock=clock) as office:
        assert close_abandoned_batches(office) == 1
        assert numbers(office, capture) == [2]


def test_two_boxes_that_arrange_one_batch_apart_lose_no_page(tmp_path: Path) -> None:
    with office_in(tmp_path / "a") as one, office_in(tmp_path / "b") as lent:
        two = replace(lent, author=Author("b" * 32, one.author.clock))
        capture = scan(one, "one", "two")
        deliver(one.space, two.space)
        for office, word in ((one, "from one"), (two, "from two")):
            reopen_batch(office, CLERK, capture)
            add_page(office, CLERK, capture, page_image(word))
            close_batch(office, CLERK, capture)
        deliver(one.space, two.space)
        deliver(two.space, one.space)
        with one.space.read() as here, two.space.read() as there:
            shown = pages_of(here, capture)
            assert shown == pages_of(there, capture)
    assert len({page.blob for page in shown}) == 4
    assert len({page.number for page in shown}) == 4


def test_an_equal_sheet_is_told_by_its_twins_number(office: Office) -> None:
    batch = begin_batch(office, CLERK, "scanner", "")
    sheets = [page_image("a"), coded_sheet("other"), page_image("a"), page_image("a little else")]
    assert [add_page(office, CLERK, batch, each)["twin"] for each in sheets] == [0, 0, 1, 3]


@pytest.mark.parametrize("bears", [cover_code, None], ids=["cover", "number"])
def test_separators_and_covers_divide_a_dropped_document(
    office: Office, bears: Callable[[str], str] | None
) -> None:
    one, two = receive_person(office, "王秀英"), receive_person(office, "王建国")
    with office.space.read() as town:
        code = bears(two.dossier) if bears else dossier_of(town, two.dossier).number
    masters = [
        page_image("first"), coded_sheet(SEPARATOR), page_image("second"),
        coded_sheet(code), page_image("third"),
    ]  # fmt: skip
    take_document(office, CLERK, "hot_folder", "sha256:x", masters)
    with office.space.read() as town:
        held = sorted(waiting_captures(town), key=lambda each: each.id)
        shown = [(each.dossier, each.waiting, each.pages) for each in held]
        everything = [page.blob for each in held for page, _ in batch_pages(town, each.id)]
    assert shown == [("", 1, 1), ("", 1, 2), (two.dossier, 2, 2)]
    assert len(everything) == 5
    assert one.dossier not in {each.dossier for each in held}


def test_a_code_of_somebody_else_divides_nothing(office: Office) -> None:
    elsewhere, spoilt = cover_code("f" * 32), cover_code("e" * 32)[:-1] + "-"
    codes = ["4006381333931", elsewhere, spoilt]
    told: list[dict[str, Any]] = [{"number": 1, "codes": codes}, {"number": 2}]
    assert parts_in(office, told) == 1


def test_only_who_may_file_puts_pages_in_order(office: Office) -> None:
    capture = scan(office, "one")
    with pytest.raises(Denied):
        reopen_batch(office, READER, capture)
