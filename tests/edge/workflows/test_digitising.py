"""Scanning: what was read is kept, whatever happens next."""

from pathlib import Path

import pytest

from edge.domain.errors import Denied, InvalidInput, NotFound
from edge.imaging.master import Master
from edge.store.captures import capture_of, waiting_captures, waiting_pages
from edge.store.dossiers import pages_of
from edge.workflows.digitising import (
    add_page,
    batch_of,
    begin_batch,
    close_abandoned_batches,
    close_batch,
    take_document,
)
from edge.workflows.office import Office
from tests.offices import CLERK, READER, Clock, office_in, page_image


def test_a_batch_is_one_act_with_its_pages_in_order(office: Office) -> None:
    batch = begin_batch(office, CLERK, "scanner", "feeder-1")
    kept = [add_page(office, CLERK, batch, page_image(word)) for word in ("one", "two", "three")]
    capture = close_batch(office, CLERK, batch)
    assert capture is not None
    assert (capture.pages, capture.waiting, capture.source) == (3, 3, "scanner")
    with office.space.read() as connection:
        pages = pages_of(connection, batch)
        acts = connection.execute("select count(*) from entry").fetchone()[0]
    assert [page.blob for page in pages] == [page["blob"] for page in kept]
    assert acts == 1


def test_the_master_is_kept_byte_for_byte_and_has_a_thumbnail(office: Office) -> None:
    master = page_image("untouched")
    capture = take_document(office, CLERK, "hot_folder", "inbox", [master])
    assert capture is not None
    with office.space.read() as connection:
        (page,) = pages_of(connection, capture.id)
        held = {
            bytes(digest).hex(): size
            for digest, size in connection.execute("select digest, bytes from held")
        }
    assert office.blobs.read(page.blob) == master.jpeg
    assert office.blobs.read(page.thumb)[:2] == b"\xff\xd8"
    assert (page.width, page.height, page.dpi, page.bytes) == (620, 877, 75, len(master.jpeg))
    assert held[page.blob] == len(master.jpeg)
    assert page.thumb in held


def test_an_empty_batch_leaves_no_act(office: Office) -> None:
    batch = begin_batch(office, CLERK, "scanner", "feeder-1")
    assert close_batch(office, CLERK, batch) is None
    with office.space.read() as connection:
        assert waiting_captures(connection) == []
        assert connection.execute("select count(*) from entry").fetchone() == (0,)


def test_a_jam_keeps_the_pages_before_it(office: Office) -> None:
    batch = begin_batch(office, CLERK, "scanner", "feeder-1")
    add_page(office, CLERK, batch, page_image("before the jam"))
    torn = Master(b"\xff\xd8\xff torn", "image/jpeg", 1, 1, 75)
    with pytest.raises(InvalidInput):
        add_page(office, CLERK, batch, torn)
    assert len(batch_of(office, CLERK, batch).pages) == 1
    capture = close_batch(office, CLERK, batch)
    assert capture is not None
    assert capture.pages == 1


def test_a_batch_left_open_by_a_crash_is_recorded_in_its_clerks_name(tmp_path: Path) -> None:
    clock = Clock()
    with office_in(tmp_path, clock=clock) as office:
        batch = begin_batch(office, CLERK, "scanner", "feeder-1", dossier="d-1")
        add_page(office, CLERK, batch, page_image("left"))
        begin_batch(office, CLERK, "scanner", "feeder-1")
    with office_in(tmp_path, clock=clock) as office:
        assert close_abandoned_batches(office) == 2
        assert close_abandoned_batches(office) == 0
        with office.space.read() as connection:
            (capture,) = waiting_captures(connection)
    assert (capture.id, capture.pages, capture.by, capture.dossier) == (batch, 1, CLERK.id, "d-1")


def test_a_closed_or_foreign_batch_takes_no_page(office: Office) -> None:
    batch = begin_batch(office, CLERK, "scanner", "feeder-1")
    with pytest.raises(NotFound) as foreign:
        add_page(office, READER, batch, page_image())
    close_batch(office, CLERK, batch)
    with pytest.raises(NotFound) as closed:
        add_page(office, CLERK, batch, page_image())
    assert foreign.value.key == closed.value.key == "capture.unknown"


def test_equal_sheets_of_one_batch_are_each_to_be_filed(office: Office) -> None:
    blank = page_image("the same")
    capture = take_document(office, CLERK, "scanner", "feeder-1", [blank, blank, page_image("x")])
    assert capture is not None
    assert capture.waiting == 3
    with office.space.read() as connection:
        assert len(waiting_pages(connection, capture.id)) == 3


def test_unknown_batches_are_named_so(office: Office) -> None:
    with office.space.read() as connection, pytest.raises(NotFound) as caught:
        capture_of(connection, "0" * 32)
    assert caught.value.key == "capture.unknown"


def test_only_who_may_file_scans(office: Office) -> None:
    with pytest.raises(Denied):
        begin_batch(office, READER, "scanner", "feeder-1")
