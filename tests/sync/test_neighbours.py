"""The hub is away, and the boxes of a town tell one another over the local net."""

import os

from edge.store import holdings, possession, verification
from edge.store.entries import all_entries
from edge.store.projection import dump
from edge.store.seals import receipts
from sync.session import Exchange
from sync.spool import PIECE
from tests.sync.neighbours import listening, running, until, visit
from tests.sync.test_parcels import file
from tests.sync.world import Box, World

TOWN = "510101"


def three_boxes(world: World) -> tuple[Box, Box, Box]:
    """Three boxes of one town that know of one another."""
    boxes = world.box(), world.box(), world.box()
    for box in boxes:
        box.sync()
    return boxes


def holds(box: Box, *ids: str) -> bool:
    with box.town.read() as connection:
        return set(ids) <= {entry.id for entry in all_entries(connection)}


def unsent(box: Box) -> int:
    with box.town.read() as connection:
        return possession.unsent(connection, box.keys.id)[0]


def verifies(world: World, *boxes: Box) -> None:
    """Everybody holds the same record and can prove it; the hub has signed for all of it."""
    hub = world.hub.county
    keys = {hub.keys.id: hub.keys.public_key} | {
        each.keys.id: each.keys.public_key for each in world.boxes
    }
    shelf = hub.spaces.blobs(f"town-{TOWN}")
    kept = [(hub.spaces.town(TOWN), shelf), *((box.town, box.blobs) for box in boxes)]
    dumps = set()
    for space, blobs in kept:
        with space.read() as connection:
            report = verification.verify(connection, blobs, keys)
            dumps.add(dump(connection))
        assert (report.findings, report.awaiting) == ((), 0)
    assert len(dumps) == 1
    assert [unsent(box) for box in boxes] == [0] * len(boxes)


def test_a_town_without_its_hub_hears_of_everything_and_the_hub_gets_it_once(world: World) -> None:
    first, second, third = three_boxes(world)
    world.hub.stop()
    content = os.urandom(2 * PIECE + 5)
    digest = file(first, content)
    acts = [first.view()]
    with running(first, second):
        until(lambda: holds(second, *(act.id for act in acts)) and second.blobs.has(digest))
        assert second.blobs.read(digest) == content
    # The third was never in touch with the first, whose machine is switched off.
    acts.append(third.view())
    with running(second, third) as (_, station):
        until(lambda: holds(third, acts[0].id) and third.blobs.has(digest))
        until(lambda: holds(second, acts[1].id))
        until(lambda: all(each.at and each.near for each in station.loop.status().neighbours))
        (neighbour,) = station.loop.status().neighbours
        assert (neighbour.id, neighbour.ordinal) == (second.keys.id, 2)
        assert station.loop.status().unsent == 1
        with third.town.read() as connection:
            assert list(receipts(connection)) == []
        world.hub.start()
        until(lambda: station.loop.status().unsent == 0)
    first.sync()
    for box in (first, second, third, first):
        box.sync()
    verifies(world, first, second, third)
    assert all(box.sync() == Exchange() for box in (first, second, third))


def test_what_a_neighbour_brings_is_neither_signed_for_nor_counted_as_the_countys(
    world: World,
) -> None:
    first, second, _ = three_boxes(world)
    file(first, b"a page" * 100)
    with listening(second) as there:
        moved = visit(first, second, there)
        assert moved.blobs_up == 2
        assert visit(first, second, there) == Exchange()
    for box in (first, second):
        with box.town.read() as connection:
            assert holdings.upstream(connection) == world.hub.county.keys.id
            assert len(holdings.undelivered(connection, world.hub.county.keys.id)) == 2
            assert connection.execute("select count(*) from blob_delivered").fetchone()[0] == 0
    assert unsent(first) == 1
    with first.town.read() as near, second.town.read() as far:
        assert list(receipts(near)) == list(receipts(far)) == []


def test_a_neighbour_hands_on_the_countys_own_record(world: World) -> None:
    first, second, _ = three_boxes(world)
    world.hub.county.enrol_user("赵敏", "150", TOWN, ["clerk"], "123456")
    first.sync()
    world.hub.stop()
    with listening(first) as there:
        visit(second, first, there)
    with first.county.read() as near, second.county.read() as far:
        assert dump(near) == dump(far)
    world.hub.start()


def test_a_neighbour_hands_on_the_countys_receipts(world: World) -> None:
    first, second, _ = three_boxes(world)
    first.view()
    with listening(second) as there:
        visit(first, second, there)
        second.sync()
        assert unsent(first) == 1
        visit(first, second, there)
    assert unsent(first) == 0


def test_the_hub_is_not_sent_what_another_box_has_brought(world: World) -> None:
    first, second, _ = three_boxes(world)
    file(first, os.urandom(PIECE))
    with listening(second) as there:
        visit(first, second, there)
    moved = second.sync()
    assert (moved.pushed, moved.blobs_up) == (1, 2)
    assert first.sync().blobs_up == 0
    verifies(world, first, second)
