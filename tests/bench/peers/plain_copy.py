"""The floor: the rows as they are, packed, over plain HTTP, into a table like the one they left.

Both databases are encrypted as ours are. Nothing is signed, checked, merged or kept in order.
"""

import sys
from pathlib import Path
from typing import Any

import msgspec
import sqlcipher3.dbapi2
import zstandard

from tests.bench.pair import Meter, Side
from tests.bench.peers import table
from tests.bench.peers.table import FIELDS, MARKS

KEY = bytes(range(32))


def start(folder: Path, rows: Path, dossiers: int) -> tuple[Side, Side, Meter]:
    """A database that reads its rows from `rows`, and a server on a free port."""
    argv = [sys.executable, "-m", "tests.bench.peers.plain_copy"]
    far = Side([*argv, "far", folder / "far.db"])
    meter = Meter(far.ready["port"])
    near = Side([*argv, "near", folder / "near.db", str(meter.port), rows])
    return near, far, meter


def main() -> None:
    """Be one side until standard input ends."""
    role, path, *rest = sys.argv[1:]
    connection = _open(Path(path))
    if role == "far":
        with table.receiving(lambda body: _take(connection, body)) as port:
            table.listen({"digest": lambda: table.digest(connection)}, {"port": port})
    else:
        _near(connection, int(rest[0]), Path(rest[1]))


def _open(path: Path) -> Any:
    connection = sqlcipher3.dbapi2.connect(str(path), isolation_level=None, check_same_thread=False)
    connection.execute(f"pragma key=\"x'{KEY.hex()}'\"")
    connection.execute("pragma journal_mode=wal")
    connection.execute(f"create table dossier (id text primary key not null, {FIELDS})")
    return connection


def _take(connection: Any, body: bytes) -> None:
    rows = msgspec.msgpack.decode(zstandard.ZstdDecompressor().decompress(body))
    table.within(connection, f"insert or replace into dossier values ({MARKS})", rows)  # noqa: S608


def _near(connection: Any, port: int, rows: Path) -> None:
    changed: list[str] = []

    def push(found: list[tuple[str, ...]]) -> None:
        packed = msgspec.msgpack.encode(found)
        table.send(port, zstandard.ZstdCompressor(level=3).compress(packed))

    def push_changed() -> None:
        marks = ", ".join("?" * len(changed))
        question = f"select * from dossier where id in ({marks})"  # noqa: S608
        push(connection.execute(question, changed).fetchall())

    words = {
        "load": lambda: table.load(connection, rows),
        "edit": lambda: changed.extend(table.edit(connection)),
        "cold": lambda: push(connection.execute("select * from dossier").fetchall()),
        "incr": push_changed,
        "digest": lambda: table.digest(connection),
    }
    table.listen(words, {})


if __name__ == "__main__":
    main()
