"""A segment that was merged in part only: nothing of it is lost, whoever forgets it meanwhile."""

import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from edge.domain.errors import StorageFull
from edge.store.branches import chain_head
from edge.store.database import Connection
from edge.store.entries import Author, Pen, now_ms
from edge.store.exchange import Batch, Cursor
from sync.replica import Replica
from tests.sync.sides import BOX, HUB, OTHER, ROSTER, Side


class OnASmallDisk(Replica):
    """Has room for one transaction of a segment."""

    room = 1

    def _merge(self, batch: Batch) -> Sequence[tuple[int, int]]:
        if not self.room:
            raise StorageFull("storage.full")
        self.room -= 1
        return super()._merge(batch)


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


def held(side: Side, box: str) -> int:
    with side.space.read() as connection:
        return chain_head(connection, box)[0]


def shipped(source: Side, target: Side) -> bytes:
    content = source.replica.outgoing(target.keys.id, target.replica.epoch, Cursor())
    assert content is not None
    return content


def take_part(side: Side, content: bytes, sender: str) -> None:
    quarantine = side.folder / "quarantine"
    replica = OnASmallDisk(side.space, side.keys, lambda: ROSTER, quarantine, now_ms, merge_limit=1)
    with pytest.raises(StorageFull):
        replica.take(content, sender)


def restore(side: Side, backup: Path) -> None:
    side.space.close()
    for path in side.folder.glob("town.db*"):
        path.unlink()
    shutil.copy(backup, side.folder / "town.db")
    side.open()


def test_whoever_forgot_what_was_merged_in_part_is_told_of_it(
    sides: dict[str, Side], tmp_path: Path
) -> None:
    hub, box = sides[HUB.id], sides[BOX.id]
    box.space.close()
    backup = Path(shutil.copy(box.folder / "town.db", tmp_path / "backup"))
    box.open()
    view_thrice(box)
    take_part(hub, shipped(box, hub), BOX.id)
    epoch = box.replica.epoch
    restore(box, backup)
    assert box.replica.epoch == epoch
    hub.replica.sign_for(frozenset({BOX.id}))
    box.replica.take(shipped(hub, box), HUB.id)
    assert held(box, BOX.id) == held(hub, BOX.id) == 1


def test_another_senders_segment_does_not_end_it(sides: dict[str, Side]) -> None:
    hub, box, other = sides[HUB.id], sides[BOX.id], sides[OTHER.id]
    view_thrice(box)
    view_thrice(other)
    take_part(hub, shipped(box, hub), BOX.id)
    hub.replica.take(shipped(other, hub), OTHER.id)
    assert held(hub, OTHER.id) == held(hub, BOX.id) == 3


def test_a_disk_that_is_still_full_at_the_next_start_keeps_it(sides: dict[str, Side]) -> None:
    hub, box = sides[HUB.id], sides[BOX.id]
    view_thrice(box)
    take_part(hub, shipped(box, hub), BOX.id)
    for room, expected in ((0, 1), (9, 3)):
        OnASmallDisk.room = room
        quarantine = hub.folder / "quarantine"
        OnASmallDisk(hub.space, HUB, lambda: ROSTER, quarantine, now_ms, merge_limit=1)
        assert held(hub, BOX.id) == expected
    OnASmallDisk.room = 1
