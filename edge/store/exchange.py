"""The SQL of replication: what to send, how far peers are, and merging what they sent.

With `changelog`, the only reader and writer of the extension's log of changes. The rules come from
losses that were reproduced: a db_version is never split; a cursor is taken from rows really sent,
never from the counter; changes are never left out by site id; merging, projecting and the cursor
are one transaction.
"""

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass
from typing import Final

from edge.domain.entry import Entry, size_of
from edge.store import changelog, possession
from edge.store.changelog import EntryRow
from edge.store.database import Connection, SyncBitLeaked
from edge.store.forgetting import forget_lives
from edge.store.projection import project
from edge.store.seals import HASH_OF, Seal

TABLES = changelog.TABLES
Change = changelog.Change
ENTRY_KEY = b"\x01\x0c\x10"  # one column, a blob of 16 bytes, in the extension's key format
TABLE: Final = 0
PK: Final = 1
CID: Final = 2
VAL: Final = 3
COL_VERSION: Final = 4
DB_VERSION: Final = 5
SITE: Final = 6
CL: Final = 7
SEQ: Final = 8

_LAST_VERSION = 1 << 53
_TOLD = 200
# A merged row takes the receiver's next db_version; the sender's is left behind at the door, so
# that no peer can push this database's counter ahead.
_MERGE = (
    'insert into crsql_changes ("table", pk, cid, val, col_version, db_version, site_id, cl, seq) '
    "values (?, ?, ?, ?, ?, 0, ?, ?, ?)"
)


@dataclass(frozen=True, slots=True)
class Cursor:
    """How far a sender's record has been taken in, and the hash of the segment that ended there."""

    upto: int = 0
    hash: str = ""


@dataclass(frozen=True, slots=True)
class Batch:
    """Whole versions to merge in one transaction; `cursor` only with the last of a segment.

    `entries` and `receipts` are those among `changes`.
    `as_of`: the last version held when none of the entries was.
    `proof`: the sender's signature that it has shipped up to there. `came`: the versions that the
    segment's earlier transactions took here.
    """

    sender: str
    epoch: str
    changes: Sequence[Change]
    entries: Sequence[Entry]
    receipts: Sequence[Seal]
    cursor: Cursor | None
    at: int
    proof: bytes = b""
    rows: Sequence[EntryRow] = ()
    as_of: int = -1
    came: Sequence[tuple[int, int]] = ()


def epoch_of(connection: Connection) -> str:
    """This database's epoch; empty before `ensure_epoch`."""
    row = connection.execute("select epoch from identity").fetchone()
    return str(row[0]) if row else ""


def ensure_epoch(connection: Connection, at: int) -> str:
    """Give this database an epoch unless it has one."""
    if not epoch_of(connection):
        connection.execute("insert into identity values (?, ?)", (os.urandom(16).hex(), at))
    return epoch_of(connection)


def renew_identity(connection: Connection, at: int, peer: str = "") -> str:
    """Become another peer: a new epoch and a new site; what is held stays as the old site's.

    Everything is offered to everybody again, and taken in again from the beginning; `peer` has
    proved that it is needed. To be run by `Space.renew`, since open connections remember the old
    site.
    """
    (old,) = connection.execute("select site_id from crsql_site_id where ordinal = 0").fetchone()
    connection.execute("delete from crsql_site_id where ordinal = 0")
    (ordinal,) = connection.execute(
        "insert into crsql_site_id (site_id) values (?) returning ordinal", (old,)
    ).fetchone()
    for table in TABLES:
        connection.execute(
            f"update {table}__crsql_clock set site_id = ? where site_id = 0", (ordinal,)
        )
    connection.execute("insert into crsql_site_id (site_id, ordinal) values (randomblob(16), 0)")
    for table in ("identity", "export_log", "applied", "cursor"):
        connection.execute(f"delete from {table}")
    epoch = ensure_epoch(connection, at)
    connection.execute("insert into renewal values (?, ?, ?)", (epoch, at, peer))
    return epoch


def changes_after(
    connection: Connection,
    after: int,
    receiver: str,
    epoch: str,
    limit: int = 20_000,
    max_bytes: int = 8 << 20,
) -> list[Change]:
    """Collect whole versions that the receiver has not got, about `limit` changes of them.

    Versions that came from this same receiver and epoch are left out.
    """
    found: list[Change] = []
    size = 0
    for low, high in _open_ranges(connection, after, receiver, epoch):
        bound = _bound(connection, low, high, limit - len(found))
        for change in changelog.extract(connection, low, bound):
            whole = bool(found) and change[DB_VERSION] != found[-1][DB_VERSION]
            if whole and size > max_bytes:
                return found
            found.append(change)
            value = change[VAL]
            size += size_of(value) if isinstance(value, str) else 8
        if len(found) >= limit or size > max_bytes:
            break
    return found


def changes_of_entry(connection: Connection, id: bytes) -> list[Change]:
    """One entry as it would be shipped, whatever its version."""
    rows = connection.execute(
        "select c.col_name, iif(c.col_name = 'head', e.head, e.data), c.col_version, "
        "c.db_version, s.site_id, c.seq from entry e join entry__crsql_pks p on p.id = e.id "
        "join entry__crsql_clock c on c.key = p.__crsql_key and c.col_name in ('head', 'data') "
        "join crsql_site_id s on s.ordinal = c.site_id where e.id = ? order by c.seq",
        (id,),
    ).fetchall()
    return [
        ("entry", ENTRY_KEY + id, cid, value, col_version, version, site, 1, seq)
        for cid, value, col_version, version, site, seq in rows
    ]


def stated_at(connection: Connection, hash: str) -> int | None:
    """The version in which an entry first came to stand under a seal or receipt over itself."""
    found = []
    for table in ("seal", "receipt"):
        row = connection.execute(
            f"select min(c.db_version) from {table} s join {table}__crsql_pks p on p.id = s.id "
            f"join {table}__crsql_clock c on c.key = p.__crsql_key "
            f"where {HASH_OF} = ?",
            (hash,),
        ).fetchone()
        found += [row[0]] if row[0] is not None else []
    return min(found, default=None)


def cursor_of(connection: Connection, sender: str, epoch: str) -> Cursor:
    """How far a sender's epoch has been taken in."""
    row = connection.execute(
        "select upto, hash from cursor where sender = ? and epoch = ?", (sender, epoch)
    ).fetchone()
    return Cursor(*row) if row else Cursor()


def cursors_of(connection: Connection, sender: str) -> dict[str, Cursor]:
    """Every epoch of one sender."""
    rows = connection.execute("select epoch, upto, hash from cursor where sender = ?", (sender,))
    return {epoch: Cursor(upto, hash) for epoch, upto, hash in rows}


def proof_of(connection: Connection, sender: str, epoch: str) -> bytes:
    """The sender's signature that it has shipped as far as we have taken it in; empty if none."""
    row = connection.execute(
        "select proof from cursor where sender = ? and epoch = ?", (sender, epoch)
    ).fetchone()
    return bytes(row[0]) if row else b""


def seen(connection: Connection) -> dict[str, int]:
    """What has been taken in from everybody, the newest only: `sender/epoch` to version."""
    rows = connection.execute(
        "select sender || '/' || epoch, upto from cursor order by at desc limit ?", (_TOLD,)
    )
    return dict(rows.fetchall())


def log_export(connection: Connection, receiver: str, cursor: Cursor, at: int) -> None:
    """Note a segment before it is shipped; durable once the transaction has committed."""
    connection.execute(
        "insert or ignore into export_log values (?, ?, ?, ?)",
        (receiver, cursor.upto, cursor.hash, at),
    )


def export_known(connection: Connection, receiver: str, cursor: Cursor) -> bool:
    """Say whether this database remembers having shipped up to there."""
    if cursor == Cursor():
        return True
    row = connection.execute(
        "select 1 from export_log where receiver = ? and upto = ? and hash = ?",
        (receiver, cursor.upto, cursor.hash),
    ).fetchone()
    return row is not None


def merge(connection: Connection, batch: Batch) -> list[tuple[int, int]]:
    """Merge whole versions, project their entries, move the cursor; nothing else may write here.

    Gives `came` with this one. Only with the cursor does it count as come from the sender: whoever
    forgot what was merged in part must be offered it. Raises SyncBitLeaked when the extension could
    no longer track writes.
    """
    before = last_version(connection)
    unheld = batch.as_of == before
    others = changelog.insert_new(connection, batch.changes, batch.rows, unheld)
    connection.executemany(
        _MERGE, [(t, pk, cid, val, cv, s, cl, q) for t, pk, cid, val, cv, _, s, cl, q in others]
    )
    if connection.execute("select crsql_internal_sync_bit()").fetchone()[0]:
        raise SyncBitLeaked
    project(connection, [*batch.entries, *(row.entry for row in batch.rows)])
    possession.note(connection, batch.receipts)
    last = last_version(connection)
    came = [*batch.came, *([(before + 1, last)] if last > before else [])]
    if batch.cursor is not None:
        _note_applied(connection, batch, came)
        connection.execute(
            "insert into cursor values (?, ?, ?, ?, ?, ?) on conflict (sender, epoch) do update "
            "set upto = excluded.upto, hash = excluded.hash, at = excluded.at, "
            "proof = excluded.proof",
            (batch.sender, batch.epoch, *astuple(batch.cursor), batch.at, batch.proof),
        )
        forget_lives(connection, batch.sender, batch.epoch)
        connection.execute("update quarantine set resolved = 1 where sender = ?", (batch.sender,))
    return came


def quarantine(
    connection: Connection,
    hash: str,
    sender: str,
    reason: str,
    fields: Mapping[str, object],
    file: str,
    at: int,
) -> None:
    """Note a refused segment, one that was settled before too."""
    connection.execute(
        "insert into quarantine values (?, ?, ?, ?, ?, ?, 0) on conflict (hash) do update "
        "set resolved = 0, sender = excluded.sender, at = excluded.at, file = excluded.file "
        "where resolved",
        (hash, sender, reason, json.dumps(dict(fields), default=str), at, file),
    )


def quarantined(connection: Connection, sender: str | None = None) -> int:
    """How many refused segments still hold a cursor."""
    row = connection.execute(
        "select count(*) from quarantine where not resolved and (?1 is null or sender = ?1)",
        (sender,),
    ).fetchone()
    return int(row[0])


def note_contact(connection: Connection, peer: str, at: int) -> None:
    """Note that an exchange with a peer ended well."""
    connection.execute("insert or replace into contact values (?, ?)", (peer, at))


def contacts(connection: Connection) -> dict[str, int]:
    """When each peer was last heard, in milliseconds."""
    return dict(connection.execute("select peer, at from contact").fetchall())


def _open_ranges(
    connection: Connection, after: int, receiver: str, epoch: str
) -> Iterator[tuple[int, int]]:
    """The versions after `after` that did not come from the receiver, as ranges (low, high]."""
    low = after
    ranges = connection.execute(
        "select first, last from applied where sender = ? and epoch = ? and last > ? "
        "order by first",
        (receiver, epoch, after),
    ).fetchall()
    for first, last in ranges:
        if first - 1 > low:
            yield low, first - 1
        low = max(low, last)
    yield low, _LAST_VERSION


def _bound(connection: Connection, low: int, high: int, room: int) -> int:
    """The version within (low, high] where about `room` changes have been collected."""
    for table in TABLES:
        row = connection.execute(
            f"select db_version from {table}__crsql_clock where db_version > ? "
            "and db_version <= ? order by db_version limit 1 offset ?",
            (low, high, max(room - 1, 0)),
        ).fetchone()
        if row is not None:
            high = min(high, row[0])
    return high


def last_version(connection: Connection) -> int:
    """The greatest version of any row held: unlike the extension's counter, never a phantom."""
    greatest = 0
    for table in TABLES:
        row = connection.execute(
            f"select coalesce(max(db_version), 0) from {table}__crsql_clock"
        ).fetchone()
        greatest = max(greatest, row[0])
    return greatest


def _note_applied(connection: Connection, batch: Batch, came: list[tuple[int, int]]) -> None:
    for first, last in came:
        joined = connection.execute(
            "update applied set last = ? where last = ? and sender = ? and epoch = ?",
            (last, first - 1, batch.sender, batch.epoch),
        )
        if joined.rowcount == 0:
            connection.execute(
                "insert into applied values (?, ?, ?, ?)", (first, last, batch.sender, batch.epoch)
            )
