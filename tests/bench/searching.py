"""How long the counter waits for an answer, at rest and while a merge runs."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random

from edge.domain.pinyin import initials_of
from edge.domain.query import parse
from edge.store import exchange
from edge.store.database import Connection, Space
from edge.store.entries import Author, entries_by_id
from edge.store.search import search
from sync.pace import MOST
from tests.bench.figures import Figure, percentile
from tests.bench.record import Subject, register, subject_of

KEY = bytes(range(32))
PIECE = MOST
ASKED = {
    "id_number": lambda subject: subject.id_number,
    "name": lambda subject: subject.name[-2:],
    "initials": lambda subject: min(initials_of(subject.name)),
    "dossier_number": lambda subject: subject.number,
}


def measure_search(
    filled: Space, folder: Path, dossiers: int, rounds: int, questions: int
) -> list[Figure]:
    """Ask `filled`, which holds `dossiers`, each kind of question; then again while merging."""
    figures = [_figure(filled, kind, "idle", dossiers, rounds, questions) for kind in sorted(ASKED)]
    coming = Space(folder / "coming.db", KEY, filled.name)
    register(coming, Author("c" * 32), range(dossiers, dossiers + max(dossiers // 5, PIECE)))
    with merging(coming, filled) as merged:
        figures += [
            _figure(filled, kind, "merging", dossiers, rounds, questions) for kind in sorted(ASKED)
        ]
        assert merged, "no merge ran while the questions were asked"
    coming.close()
    return figures


def _figure(
    space: Space, kind: str, state: str, dossiers: int, rounds: int, questions: int
) -> Figure:
    medians, slowest = [], []
    for place in range(rounds):
        random = Random(place)
        subjects = [subject_of(random.randrange(dossiers)) for _ in range(questions)]
        waits = [_ask(space, kind, subject) for subject in subjects]
        medians.append(percentile(waits, 0.50))
        slowest.append(percentile(waits, 0.99))
    return Figure(
        f"search.{kind}.{state}", "ms p50", tuple(medians), None,
        {"p99_ms": percentile(slowest, 0.50)},
    )  # fmt: skip


def _ask(space: Space, kind: str, subject: Subject) -> float:
    text = ASKED[kind](subject)
    started = time.perf_counter()
    with space.read() as connection:
        hits = search(connection, parse(text))
    wait = (time.perf_counter() - started) * 1000
    assert hits, f"{kind} {text} found nobody"
    return wait


@contextmanager
def merging(source: Space, target: Space, fresh: bool = False) -> Iterator[list[int]]:
    """Merge `source` into `target` until the block ends, in pieces as large as a replica's.

    Yields the sizes of the pieces. Again and again the same, or, where `fresh`, once.
    """
    ending, merged = threading.Event(), list[int]()

    def work() -> None:
        after = 0
        while not ending.is_set():
            with source.read() as connection:
                changes = exchange.changes_after(connection, after, "t", "e", PIECE)
                if not changes and fresh:
                    return
                if not changes:
                    after = 0
                    continue
                ids = sorted({bytes(change[1])[-16:] for change in changes})
                entries = entries_by_id(connection, ids)
            after = changes[-1][exchange.DB_VERSION]
            batch = exchange.Batch("s", "e", changes, entries, (), None, 0)
            target.write(lambda c, batch=batch: _merge(c, batch), urgent=False)
            merged.append(len(changes))

    thread = threading.Thread(target=work)
    thread.start()
    try:
        while not merged and thread.is_alive():
            time.sleep(0.01)
        yield merged
    finally:
        ending.set()
        thread.join()


def _merge(connection: Connection, batch: exchange.Batch) -> None:
    exchange.merge(connection, batch)
