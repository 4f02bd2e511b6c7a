"""The line between two boxes breaks, both talk at once, one was set back, one must stop."""

import os
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from edge.domain.errors import PeerUnreachable
from edge.store.entries import all_entries
from sync.discovery import BOX, Found
from sync.lan.loop import NeighbourLoop
from sync.session import Session
from sync.spool import PIECE, Spool
from tests.sync.neighbours import heard_as, listening, session_to, until, url_of, visit
from tests.sync.test_neighbours import verifies
from tests.sync.test_parcels import file
from tests.sync.test_set_back import backup_to, epoch, reopened, restore_from
from tests.sync.world import Box, Line, World

PATIENCE_S = 120.0


def two_boxes(world: World) -> tuple[Box, Box]:
    boxes = world.box(), world.box()
    for box in boxes:
        box.sync()
    return boxes


def ids(box: Box) -> set[str]:
    with box.town.read() as connection:
        return {entry.id for entry in all_entries(connection)}


def with_small_segments(box: Box, other: Box, url: str) -> Session:
    side = box.new_session(segment_changes=40).side
    box.session.side.replicas.update(side.replicas)
    return session_to(box, other, url)


def test_a_line_cut_in_mid_push_costs_one_segment(world: World) -> None:
    first, second = two_boxes(world)
    for number in range(200):
        first.view(f"d{number}")
    with listening(second) as there:
        line = Line(there.port, break_after=15_000)
        session = with_small_segments(first, second, line.url)
        with pytest.raises(PeerUnreachable):
            session.run_once()
        assert line.broken
        arrived = len(ids(second))
        assert 0 < arrived < 200
        line.mend()
        line.up = 0
        session.run_once()
        session.close()
        line.close()
    assert ids(first) == ids(second)
    for box in (first, second):
        box.sync()
    verifies(world, first, second)


@pytest.mark.parametrize("fetching", [True, False], ids=["fetched", "brought"])
def test_a_file_cut_in_the_middle_goes_on_there(world: World, fetching: bool) -> None:
    first, second = two_boxes(world)
    content = os.urandom(6 * PIECE)
    digest = file(first, content)
    asking, asked = (second, first) if fetching else (first, second)
    with listening(asked) as there:
        line = Line(there.port, break_after=1 << 60)
        session = session_to(asking, asked, line.url)
        brought = second.folder / "sync" / "lan-spool" / "town-510101" / first.keys.id
        fetched = second.folder / "sync" / "lan-spool" / "from" / first.keys.id
        spool = Spool(fetched if fetching else brought, second.blobs)
        broken = threading.Thread(target=cut_after, args=(line, spool.offset, digest))
        broken.start()
        with pytest.raises(PeerUnreachable):
            session.run_once()
        broken.join()
        reached = spool.offset(digest)
        assert reached >= 2 * PIECE
        assert not second.blobs.has(digest)
        line.mend()
        session.run_once()
        session.close()
        line.close()
    assert second.blobs.read(digest) == content


def cut_after(line: Line, offset: Callable[[str], int], digest: str) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while offset(digest) < 2 * PIECE and time.monotonic() < deadline:
        time.sleep(0.001)
    line.cut()


def test_two_boxes_that_ask_each_other_at_once_both_get_everything(world: World) -> None:
    first, second = two_boxes(world)
    digests = [file(box, os.urandom(2 * PIECE), f"m{n}") for n, box in enumerate((first, second))]
    for number in range(150):
        first.view(f"a{number}")
        second.view(f"b{number}")
    failed: list[BaseException] = []

    def ask(box: Box, other: Box, url: str) -> None:
        session = with_small_segments(box, other, url)
        try:
            for _ in range(4):
                session.run_once()
                box.view("now")
        except BaseException as error:
            failed.append(error)
        finally:
            session.close()

    with listening(first) as here, listening(second) as there:
        asking = [
            threading.Thread(target=ask, args=(first, second, url_of(there))),
            threading.Thread(target=ask, args=(second, first, url_of(here))),
        ]
        for each in asking:
            each.start()
        for each in asking:
            each.join(PATIENCE_S)
            assert not each.is_alive()
        assert failed == []
        visit(first, second, there)
    assert ids(first) == ids(second)
    assert all(box.blobs.has(digest) for box in (first, second) for digest in digests)
    for box in (first, second, first):
        box.sync()
    verifies(world, first, second)


@pytest.mark.parametrize("asking", [True, False], ids=["asks", "is asked"])
def test_a_neighbour_restored_from_a_backup_regains_what_only_neighbours_had(
    world: World, tmp_path: Path, asking: bool
) -> None:
    first, second = two_boxes(world)
    acts = [first.view()]
    with listening(second) as there:
        visit(first, second, there)
        first = reopened(world, first, backup_to(tmp_path / "backup"))
        acts += [first.view(), first.view()]
        visit(first, second, there)
        before = epoch(first.town)
        first = reopened(world, first, restore_from(tmp_path / "backup", keeping_marks=False))
        acts.append(first.view())
        assert epoch(first.town) == before
        if asking:
            visit(first, second, there)
    if not asking:
        with listening(first) as here:
            visit(second, first, here)
    assert epoch(first.town) != before
    assert {act.id for act in acts} <= ids(first)
    with listening(second) as there:
        visit(first, second, there)
    assert ids(first) == ids(second)
    for box in (first, second, first):
        box.sync()
    verifies(world, first, second)


def test_a_neighbour_is_found_at_whichever_address_answers_and_asked_there_again(
    world: World,
) -> None:
    first, second = two_boxes(world)
    act = first.view()
    silent = "https://127.0.0.1:9"
    with listening(second) as there:
        found = Found(second.keys.id, BOX, "510101", silent, (url_of(there),))
        loop = NeighbourLoop(first.session.side, lambda: [found], lambda: True, interval=0.1)
        loop.start()
        until(lambda: act.id in ids(second))
        until(lambda: loop.status()[0].at is not None and loop.status()[0].error == "")
        begun = loop.status()[0].at
        until(lambda: loop.status()[0].at != begun)
        assert loop._addresses(found)[0] == url_of(there)
        loop.stop()


def test_a_box_stops_at_once_though_a_neighbour_keeps_it_waiting(world: World) -> None:
    first, second = two_boxes(world)
    first.view()
    with listening(second) as there:
        line = Line(there.port, break_after=1 << 60)
        found = Found(second.keys.id, BOX, "510101", line.url)
        loop = NeighbourLoop(first.session.side, lambda: [found], lambda: True, interval=0.1)
        loop.start()
        until(lambda: bool(loop.status()) and loop.status()[0].at is not None)
        # Whatever it says from now on is heard by nobody, and nobody hangs up.
        line.swallow()
        first.view()
        until(lambda: line.swallowed > 0)
        begun = time.monotonic()
        loop.stop()
        assert time.monotonic() - begun < 5
        line.close()


def test_nobody_waits_for_another_boxs_files(world: World) -> None:
    first, second, third = world.box(), world.box(), world.box()
    for box in (first, second, third):
        box.sync()
    digest, act = file(first, os.urandom(3 * PIECE)), first.view()
    entries_first: list[bool] = []

    def away() -> bool:
        # Asked before each piece of a file.
        entries_first.append(act.id in ids(second) and act.id in ids(third))
        return True

    with listening(second) as here, listening(third) as there:
        heard = [heard_as(second, here), heard_as(third, there)]
        loop = NeighbourLoop(first.session.side, lambda: heard, away)
        loop._visit_all()
        loop.stop()
    assert entries_first
    assert all(entries_first)
    assert all(box.blobs.has(digest) for box in (second, third))
