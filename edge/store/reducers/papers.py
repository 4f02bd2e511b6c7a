"""Papers other than proofs: issued once under a number, printed any number of times."""

from collections.abc import Sequence

from edge.domain.entry import Entry
from edge.store.database import Connection
from edge.store.reducers.content import text_of
from edge.store.reducers.dossiers import PAPER, name_blobs
from edge.store.reducers.registrations import or_replace

_PAPER = or_replace(
    *("paper", "form", "number", "title", "blob", "matter", "dossier", "code", "at", "by", "box")
)


def issued(connection: Connection, entries: Sequence[Entry]) -> None:
    """Fold `paper.issued`."""
    rows, blobs = [], []
    for entry in entries:
        digest = bytes.fromhex(entry.body.get("blob", ""))
        named = [text_of(entry, name) for name in ("form", "number", "title")]
        about = [text_of(entry, name) for name in ("matter", "dossier", "code")]
        rows.append((entry.about, entry.id, *named, digest, *about, entry.at, entry.by, entry.box))
        if digest:
            blobs.append((digest, PAPER))
    connection.executemany(
        f"insert into paper values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) {_PAPER}",
        rows,
    )
    name_blobs(connection, blobs)


def printed(connection: Connection, entries: Sequence[Entry]) -> None:
    """Fold `paper.printed`."""
    connection.executemany(
        "insert or ignore into paper_print values (?, ?, ?, ?, ?)",
        [
            (entry.id, entry.about, text_of(entry, "printer"), text_of(entry, "job"), entry.at)
            for entry in entries
        ],
    )
