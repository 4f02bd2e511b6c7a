"""The raw limit of cr-sqlite: extract, pack, unpack, merge; nothing checked, nothing computed."""

from collections.abc import Sequence
from pathlib import Path

import msgpack

from edge.store.database import Connection, Space
from tests.bench.figures import Cost, Figure, timed
from tests.bench.record import ENTRIES_PER_DOSSIER, FLAT, flat

PIECE = 5_000
COLUMNS = '"table", pk, cid, val, col_version, db_version, site_id, cl, seq'
KEY = bytes(range(32))


def measure_limit(filled: Space, folder: Path, dossiers: int, rounds: int) -> Figure:
    """Merge the record of `filled` into an empty encrypted database, `rounds` times."""
    entries, costs = dossiers * ENTRIES_PER_DOSSIER, list[Cost]()
    packed = 0
    for place in range(rounds):
        target = Space(folder / f"limit{place}.db", KEY, filled.name)
        sizes: list[int] = []
        costs.append(timed(lambda target=target, sizes=sizes: _carry(filled, target, sizes)))
        with target.read() as connection:
            held = connection.execute("select count(*) from entry").fetchone()[0]
        assert held == entries, f"{held} entries arrived of {entries}"
        target.close()
        packed = sum(sizes)
    return Figure(
        "crsqlite.limit",
        "entries/s",
        tuple(entries / cost.wall for cost in costs),
        1.0,
        {"cpu_s": min(cost.cpu for cost in costs), "bytes_per_entry": packed / entries},
    )


def measure_plain(folder: Path, dossiers: int, rounds: int) -> Figure:
    """Insert the same dossiers, as one plain encrypted table, in one transaction a thousand."""
    rows = [flat(place) for place in range(dossiers)]
    costs = []
    for place in range(rounds):
        space = Space(folder / f"plain{place}.db", KEY, "town-1")
        names = ", ".join(FLAT)
        space.write(lambda c, names=names: c.execute(f"create table flat ({names})") and None)
        costs.append(timed(lambda space=space: _insert(space, rows)))
        space.close()
    rates = tuple(dossiers / cost.wall for cost in costs)
    return Figure(
        "insert.plain", "dossiers/s", rates, None, {"cpu_s": min(cost.cpu for cost in costs)}
    )


def _insert(space: Space, rows: Sequence[Sequence[str]]) -> None:
    marks = ", ".join("?" * len(FLAT))
    for start in range(0, len(rows), 1_000):
        some = rows[start : start + 1_000]
        space.write(
            lambda c, some=some: c.executemany(f"insert into flat values ({marks})", some) and None  # noqa: S608
        )


def _carry(source: Space, target: Space, sizes: list[int]) -> None:
    with source.read() as connection:
        versions = connection.execute(
            "select db_version, count(*) from crsql_changes where \"table\" = 'entry' "
            "group by db_version order by db_version"
        ).fetchall()
        for low, high in _pieces(versions):
            changes = connection.execute(
                f"select {COLUMNS} from crsql_changes "  # noqa: S608
                "where db_version between ? and ? and \"table\" = 'entry'",
                (low, high),
            ).fetchall()
            packed = msgpack.packb(changes)
            sizes.append(len(packed))
            target.write(lambda c, packed=packed: _merge(c, msgpack.unpackb(packed)))


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
        f"insert into crsql_changes ({COLUMNS}) "  # noqa: S608
        "values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        changes,
    )
