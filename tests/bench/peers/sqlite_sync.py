"""sqlite-sync (npm, prebuilt); its transport needs a cloud, so plain HTTP carries its payload."""

import hashlib
import json
import sys
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import httpx
import sqlcipher3.dbapi2

from tests.bench.pair import Meter, Side
from tests.bench.peers.installing import Absent, npm_packages
from tests.bench.record import EDITS, FLAT

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
    argv = [sys.executable, "-m", "tests.bench.peers.sqlite_sync", library]
    far = Side([*argv, "far", folder / "far.db"])
    meter = Meter(far.ready["port"])
    near = Side([*argv, "near", folder / "near.db", str(meter.port), rows])
    return near, far, meter


def main() -> None:
    """Be one side until standard input ends."""
    library, role, path, *rest = sys.argv[1:]
    connection = _open(Path(path), library)
    if role == "far":
        _far(connection)
    else:
        _near(connection, int(rest[0]), Path(rest[1]))


def _open(path: Path, library: str) -> Any:
    connection = sqlcipher3.dbapi2.connect(str(path), isolation_level=None, check_same_thread=False)
    connection.execute("pragma journal_mode=wal")
    connection.enable_load_extension(True)
    connection.load_extension(library)
    fields = ", ".join(f'"{name}" text' for name in FLAT[1:])
    connection.execute(f"create table dossier (id text primary key not null, {fields})")
    connection.execute("select cloudsync_init('dossier')").fetchall()
    return connection


def _far(connection: Any) -> None:
    class Taking(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            connection.execute("select cloudsync_payload_apply(?)", (body,)).fetchall()
            self.send_response(204)
            self.end_headers()

        def log_message(self, format: str, *parts: object) -> None:
            """Keep quiet."""

    server = HTTPServer(("127.0.0.1", 0), Taking)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    _listen({"digest": lambda: _digest(connection)}, {"port": server.server_address[1]})
    server.shutdown()


def _near(connection: Any, port: int, rows: Path) -> None:
    records = [json.loads(line) for line in rows.read_text(encoding="utf-8").splitlines()]
    sent = 0

    def load() -> None:
        marks = ", ".join("?" * len(FLAT))
        _within(
            connection,
            f"insert into dossier values ({marks})",  # noqa: S608
            [tuple(record[name] for name in FLAT) for record in records],
        )

    def edit() -> None:
        step = max(len(records) // EDITS, 1)
        some = [record["id"] for record in records[::step][:EDITS]]
        shelves = [(f"9-9-{number}", id) for number, id in enumerate(some)]
        _within(connection, "update dossier set shelf = ? where id = ?", shelves)

    def push() -> None:
        nonlocal sent
        (last,) = connection.execute("select cloudsync_db_version()").fetchone()
        (payload,) = connection.execute(_ENCODE, (sent,)).fetchone()
        url = f"http://127.0.0.1:{port}/"
        httpx.post(url, content=payload, timeout=1200, trust_env=False).raise_for_status()
        sent = last

    words = {"load": load, "edit": edit, "cold": push, "incr": push}
    _listen({**words, "digest": lambda: _digest(connection)}, {})


def _within(connection: Any, statement: str, rows: list[tuple[str, ...]]) -> None:
    connection.execute("begin")
    connection.executemany(statement, rows)
    connection.execute("commit")


def _digest(connection: Any) -> dict[str, object]:
    rows = connection.execute("select * from dossier order by id").fetchall()
    return {"digest": hashlib.sha256(repr(rows).encode()).hexdigest(), "count": len(rows)}


def _listen(words: dict[str, Callable[[], object]], ready: dict[str, object]) -> None:
    sys.stdout.write(json.dumps(ready) + "\n")
    sys.stdout.flush()
    for line in sys.stdin:
        answer = words[line.strip()]()
        sys.stdout.write(json.dumps(answer if isinstance(answer, dict) else {}) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
