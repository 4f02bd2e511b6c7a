"""What goes on a stick and what is known of earlier ones: the SQL of carrying by hand.

Files are walked by class and digest, page by page, so that millions need neither memory nor a
long transaction.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from edge.store.database import Connection
from edge.store.exchange import Cursor

PARCELS_KEPT = 8
SHIPPED_KEPT = 2_000
_SLICE = 500
# Rows in one transaction, so that the counter need not wait.
_STEP = 2_000


@dataclass(frozen=True, slots=True)
class Ack:
    """What a peer said of itself on a stick: its epoch, and how far it has our `epoch`."""

    peer_epoch: str
    epoch: str
    cursor: Cursor


@dataclass(frozen=True, slots=True)
class Parcel:
    """One stick for one receiver, as the sender remembers it; `key` encrypts its parts."""

    id: int
    name: str
    key: bytes


@dataclass(frozen=True, slots=True)
class Part:
    """One file on the stick; `kind` is segment, held, wanted or files; `digest` hexadecimal."""

    number: int
    kind: str
    size: int
    digest: str


def note_ack(connection: Connection, peer: str, ack: Ack, at: int) -> None:
    """Remember what a peer said last."""
    connection.execute(
        "insert or replace into carry_ack values (?, ?, ?, ?, ?, ?)",
        (peer, ack.peer_epoch, ack.epoch, ack.cursor.upto, ack.cursor.hash, at),
    )


def ack_of(connection: Connection, peer: str) -> Ack | None:
    """What a peer said last on a stick."""
    row = connection.execute(
        "select peer_epoch, epoch, upto, hash from carry_ack where peer = ?", (peer,)
    ).fetchone()
    return Ack(row[0], row[1], Cursor(row[2], row[3])) if row else None


def last_epoch_of(connection: Connection, sender: str) -> str:
    """The epoch of a peer that was heard last; empty if none."""
    row = connection.execute(
        "select epoch from cursor where sender = ? order by at desc limit 1", (sender,)
    ).fetchone()
    return str(row[0]) if row else ""


def shipped(connection: Connection, receiver: str) -> list[Cursor]:
    """The newest segments shipped to a receiver, on whatever way."""
    rows = connection.execute(
        "select upto, hash from export_log where receiver = ? order by upto desc limit ?",
        (receiver, SHIPPED_KEPT),
    )
    return [Cursor(*row) for row in rows]


def begin_parcel(connection: Connection, name: str, receiver: str, key: bytes) -> Parcel:
    """Begin a stick."""
    row = connection.execute(
        "insert into carry_parcel (name, receiver, key) values (?, ?, ?) returning id",
        (name, receiver, key),
    ).fetchone()
    return Parcel(row[0], name, key)


def forget_old(connection: Connection, receiver: str) -> bool:
    """Forget some of what lay on the oldest sticks for a receiver; True while there is more."""
    row = connection.execute(
        "select id from carry_parcel where receiver = ? order by id desc limit 1 offset ?",
        (receiver, PARCELS_KEPT),
    ).fetchone()
    if row is None:
        return False
    gone = connection.execute(
        "delete from carry_loaded where (parcel, digest) in "
        "(select parcel, digest from carry_loaded where parcel = ? limit ?)",
        (row[0], _STEP),
    )
    if gone.rowcount < _STEP:
        connection.execute("delete from carry_part where parcel = ?", row)
        connection.execute("delete from carry_parcel where id = ?", row)
    return True


def parcel_of(connection: Connection, name: str, receiver: str) -> Parcel | None:
    """The stick of that name for that receiver, if this database remembers it."""
    row = connection.execute(
        "select id, name, key from carry_parcel where name = ? and receiver = ?", (name, receiver)
    ).fetchone()
    return Parcel(*row) if row else None


def number_part(connection: Connection, parcel: Parcel) -> int:
    """Take the next number; none is ever used twice."""
    row = connection.execute(
        "update carry_parcel set last = last + 1 where id = ? returning last", (parcel.id,)
    ).fetchone()
    return int(row[0])


def add_part(
    connection: Connection, parcel: Parcel, part: Part, digests: Sequence[bytes] = ()
) -> None:
    """Note a part that stands whole on the stick, with the files in it."""
    connection.execute(
        "insert into carry_part (parcel, number, kind, size, digest) values (?, ?, ?, ?, ?)",
        (parcel.id, part.number, part.kind, part.size, part.digest),
    )
    connection.executemany(
        "insert or replace into carry_loaded values (?, ?, ?)",
        [(parcel.id, digest, part.number) for digest in digests],
    )


def parts_of(connection: Connection, parcel: Parcel) -> list[Part]:
    """The parts noted for a stick, in their order."""
    rows = connection.execute(
        "select number, kind, size, digest from carry_part where parcel = ? order by number",
        (parcel.id,),
    )
    return [Part(*row) for row in rows]


def drop_parts(connection: Connection, parcel: Parcel, numbers: Sequence[int]) -> None:
    """Forget parts, and that their files are on the stick."""
    gone = [(parcel.id, number) for number in numbers]
    connection.executemany("delete from carry_part where parcel = ? and number = ?", gone)
    connection.executemany("delete from carry_loaded where parcel = ? and part = ?", gone)


def drop_confirmed(
    connection: Connection, parcel: Parcel, receiver: str, after: bytes
) -> bytes | None:
    """Forget files that the receiver has confirmed, a step from `after` on; the next step or None.

    With the last step go the parts in which nothing is left.
    """
    page = connection.execute(
        "select l.digest, d.digest is not null from carry_loaded l "
        "left join blob_delivered d on d.peer = ? and d.digest = l.digest "
        "where l.parcel = ? and l.digest > ? order by l.digest limit ?",
        (receiver, parcel.id, after, _STEP),
    ).fetchall()
    connection.executemany(
        "delete from carry_loaded where parcel = ? and digest = ?",
        [(parcel.id, digest) for digest, confirmed in page if confirmed],
    )
    if len(page) == _STEP:
        return bytes(page[-1][0])
    connection.execute(
        "delete from carry_part where parcel = ?1 and kind = 'files' and number not in "
        "(select part from carry_loaded where parcel = ?1)",
        (parcel.id,),
    )
    return None


def pending(connection: Connection, parcel: Parcel, receiver: str) -> tuple[int, int]:
    """How many files are yet to be put on the stick, and their bytes."""
    row = connection.execute(
        f"select count(*), coalesce(sum(h.bytes), 0) {_PENDING}", (receiver, parcel.id)
    ).fetchone()
    return int(row[0]), int(row[1])


def next_files(
    connection: Connection, parcel: Parcel, receiver: str, kind: int, after: bytes, limit: int
) -> list[tuple[bytes, int]]:
    """The next files of one class to put on the stick: (digest, bytes), in order of digest."""
    rows = connection.execute(
        f"select b.digest, h.bytes {_PENDING} and b.class = ? and b.digest > ? "
        "order by b.digest limit ?",
        (receiver, parcel.id, kind, after, limit),
    )
    return rows.fetchall()


def held_files(connection: Connection, after: bytes, limit: int) -> list[bytes]:
    """Files that entries name and that are held, in order of digest."""
    rows = connection.execute(
        "select b.digest from blob b join held h on h.digest = b.digest where b.digest > ? "
        "order by b.digest limit ?",
        (after, limit),
    )
    return [digest for (digest,) in rows]


def missing_files(connection: Connection, after: bytes, limit: int) -> list[bytes]:
    """Files that entries name and that are not known to be held, in order of digest."""
    rows = connection.execute(
        "select digest from blob b where digest > ? and not exists "
        "(select 1 from held h where h.digest = b.digest) order by digest limit ?",
        (after, limit),
    )
    return [digest for (digest,) in rows]


def missing_among(connection: Connection, digests: Sequence[bytes]) -> set[bytes]:
    """Which of these files are named by entries and not held."""
    query = (
        "select digest from blob where digest in ({}) and digest not in (select digest from held)"
    )
    return set(_among(connection, query, digests))


def unconfirmed_among(connection: Connection, peer: str, digests: Sequence[bytes]) -> list[bytes]:
    """Which of these files are named by entries and not yet known to be at a peer."""
    query = (
        "select b.digest from blob b where b.digest in ({}) and not exists "
        "(select 1 from blob_delivered d where d.peer = ? and d.digest = b.digest)"
    )
    return list(_among(connection, query, digests, peer))


def take_back(connection: Connection, peer: str, digests: Sequence[bytes]) -> None:
    """Note that a peer lacks files, whatever it said before; parts that hold them are suspect."""
    lacking = [(peer, digest) for digest in digests]
    connection.executemany("delete from blob_delivered where peer = ? and digest = ?", lacking)
    connection.executemany(
        "update carry_part set suspect = 1 where (parcel, number) in "
        "(select l.parcel, l.part from carry_parcel p join carry_loaded l on l.parcel = p.id "
        "where p.receiver = ? and l.digest = ?)",
        lacking,
    )


def suspects(connection: Connection, parcel: Parcel) -> list[Part]:
    """Parts with something that the receiver still lacks though it has emptied the stick."""
    rows = connection.execute(
        "select number, kind, size, digest from carry_part where parcel = ? and suspect",
        (parcel.id,),
    )
    return [Part(*row) for row in rows]


def trust(connection: Connection, parcel: Parcel) -> None:
    """Rely on every part of a stick again."""
    connection.execute("update carry_part set suspect = 0 where parcel = ?", (parcel.id,))


_PENDING = (
    "from blob b join held h on h.digest = b.digest "
    "where not exists (select 1 from blob_delivered d where d.peer = ? and d.digest = b.digest) "
    "and not exists (select 1 from carry_loaded l where l.parcel = ? and l.digest = b.digest)"
)


def _among(
    connection: Connection, query: str, digests: Sequence[bytes], *more: str
) -> Iterator[bytes]:
    for start in range(0, len(digests), _SLICE):
        some = digests[start : start + _SLICE]
        asked = query.format(",".join("?" * len(some)))
        for (digest,) in connection.execute(asked, (*some, *more)):
            yield digest
