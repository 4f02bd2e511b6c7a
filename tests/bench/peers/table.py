"""What the peers in Python share: one table of dossiers, words to be told, bodies over HTTP."""

import hashlib
import json
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import httpx

from tests.bench.record import EDITS, FLAT

MARKS = ", ".join("?" * len(FLAT))
FIELDS = ", ".join(f'"{name}" text' for name in FLAT[1:])
PATIENCE_S = 1_200


def load(connection: Any, rows: Path) -> None:
    """Insert the records of `rows` in one transaction."""
    with rows.open(encoding="utf-8") as file:
        records = [json.loads(line) for line in file]
    values = [tuple(record[name] for name in FLAT) for record in records]
    within(connection, f"insert into dossier values ({MARKS})", values)  # noqa: S608


def edit(connection: Any) -> list[str]:
    """Change one field of up to 1,000 records, evenly spread; gives back their ids."""
    ids = [id for (id,) in connection.execute("select id from dossier order by id")]
    some = ids[:: max(len(ids) // EDITS, 1)][:EDITS]
    shelves = [(f"9-9-{number}", id) for number, id in enumerate(some)]
    within(connection, "update dossier set shelf = ? where id = ?", shelves)
    return some


def within(connection: Any, statement: str, rows: Sequence[Sequence[str]]) -> None:
    """Run a statement for every row in one transaction."""
    connection.execute("begin")
    connection.executemany(statement, rows)
    connection.execute("commit")


def digest(connection: Any) -> dict[str, object]:
    """What two sides with the same content agree on."""
    rows = connection.execute("select * from dossier order by id").fetchall()
    return {"digest": hashlib.sha256(repr(rows).encode()).hexdigest(), "count": len(rows)}


@contextmanager
def receiving(take: Callable[[bytes], object]) -> Iterator[int]:
    """Serve on a free port, handing `take` every body; gives the port."""

    class Taking(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            take(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(204)
            self.end_headers()

        def log_message(self, format: str, *parts: object) -> None:
            """Keep quiet."""

    server = HTTPServer(("127.0.0.1", 0), Taking)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_address[1]
    server.shutdown()


def send(port: int, body: bytes) -> None:
    """Hand a body over; returns once it has been taken."""
    url = f"http://127.0.0.1:{port}/"
    httpx.post(url, content=body, timeout=PATIENCE_S, trust_env=False).raise_for_status()


def listen(words: Mapping[str, Callable[[], object]], ready: dict[str, object]) -> None:
    """Say that we are ready, then do each word that is told."""
    _say(ready)
    for line in sys.stdin:
        answer = words[line.strip()]()
        _say(answer if isinstance(answer, dict) else {})


def _say(answer: dict[str, object]) -> None:
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()
