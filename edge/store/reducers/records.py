"""What pages state, noted down one by one; a slip of the pen is struck out and stays readable."""

from collections.abc import Sequence

from edge.domain.entry import Entry
from edge.store.database import Connection
from edge.store.reducers.content import text_of


def noted(connection: Connection, entries: Sequence[Entry]) -> None:
    """Fold `record.noted`; the note's id is the entry's."""
    connection.executemany(
        "insert or ignore into record_note values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (
                entry.id,
                entry.about,
                *(text_of(entry, name) for name in ("field", "value", "words", "dossier")),
                *(text_of(entry, name) for name in ("material", "title", "category")),
                int(entry.body.get("page", 0)),
                text_of(entry, "formed_on"),
                bool(entry.body.get("altered", False)),
                entry.at,
                entry.by,
                text_of(entry, "origin"),
            )
            for entry in entries
        ],
    )


def struck(connection: Connection, entries: Sequence[Entry]) -> None:
    """Fold `record.struck`."""
    connection.executemany(
        "insert or ignore into record_struck values (?, ?, ?, ?, ?)",
        [
            (entry.id, text_of(entry, "note"), text_of(entry, "reason"), entry.at, entry.by)
            for entry in entries
        ],
    )
