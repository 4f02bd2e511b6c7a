"""Two live machines with one key: a cloned disk, or a box replaced while the old one still runs.

A machine that was set back goes on in another epoch, and the one before never speaks again. That
it was late (an old stick, a message out of turn) is no life either: alive is an epoch that knows
of something which came to be here after another had spoken. Once is still explained by a backup put
back unnoticed; two epochs that are found alive after one another, by turns, are two machines.
"""

from edge.store.database import Connection
from edge.store.exchange import last_version

# Once one of them has been heard alone for so long, the other was stopped.
SETTLED_MS = 7 * 86_400_000
KEPT = 8
LONGEST_EPOCH = 64


def is_turn(connection: Connection, peer: str, epoch: str, knows: int) -> bool:
    """Say whether a peer is alive in another epoch than it spoke in last.

    `knows`: the last of our versions that it has shown to have received, in this epoch of its own.
    """
    if not 0 < len(epoch) <= LONGEST_EPOCH:
        return False
    lives = _lives(connection, peer)
    return epoch not in lives or (
        max(lives, key=lives.__getitem__) != epoch and knows > max(lives.values())
    )


def note_turn(connection: Connection, peer: str, epoch: str, knows: int, at: int) -> None:
    """Note it, if it is so; `at` in milliseconds."""
    if not is_turn(connection, peer, epoch, knows):
        return
    lives = _lives(connection, peer)
    alive = max(last_version(connection), max(lives.values(), default=0) + 1)
    if epoch in lives:
        connection.execute(
            "update life set alive = ?, again = again + 1 where peer = ? and epoch = ?",
            (alive, peer, epoch),
        )
    else:
        _begin(connection, peer, epoch, alive)
    (by_turns,) = connection.execute(
        "select count(*) from life where peer = ? and again > 0", (peer,)
    ).fetchone()
    if by_turns > 1:
        since = twins(connection).get(peer, at)
        connection.execute("insert or replace into twin values (?, ?, ?)", (peer, since, at))


def twins(connection: Connection) -> dict[str, int]:
    """Peers that are two machines with one key, and since when that was seen, in ms.

    No more once one of them has been heard alone for a week.
    """
    rows = connection.execute(
        "select t.peer, t.since from twin t left join contact c on c.peer = t.peer "
        "where coalesce(c.at, 0) - t.last < ?",
        (SETTLED_MS,),
    )
    return dict(rows.fetchall())


def _begin(connection: Connection, peer: str, epoch: str, alive: int) -> None:
    """A new epoch: what others did before it proves nothing of now."""
    connection.execute("update life set again = 0 where peer = ?", (peer,))
    connection.execute("insert into life values (?, ?, ?, 0)", (peer, epoch, alive))
    connection.execute(
        "delete from life where peer = ?1 and epoch not in "
        "(select epoch from life where peer = ?1 order by alive desc limit ?2)",
        (peer, KEPT),
    )


def _lives(connection: Connection, peer: str) -> dict[str, int]:
    rows = connection.execute("select epoch, alive from life where peer = ?", (peer,))
    return dict(rows.fetchall())
