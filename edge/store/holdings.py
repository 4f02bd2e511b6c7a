"""Which files are held, awaited, or known to be at a peer.

Classes, in the order of urgency: 0 thumbnail, 1 paper, 2 page master.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from edge.store.database import Connection

THUMBNAIL, PAPER, MASTER = 0, 1, 2
# A file's place in the order of urgency: class, digest.
Place = tuple[int, bytes]
FIRST: Place = (-1, b"")


@dataclass(frozen=True, slots=True)
class Tally:
    """The files of one class: named by entries, held here, and not yet confirmed upstream."""

    kind: int
    named: int = 0
    held: int = 0
    held_bytes: int = 0
    unsent: int = 0
    unsent_bytes: int = 0

    @property
    def missing(self) -> int:
        """Named and not held here."""
        return self.named - self.held


def tallies(connection: Connection) -> list[Tally]:
    """Count the files of every class, the most urgent first."""
    rows = connection.execute(
        "select class, named, held, held_bytes, unsent, unsent_bytes from file_tally order by class"
    )
    return [Tally(*row) for row in rows]


def owe(connection: Connection, peer: str) -> None:
    """Count files as owed to this peer from now on; the same peer again does nothing."""
    if upstream(connection) == peer:
        return
    connection.execute("delete from upstream")
    connection.execute("insert into upstream values (?)", (peer,))
    connection.execute("delete from file_unsent")
    connection.execute(
        "insert into file_unsent select b.class, b.digest, h.bytes "
        "from blob b join held h on h.digest = b.digest where not exists "
        "(select 1 from blob_delivered d where d.peer = ? and d.digest = b.digest)",
        (peer,),
    )


def upstream(connection: Connection) -> str | None:
    """The peer to which files are owed."""
    row = connection.execute("select peer from upstream").fetchone()
    return str(row[0]) if row else None


def awaited(
    connection: Connection, limit: int = 1_000, after: Place = FIRST, least: int = MASTER
) -> list[tuple[bytes, int]]:
    """Files that entries name and that are not known to be held: (digest, class), urgent first.

    `least` is the least urgent class wanted.
    """
    rows = connection.execute(
        "select digest, class from file_missing where (class, digest) > (?, ?) and class <= ? "
        "order by class, digest limit ?",
        (*after, least, limit),
    )
    return rows.fetchall()


def undelivered(
    connection: Connection, peer: str, limit: int = 4_096, least: int = MASTER
) -> list[tuple[bytes, int]]:
    """Files held here that the peer has not confirmed to hold: (digest, class), urgent first."""
    if upstream(connection) == peer:
        rows = connection.execute(
            "select digest, class from file_unsent where class <= ? order by class, digest limit ?",
            (least, limit),
        )
        return rows.fetchall()
    rows = connection.execute(
        "select b.digest, b.class from blob b join held h on h.digest = b.digest "
        "where b.class <= ? and not exists "
        "(select 1 from blob_delivered d where d.peer = ? and d.digest = b.digest) "
        "order by b.class, b.digest limit ?",
        (least, peer, limit),
    )
    return rows.fetchall()


def awaited_by_class(connection: Connection) -> dict[int, int]:
    """How many named files are not held here, by class."""
    return {each.kind: each.missing for each in tallies(connection) if each.missing}


def unnamed(connection: Connection, digests: Iterable[bytes]) -> list[bytes]:
    """Which of these files no entry names."""
    named = "select 1 from blob where digest = ?"
    return [each for each in digests if connection.execute(named, (each,)).fetchone() is None]


def note_held(connection: Connection, files: Iterable[tuple[bytes, int]]) -> None:
    """Note that files are held: (digest, bytes)."""
    connection.executemany("insert or ignore into held values (?, ?)", files)


def note_lost(connection: Connection, digests: Iterable[bytes]) -> None:
    """Note that files are held no more; those that entries name are awaited again."""
    gone = [(each,) for each in digests]
    connection.executemany(
        "insert or ignore into lost_file select digest from held where digest = ?", gone
    )
    connection.executemany("delete from held where digest = ?", gone)


def lost(connection: Connection, limit: int) -> list[bytes]:
    """Files that were held once and are awaited again, in order of digest."""
    rows = connection.execute("select digest from lost_file order by digest limit ?", (limit,))
    return [digest for (digest,) in rows]


def doubt(connection: Connection, peer: str, limit: int = 2_000) -> bool:
    """Rely no more on what a peer has confirmed, some files at a time; True while there are more.

    For a peer whose database is another than the one that confirmed.
    """
    gone = connection.execute(
        "delete from blob_delivered where (peer, digest) in "
        "(select peer, digest from blob_delivered where peer = ? limit ?)",
        (peer, limit),
    )
    return gone.rowcount == limit


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
