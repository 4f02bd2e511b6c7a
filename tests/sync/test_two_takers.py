"""Two peers bring the same acts at once: what one has merged meanwhile, the other lets be."""

from collections.abc import Sequence
from pathlib import Path

from edge.store.entries import now_ms
from edge.store.exchange import Batch
from edge.store.projection import dump
from sync.replica import Replica
from tests.sync.sides import BOX, HUB, ROSTER, Side, honest, resealed


def test_what_came_by_another_way_since_admission_is_merged_once(tmp_path: Path) -> None:
    box, hub = Side(tmp_path / "box", BOX), Side(tmp_path / "hub", HUB)
    box.view(3)
    content = resealed(honest(box), honest(box).changes)
    other = Replica(hub.space, HUB, lambda: ROSTER, tmp_path / "aside", now_ms)

    class Overtaken(Replica):
        def _merge(self, batch: Batch) -> Sequence[tuple[int, int]]:
            other.take(content, BOX.id)
            return super()._merge(batch)

    slow = Overtaken(hub.space, HUB, lambda: ROSTER, tmp_path / "aside", now_ms)
    slow.take(content, BOX.id)
    with box.space.read() as near, hub.space.read() as far:
        assert dump(near) == dump(far)
        assert far.execute("select count(*) from entry").fetchone() == (3,)
    box.space.close()
    hub.space.close()
