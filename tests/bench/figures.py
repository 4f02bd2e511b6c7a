"""Figures: medians of rounds, as JSON lines for machines and a table for people."""

import importlib.metadata
import json
import platform
import resource
import statistics
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import sqlcipher3.dbapi2

PACKAGES = ("dangxia", "crsqlite", "sqlcipher3", "msgpack", "zstandard", "litestar", "httpx")


@dataclass(frozen=True, slots=True)
class Cost:
    """What one run took, in seconds; `cpu` of all threads of this process."""

    wall: float
    cpu: float


@dataclass(frozen=True, slots=True)
class Figure:
    """One line: `value` is the median of `rounds`; `ratio` is to the limit, 1.0 as fast as it."""

    what: str
    unit: str
    rounds: tuple[float, ...]
    ratio: float | None = None
    also: Mapping[str, float] = field(default_factory=dict)

    @property
    def value(self) -> float:
        return statistics.median(self.rounds)

    @property
    def least(self) -> float:
        return min(self.rounds)

    @property
    def greatest(self) -> float:
        return max(self.rounds)


def timed(work: Callable[[], object]) -> Cost:
    """Run `work` once and tell what it took."""
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return Cost(time.perf_counter() - wall, time.process_time() - cpu)


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which `share` of the values lie."""
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


def versions() -> dict[str, str]:
    """What was measured, and on what."""
    found = {}
    for name in PACKAGES:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            found[name] = "source tree"
    found["python"] = platform.python_version()
    found["sqlite"] = sqlcipher3.dbapi2.sqlite_version
    found["machine"] = platform.machine()
    return found


def print_line(figure: Figure, size: int) -> None:
    """Write one JSON line to standard output."""
    line = {
        "what": figure.what,
        "unit": figure.unit,
        "value": round(figure.value, 3),
        "min": round(figure.least, 3),
        "max": round(figure.greatest, 3),
        "ratio": None if figure.ratio is None else round(figure.ratio, 4),
        "rounds": [round(each, 3) for each in figure.rounds],
        **{name: round(value, 3) for name, value in figure.also.items()},
        "dossiers": size,
        "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "versions": versions(),
    }
    sys.stdout.write(json.dumps(line, ensure_ascii=False) + "\n")
    sys.stdout.flush()


def print_table(figures: Sequence[Figure]) -> None:
    """Write the figures as a table to standard error."""
    rows: list[tuple[str, ...]] = [("what", "min", "median", "max", "unit", "ratio", "also")]
    for each in figures:
        ratio = "" if each.ratio is None else f"{each.ratio:.3f}"
        also = "  ".join(f"{name} {value:,.2f}" for name, value in each.also.items())
        values = [f"{value:,.2f}" for value in (each.least, each.value, each.greatest)]
        rows.append((each.what, *values, each.unit, ratio, also))
    print_columns(rows)


def print_columns(rows: Sequence[Sequence[str]]) -> None:
    """Write a table to standard error, numbers to the right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = [
            text.rjust(width) if text[:1].isdigit() else text.ljust(width)
            for text, width in zip(row, widths, strict=True)
        ]
        sys.stderr.write("  ".join(cells).rstrip() + "\n")
