"""Which files are held, awaited, or known to be at a peer.

Classes, in the order of urgency: 0 thumbnail, 1 paper, 2 page master.
"""

from collections.abc import Iterable, Sequence

from edge.store.database import Connection


def awaited(connection: Connection, limit: int = 1_000) -> list[tuple[bytes, int]]:
    """Files that entries name and that are not known to be held: (digest, class), urgent first."""
    rows = connection.execute(
        "select digest, class from blob where digest not in (select digest from held) "
        "order by class, digest limit ?",
        (limit,),
    )
    return rows.fetchall()


def undelivered(connection: Connection, peer: str, limit: int = 4_096) -> list[tuple[bytes, int]]:
    """Files held here that the peer has not confirmed to hold: (digest, class), urgent first."""
    rows = connection.execute(
        "select b.digest, b.class from blob b join held h on h.digest = b.digest "
        "where not exists "
        "(select 1 from blob_delivered d where d.peer = ? and d.digest = b.digest) "
        "order by b.class, b.digest limit ?",
        (peer, limit),
    )
    return rows.fetchall()


def waiting_by_class(connection: Connection, peer: str) -> dict[int, int]:
    """How many named files the peer has not confirmed, by class."""
    rows = connection.execute(
        "select b.class, count(*) from blob b join held h on h.digest = b.digest "
        "where not exists "
        "(select 1 from blob_delivered d where d.peer = ? and d.digest = b.digest) "
        "group by b.class",
        (peer,),
    )
    return dict(rows.fetchall())


def awaited_by_class(connection: Connection) -> dict[int, int]:
    """How many named files are not held here, by class."""
    rows = connection.execute(
        "select class, count(*) from blob where digest not in (select digest from held) "
        "group by class"
    )
    return dict(rows.fetchall())


def note_held(connection: Connection, files: Iterable[tuple[bytes, int]]) -> None:
    """Note that files are held: (digest, bytes)."""
    connection.executemany("insert or ignore into held values (?, ?)", files)


def note_delivered(connection: Connection, peer: str, digests: Sequence[bytes]) -> None:
    """Note that the peer has confirmed to hold files."""
    connection.executemany(
        "insert or ignore into blob_delivered values (?, ?)",
        [(peer, digest) for digest in digests],
    )


def entitle(connection: Connection, digests: Iterable[bytes], origin: str) -> None:
    """Let a space have files of another space, by an arrived transfer."""
    connection.executemany(
        "insert or ignore into routed_blob values (?, ?)", [(each, origin) for each in digests]
    )


def origin_of(connection: Connection, digest: bytes) -> str | None:
    """The space whose file this space is entitled to."""
    row = connection.execute(
        "select origin from routed_blob where digest = ?", (digest,)
    ).fetchone()
    return str(row[0]) if row else None
