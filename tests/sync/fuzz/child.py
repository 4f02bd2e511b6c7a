"""Offers spoilt segments to real replicas, one after another; run as a process of its own.

    python -m tests.sync.fuzz.child FOLDER FIRST COUNT [MUTANT]

Before each input its seed is in `FOLDER/seed`, so that whoever watches can name the one that ended
the process. MUTANT names a function of `tests.sync.fuzz.mutants`. The outcome is printed as JSON.
"""

import gc
import json
import resource
import signal
import sys
import time
from collections import Counter
from pathlib import Path
from types import FrameType

from edge.domain.entry import parse
from edge.domain.errors import PeerRefused, SchemaAhead, SegmentRejected
from edge.store import verification
from edge.store.blobs import Blobs
from edge.store.database import Connection
from edge.store.exchange import Cursor
from tests.sync.fuzz.corpus import Site, build
from tests.sync.fuzz.mutants import MUTANTS
from tests.sync.fuzz.mutations import mutated
from tests.sync.sides import BOX, HUB, OTHER
from tests.sync.simulator.promises import unproven

MEMORY, SECONDS = 1 << 30, 30
FRESH_AFTER = 400
CLOCKS = {"entry": 2, "seal": 1, "receipt": 1, "box_status": 1}
PUBLIC_KEYS = {keys.id: keys.public_key for keys in (HUB, BOX, OTHER)}


class Wrong(AssertionError):
    """An input did what none may do."""


def main(folder: Path, first: int, count: int) -> None:
    sites, offers = build(folder / "sites")
    tables = {id: _tables(site) for id, site in sites.items()}
    before = {id: _state(site, tables[id]) for id, site in sites.items()}
    _limit()
    told: Counter[str] = Counter()
    slowest = 0.0
    for place, seed in enumerate(range(first, first + count)):
        (folder / "seed").write_text(str(seed))
        offer, content, sender = mutated(seed, offers)
        site = sites[offer.receiver]
        signal.alarm(SECONDS)
        started = time.perf_counter()
        outcome = _offer(site, content, sender)
        slowest = max(slowest, time.perf_counter() - started)
        signal.alarm(0)
        told[outcome] += 1
        if outcome != "taken":
            if _state(site, tables[offer.receiver]) != before[offer.receiver]:
                raise Wrong(f"refused ({outcome}), and something changed")
        else:
            _check(site, sender)
            site.put_back()
        if place % FRESH_AFTER == FRESH_AFTER - 1:
            site.put_back()
            gc.collect()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(json.dumps({"told": told, "peak_kib": peak, "slowest_s": round(slowest, 3)}))


def _offer(site: Site, content: bytes, sender: str) -> str:
    try:
        taken = site.replica.take(content, sender)
    except (SegmentRejected, SchemaAhead, PeerRefused) as error:
        return error.key
    return "taken" if taken.changes else "known"


def _limit() -> None:
    """What an input may cost: memory beyond what stands now, and time."""
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    most = pages * resource.getpagesize() + MEMORY
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))

    def late(_: int, __: FrameType | None) -> None:
        raise Wrong(f"took longer than {SECONDS} s")

    signal.signal(signal.SIGALRM, late)


def _tables(site: Site) -> list[str]:
    """Every table, the extension's clocks and the index of names too; refusals aside."""
    with site.space.read() as connection:
        names = connection.execute(
            "select name from sqlite_master where type = 'table' and name <> 'quarantine' "
            "and name <> 'person_search' order by name"
        )
        return [name for (name,) in names]


def _state(site: Site, tables: list[str]) -> list[object]:
    with site.space.read() as connection:
        return [_rows(connection, table) for table in tables]


def _rows(connection: Connection, table: str) -> list[tuple[object, ...]]:
    return connection.execute(f"select * from {table}").fetchall()  # noqa: S608


def _check(site: Site, sender: str) -> None:
    """What was taken in keeps every promise: whole rows, tracked, proven, computed, and usable."""
    with site.space.read() as connection:
        rows = {table: _rows(connection, table) for table in CLOCKS}
        for table, columns in CLOCKS.items():
            clocks = _rows(connection, f"{table}__crsql_clock")
            if any(None in row for row in rows[table]) or len(clocks) != columns * len(rows[table]):
                raise Wrong(f"a torn row of {table}")
        blobs = Blobs(site.folder / "blobs", site.keys)
        found = verification.verify(connection, blobs, PUBLIC_KEYS).findings
    if found:
        raise Wrong(f"taken in, and does not hold: {found[0]}")
    if sender != HUB.id:
        held = {(table, row[0]): row[1:] for table in rows for row in rows[table]}
        bare = {parse(*map(str, held[each])).box for each in unproven(held)}
        if bare - {sender, site.keys.id}:
            raise Wrong("one box spoke for another")
    if not site.space.write(verification.remake):
        raise Wrong("the projection is not what the record says")
    # Whoever holds it must be able to ship it.
    if site.replica.outgoing("f" * 32, "", Cursor()) is None:
        raise Wrong("nothing to ship")


if __name__ == "__main__":
    _, folder, first, count, *mutants = sys.argv
    for mutant in mutants:
        MUTANTS[mutant]()
    main(Path(folder), int(first), int(count))
