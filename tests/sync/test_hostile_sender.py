"""What an enrolled peer may name, repeat and pile up, and that nobody else pays for it."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from edge.domain.errors import SegmentRejected
from edge.store import exchange
from edge.store.exchange import Cursor
from edge.store.forgetting import LIVES_KEPT
from sync.quarantine import FILES
from tests.sync.sides import BOX, HUB, OTHER, Side, honest, resealed


@pytest.fixture
def sides(tmp_path: Path) -> Iterator[tuple[Side, Side, Side]]:
    """The hostile box, the hub, another box of the town."""
    made = (
        Side(tmp_path / "box", BOX),
        Side(tmp_path / "hub", HUB),
        Side(tmp_path / "other", OTHER),
    )
    yield made
    for side in made:
        side.space.close()


def in_life(box: Side, epoch: str) -> bytes:
    """What the box has, as if it were in that life of its database."""
    segment = honest(box)
    return resealed(segment, segment.changes, header=replace(segment.header, epoch=epoch))


def test_a_life_of_endless_name_is_refused(sides: tuple[Side, Side, Side]) -> None:
    box, hub, _ = sides
    box.view()
    with pytest.raises(SegmentRejected) as caught:
        hub.replica.take(in_life(box, "e" * 60_000), BOX.id)
    assert caught.value.key == "segment.version"


def test_a_box_that_lives_a_hundred_lives_keeps_nobody_out(
    sides: tuple[Side, Side, Side],
) -> None:
    box, hub, other = sides
    box.view()
    for number in range(100):
        hub.replica.take(in_life(box, f"{number:032x}"), BOX.id)
    with hub.space.read() as connection:
        assert len(exchange.cursors_of(connection, BOX.id)) <= LIVES_KEPT
    content = hub.replica.outgoing(OTHER.id, "", Cursor())
    assert content is not None
    assert other.replica.take(content, HUB.id).entries == 1


def test_refused_segments_fill_no_disk_though_a_good_one_comes_between(
    sides: tuple[Side, Side, Side],
) -> None:
    box, hub, _ = sides
    box.view()
    aside = hub.folder / "quarantine"
    for round in range(3):
        for number in range(FILES):
            with pytest.raises(SegmentRejected):
                hub.replica.take(f"{round}/{number}".encode(), BOX.id)
        hub.replica.take(in_life(box, f"{round:032x}"), BOX.id)
    for number in range(2 * FILES):
        with pytest.raises(SegmentRejected):
            hub.replica.take(f"again {number}".encode(), BOX.id)
    assert len(list(aside.iterdir())) <= FILES
    with hub.space.read() as connection:
        assert exchange.quarantined(connection) == FILES
        (noted,) = connection.execute("select count(*) from quarantine").fetchone()
    assert noted <= 2 * FILES
    # The newest ones are those that are kept.
    assert any(path.read_bytes() == b"again 0" for path in aside.iterdir())
