"""Every segment brings the statement under which its entries stand, wherever it ends."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from edge.store.branches import chain_head
from edge.store.database import Connection
from edge.store.entries import Author, Pen, now_ms
from edge.store.exchange import Cursor
from sync.replica import Replica
from tests.sync.sides import BOX, HUB, OTHER, ROSTER, Side


@pytest.fixture
def sides(tmp_path: Path) -> Iterator[dict[str, Side]]:
    made = {keys.id: Side(tmp_path / keys.id[:4], keys) for keys in (HUB, BOX, OTHER)}
    yield made
    for side in made.values():
        side.space.close()


def view_thrice(side: Side) -> None:
    def write(connection: Connection) -> None:
        Pen(connection, Author(side.keys.id), "x").append("dossier.viewed", "d", {"purpose": "p"})

    for _ in range(3):
        side.space.write(write)


def in_short_segments(side: Side) -> Replica:
    quarantine = side.folder / "quarantine"
    return Replica(side.space, side.keys, lambda: ROSTER, quarantine, now_ms, segment_changes=2)


def held(side: Side, box: str) -> int:
    with side.space.read() as connection:
        return chain_head(connection, box)[0]


def test_what_came_before_the_line_broke_can_be_passed_on(sides: dict[str, Side]) -> None:
    hub, box, other = sides[HUB.id], sides[BOX.id], sides[OTHER.id]
    view_thrice(other)
    content = in_short_segments(other).outgoing(BOX.id, box.replica.epoch, Cursor())
    assert content is not None
    # Then the line breaks, and the machine that wrote it dies.
    box.replica.take(content, OTHER.id)
    passed = box.replica.outgoing(HUB.id, hub.replica.epoch, Cursor())
    assert passed is not None
    hub.replica.take(passed, BOX.id)
    assert held(hub, OTHER.id) == 1


def test_the_hub_signs_for_what_its_segment_ends_with(sides: dict[str, Side]) -> None:
    hub, box, other = sides[HUB.id], sides[BOX.id], sides[OTHER.id]
    view_thrice(other)
    content = other.replica.outgoing(HUB.id, hub.replica.epoch, Cursor())
    assert content is not None
    hub.replica.take(content, OTHER.id)
    view_thrice(hub)
    sender, cursor = in_short_segments(hub), Cursor()
    for _ in range(2):
        segment = sender.outgoing(BOX.id, box.replica.epoch, cursor)
        assert segment is not None
        cursor = box.replica.take(segment, HUB.id).cursor
    # The hub forgets all of it and its author dies: the box alone has some, and can prove it.
    news = Side(hub.folder / "new", HUB)
    passed = box.replica.outgoing(HUB.id, news.replica.epoch, Cursor())
    assert passed is not None
    news.replica.take(passed, BOX.id)
    assert {held(news, OTHER.id), held(news, HUB.id)} == {held(box, OTHER.id), held(box, HUB.id)}
    assert held(box, OTHER.id) > 0
    news.space.close()
