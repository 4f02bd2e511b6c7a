"""How long the counter waits for an answer, at rest and while a merge runs."""

import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from random import Random

from edge.domain.pinyin import initials_of
from edge.domain.query import persons_only, readings_of
from edge.store import exchange
from edge.store.database import Connection, Space
from edge.store.entries import Author, entries_by_id
from edge.store.search import find, find_titles
from edge.store.texts import find_text
from edge.web.search import LIMIT
from edge.workflows.office import Office
from sync.pace import MOST
from tests.bench.archive import place_of, text_of, title_of
from tests.bench.figures import Figure, percentile
from tests.bench.record import register, subject_of

KEY = bytes(range(32))
PIECE = MOST
# What is asked of each index, and by which words; a title and a text stand in a dossier, the rest
# tells of a person.
ASKED: Mapping[str, Callable[[int], str]] = {
    "id_number": lambda place: subject_of(place).id_number,
    "name": lambda place: subject_of(place).name[-2:],
    "initials": lambda place: min(initials_of(subject_of(place).name)),
    "dossier_number": lambda place: subject_of(place).number,
    "phone": lambda place: "1390",
    "place": lambda place: place_of(place)[6:],
    "name_and_place": lambda place: f"{subject_of(place).name} {place_of(place)[6:9]}",
    "title": lambda place: title_of(place, place % 8),
    "name_and_title": lambda place: f"{subject_of(place).name} {title_of(place, 0)[-3:]}",
    "text": lambda place: text_of(place, 0)[40:44],
}


def measure_search(
    office: Office, folder: Path, dossiers: int, rounds: int, questions: int
) -> list[Figure]:
    """Ask an office that holds `dossiers` each kind of question; then again while merging."""
    filled = office.space
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
    for turn in range(rounds):
        random = Random(turn)
        places = [random.randrange(dossiers) for _ in range(questions)]
        waits = [_ask(space, kind, ASKED[kind](place)) for place in places]
        medians.append(percentile(waits, 0.50))
        slowest.append(percentile(waits, 0.99))
    return Figure(
        f"search.{kind}.{state}", "ms p50", tuple(medians), None,
        {"p99_ms": percentile(slowest, 0.50)},
    )  # fmt: skip


def _ask(space: Space, kind: str, text: str) -> float:
    started = time.perf_counter()
    with space.read() as connection:
        hits: Sequence[object]
        if kind == "text":
            hits = find_text(connection, text, LIMIT)
        elif kind.endswith("title"):
            hits = find_titles(connection, readings_of(text), LIMIT)
        else:
            hits = find(connection, persons_only(readings_of(text)), limit=LIMIT).hits
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
            target.write(partial(_merge, batch=batch), urgent=False)
            merged.append(len(changes))

    thread = threading.Thread(target=work)
    thread.start()
    try:
        while not merged and thread.is_alive():
            time.sleep(0.01)  # until the other thread has merged its first piece
        yield merged
    finally:
        ending.set()
        thread.join()


def _merge(connection: Connection, batch: exchange.Batch) -> None:
    exchange.merge(connection, batch)
