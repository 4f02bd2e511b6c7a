"""A full disk: said plainly, nothing half done, and work goes on once there is room."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from edge.domain.entry import first_break
from edge.domain.errors import StorageFull
from edge.domain.query import parse
from edge.store.captures import waiting_captures
from edge.store.database import Connection
from edge.store.dossiers import catalogue, pages_of
from edge.store.entries import all_entries, entries_of_box
from edge.store.persons import count_persons
from edge.store.projection import dump, rebuild
from edge.store.search import search
from edge.workflows.digitising import add_page, batch_of, begin_batch, close_batch
from edge.workflows.office import Office
from edge.workflows.supplement import Filing, file_material
from tests.faults.disks import fill, make_room, small_disk_at
from tests.offices import (
    CLERK,
    close_office,
    id_number,
    office_in,
    open_office,
    page_image,
    receive_person,
    scan,
)

SIZE_KIB = 16_384


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    with small_disk_at(tmp_path / "disk", SIZE_KIB) as disk:
        yield disk


@pytest.fixture
def office(small_disk: Path) -> Iterator[Office]:
    with office_in(small_disk / "office") as opened:
        yield opened


def check_whole(office: Office) -> None:
    def again(connection: Connection) -> tuple[bytes, bytes]:
        before = dump(connection)
        rebuild(connection, all_entries(connection))
        return before, dump(connection)

    before, after = office.space.write(again)
    assert before == after
    with office.space.read() as connection:
        assert first_break(entries_of_box(connection, office.author.box)) is None
        for table in ("material", "capture"):
            for id, pages in connection.execute(f"select id, pages from {table}"):  # noqa: S608
                assert len(pages_of(connection, id)) == pages
        for (digest,) in connection.execute("select digest from blob").fetchall():
            office.blobs.read(bytes(digest).hex())
    assert list((office.blobs.folder / "incoming").iterdir()) == []


def refused(act: Callable[[], object]) -> None:
    with pytest.raises(StorageFull) as caught:
        act()
    assert caught.value.key == "storage.full"


def test_the_counter_says_full_keeps_reading_and_goes_on(small_disk: Path, office: Office) -> None:
    dossier = receive_person(office, "王建国", id_number(1)).dossier
    batch = scan(office, "before")
    fill(small_disk)
    refused(lambda: file_until_full(office))
    refused(lambda: file_until_full(office))
    with office.space.read() as connection:
        assert [hit.dossier for hit in search(connection, parse("王建国"))] == [dossier]
        assert catalogue(connection, dossier) == []
        assert [capture.id for capture in waiting_captures(connection)] == [batch]
        before = count_persons(connection)
    make_room(small_disk)
    receive_person(office, "后来者", id_number(2))
    file_material(office, CLERK, Filing(dossier, "1", "履历表", "", batch, (1,)))
    with office.space.read() as connection:
        assert count_persons(connection) == before + 1
    check_whole(office)


def file_until_full(office: Office) -> None:
    """The log of the database may have room left that it took before."""
    for _ in range(2_000):
        receive_person(office, "某人")


def test_a_scan_into_a_full_disk_keeps_the_pages_before(small_disk: Path, office: Office) -> None:
    batch = begin_batch(office, CLERK, "scanner", "feeder-1")
    add_page(office, CLERK, batch, page_image("before"))
    fill(small_disk)
    refused(lambda: add_page(office, CLERK, batch, page_image("too much")))
    assert len(batch_of(office, CLERK, batch).pages) == 1
    assert list((office.blobs.folder / "incoming").iterdir()) == []
    make_room(small_disk)
    add_page(office, CLERK, batch, page_image("after"))
    capture = close_batch(office, CLERK, batch)
    assert capture is not None
    assert capture.pages == 2
    check_whole(office)


def test_wherever_the_room_runs_out_each_act_is_whole_or_absent(
    small_disk: Path, office: Office
) -> None:
    outcomes = set()
    for step in range(24):
        fill(small_disk, leave=step * 8_192)
        before = acts(office)
        done = 0
        try:
            dossier = receive_person(office, f"某{step}").dossier
            done = 3
            batch = scan(office, f"sheet {step}")
            done = 4
            file_material(office, CLERK, Filing(dossier, "1", "履历表", "", batch, (1,)))
            done = 5
        except StorageFull as error:
            outcomes.add(str(error))
        assert acts(office) == before + done
        outcomes.add(str(done))
        make_room(small_disk)
        check_whole(office)
    assert {"storage.full()", "5"} <= outcomes


def acts(office: Office) -> int:
    with office.space.read() as connection:
        return int(connection.execute("select count(*) from entry").fetchone()[0])


def test_a_box_that_starts_on_a_full_disk_says_so_and_starts_once_there_is_room(
    small_disk: Path,
) -> None:
    with office_in(small_disk / "office") as office:
        receive_person(office, "王建国", id_number(1))
    fill(small_disk)
    refused(lambda: close_office(open_office(small_disk / "office")))
    make_room(small_disk)
    with office_in(small_disk / "office") as office:
        check_whole(office)
        with office.space.read() as connection:
            assert count_persons(connection) == 1
