"""The raw limit of cr-sqlite: extract, pack, unpack, merge; nothing checked, nothing computed."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

import msgpack

from edge.store.database import Connection, Space
from tests.bench.figures import Cost, Figure, timed
from tests.bench.record import ENTRIES_PER_DOSSIER, FLAT, flat

PIECE = 5_000
COLUMNS = '"table", pk, cid, val, col_version, db_version, site_id, cl, seq'
KEY = bytes(range(32))


class Limit:
    """Merges the record of `filled` into empty encrypted databases, one a round."""

    def __init__(self, filled: Space, folder: Path, dossiers: int) -> None:
        self._filled, self._folder = filled, folder
        self._entries = dossiers * ENTRIES_PER_DOSSIER
        self._costs: list[Cost] = []
        self._packed = 0

    def once(self) -> float:
        """Do it once; entries a second."""
        target = Space(self._folder / f"limit{len(self._costs)}.db", KEY, self._filled.name)
        sizes: list[int] = []
        cost = timed(lambda: _carry(self._filled, target, sizes))
        with target.read() as connection:
            held = connection.execute("select count(*) from entry").fetchone()[0]
        assert held == self._entries, f"{held} entries arrived of {self._entries}"
        target.close()
        self._costs.append(cost)
        self._packed = sum(sizes)
        return self._entries / cost.wall

    @property
    def cpu(self) -> float:
        """The least processor time of a round, in seconds."""
        return min(cost.cpu for cost in self._costs)

    def figure(self) -> Figure:
        """What all rounds came to."""
        return Figure(
            "crsqlite.limit",
            "entries/s",
            tuple(self._entries / cost.wall for cost in self._costs),
            1.0,
            {"cpu_s": self.cpu, "bytes_per_entry": self._packed / self._entries},
        )


def measure_plain(folder: Path, dossiers: int, rounds: int) -> Figure:
    """Insert the same dossiers, as one plain encrypted table, in one transaction a thousand."""
    rows = [flat(place) for place in range(dossiers)]
    costs = []
    create = f"create table flat ({', '.join(FLAT)})"
    for place in range(rounds):
        space = Space(folder / f"plain{place}.db", KEY, "town-1")
        space.write(lambda c: c.execute(create) and None)
        costs.append(timed(partial(_insert, space, rows)))
        space.close()
    rates = tuple(dossiers / cost.wall for cost in costs)
    return Figure(
        "insert.plain", "dossiers/s", rates, None, {"cpu_s": min(cost.cpu for cost in costs)}
    )


def _insert(space: Space, rows: Sequence[Sequence[str]]) -> None:
    insert = f"insert into flat values ({', '.join('?' * len(FLAT))})"  # noqa: S608  (constants)
    for start in range(0, len(rows), 1_000):

        def put(connection: Connection, start: int = start) -> None:
            connection.executemany(insert, rows[start : start + 1_000])

        space.write(put)


def _carry(source: Space, target: Space, sizes: list[int]) -> None:
    with source.read() as connection:
        versions = connection.execute(
            "select db_version, count(*) from crsql_changes where \"table\" = 'entry' "
            "group by db_version order by db_version"
        ).fetchall()
        for low, high in _pieces(versions):
            changes = connection.execute(
                f"select {COLUMNS} from crsql_changes "  # noqa: S608  (constants)
                "where db_version between ? and ? and \"table\" = 'entry'",
                (low, high),
            ).fetchall()
            packed = msgpack.packb(changes)
            sizes.append(len(packed))
            target.write(partial(_merge, changes=msgpack.unpackb(packed)))


def _pieces(versions: list[tuple[int, int]]) -> list[tuple[int, int]]:
    pieces: list[tuple[int, int]] = []
    room = 0
    for version, count in versions:
        if room < count:
            pieces.append((version, version))
            room = PIECE
        pieces[-1] = (pieces[-1][0], version)
        room -= count
    return pieces


def _merge(connection: Connection, changes: list[list[object]]) -> None:
    connection.executemany(
        f"insert into crsql_changes ({COLUMNS}) "  # noqa: S608  (constants)
        "values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        changes,
    )
