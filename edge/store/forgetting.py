"""What of peers is forgotten, so that none of them fills the database or what is told of it."""

from collections.abc import Sequence

from edge.store.database import Connection

# Of one sender; if an earlier life of its database came back, it would be taken in again.
LIVES_KEPT = 16
# Of one receiver; it shows the last one that it took, of each of its lives. So many more may wait.
EXPORTS_KEPT, SPARE = 10_000, 1_000


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


def forget_exports(connection: Connection, receiver: str) -> None:
    """Keep the newest of the segments shipped to a receiver, once there are far too many."""
    excess = connection.execute(
        "select 1 from export_log where receiver = ? limit 1 offset ?",
        (receiver, EXPORTS_KEPT + SPARE),
    ).fetchone()
    if excess:
        connection.execute(
            "delete from export_log where receiver = ?1 and (upto, hash) in (select upto, hash "
            "from export_log where receiver = ?1 order by at desc, upto desc limit -1 offset ?2)",
            (receiver, EXPORTS_KEPT),
        )


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
