"""What the hub has signed for of each box's record, and what it has not."""

from collections.abc import Sequence

from edge.store.branches import Node, chain_head, forks, nodes, tips, with_following
from edge.store.database import Connection
from edge.store.seals import Seal, is_stated


def note(connection: Connection, receipts: Sequence[Seal]) -> None:
    """Keep the newest receipt of each box at hand."""
    connection.executemany(
        "insert into possession values (?, ?, ?, ?) on conflict (box) do update "
        "set n = excluded.n, hash = excluded.hash, at = excluded.at "
        "where excluded.n > possession.n",
        [(receipt.box, receipt.n, receipt.hash, receipt.at) for receipt in receipts],
    )


def up_to(connection: Connection, box: str) -> int:
    """The number of the newest entry of a box that the hub has signed for."""
    row = connection.execute("select n from possession where box = ?", (box,)).fetchone()
    return int(row[0]) if row else 0


def unsent(connection: Connection, box: str) -> tuple[int, int | None]:
    """How many of a box's entries the hub has not signed for, and the time of the oldest."""
    confirmed = up_to(connection, box)
    last, _ = chain_head(connection, box)
    parted = forks(connection, box)
    waiting = max(last - confirmed, 0) - sum(1 for n in parted if n > confirmed)
    oldest = connection.execute(
        "select at from history where box = ?1 and n > ?2 "
        "and n not in (select n from fork where box = ?1) order by n limit 1",
        (box, confirmed),
    ).fetchone()
    times = [oldest[0]] if oldest and waiting else []
    open = _open_at_forks(connection, box, confirmed, parted) if parted else []
    times += [node.at for node in open]
    return waiting + len(open), min(times, default=None)


def _open_at_forks(
    connection: Connection, box: str, confirmed: int, parted: Sequence[int]
) -> list[Node]:
    """The entries at forks that neither a receipt covers nor one over what follows them."""
    _, *ends = tips(connection, box)
    if all(is_stated(connection, "receipt", hash) for _, hash in ends):
        return _open_before_head(connection, box, confirmed, parted)
    several, signed = set(parted), set[str]()
    found = []
    for node in nodes(connection, box, with_following(parted)):
        if node.n not in several:
            covered = node.n <= confirmed
        else:
            covered = node.hash in signed
            covered = covered or is_stated(connection, "receipt", node.hash)
        if covered:
            signed.add(node.prev)
        elif node.n in several:
            found.append(node)
    return found


def _open_before_head(
    connection: Connection, box: str, confirmed: int, parted: Sequence[int]
) -> list[Node]:
    """The same where the ends of all other branches are signed for: what the head follows is left.

    So a box with many forks costs no more than what it has not delivered.
    """
    n, hash = chain_head(connection, box)
    single = n != parted[-1]
    found: list[Node] = []
    for fork in reversed(parted):
        if fork < n:
            single = single or fork + 1 < n
            if single and fork + 1 <= confirmed:
                break
            followers = nodes(connection, box, [fork + 1])
            hash = next(each.prev for each in followers if single or each.hash == hash)
        if is_stated(connection, "receipt", hash):
            break
        n, single = fork, False
        found += [each for each in nodes(connection, box, [fork]) if each.hash == hash]
    return found
