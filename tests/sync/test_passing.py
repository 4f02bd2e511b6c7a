"""What a box passes on of its neighbours' acts."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from edge.domain.errors import PeerRefused
from edge.store.branches import chain_head
from edge.store.entries import Author, Pen
from edge.store.exchange import Cursor
from tests.sync.sides import BOX, HUB, OTHER, Side, honest, refused, resealed


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Side]:
    side = Side(tmp_path / "hub", HUB)
    yield side
    side.space.close()


@pytest.fixture
def box(tmp_path: Path) -> Iterator[Side]:
    side = Side(tmp_path / "box", BOX)
    yield side
    side.space.close()


def test_an_act_of_a_neighbour_is_passed_on_under_its_seal_only(
    box: Side, hub: Side, tmp_path: Path
) -> None:
    other = Side(tmp_path / "other", OTHER)
    other.view(3)
    content = other.replica.outgoing(BOX.id, box.replica.epoch, Cursor())
    assert content is not None
    box.replica.take(content, OTHER.id)
    box.view()
    box.space.write(lambda c: Pen(c, Author(OTHER.id), "x").append("k", "d", {}) and None)
    segment = honest(box)
    heads = [change[3] for change in segment.changes if change[2] == "head"]
    assert [f'"box":"{OTHER.id}"' in str(head) for head in heads].count(True) == 3
    seals = [c for c in segment.changes if c[0] == "seal" and OTHER.id in str(c[3])]
    bare = [change for change in segment.changes if change not in seals]
    refused(hub, resealed(segment, bare), "segment.author")
    hub.replica.take(resealed(segment, segment.changes), BOX.id)
    with hub.space.read() as connection:
        assert chain_head(connection, OTHER.id)[0] == 3
    other.space.close()


def test_a_neighbours_status_is_left_to_the_neighbour(box: Side) -> None:
    insert = "insert into box_status values (?, '{}')"
    box.space.write(lambda c: c.execute(insert, (OTHER.id,)) and None)
    assert box.replica.outgoing(HUB.id, "e", Cursor()) is None


def test_what_was_made_for_a_former_life_of_the_receiver_is_not_taken(box: Side, hub: Side) -> None:
    box.view()
    content = box.replica.outgoing(HUB.id, hub.replica.epoch, Cursor())
    assert content is not None
    hub.replica.renew()
    before = hub.state()
    with pytest.raises(PeerRefused, match=r"sync\.hub_set_back"):
        hub.replica.take(content, BOX.id)
    assert hub.state() == before
