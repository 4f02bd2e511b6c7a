"""Nobody is brought what another has brought already, nor kept from what is lacking."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from edge.domain.errors import PeerRefused
from edge.store.branches import chain_head
from edge.store.database import Connection, Space
from edge.store.entries import Author, Pen, now_ms
from edge.store.exchange import Cursor
from sync.known import Known, read_known
from sync.replica import Replica
from sync.segment import open_segment
from tests.sync.sides import BOX, HUB, OTHER, ROSTER, Side


@pytest.fixture
def sides(tmp_path: Path) -> Iterator[tuple[Side, Side, Side]]:
    hub, box, other = (Side(tmp_path / keys.id[:4], keys) for keys in (HUB, BOX, OTHER))
    yield hub, box, other
    for side in (hub, box, other):
        side.space.close()


def give(near: Side, far: Side, told: Known | None = None) -> list[tuple[str, int]]:
    """Ship everything; the (box, number) of the entries that travelled."""
    travelled, held = [], far.replica.cursor_of(near.keys.id, near.replica.epoch)
    told = far.replica.known() if told is None else told
    while content := near.replica.outgoing(far.keys.id, far.replica.epoch, held, told):
        for change in open_segment(content, ROSTER.key_of)[0].changes:
            if change[2] == "head":
                said = str(change[3])
                travelled += [
                    (keys.id, n)
                    for keys in (HUB, BOX, OTHER)
                    for n in range(1, 40)
                    if f'"box":"{keys.id}"' in said and f'"n":{n},' in said
                ]
        held = far.replica.take(content, near.keys.id).cursor
    return sorted(travelled)


def numbers(count: int, first: int = 1) -> list[tuple[str, int]]:
    return [(BOX.id, n) for n in range(first, count + 1)]


def last(space: Space) -> int:
    with space.read() as connection:
        return chain_head(connection, BOX.id)[0]


def test_what_a_neighbour_has_brought_is_not_brought_again(
    sides: tuple[Side, Side, Side],
) -> None:
    hub, box, other = sides
    box.view(9)
    assert give(box, other) == give(other, hub) == numbers(9)
    assert give(box, hub) == give(hub, box) == []
    box.view(2)
    assert give(box, hub) == numbers(11, first=10)


def test_one_that_lags_behind_brings_back_less_than_it_lacks(
    sides: tuple[Side, Side, Side],
) -> None:
    _, box, other = sides
    box.view(30)
    assert give(box, other) == numbers(30)
    box.view(3)
    other.replica.renew()
    # It holds 30 of 33, and of the landmarks 33, 32, 31, 29 and so on 29 is the first it knows.
    assert give(other, box) == numbers(30, first=30)


def test_of_a_forked_chain_everything_is_brought(sides: tuple[Side, Side, Side]) -> None:
    hub, box, other = sides
    box.view(4)
    give(box, hub)
    told = hub.replica.known()
    other.view()

    def fork(connection: Connection) -> None:
        connection.execute("insert into fork values (?, 3)", (BOX.id,))

    box.space.write(fork)
    assert give(box, other, told) == numbers(4)


def test_the_cursor_comes_to_the_end_though_nothing_is_lacking(
    sides: tuple[Side, Side, Side],
) -> None:
    hub, box, other = sides
    box.view(5)
    give(box, other)
    give(other, hub)
    give(box, hub)
    reached = hub.replica.cursor_of(BOX.id, box.replica.epoch)
    assert reached != Cursor()
    assert box.replica.outgoing(HUB.id, hub.replica.epoch, reached, hub.replica.known()) is None


def test_what_is_held_keeps_nothing_back_that_stands_behind_it(
    sides: tuple[Side, Side, Side],
) -> None:
    hub, box, other = sides
    for _ in range(30):
        box.view()
    give(box, other)
    give(other, hub)
    box.view()
    # Of two entries, then of ten a segment; the first three hold nothing new, nor a seal.
    box.replica = Replica(
        box.space, BOX, lambda: ROSTER, box.folder / "quarantine", now_ms, segment_changes=20
    )
    assert give(box, hub) == [*numbers(22, first=2)[::10], *numbers(31, first=31)]


def test_who_claims_too_much_gets_nothing_it_can_take(sides: tuple[Side, Side, Side]) -> None:
    hub, box, _ = sides
    box.view(3)
    lied = box.replica.known()
    box.space.write(lambda c: Pen(c, Author(BOX.id), "x").append("k", "d", {}) and None)
    with pytest.raises(Exception, match=r"segment\."):
        give(box, hub, lied)
    assert last(hub.space) == 0
    give(box, hub)
    assert last(hub.space) == 4


@pytest.mark.parametrize(
    "said",
    [[], {"a": 1}, {"a": [[1]]}, {"a": [["1", "b"]]}, {"a": [[1, "b"]] * 65}, "x", None],
)
def test_what_cannot_be_read_is_refused(said: object) -> None:
    with pytest.raises(PeerRefused, match=r"sync\.malformed"):
        read_known(said)
