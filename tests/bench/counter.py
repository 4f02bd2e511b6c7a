"""How long the counter's own acts take while a merge runs, and how fair the hub is to its towns.

Segments come in at a box's replica as they do in life: verified, admitted and merged in a thread
beside the counter. `queue` is the wait for the transaction under way, `act` the act's own
statements, `commit` what the disk took; `merged` is what came in meanwhile.
"""

import statistics
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from edge.domain.kinds import Kind
from edge.store.database import Connection, Space
from edge.store.entries import Author, Pen, now_ms
from edge.store.exchange import Cursor
from sync.replica import Replica
from sync.segment import open_segment
from tests.bench.figures import Figure, percentile
from tests.bench.parts import BOX, HUB, ROSTER
from tests.bench.record import ENTRIES_PER_DOSSIER, TOWN, register, subject_of
from tests.bench.replication import Ours
from tests.bench.searching import KEY

TOWNS = 20
CLERK = Author("d" * 32)
# A clerk acts, then looks: the merge goes on in between.
PAUSE = 0.005


@dataclass(frozen=True, slots=True)
class Wait:
    """One act of the counter, in milliseconds."""

    queue: float
    act: float
    commit: float

    @property
    def whole(self) -> float:
        return self.queue + self.act + self.commit


def measure_counter(
    filled: Space, folder: Path, dossiers: int, rounds: int, acts: int
) -> list[Figure]:
    """Have the counter write at rest and while `filled`'s record comes in; 99th percentiles."""
    idle, busy, merged = list[list[Wait]](), list[list[Wait]](), list[float]()
    segments = _segments(filled, folder)
    # By turns, since both must see the same machine.
    for place in range(rounds):
        space = Space(folder / f"counter-idle{place}.db", KEY, filled.name)
        idle.append(_write(space, dossiers, acts, lambda: True))
        space.close()
        space = Space(folder / f"counter-busy{place}.db", KEY, filled.name)
        with _merging(space, segments, folder) as is_merging:
            started = time.perf_counter()
            busy.append(_write(space, dossiers, acts, is_merging))
            took = time.perf_counter() - started
            assert busy[-1], "no merge ran while the counter wrote"
        with space.read() as connection:
            held = connection.execute("select count(*) from entry").fetchone()[0]
        merged.append((held - len(busy[-1])) / took)
        space.close()
    rest = _figure("counter.write.idle", idle, {})
    beside = _figure(
        "counter-write-while-merging", busy, {"merged_per_s": statistics.median(merged)}
    )
    # On a machine with other work to do the times say little, what they are to those at rest more.
    times = {"p99_to_idle": beside.value / rest.value}
    return [rest, replace(beside, also={**beside.also, **times})]


def _figure(what: str, rounds: Sequence[Sequence[Wait]], more: Mapping[str, float]) -> Figure:
    every = [wait for waits in rounds for wait in waits]
    also = {
        "p50_ms": percentile([wait.whole for wait in every], 0.50),
        "queue_p99_ms": percentile([wait.queue for wait in every], 0.99),
        "act_p99_ms": percentile([wait.act for wait in every], 0.99),
        "commit_p99_ms": percentile([wait.commit for wait in every], 0.99),
        "worst_ms": max(wait.whole for wait in every),
        "acts": float(len(every)),
        **more,
    }
    slowest = tuple(percentile([wait.whole for wait in waits], 0.99) for waits in rounds)
    return Figure(what, "ms p99", slowest, None, also)


def measure_towns(folder: Path, dossiers: int, rounds: int) -> Figure:
    """Let boxes of 20 towns push to one hub at once; `fairness` is the slowest over the fastest.

    The boxes share a process.
    """
    towns = [f"5101{number:02d}" for number in range(1, TOWNS + 1)]
    each = [_towns(folder / f"towns{place}", towns, dossiers) for place in range(rounds)]
    also = {name: statistics.median(one[name] for one in each) for name in each[0]}
    rates = tuple(TOWNS * dossiers * ENTRIES_PER_DOSSIER / one["slowest_s"] for one in each)
    return Figure("hub.20-towns-at-once", "entries/s", rates, None, also)


def _towns(folder: Path, towns: Sequence[str], dossiers: int) -> Mapping[str, float]:
    ours = Ours(folder, towns)
    boxes = ours.all_boxes(dossiers)
    ours.hub.forget_peak()
    cpu = ours.hub.cpu
    took = boxes.ask("cold")["walls"]
    told = {
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
    return told


def fill(path: Path, dossiers: int) -> Space:
    """A town's record of that many dossiers, by `BOX`."""
    space = Space(path, KEY, f"town-{TOWN}")
    register(space, Author(BOX.id), range(dossiers))
    return space


def _segments(filled: Space, folder: Path) -> list[bytes]:
    """What `BOX` would hand over of its record."""
    replica = Replica(filled, BOX, lambda: ROSTER, folder / "aside", now_ms)
    after, found = Cursor(), list[bytes]()
    while (content := replica.outgoing(HUB.id, "", after)) is not None:
        segment, hash = open_segment(content, ROSTER.key_of)
        after = Cursor(segment.header.last, hash)
        found.append(content)
    return found


@contextmanager
def _merging(space: Space, segments: Sequence[bytes], folder: Path) -> Iterator[Callable[[], bool]]:
    """Take segments in beside the block, as a box does; gives whether that still goes on."""

    def take() -> None:
        for content in segments:
            if not ending.is_set():
                replica.take(content, BOX.id)

    ending = threading.Event()
    replica = Replica(space, HUB, lambda: ROSTER, folder / "aside", now_ms)
    thread = threading.Thread(target=take)
    thread.start()
    try:
        yield thread.is_alive
    finally:
        ending.set()
        thread.join()


def _write(space: Space, dossiers: int, acts: int, go_on: Callable[[], bool]) -> list[Wait]:
    waits = list[Wait]()
    while len(waits) < acts and go_on():
        waits.append(_act(space, subject_of(len(waits) % dossiers).dossier))
        time.sleep(PAUSE)  # see PAUSE: the merge beside it must get its turn
    return waits


def _act(space: Space, dossier: str) -> Wait:
    times = [time.perf_counter()]

    def view(connection: Connection) -> None:
        times.append(time.perf_counter())
        told = {"purpose": "查阅", "what": "目录"}
        Pen(connection, CLERK, "clerk").append(Kind.DOSSIER_VIEWED, dossier, told)
        times.append(time.perf_counter())

    space.write(view)
    times.append(time.perf_counter())
    asked, begun, done, back = (each * 1_000 for each in times)
    return Wait(begun - asked, done - begun, back - done)
