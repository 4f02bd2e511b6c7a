"""Where the time of a replication goes: each part counted apart, in processor time.

`admit` is what taking a segment in costs beyond verifying, merging and projecting: admission,
batching, and the commits.
"""

import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TypeVar

from edge.store import changelog, exchange
from edge.store.database import Connection, Space
from edge.store.entries import now_ms
from edge.store.exchange import DB_VERSION, Change, Cursor
from edge.store.keys import Keys
from edge.store.projection import project
from sync.hub.peers import HUB_MERGE_LIMIT
from sync.replica import SEGMENT_CHANGES, Replica
from sync.roster import Member, Roster
from sync.segment import Header, Segment, open_segment, seal_segment
from tests.bench.figures import Figure
from tests.bench.record import ENTRIES_PER_DOSSIER, TOWN

T = TypeVar("T")
BOX, HUB = Keys(bytes([1]) * 32), Keys(bytes([2]) * 32)
ROSTER = Roster(HUB.id, HUB.public_key, {BOX.id: Member(BOX.id, TOWN, "", BOX.public_key, False)})
PARTS = ("extract", "pack_sign", "verify_unpack", "merge", "project", "admit")


def measure_parts(filled: Space, folder: Path, dossiers: int, rounds: int) -> Figure:
    """Carry `filled`, the record of `BOX`, into an empty space; microseconds an entry."""
    entries = dossiers * ENTRIES_PER_DOSSIER
    each = [_round(filled, folder / f"parts{place}", entries) for place in range(rounds)]
    each.sort(key=lambda spent: sum(spent.values()))
    return Figure(
        "replication.parts",
        "us/entry",
        tuple(sum(spent.values()) for spent in each),
        None,
        each[len(each) // 2],
    )


def _round(filled: Space, folder: Path, entries: int) -> dict[str, float]:
    spent = dict.fromkeys(PARTS, 0.0)
    apart, whole = (Space(folder / f"{name}.db", bytes(32), filled.name) for name in "aw")
    quarantine, merge_limit = folder / "quarantine", HUB_MERGE_LIMIT
    hub = Replica(whole, HUB, lambda: ROSTER, quarantine, now_ms, merge_limit=merge_limit)
    after, taking = Cursor(), 0.0
    while changes := _timed(spent, "extract", partial(_changes, filled, after)):
        content, hash = _timed(spent, "pack_sign", partial(_seal, changes, after))
        opened = partial(open_segment, content, ROSTER.key_of)
        segment, _ = _timed(spent, "verify_unpack", opened)
        apart.write(partial(_merge, segment=segment, spent=spent))
        started = time.process_time()
        hub.take(content, BOX.id)
        taking += time.process_time() - started
        after = Cursor(changes[-1][DB_VERSION], hash)
    with whole.read() as connection:
        held = connection.execute("select count(*) from entry").fetchone()[0]
    assert held == entries, f"{held} entries arrived of {entries}"
    apart.close()
    whole.close()
    spent["admit"] = taking - spent["verify_unpack"] - spent["merge"] - spent["project"]
    return {name: seconds * 1e6 / entries for name, seconds in spent.items()}


def _timed(spent: dict[str, float], name: str, work: Callable[[], T]) -> T:
    started = time.process_time()
    done = work()
    spent[name] += time.process_time() - started
    return done


def _changes(space: Space, after: Cursor) -> list[Change]:
    with space.read() as connection:
        return exchange.changes_after(connection, after.upto, HUB.id, "e", SEGMENT_CHANGES)


def _seal(changes: list[Change], after: Cursor) -> tuple[bytes, str]:
    last = changes[-1][DB_VERSION]
    header = Header(
        f"town-{TOWN}", BOX.id, "e", HUB.id, 1, after.upto, last, len(changes), after.hash
    )
    return seal_segment(Segment(header, changes), BOX)


def _merge(connection: Connection, segment: Segment, spent: dict[str, float]) -> None:
    """As `exchange.merge` does it at a hub: the whole segment in one transaction."""
    entries = [row.entry for row in segment.rows]
    insert = partial(changelog.insert_new, connection, segment.plain, segment.rows, unheld=True)
    _timed(spent, "merge", insert)
    _timed(spent, "project", partial(project, connection, entries))
