"""`python -m tests.bench [--quick]`: JSON lines to standard output, a table to standard error."""

import argparse
import logging
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from tests.bench.archive import MATERIALS, PAGES, open_archive
from tests.bench.bootstrap import PAGES_PER_DOSSIER, measure_bootstrap
from tests.bench.counter import fill, measure_counter, measure_towns
from tests.bench.figures import Figure, print_line, print_table
from tests.bench.gaps import measure_gaps
from tests.bench.kiosks import measure_kiosks
from tests.bench.limit import Limit, measure_plain
from tests.bench.memory import measure_memory
from tests.bench.pages import measure_pages
from tests.bench.parts import measure_parts
from tests.bench.peers.comparison import measure_peers
from tests.bench.replication import measure_replication
from tests.bench.room import measure_room
from tests.bench.searching import measure_search
from tests.bench.swipe import measure_swipe

FULL, QUICK, TOWN_SHARE = 50_000, 400, 50


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help=f"{QUICK} dossiers, one round")
    parser.add_argument("--dossiers", type=int, help=f"how many, {FULL} unless told")
    parser.add_argument("--rounds", type=int, default=3, help="rounds, of which the median counts")
    parser.add_argument("--only", choices=list(PARTS), help="one part, without the peers")
    parser.add_argument("--no-peers", action="store_true", help="leave the other replicators out")
    parser.add_argument("--peers-only", action="store_true", help="and ours beside them")
    parser.add_argument("--morango-in-full", action="store_true", help="as many as for the others")
    options = parser.parse_args()
    dossiers = options.dossiers or (QUICK if options.quick else FULL)
    rounds = 1 if options.quick else max(options.rounds, 3)
    logging.getLogger("httpx").setLevel(logging.WARNING)
    say = Progress()
    with tempfile.TemporaryDirectory(prefix="dangxia-bench-") as folder:
        figures = []
        parts = [options.only] if options.only else [] if options.peers_only else list(PARTS)
        questions = 20 if options.quick else 300
        for part in parts:
            for figure in PARTS[part](Path(folder), dossiers, rounds, questions, say):
                print_line(figure, dossiers)
                figures.append(figure)
        if not (options.no_peers or options.quick or options.only):
            ours = {figure.what: figure for figure in figures}
            measure_peers(Path(folder), dossiers, rounds, options.morango_in_full, ours, say)
        if figures:
            print_table(figures)


class Progress:
    """Says on standard error what is measured now, and how long it has gone on."""

    def __init__(self) -> None:
        self._started = time.monotonic()

    def __call__(self, what: str) -> None:
        minutes, seconds = divmod(int(time.monotonic() - self._started), 60)
        sys.stderr.write(f"{minutes:3d}:{seconds:02d}  {what}\n")
        sys.stderr.flush()


def measure_sync(
    folder: Path, dossiers: int, rounds: int, questions: int, say: Progress
) -> Iterator[Figure]:
    """Measure replication: against its limit, by its parts, beside a counter, with many towns."""
    say(f"putting {dossiers} dossiers on record")
    filled = fill(folder / "filled.db", dossiers)
    say("plain inserts")
    yield measure_plain(folder, dossiers, rounds)
    say("by turns: the raw limit; replication of the record, then of edits")
    limit, push, edits = measure_replication(
        folder, dossiers, rounds, Limit(filled, folder, dossiers)
    )
    yield from (limit, push, edits)
    say("memory of both sides for ten times as many")
    yield measure_memory(folder / "memory", dossiers, push)
    say("each part of replication")
    yield measure_parts(filled, folder, dossiers, rounds)
    say("the counter beside a merge")
    yield from measure_counter(filled, folder, dossiers, rounds, questions)
    say("20 towns at one hub")
    yield measure_towns(folder, max(dossiers // TOWN_SHARE, 20), rounds)
    filled.close()
    say(f"bootstrap: making a town of {dossiers * PAGES_PER_DOSSIER} pages, then bringing it over")
    yield measure_bootstrap(folder / "bootstrap", dossiers, rounds)


def measure_counter_work(
    folder: Path, dossiers: int, rounds: int, questions: int, say: Progress
) -> Iterator[Figure]:
    """Measure what clerks wait for: answers, pages, a swiped card."""
    say(f"search: filing {dossiers * MATERIALS} materials of {dossiers * PAGES} pages")
    archive = open_archive(folder / "archive", dossiers)
    say("what all dossiers lack")
    yield from measure_gaps(archive, dossiers, rounds, questions)
    say("search, at rest and beside a merge")
    yield from measure_search(archive, folder, dossiers, rounds, questions)
    say("fifty kiosks at one box")
    yield from measure_kiosks(archive, folder / "archive", dossiers, rounds, questions * 4)
    say("a card swiped, to the person on the screen")
    yield from measure_swipe(folder / "archive", dossiers, rounds, max(questions // 15, 3))


def measure_devices(
    folder: Path, dossiers: int, rounds: int, _questions: int, say: Progress
) -> Iterator[Figure]:
    """Measure the scanner's pages and the storage room's line."""
    say("pages, from the far end to the durable page")
    yield from measure_pages(folder / "pages", rounds, dossiers <= QUICK)
    say("a storage room's line for a day")
    yield from measure_room(folder / "room", dossiers <= QUICK)


PARTS = {"sync": measure_sync, "counter": measure_counter_work, "devices": measure_devices}


if __name__ == "__main__":
    main()
