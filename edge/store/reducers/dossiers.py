"""Dossiers, captures, materials and their pages."""

import json
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from edge.domain.batch import numbered, standing
from edge.domain.entry import Entry, parse
from edge.domain.kinds import Kind
from edge.store.bulk import insert_many
from edge.store.database import Connection
from edge.store.phrases import TITLE, note_phrases
from edge.store.reducers.registrations import or_replace, rank

_sorted_json = json.JSONEncoder(sort_keys=True).encode
THUMBNAIL, PAPER, MASTER = 0, 1, 2
DIGEST = 32
_PAGE = (
    "owner, number, place, blob, thumb, width, height, dpi, bytes, blank, dark, skew, turn, "
    "discarded, blurred, twin, outline"
)

_RANK = rank("entry", ":id")
_DOSSIER = or_replace(
    *("dossier", "person", "number", "class", "holder", "scheme", "shelf", "counts", "at"),
    "secrecy",
)
_CAPTURE = or_replace("capture", "dossier", "source", "device", "pages", "at", "by")
_MATERIAL = or_replace(
    *("material", "dossier", "category", "position", "title", "formed_on", "copy", "capture"),
    *("pages", "at", "by"),
)


def registered(connection: Connection, entries: Sequence[Entry]) -> None:
    """Fold `dossier.registered`."""
    insert_many(
        connection,
        "insert into dossier",
        11,
        [_dossier_columns(entry) for entry in entries],
        _DOSSIER,
    )


def captured(connection: Connection, entries: Sequence[Entry]) -> None:
    """Fold `capture.taken`: a batch of pages as the scanner or the hot folder gave them."""
    touched = _captures_touched(connection, entries)
    connection.executemany(
        "insert into capture (id, entry, dossier, source, device, pages, at, by) "
        + f"values (?, ?, ?, ?, ?, ?, ?, ?) {_CAPTURE}",
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
    _count_waiting(connection, touched | _captures_touched(connection, entries))


def arranged(connection: Connection, entries: Sequence[Entry]) -> None:
    """Fold `capture.arranged`: a clerk's order of a batch's pages, which may bring in new ones."""
    connection.executemany(
        "insert or ignore into arrangement values (?, ?, ?)",
        [(entry.id, entry.about, json.dumps(list(entry.after))) for entry in entries],
    )
    for entry in entries:
        name_pages(connection, _pages_in(entry))
    for capture in sorted({entry.about for entry in entries}):
        row = connection.execute(
            "select e.head, e.data from capture c join entry e on e.id = unhex(c.entry) "
            "where c.id = ?",
            (capture,),
        ).fetchone()
        if row is not None and _owns_pages(connection, taken := parse(*row)):
            _show_pages(connection, taken)
            _count_waiting(connection, [capture])


def filed(connection: Connection, entries: Sequence[Entry]) -> None:
    """Fold `material.filed`."""
    touched = _captures_touched(connection, entries)
    connection.executemany(
        f"insert into material values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) {_MATERIAL}",
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
    note_phrases(connection, TITLE, {_text(entry, "title") for entry in entries})
    _add_pages(connection, entries)
    _count_waiting(connection, touched | _captures_touched(connection, entries))


def name_blobs(connection: Connection, blobs: Sequence[tuple[bytes, int]]) -> None:
    """Note that entries name these files; the most urgent class wins.

    Raises ValueError for what is no digest: with it among them no peer could ask for files.
    """
    if any(len(digest) != DIGEST for digest, _ in blobs):
        raise ValueError("a file named by no digest")
    connection.executemany(
        "insert into blob values (?, ?) on conflict (digest) do update "
        "set class = min(class, excluded.class)",
        blobs,
    )


def name_pages(connection: Connection, pages: Sequence[Mapping[str, Any]]) -> None:
    """Note that entries name these pages' files, thumbnails before masters."""
    blobs = [(bytes.fromhex(page["thumb"]), THUMBNAIL) for page in pages]
    name_blobs(connection, blobs + [(bytes.fromhex(page["blob"]), MASTER) for page in pages])


def _add_pages(connection: Connection, entries: Sequence[Entry]) -> None:
    for entry in sorted(entries, key=lambda entry: entry.id):
        if _owns_pages(connection, entry):
            _show_pages(connection, entry)
        name_pages(connection, _pages_in(entry))


def _show_pages(connection: Connection, entry: Entry) -> None:
    pages: Sequence[Mapping[str, Any]] = _pages_in(entry)
    if entry.kind == Kind.CAPTURE_TAKEN:
        pages = standing(pages, _arrangements(connection, entry.about))
    connection.execute("delete from page where owner = ?", (entry.about,))
    connection.executemany(
        f"insert into page ({_PAGE}) values ({', '.join('?' * 17)})",
        [
            (entry.about, int(page["number"]), place, *_page_columns(page))
            for place, page in enumerate(numbered(pages), start=1)
        ],
    )


def _pages_in(entry: Entry) -> list[Mapping[str, Any]]:
    return list(entry.body.get("pages", []))


def _arrangements(
    connection: Connection, capture: str
) -> dict[str, tuple[list[str], list[Mapping[str, Any]]]]:
    rows = connection.execute(
        "select a.entry, a.after, e.head, e.data from arrangement a "
        "join entry e on e.id = unhex(a.entry) where a.capture = ?",
        (capture,),
    ).fetchall()
    return {id: (json.loads(after), _pages_in(parse(head, data))) for id, after, head, data in rows}


def _owns_pages(connection: Connection, entry: Entry) -> bool:
    """Say whether the entry's registration of its subject stands, hence whose pages are shown."""
    row = connection.execute(
        "select entry from (select entry from capture where id = :id "
        f"union all select entry from material where id = :id) order by {_RANK} limit 1",
        {"id": entry.about},
    ).fetchone()
    return row is not None and bool(row[0] == entry.id)


def _captures_touched(connection: Connection, entries: Sequence[Entry]) -> set[str]:
    captures = {entry.about for entry in entries if entry.kind == Kind.CAPTURE_TAKEN}
    for entry in entries:
        # One id may be claimed as a material and as a capture; the pages are then of one of them.
        rows = connection.execute(
            "select capture from material where id = :id and capture <> '' "
            "union all select id from capture where id = :id",
            {"id": entry.about},
        )
        captures.update(id for (id,) in rows)
    return captures


def _count_waiting(connection: Connection, captures: Iterable[str]) -> None:
    # Equal sheets have one digest: of each digest as many wait as were read and not filed.
    connection.executemany(
        "update capture set waiting = (select coalesce(sum(max(0, seen - filed)), 0) from "
        "(select count(*) as seen, (select count(*) from material m join page f "
        "on f.owner = m.id where m.capture = :id and m.capture <> '' and f.blob = w.blob) as filed "
        "from page w where w.owner = :id and not w.discarded group by w.blob)) where id = :id",
        [{"id": capture} for capture in sorted(captures)],
    )


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
        int(page.get("turn", 0)),
        bool(page.get("discarded", False)),
        bool(page.get("blurred", False)),
        int(page.get("twin", 0)),
        str(page.get("outline", "")),
    )


def counts_of(entry: Entry) -> str:
    """Give the pieces counted by category as they are stored; raises where they are no counts."""
    return _counts_text(tuple(entry.body.get("counts", {}).items()))


@lru_cache(maxsize=4_096)
def _counts_text(counts: tuple[tuple[str, Any], ...]) -> str:
    return _sorted_json({code: int(count) for code, count in counts})


def _dossier_columns(entry: Entry) -> tuple[object, ...]:
    said = entry.body.get
    return (
        entry.about,
        entry.id,
        str(said("person", "")),
        str(said("number", "")),
        str(said("class", "")),
        str(said("holder", "")),
        str(said("scheme", "")),
        str(said("shelf", "")),
        counts_of(entry),
        entry.at,
        str(said("secrecy", "")),
    )


def _text(entry: Entry, name: str) -> str:
    return str(entry.body.get(name, ""))
