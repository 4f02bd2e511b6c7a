"""How long the counter's own acts take while a merge runs, and how fair the hub is to its towns."""

import statistics
import time
from collections.abc import Mapping
from functools import partial
from pathlib import Path

from edge.domain.kinds import Kind
from edge.store.database import Connection, Space
from edge.store.entries import Author, Pen
from tests.bench.figures import Figure, percentile
from tests.bench.parts import BOX
from tests.bench.record import TOWN, register, subject_of
from tests.bench.replication import Ours
from tests.bench.searching import KEY, merging

TOWNS = 20
CLERK = Author("d" * 32)
# A clerk acts, then looks: the merge goes on in between.
PAUSE = 0.005


def measure_counter(
    filled: Space, folder: Path, dossiers: int, rounds: int, acts: int
) -> list[Figure]:
    """Have the counter write at rest and while `filled`'s record is merged; the 99th percentile."""
    figures = []
    for state in ("idle", "merging"):
        slowest, medians, worst = [], [], []
        for place in range(rounds):
            target = Space(folder / f"counter-{state}{place}.db", KEY, filled.name)
            if state == "idle":
                waits = _write(target, dossiers, acts)
            else:
                with merging(filled, target, fresh=True) as merged:
                    waits = _write(target, dossiers, acts)
                    assert merged, "no merge ran while the counter wrote"
            target.close()
            slowest.append(percentile(waits, 0.99))
            medians.append(percentile(waits, 0.50))
            worst.append(max(waits))
        name = "counter.write.idle" if state == "idle" else "counter-write-while-merging"
        also = {"p50_ms": statistics.median(medians), "worst_ms": max(worst)}
        figures.append(Figure(name, "ms p99", tuple(slowest), None, also))
    return figures


def measure_towns(folder: Path, dossiers: int) -> Figure:
    """Let boxes of 20 towns push to one hub at once; `fairness` is the slowest over the fastest.

    The boxes share a process.
    """
    towns = [f"5101{number:02d}" for number in range(1, TOWNS + 1)]
    ours = Ours(folder / "towns", towns)
    boxes = ours.all_boxes(dossiers)
    ours.hub.forget_peak()
    cpu, started = ours.hub.cpu, time.perf_counter()
    took = boxes.ask("cold")["walls"]
    wall = time.perf_counter() - started
    also: Mapping[str, float] = {
        "fastest_s": min(took),
        "slowest_s": max(took),
        "fairness": max(took) / min(took),
        "hub_cpu_s": ours.hub.cpu - cpu,
        "hub_mib": ours.hub.peak_mib,
    }
    for town in towns:
        word = f"digest {town}"
        assert boxes.ask(word) == ours.hub.ask(word), f"{town}: box and hub differ"
    ours.close()
    entries = TOWNS * dossiers * 2
    return Figure("hub.20-towns-at-once", "entries/s", (entries / wall,), None, also)


def _write(space: Space, dossiers: int, acts: int) -> list[float]:
    waits = []
    for place in range(acts):
        act = partial(_view, dossier=subject_of(place % dossiers).dossier)
        started = time.perf_counter()
        space.write(act)
        waits.append((time.perf_counter() - started) * 1000)
        time.sleep(PAUSE)
    return waits


def _view(connection: Connection, dossier: str) -> None:
    told = {"purpose": "查阅", "what": "目录"}
    Pen(connection, CLERK, "clerk").append(Kind.DOSSIER_VIEWED, dossier, told)


def fill(path: Path, dossiers: int) -> Space:
    """A town's record of that many dossiers, by `BOX`."""
    space = Space(path, KEY, f"town-{TOWN}")
    register(space, Author(BOX.id), range(dossiers))
    return space
