"""A copied record made this machine's own.

Two machines with one site id would each take the other's changes for its own, so a copy takes a
new one before anybody writes to it.
"""

from pathlib import Path

from edge.store.database import open_plain
from edge.store.exchange import last_version, renew_identity


def adopt(
    path: Path, key: bytes, sender: str, epoch: str, hash: str, proof: bytes, at: int
) -> None:
    """Make a copy of the sender's record this machine's own, before anything opens it.

    Everything in it counts as taken in from the sender's epoch; `hash` stands where a segment's
    would, so that segments follow on it, and `proof` is the sender's signature over it.
    """
    with open_plain(path, key) as connection:
        connection.execute("begin immediate")
        upto = last_version(connection)
        renew_identity(connection, at)
        # A beginning, not a mishap that the office must hear of.
        connection.execute("delete from renewal")
        connection.execute(
            "insert into cursor values (?, ?, ?, ?, ?, ?)", (sender, epoch, upto, hash, at, proof)
        )
        if upto:
            connection.execute("insert into applied values (1, ?, ?, ?)", (upto, sender, epoch))
        named = connection.execute("select class, count(*) from blob group by class").fetchall()
        for kind, count in named:
            connection.execute("insert into file_tally (class, named) values (?, ?)", (kind, count))
            connection.execute(
                "insert into file_missing select class, digest from blob where class = ?", (kind,)
            )
        connection.execute("insert or ignore into file_tally (class) values (0), (1), (2)")
        connection.execute("commit")


def version_of_copy(path: Path, key: bytes) -> int:
    """The greatest version of any row that a copy holds."""
    with open_plain(path, key) as connection:
        return last_version(connection)
