"""What of peers is forgotten, so that none of them fills the database or what is told of it."""

from collections.abc import Sequence

from edge.store.database import Connection

# Of one sender; if an earlier life of its database came back, it would be taken in again.
LIVES_KEPT = 16


def forget_lives(connection: Connection, sender: str, epoch: str) -> None:
    """Keep so many lives of a sender's database: this one, and those heard last."""
    rows = connection.execute(
        "select epoch from cursor where sender = ? and epoch <> ? order by at desc, epoch "
        "limit -1 offset ?",
        (sender, epoch, LIVES_KEPT - 1),
    )
    gone = [(sender, each) for (each,) in rows.fetchall()]
    for table in ("cursor", "applied"):
        connection.executemany(f"delete from {table} where sender = ? and epoch = ?", gone)


def settled(connection: Connection, sender: str, beyond: int) -> list[tuple[str, str]]:
    """Hash and file of a sender's refused segments that hold no cursor, but for the newest."""
    rows = connection.execute(
        "select hash, file from quarantine where resolved and sender = ? "
        "order by at desc, hash limit -1 offset ?",
        (sender, beyond),
    )
    return rows.fetchall()


def forget_refused(connection: Connection, hashes: Sequence[str]) -> None:
    """Forget refused segments."""
    connection.executemany("delete from quarantine where hash = ?", [(hash,) for hash in hashes])
