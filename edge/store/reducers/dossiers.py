"""Dossiers, captures, materials and their pages."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from edge.domain.entry import Entry
from edge.store.database import Connection

THUMBNAIL, PAPER, MASTER = 0, 1, 2


def registered(connection: Connection, entries: Sequence[Entry]) -> None:
    """Fold `dossier.registered`."""
    connection.executemany(
        "insert into dossier values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict (id) do update set "
        "entry = excluded.entry, person = excluded.person, number = excluded.number, "
        "class = excluded.class, holder = excluded.holder, scheme = excluded.scheme, "
        "shelf = excluded.shelf, counts = excluded.counts, at = excluded.at "
        "where excluded.entry < dossier.entry",
        [
            (
                entry.about,
                entry.id,
                *(_text(entry, name) for name in ("person", "number", "class", "holder", "scheme")),
                _text(entry, "shelf"),
                json.dumps(entry.body.get("counts", {}), sort_keys=True),
                entry.at,
            )
            for entry in entries
        ],
    )


def captured(connection: Connection, entries: Sequence[Entry]) -> None:
    """Fold `capture.taken`: a batch of pages as the scanner or the hot folder gave them."""
    connection.executemany(
        "insert or ignore into capture values (?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (
                entry.about,
                entry.id,
                *(_text(entry, name) for name in ("dossier", "source", "device")),
                len(entry.body.get("pages", [])),
                entry.at,
                entry.by,
            )
            for entry in entries
        ],
    )
    _add_pages(connection, entries)


def filed(connection: Connection, entries: Sequence[Entry]) -> None:
    """Fold `material.filed`."""
    connection.executemany(
        "insert or ignore into material values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (
                entry.about,
                entry.id,
                _text(entry, "dossier"),
                _text(entry, "category"),
                int(entry.body.get("position", 0)),
                _text(entry, "title"),
                _text(entry, "formed_on"),
                bool(entry.body.get("copy", False)),
                _text(entry, "capture"),
                len(entry.body.get("pages", [])),
                entry.at,
                entry.by,
            )
            for entry in entries
        ],
    )
    _add_pages(connection, entries)


def name_blobs(connection: Connection, blobs: Sequence[tuple[bytes, int]]) -> None:
    """Note that entries name these files; the most urgent class wins."""
    connection.executemany(
        "insert into blob values (?, ?) on conflict (digest) do update "
        "set class = min(class, excluded.class)",
        blobs,
    )


def _add_pages(connection: Connection, entries: Sequence[Entry]) -> None:
    rows, blobs = [], []
    for entry in entries:
        for number, page in enumerate(entry.body.get("pages", []), start=1):
            rows.append((entry.about, number, *_page_columns(page)))
            blobs.append((bytes.fromhex(page["thumb"]), THUMBNAIL))
            blobs.append((bytes.fromhex(page["blob"]), MASTER))
    connection.executemany(
        "insert or ignore into page values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", rows
    )
    name_blobs(connection, blobs)


def _page_columns(page: Mapping[str, Any]) -> tuple[object, ...]:
    return (
        bytes.fromhex(page["blob"]),
        bytes.fromhex(page["thumb"]),
        int(page.get("width", 0)),
        int(page.get("height", 0)),
        int(page.get("dpi", 0)),
        int(page.get("bytes", 0)),
        bool(page.get("blank", False)),
        bool(page.get("dark", False)),
        float(page.get("skew", 0.0)),
    )


def _text(entry: Entry, name: str) -> str:
    return str(entry.body.get(name, ""))
