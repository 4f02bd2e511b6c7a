"""Appending entries, reading them back, and the chain of each box."""

import os
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from edge.domain.entry import ACT_LIMIT, Entry, compose, fits, mark_of, parse, size_of
from edge.domain.errors import InvalidInput, NotFound
from edge.store.branches import chain_head
from edge.store.database import Connection
from edge.store.projection import project


def now_ms() -> int:
    """The box's clock, in milliseconds since 1970."""
    return time.time_ns() // 1_000_000


# A dead battery sets a clock back by half a century. What lies further ahead was made by a mad
# clock or to do harm, and following it would only end where no greater id is left.
_FOLLOWED_MS, _NEVER_MS = 100 * 366 * 86_400_000, (1 << 48) - 1


class _Mint:
    """UUIDv7 (RFC 9562, method 1): the time given, a count of all ids that a process makes, a tail.

    So ids of one time grow, and none follows a time that another space's ids have come to. The tail
    is the mark of the box, which lets ids hardly weigh on the wire.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        # Begun in the lower quarter of its range, so that it never comes round.
        self._count = int.from_bytes(os.urandom(3), "big")

    def __call__(self, at: int, mark: str) -> str:
        with self._lock:
            self._count += 1
            count = self._count
        value = (at & (1 << 48) - 1) << 32
        value |= 0x7 << 28 | (count >> 14 & 0xFFF) << 16 | 0b10 << 14 | count & 0x3FFF
        return f"{value:020x}{mark}"


new_id = _Mint()


@dataclass(frozen=True, slots=True)
class Author:
    """The box in whose name entries are written, and where its time and its chance come from."""

    box: str
    clock: Callable[[], int] = now_ms
    mint: Callable[[int, str], str] = new_id
    draw: Callable[[int], bytes] = os.urandom

    def new_id(self, at: int) -> str:
        """Mint an id at a time: of an entry, or of a subject, which stays this box's own."""
        return self.mint(at, mark_of(self.box))


class Pen:
    """Appends one person's entries within one transaction; projected as they are written.

    Their ids are greater than those of all entries held, as long as this machine's clock is less
    than a hundred years wrong: who has seen an act comes after it.
    """

    def __init__(self, connection: Connection, author: Author, by: str) -> None:
        self.connection = connection
        self.at = author.clock()
        self._moment = max(self.at, _latest_moment(connection, self.at) + 1)
        self._author, self._by = author, by
        self._n, self._prev = chain_head(connection, author.box)
        self._room = ACT_LIMIT

    def new_id(self) -> str:
        """Mint an id for a new subject."""
        return self._author.new_id(self._moment)

    def append(
        self, kind: str, about: str, data: Mapping[str, Any], after: Sequence[str] = ()
    ) -> Entry:
        """Write one act and what it changes in the present."""
        return self.append_many([(kind, about, data, after)])[0]

    def append_many(
        self, acts: Sequence[tuple[str, str, Mapping[str, Any], Sequence[str]]]
    ) -> list[Entry]:
        """Write many acts (kind, about, data, after) in order; for imports.

        Raises InvalidInput `entry.size`; the transaction is undone whole.
        """
        entries, rows = [], []
        for kind, about, data, after in acts:
            entry, text = compose(
                id=self.new_id(),
                kind=str(kind),
                about=about,
                after=after,
                at=self.at,
                by=self._by,
                box=self._author.box,
                n=self._n + 1,
                prev=self._prev,
                data=data,
                salt=self._author.draw(8).hex(),
            )
            head = entry.head
            self._room -= size_of(head) + size_of(text)
            if not fits(head, text) or self._room < 0:
                raise InvalidInput("entry.size")
            self._n, self._prev = entry.n, entry.hash
            entries.append(entry)
            rows.append((bytes.fromhex(entry.id), head, text))
        self.connection.executemany("insert into entry (id, head, data) values (?, ?, ?)", rows)
        project(self.connection, entries)
        return entries


def _latest_moment(connection: Connection, at: int) -> int:
    """The time in the greatest id held that can be followed, in milliseconds; -1 where none is."""
    bound = min(at + _FOLLOWED_MS, _NEVER_MS).to_bytes(6, "big")
    row = connection.execute(
        "select id from entry where id < ? order by id desc limit 1", (bound,)
    ).fetchone()
    return int.from_bytes(row[0][:6], "big") if row else -1


def entry_of(connection: Connection, id: str) -> Entry:
    """Read one entry; raises NotFound `entry.unknown`."""
    row = connection.execute(
        "select head, data from entry where id = ?", (bytes.fromhex(id),)
    ).fetchone()
    if row is None:
        raise NotFound("entry.unknown", id=id)
    return parse(row[0], row[1])


def entries_by_id(connection: Connection, ids: Sequence[bytes]) -> list[Entry]:
    """Read the entries of the given 16-byte ids that are held, in the order of ids."""
    found = []
    for id in sorted(ids):
        row = connection.execute("select head, data from entry where id = ?", (id,)).fetchone()
        if row is not None:
            found.append(parse(row[0], row[1]))
    return found


def all_entries(connection: Connection) -> Iterator[Entry]:
    """Read the whole record in the order of ids."""
    for head, data in connection.execute("select head, data from entry order by id"):
        yield parse(head, data)


def entries_of_box(connection: Connection, box: str) -> Iterator[Entry]:
    """Read one box's chain in the order of `n`."""
    rows = connection.execute(
        "select e.head, e.data from history h join entry e on e.id = unhex(h.entry) "
        "where h.box = ? order by h.n",
        (box,),
    )
    for head, data in rows:
        yield parse(head, data)


def history_of(connection: Connection, about: str) -> list[Entry]:
    """Read every act on one subject, oldest first."""
    rows = connection.execute(
        "select e.head, e.data from history h join entry e on e.id = unhex(h.entry) "
        "where h.about = ? order by h.entry",
        (about,),
    )
    return [parse(head, data) for head, data in rows]
