"""Dossiers of ten fields, cold and then 1,000 edits, through each peer; ours beside them.

A peer that cannot be had is reported as absent, with the reason; a figure whose content is not the
same on both sides is none.
"""

import json
import statistics
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.bench.figures import Figure, print_columns
from tests.bench.pair import Carriage, Meter, Side, carry
from tests.bench.peers import morango, plain_copy, pouchdb, sqlite_sync
from tests.bench.peers.installing import Absent
from tests.bench.record import EDITS, FLAT, flat
from tests.bench.replication import measure_replication

Pair = tuple[Side, Side, Meter]
Peer = Callable[[Path, Path, int], Pair]
PEERS: Mapping[str, Peer] = {
    "plain-copy": plain_copy.start,
    "pouchdb": pouchdb.start,
    "sqlite-sync": sqlite_sync.start,
    "morango": morango.start,
}
# Morango needs minutes for 50,000: unless told to, it gets fewer, and is compared by the dossier.
FEWER = {"morango": 5_000}
MEASURES = ("s", "cpu_s", "kb", "near_mib", "far_mib")
Line = dict[str, object]


def measure_peers(
    folder: Path,
    dossiers: int,
    rounds: int,
    in_full: bool,
    measured: Mapping[str, Figure],
    say: Callable[[str], None],
) -> None:
    """Print one line a peer, ours first, the line of ratios, and all of them in one table.

    Ours are the figures `measured` in this run, if they were.
    """
    if not measured:
        say("peer ours")
        figures = measure_replication(folder, dossiers, rounds)
        measured = {figure.what: figure for figure in figures}
    lines = {"ours": _ours(measured, dossiers)}
    _print(lines["ours"])
    for name, start in PEERS.items():
        count = dossiers if in_full else min(dossiers, FEWER.get(name, dossiers))
        say(f"peer {name}, {count} dossiers")
        rows = folder / f"rows{count}.jsonl"
        _write_rows(rows, count)
        lines[name] = _peer(name, start, rows, count, rounds)
        _print(lines[name])
    _print({"what": "peers.ratios", "dossiers": dossiers, **_ratios(lines)})
    _print_table(lines)


def _ours(measured: Mapping[str, Figure], dossiers: int) -> Line:
    push, edits = measured["replication.push"], measured["replication.edits"]
    line: Line = {"what": "peer.ours", "dossiers": dossiers, "rounds": len(push.rounds)}
    for prefix, figure in (("cold", push), ("edits", edits)):
        also = figure.also
        names = ("wall_s", "cpu_s", "wire_kb", "box_mib", "hub_mib")
        line |= {
            f"{prefix}_{measure}": round(also[name], 3)
            for measure, name in zip(MEASURES, names, strict=True)
        }
        line[f"{prefix}_s_min"] = round(also["wall_s"] * figure.value / figure.greatest, 3)
        line[f"{prefix}_s_max"] = round(also["wall_s"] * figure.value / figure.least, 3)
    line["dossiers_per_s"] = round(dossiers / push.also["wall_s"], 1)
    return line


def _peer(name: str, start: Peer, rows: Path, dossiers: int, rounds: int) -> Line:
    told = []
    try:
        for _ in range(rounds):
            with _started(start, rows, dossiers) as (near, far, meter):
                near.ask("load")
                cold = carry(near, far, meter, "cold")
                near.ask("edit")
                told.append((cold, carry(near, far, meter, "incr")))
                same = near.ask("digest") == far.ask("digest")
                assert same, f"{name}: the two sides differ"
    except Absent as error:
        return {"what": f"peer.{name}", "absent": str(error)}
    return _line(name, dossiers, told)


@contextmanager
def _started(start: Peer, rows: Path, dossiers: int) -> Iterator[Pair]:
    with tempfile.TemporaryDirectory(prefix="dangxia-peer-") as folder:
        near, far, meter = start(Path(folder), rows, dossiers)
        try:
            yield near, far, meter
        finally:
            near.end()
            far.end()
            meter.close()


def _line(name: str, dossiers: int, told: Sequence[tuple[Carriage, Carriage]]) -> Line:
    """Medians, with the least and the greatest of the seconds; the rate is of the cold run."""
    line: Line = {"what": f"peer.{name}", "dossiers": dossiers, "rounds": len(told)}
    for place, prefix in enumerate(("cold", "edits")):
        each = [pair[place].told(prefix) for pair in told]
        line |= {key: round(statistics.median(one[key] for one in each), 3) for key in each[0]}
        seconds = [one[f"{prefix}_s"] for one in each]
        line[f"{prefix}_s_min"] = round(min(seconds), 3)
        line[f"{prefix}_s_max"] = round(max(seconds), 3)
    line["dossiers_per_s"] = round(dossiers / statistics.median(c.wall for c, _ in told), 1)
    return line


def _ratios(lines: Mapping[str, Line]) -> dict[str, float]:
    """How many times our seconds and bytes each peer took, by the dossier; above 1 we lead."""
    found = {}
    ours = lines["ours"]
    for peer, line in lines.items():
        for name in ("cold_s", "cold_cpu_s", "cold_kb", "edits_s", "edits_cpu_s", "edits_kb"):
            theirs, mine = _each(line, name), _each(ours, name)
            if peer != "ours" and theirs is not None and mine:
                found[f"{peer}.{name}"] = round(theirs / mine, 2)
    return found


def _each(line: Line, name: str) -> float | None:
    value, dossiers = line.get(name), line.get("dossiers")
    if not isinstance(value, float) or not isinstance(dossiers, int):
        return None
    return value / (min(EDITS, dossiers) if name.startswith("edits") else dossiers)


def _print_table(lines: Mapping[str, Line]) -> None:
    heads = [f"{prefix} {name}" for prefix in ("cold", "edits") for name in MEASURES]
    rows = [("peer", "dossiers", "dossiers/s", *heads)]
    for name, line in lines.items():
        if "absent" in line:
            rows.append((name, "absent", *[""] * (len(heads) + 1)))
            continue
        shown = [_shown(line, head.replace(" ", "_")) for head in heads]
        rows.append((name, f"{line['dossiers']}", f"{line['dossiers_per_s']}", *shown))
    print_columns(rows)


def _shown(line: Line, name: str) -> str:
    """The median, and of seconds the least and the greatest in brackets."""
    if f"{name}_min" not in line:
        return f"{line[name]:,.2f}"
    return f"{line[name]:,.2f} ({line[f'{name}_min']:,.2f}-{line[f'{name}_max']:,.2f})"


def _write_rows(path: Path, dossiers: int) -> None:
    with path.open("w", encoding="utf-8") as file:
        for place in range(dossiers):
            named = dict(zip(FLAT, flat(place), strict=True))
            file.write(json.dumps(named, ensure_ascii=False) + "\n")


def _print(line: Line | dict[str, object]) -> None:
    sys.stdout.write(json.dumps(line, ensure_ascii=False) + "\n")
    sys.stdout.flush()
