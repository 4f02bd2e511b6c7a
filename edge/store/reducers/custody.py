"""Where the paper is: received, lent, returned, sent; and who looked."""

from collections.abc import Sequence

from edge.domain.entry import Entry
from edge.store.database import Connection
from edge.store.reducers.dossiers import counts_of, name_pages


def received(connection: Connection, entries: Sequence[Entry]) -> None:
    """Fold `custody.received`."""
    connection.executemany(
        "insert or ignore into receipt_of_dossier values (?, ?, ?, ?, ?, ?, ?)",
        [
            (
                entry.id,
                entry.about,
                str(entry.body.get("from", "")),
                str(entry.body.get("letter", "")),
                counts_of(entry),
                entry.at,
                entry.by,
            )
            for entry in entries
        ],
    )


def lent(connection: Connection, entries: Sequence[Entry]) -> None:
    """Fold `custody.lent`; the loan's id is the entry's."""
    connection.executemany(
        "insert or ignore into loan values (?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (
                entry.id,
                entry.about,
                *(str(entry.body.get(name, "")) for name in ("borrower", "unit", "due")),
                int(entry.body.get("pages", 0)),
                entry.at,
                entry.by,
            )
            for entry in entries
        ],
    )


def renewed(connection: Connection, entries: Sequence[Entry]) -> None:
    """Fold `custody.renewed`; of several the greatest entry says when the loan is due."""
    connection.executemany(
        "insert or ignore into loan_renewal values (?, ?, ?, ?, ?, ?)",
        [
            (
                entry.id,
                str(entry.body.get("loan", "")),
                entry.about,
                str(entry.body.get("due", "")),
                entry.at,
                entry.by,
            )
            for entry in entries
        ],
    )


def returned(connection: Connection, entries: Sequence[Entry]) -> None:
    """Fold `custody.returned`."""
    connection.executemany(
        "insert or ignore into loan_return values (?, ?, ?, ?, ?, ?)",
        [
            (
                entry.id,
                str(entry.body.get("loan", "")),
                entry.about,
                int(entry.body.get("pages", 0)),
                entry.at,
                entry.by,
            )
            for entry in entries
        ],
    )


def viewed(connection: Connection, entries: Sequence[Entry]) -> None:
    """Fold `dossier.viewed`."""
    connection.executemany(
        "insert or ignore into view values (?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (
                entry.id,
                entry.about,
                str(entry.body.get("purpose", "")),
                str(entry.body.get("what", "")),
                entry.at,
                entry.by,
                str(entry.body.get("matter", "")),
                int(entry.body.get("page", 0)),
            )
            for entry in entries
        ],
    )


def transferred(connection: Connection, entries: Sequence[Entry]) -> None:
    """Fold every step of a transfer between towns; `step` is the last word of the kind."""
    connection.executemany(
        "insert or ignore into transfer values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (
                entry.id,
                entry.about,
                entry.kind.partition(".")[2],
                _dossier(entry),
                *(str(entry.body.get(name, "")) for name in ("from", "to", "reason", "letter")),
                entry.at,
                entry.by,
            )
            for entry in entries
        ],
    )
    # The pages travel with the paper: they are wanted as soon as the arrival is known.
    for entry in entries:
        for material in entry.body.get("materials", []):
            name_pages(connection, material.get("pages", []))


def _dossier(entry: Entry) -> str:
    dossier = entry.body.get("dossier", "")
    return dossier if isinstance(dossier, str) else ""
