"""sqlite-sync (npm, prebuilt); its transport needs a cloud, so plain HTTP carries its payload."""

import sys
from pathlib import Path
from typing import Any

import sqlcipher3.dbapi2

from tests.bench.pair import Meter, Side
from tests.bench.peers import table
from tests.bench.peers.installing import Absent, npm_packages

PACKAGE = "@sqliteai/sqlite-sync-linux-x86_64"
_ENCODE = (
    "select cloudsync_payload_encode(tbl, pk, col_name, col_value, col_version, db_version, "
    "site_id, cl, seq) from cloudsync_changes where db_version > ? and site_id = cloudsync_siteid()"
)


def start(folder: Path, rows: Path, dossiers: int) -> tuple[Side, Side, Meter]:
    """A database that reads its rows from `rows`, and a server on a free port."""
    library = npm_packages("sqlite-sync", PACKAGE) / PACKAGE / "cloudsync.so"
    if not library.exists():
        raise Absent(f"no {library.name} for this machine")
    argv: list[str | Path] = [sys.executable, "-m", "tests.bench.peers.sqlite_sync", library]
    far = Side([*argv, "far", folder / "far.db"])
    meter = Meter(far.ready["port"])
    near = Side([*argv, "near", folder / "near.db", str(meter.port), rows])
    return near, far, meter


def main() -> None:
    """Be one side until standard input ends."""
    library, role, path, *rest = sys.argv[1:]
    connection = _open(Path(path), library)
    if role == "far":
        with table.receiving(lambda body: _take(connection, body)) as port:
            table.listen({"digest": lambda: table.digest(connection)}, {"port": port})
    else:
        _near(connection, int(rest[0]), Path(rest[1]))


def _open(path: Path, library: str) -> Any:
    connection = sqlcipher3.dbapi2.connect(str(path), isolation_level=None, check_same_thread=False)
    connection.execute("pragma journal_mode=wal")
    connection.enable_load_extension(True)
    connection.load_extension(library)
    connection.execute(f"create table dossier (id text primary key not null, {table.FIELDS})")
    connection.execute("select cloudsync_init('dossier')").fetchall()
    return connection


def _take(connection: Any, body: bytes) -> None:
    connection.execute("select cloudsync_payload_apply(?)", (body,)).fetchall()


def _near(connection: Any, port: int, rows: Path) -> None:
    sent = 0

    def push() -> None:
        nonlocal sent
        (last,) = connection.execute("select cloudsync_db_version()").fetchone()
        (payload,) = connection.execute(_ENCODE, (sent,)).fetchone()
        table.send(port, payload)
        sent = last

    words = {
        "load": lambda: table.load(connection, rows),
        "edit": lambda: table.edit(connection),
        "cold": push,
        "incr": push,
        "digest": lambda: table.digest(connection),
    }
    table.listen(words, {})


if __name__ == "__main__":
    main()
