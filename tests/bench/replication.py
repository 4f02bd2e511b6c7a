"""Our replication: a box hands its whole record to the hub over HTTPS on loopback.

Box and hub are processes of their own; `cpu_s` is that of both, bytes are those on the wire.
"""

import statistics
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from tests.bench.figures import Figure
from tests.bench.limit import Limit
from tests.bench.pair import Carriage, Meter, Side, carry
from tests.bench.record import EDITS, ENTRIES_PER_DOSSIER, TOWN


class Ours:
    """A hub, and boxes of its towns."""

    def __init__(self, folder: Path, towns: Sequence[str] = (TOWN,)) -> None:
        self._folder = folder
        self.hub = Side(_argv("hub", folder / "hub", *towns))
        self.boxes: list[Side] = []
        self.meter = Meter(self.hub.ready["port"])

    def box(self, town: str, first: int, count: int) -> Side:
        """A box of a town with the dossiers of some places."""
        ticket = self.hub.ready["tickets"][town]
        folder = self._folder / f"box{len(self.boxes)}"
        box = Side(_argv("box", folder, ticket, town, first, count))
        self.boxes.append(box)
        box.ask("load")
        box.ask(f"aim\n{self.meter.port}")
        return box

    def all_boxes(self, count: int) -> Side:
        """A box of each town, all in one process, with so many dossiers each."""
        tickets = [f"{code}:{town}" for town, code in self.hub.ready["tickets"].items()]
        boxes = Side(_argv("boxes", self._folder / "boxes", count, *tickets))
        self.boxes.append(boxes)
        return boxes

    def check(self, box: Side, town: str) -> None:
        """Content must be the same on both sides."""
        assert box.ask("digest") == self.hub.ask(f"digest {town}"), f"{town}: box and hub differ"

    def close(self) -> None:
        """End all processes."""
        for side in (*self.boxes, self.hub):
            side.end()
        self.meter.close()


def measure_replication(
    folder: Path, dossiers: int, rounds: int, limit: Limit | None = None
) -> list[Figure]:
    """Push a filled box's record to a fresh hub, then edits, `rounds` times.

    By turns with `limit`, whose figure comes first, so that both see the same machine. `cpu_ratio`
    is the limit's processor time over ours, which a busy machine hardly changes.
    """
    cold, incr, bounds = list[Carriage](), list[Carriage](), list[float]()
    for place in range(rounds):
        bounds += [limit.once()] if limit else []
        ours = Ours(folder / f"world{place}")
        box = ours.box(TOWN, 0, dossiers)
        cold.append(carry(box, ours.hub, ours.meter, "cold"))
        box.ask("edit")
        incr.append(carry(box, ours.hub, ours.meter, "incr"))
        ours.check(box, TOWN)
        ours.close()
    push = _figure("replication.push", cold, dossiers * ENTRIES_PER_DOSSIER)
    edits = _figure("replication.edits", incr, min(EDITS, dossiers))
    if limit is None:
        return [push, edits]
    ratios = [rate / bound for rate, bound in zip(push.rounds, bounds, strict=True)]
    also = {**push.also, "least_ratio": min(ratios), "cpu_ratio": limit.cpu / push.also["cpu_s"]}
    return [limit.figure(), replace(push, ratio=statistics.median(ratios), also=also), edits]


def _figure(what: str, carried: Sequence[Carriage], entries: int) -> Figure:
    also = {
        "wall_s": statistics.median(each.wall for each in carried),
        "cpu_s": statistics.median(each.cpu for each in carried),
        "box_cpu_s": statistics.median(each.near_cpu for each in carried),
        "hub_cpu_s": statistics.median(each.far_cpu for each in carried),
        "bytes_per_entry": carried[-1].carried / entries,
        "wire_kb": carried[-1].carried / 1000,
        "box_mib": max(each.near_mib for each in carried),
        "hub_mib": max(each.far_mib for each in carried),
    }
    return Figure(what, "entries/s", tuple(entries / each.wall for each in carried), None, also)


def _argv(*parts: object) -> list[str]:
    return [sys.executable, "-m", "tests.bench.sides", *map(str, parts)]
