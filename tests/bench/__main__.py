"""`python -m tests.bench [--quick]`: JSON lines to standard output, a table to standard error."""

import argparse
import logging
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.bench.bootstrap import measure_bootstrap
from tests.bench.counter import fill, measure_counter, measure_towns
from tests.bench.figures import Figure, print_line, print_table
from tests.bench.limit import measure_limit, measure_plain
from tests.bench.parts import measure_parts
from tests.bench.peers.comparison import measure_peers
from tests.bench.replication import measure_replication
from tests.bench.searching import measure_search

FULL, QUICK, TOWN_SHARE = 50_000, 400, 50


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help=f"{QUICK} dossiers, one round")
    parser.add_argument("--dossiers", type=int, help=f"how many, {FULL} unless told")
    parser.add_argument("--rounds", type=int, default=3, help="rounds, of which the median counts")
    parser.add_argument("--no-peers", action="store_true", help="leave the other replicators out")
    options = parser.parse_args()
    dossiers = options.dossiers or (QUICK if options.quick else FULL)
    rounds = 1 if options.quick else max(options.rounds, 3)
    logging.getLogger("httpx").setLevel(logging.WARNING)
    with tempfile.TemporaryDirectory(prefix="dangxia-bench-") as folder:
        figures = []
        for figure in measure(Path(folder), dossiers, rounds, 20 if options.quick else 300):
            print_line(figure, dossiers)
            figures.append(figure)
        if not options.no_peers and not options.quick:
            measure_peers(Path(folder), dossiers, rounds)
        print_table(figures)


def measure(folder: Path, dossiers: int, rounds: int, questions: int) -> Iterator[Figure]:
    """Measure everything of ours, each figure as it is known."""
    filled = fill(folder / "filled.db", dossiers)
    yield measure_plain(folder, dossiers, rounds)
    limit = measure_limit(filled, folder, dossiers, rounds)
    yield limit
    yield from measure_replication(folder, dossiers, rounds, limit)
    yield measure_parts(filled, folder, dossiers, rounds)
    yield from measure_counter(filled, folder, dossiers, rounds, questions)
    yield measure_towns(folder, max(dossiers // TOWN_SHARE, 20))
    yield from measure_search(filled, folder, dossiers, rounds, questions)
    filled.close()
    yield measure_bootstrap(folder / "bootstrap", dossiers, rounds)


if __name__ == "__main__":
    main()
