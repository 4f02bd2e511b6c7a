"""Dossiers of ten fields, cold and then 1,000 edits, through each peer; ours beside them.

A peer that cannot be had is reported as absent, with the reason; a figure whose content is not the
same on both sides is none.
"""

import json
import statistics
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tests.bench.pair import Carriage, Meter, Side, carry
from tests.bench.peers import pouchdb, sqlite_sync
from tests.bench.peers.installing import Absent
from tests.bench.record import EDITS, FLAT, TOWN, flat
from tests.bench.replication import Ours

Pair = tuple[Side, Side, Meter]
Peer = Callable[[Path, Path, int], Pair]
PEERS: Mapping[str, Peer] = {"pouchdb": pouchdb.start, "sqlite-sync": sqlite_sync.start}


def measure_peers(folder: Path, dossiers: int, rounds: int) -> None:
    """Print one line a peer, ours first, and the line of ratios."""
    rows = folder / "rows.jsonl"
    _write_rows(rows, dossiers)
    lines = {"ours": _ours(folder, dossiers, rounds)}
    _say(lines["ours"])
    for name, start in PEERS.items():
        lines[name] = _peer(name, start, rows, dossiers, rounds)
        _say(lines[name])
    ours = lines.pop("ours")
    _say({"what": "peers.ratios", "dossiers": dossiers, **_ratios(ours, lines)})


def _ours(folder: Path, dossiers: int, rounds: int) -> dict[str, object]:
    told = []
    for place in range(rounds):
        ours = Ours(folder / f"ours{place}")
        try:
            box = ours.box(TOWN, 0, dossiers)
            cold = carry(box, ours.hub, ours.meter, "cold")
            box.ask("edit")
            told.append((cold, carry(box, ours.hub, ours.meter, "incr")))
            ours.check(box, TOWN)
        finally:
            ours.close()
    return _line("ours", dossiers, told)


def _peer(name: str, start: Peer, rows: Path, dossiers: int, rounds: int) -> dict[str, object]:
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


def _line(name: str, dossiers: int, told: list[tuple[Carriage, Carriage]]) -> dict[str, object]:
    line: dict[str, object] = {"what": f"peer.{name}", "dossiers": dossiers, "rounds": len(told)}
    for place, prefix in enumerate(("cold", "edits")):
        each = [pair[place].told(prefix) for pair in told]
        line |= {key: round(statistics.median(one[key] for one in each), 3) for key in each[0]}
    return line


def _ratios(
    ours: Mapping[str, object], others: Mapping[str, Mapping[str, object]]
) -> dict[str, object]:
    """How many times our seconds and bytes each peer took; above 1 we are ahead."""
    names = ("cold_s", "cold_cpu_s", "cold_kb", "edits_s", "edits_kb")
    found: dict[str, object] = {}
    for peer, line in others.items():
        for name in names:
            theirs, mine = line.get(name), ours[name]
            if isinstance(theirs, float) and isinstance(mine, float):
                found[f"{peer}.{name}"] = round(theirs / mine, 2)
    return found


def _write_rows(path: Path, dossiers: int) -> None:
    with path.open("w", encoding="utf-8") as file:
        for place in range(dossiers):
            named = dict(zip(FLAT, flat(place), strict=True))
            file.write(json.dumps(named, ensure_ascii=False) + "\n")
    assert min(dossiers, EDITS) > 0


def _say(line: Mapping[str, object]) -> None:
    sys.stdout.write(json.dumps(line, ensure_ascii=False) + "\n")
    sys.stdout.flush()
