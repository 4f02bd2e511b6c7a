"""The raw limit of cr-sqlite: extract, pack, unpack, merge; nothing checked, nothing computed."""

from pathlib import Path

import msgpack

from edge.store.database import Connection, Space
from tests.bench.figures import Cost, Figure, timed
from tests.bench.record import ENTRIES_PER_DOSSIER

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
