"""The storage room's switches, and who saw its readings."""

import json
from collections.abc import Sequence

from edge.domain.entry import Entry
from edge.store.database import Connection
from edge.store.reducers.content import text_of
from edge.store.reducers.dossiers import PAPER, name_blobs
from edge.store.reducers.registrations import or_replace


def commanded(connection: Connection, entries: Sequence[Entry]) -> None:
    """Fold `switch.commanded`."""
    connection.executemany(
        "insert into switch_command values (?, ?, ?, ?, ?, ?, ?, ?, ?) "
        + or_replace("switch_command", "room", "switch", "state", "reason", "at", "by", "box"),
        [
            (
                entry.about,
                entry.id,
                text_of(entry, "room"),
                text_of(entry, "switch"),
                int(bool(entry.body.get("on"))),
                text_of(entry, "reason"),
                entry.at,
                entry.by,
                entry.box,
            )
            for entry in entries
        ],
    )


def settled(connection: Connection, entries: Sequence[Entry]) -> None:
    """Fold `switch.settled`."""
    connection.executemany(
        "insert or ignore into switch_settled values (?, ?, ?, ?, ?)",
        [
            (entry.id, entry.about, _state(entry, "actual"), text_of(entry, "fault"), entry.at)
            for entry in entries
        ],
    )


def overridden(connection: Connection, entries: Sequence[Entry]) -> None:
    """Fold `switch.overridden`."""
    connection.executemany(
        "insert or ignore into switch_override values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (
                entry.id,
                text_of(entry, "room"),
                text_of(entry, "switch"),
                _state(entry, "on"),
                int(entry.body.get("until") or 0),
                text_of(entry, "note"),
                entry.at,
                entry.by,
                entry.box,
            )
            for entry in entries
        ],
    )


def seen(connection: Connection, entries: Sequence[Entry]) -> None:
    """Fold `room.seen`."""
    connection.executemany(
        "insert or ignore into room_seen values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (
                entry.id,
                entry.about,
                text_of(entry, "day"),
                text_of(entry, "half"),
                json.dumps(entry.body.get("readings", {}), sort_keys=True),
                text_of(entry, "note"),
                entry.at,
                entry.by,
                entry.box,
            )
            for entry in entries
        ],
    )


def sheet_printed(connection: Connection, entries: Sequence[Entry]) -> None:
    """Fold `room.sheet_printed`."""
    rows, blobs = [], []
    for entry in entries:
        digest = bytes.fromhex(entry.body.get("blob", ""))
        texts = (text_of(entry, name) for name in ("printer", "job"))
        month = text_of(entry, "month")
        rows.append((entry.id, entry.about, month, digest, *texts, entry.at, entry.by))
        if digest:
            blobs.append((digest, PAPER))
    connection.executemany("insert or ignore into room_sheet values (?, ?, ?, ?, ?, ?, ?, ?)", rows)
    name_blobs(connection, blobs)


def _state(entry: Entry, name: str) -> int | None:
    value = entry.body.get(name)
    return None if value is None else int(bool(value))
