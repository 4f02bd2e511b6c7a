"""Where each box's chain stands, and where it forks.

A box's entries form a tree: normally a line, with a second branch where the box was set back (an
old backup, a lost tail of the log, a cloned disk) and wrote on. Both branches stand. At a number
that is not in `fork` one entry is held, from which all later ones descend.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from edge.domain.entry import GENESIS, Entry, sha256_hex
from edge.store.database import Connection


@dataclass(frozen=True, slots=True)
class Node:
    """An entry's place in its box's tree; `at` in milliseconds by the box's clock."""

    n: int
    hash: str
    prev: str
    at: int


def chain_head(connection: Connection, box: str) -> tuple[int, str]:
    """The entry that a box extends: its greatest (number, hash); (0, GENESIS) when it has none."""
    row = connection.execute("select n, hash from chain where box = ?", (box,)).fetchone()
    return (row[0], row[1]) if row else (0, GENESIS)


def chains(connection: Connection) -> list[tuple[str, int]]:
    """Every box that anything is held of, and its greatest number."""
    return connection.execute("select box, n from chain order by box").fetchall()


def tips(connection: Connection, box: str) -> list[tuple[int, str]]:
    """Number and hash of every entry of a box that none follows, the chain's head first."""
    n, hash = chain_head(connection, box)
    others = connection.execute("select n, hash from branch where box = ? order by n, hash", (box,))
    return [(n, hash), *others.fetchall()] if n else []


def forks(connection: Connection, box: str) -> list[int]:
    """The numbers at which a box's entries part, in order."""
    rows = connection.execute("select n from fork where box = ? order by n", (box,))
    return [n for (n,) in rows]


def heads_at(connection: Connection, box: str, n: int) -> dict[str, tuple[bytes, str]]:
    """Id and head of the entries that bear a number, by hash."""
    rows = connection.execute(
        "select e.id, e.head from history h join entry e on e.id = unhex(h.entry) "
        "where h.box = ? and h.n = ?",
        (box, n),
    )
    return {sha256_hex(head): (id, head) for id, head in rows}


def nodes(connection: Connection, box: str, numbers: Iterable[int]) -> list[Node]:
    """The entries at some numbers, the last first."""
    rows = connection.execute(
        "select e.head from history h join entry e on e.id = unhex(h.entry) "
        "where h.box = ? and h.n in (select value from json_each(?)) order by h.n desc",
        (box, json.dumps(sorted(numbers))),
    )
    return [_node(head) for (head,) in rows]


def with_following(numbers: Iterable[int]) -> set[int]:
    """Some numbers, and those right after them."""
    return {number + step for number in numbers for step in (0, 1)}


def note(connection: Connection, entries: Sequence[Entry]) -> None:
    """Bring chains, forks and branches up to date with entries that have just been stored."""
    by_box: dict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        by_box[entry.box].append(entry)
    for box, acts in by_box.items():
        acts.sort(key=lambda entry: entry.n)
        n, hash = before = chain_head(connection, box)
        straight = acts[0].prev == hash and all(
            entry.n == n + place for place, entry in enumerate(acts, 1)
        )
        last = acts[-1].n
        greatest = max(entry.hash for entry in acts if entry.n == last)
        if (last, greatest) > (n, hash):
            connection.execute(
                "insert or replace into chain values (?, ?, ?)", (box, last, greatest)
            )
        if not straight:
            _note_forks(connection, box, acts[0].n, last, before[0])


def _note_forks(connection: Connection, box: str, low: int, high: int, before: int) -> None:
    """Find forks among the numbers from `low` to `high`, and the ends that these entries change.

    Those are right before them, among them, and at the number `before` of the head till now.
    """
    connection.execute(
        "insert or ignore into fork select box, n from history "
        "where box = ? and n between ? and ? group by n having count(*) > 1",
        (box, low, high),
    )
    rows = connection.execute(
        "select n from fork where box = ? and (n between ? and ? or n = ?)",
        (box, low - 1, high, before),
    )
    parted = {n for (n,) in rows}
    found = nodes(connection, box, with_following(parted))
    followed = {node.prev for node in found}
    head = chain_head(connection, box)
    connection.executemany(
        "delete from branch where box = ? and n = ?", [(box, n) for n in sorted(parted)]
    )
    connection.executemany(
        "insert into branch values (?, ?, ?)",
        [
            (box, node.n, node.hash)
            for node in found
            if node.n in parted and node.hash not in followed and (node.n, node.hash) != head
        ],
    )


def _node(head: str) -> Node:
    said = json.loads(head)
    return Node(said["n"], sha256_hex(head), said["prev"], said["at"])
