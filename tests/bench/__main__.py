"""`python -m tests.bench [--quick]`: JSON lines to standard output, a table to standard error."""

import argparse
import logging
import tempfile
from pathlib import Path

from edge.store.database import Space
from edge.store.entries import Author
from tests.bench.bootstrap import measure_bootstrap
from tests.bench.figures import Figure, print_line, print_table
from tests.bench.limit import KEY, measure_limit
from tests.bench.record import register
from tests.bench.replication import measure_replication
from tests.bench.searching import measure_search

FULL, QUICK = 50_000, 400


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help=f"{QUICK} dossiers, one round")
    parser.add_argument("--dossiers", type=int, help=f"how many, {FULL} unless told")
    parser.add_argument("--rounds", type=int, default=3, help="rounds, of which the median counts")
    options = parser.parse_args()
    dossiers = options.dossiers or (QUICK if options.quick else FULL)
    rounds = 1 if options.quick else max(options.rounds, 3)
    logging.getLogger("httpx").setLevel(logging.WARNING)
    with tempfile.TemporaryDirectory(prefix="dangxia-bench-") as folder:
        print_table(measure(Path(folder), dossiers, rounds, 20 if options.quick else 300))


def measure(folder: Path, dossiers: int, rounds: int, questions: int) -> list[Figure]:
    """Measure everything, printing each line as it is known."""
    figures: list[Figure] = []
    filled = Space(folder / "filled.db", KEY, "town-990101001")
    register(filled, Author("a" * 32), range(dossiers))
    limit = measure_limit(filled, folder, dossiers, rounds)
    figures.append(limit)
    print_line(limit, dossiers)
    figures.append(measure_replication(folder, dossiers, rounds, limit))
    print_line(figures[-1], dossiers)
    for figure in measure_search(filled, folder, dossiers, rounds, questions):
        figures.append(figure)
        print_line(figure, dossiers)
    filled.close()
    figures.append(measure_bootstrap(folder / "bootstrap", dossiers, rounds))
    print_line(figures[-1], dossiers)
    return figures


if __name__ == "__main__":
    main()
