"""Lists frozen as they stood, and what a stock-taking saw."""

import json
from collections.abc import Sequence
from typing import Any

from edge.domain.entry import Entry
from edge.store.database import Connection
from edge.store.reducers.content import text_of


def frozen(connection: Connection, entries: Sequence[Entry]) -> None:
    """Fold `list.frozen`."""
    connection.executemany(
        "insert or ignore into frozen_list values (?, ?, ?, ?, ?, ?, ?)",
        [
            (
                entry.id,
                entry.about,
                text_of(entry, "form"),
                _content(entry),
                entry.at,
                entry.by,
                entry.box,
            )
            for entry in entries
        ],
    )


def seen(connection: Connection, entries: Sequence[Entry]) -> None:
    """Fold `stock.seen`."""
    connection.executemany(
        "insert or ignore into stock_seen values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (
                entry.id,
                entry.about,
                *(
                    text_of(entry, name)
                    for name in ("place", "dossier", "code", "condition", "void")
                ),
                entry.at,
                entry.by,
                entry.box,
            )
            for entry in entries
        ],
    )


def _content(entry: Entry) -> str:
    said = entry.body
    return json.dumps(
        {
            "facts": [[str(name), str(value)] for name, value in said.get("facts", [])],
            "headings": _texts(said.get("headings", [])),
            "lines": [_texts(line) for line in said.get("lines", [])],
        },
        ensure_ascii=False,
    )


def _texts(said: Any) -> list[str]:
    return [str(each) for each in said]
