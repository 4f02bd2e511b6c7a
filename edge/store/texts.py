"""Text of pages as this machine read it: what waits to be read, what was found, where it stands."""

import json
import unicodedata
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from edge.domain.query import bigrams, infix_match
from edge.store.database import Connection

TRIES = 3
AROUND = 18  # characters of a snippet before and after what was found
# A line's box on the image that was read: left, top, width, height; and its text.
Box = tuple[int, int, int, int, str]


@dataclass(frozen=True, slots=True)
class PageText:
    """One page as a machine read it; `turn` as it had to be turned, `size` of the image read."""

    text: str
    turn: int
    size: tuple[int, int]
    lines: tuple[Box, ...]


@dataclass(frozen=True, slots=True)
class TextHit:
    """A filed page on which a machine read what is looked for; the snippet in three parts."""

    dossier: str
    person: str
    material: str
    title: str
    number: int
    before: str
    found: str
    after: str


def next_unread(connection: Connection) -> str | None:
    """Name the master that shall be read next, the newest first; None when all are read."""
    row = connection.execute(
        "select lower(hex(blob)) from page_unread where tries < ? order by row desc limit 1",
        (TRIES,),
    ).fetchone()
    return str(row[0]) if row else None


def want_text(connection: Connection, digest: str) -> None:
    """Have a master read before all others, though no entry names it yet."""
    blob = bytes.fromhex(digest)
    if connection.execute("select 1 from page_text where blob = ?", (blob,)).fetchone() is None:
        connection.execute("delete from page_unread where blob = ?", (blob,))
        connection.execute("insert into page_unread (blob) values (?)", (blob,))


def note_text(connection: Connection, digest: str, read: PageText, at: int) -> None:
    """Keep what was read on a master, in place of what an earlier reading gave."""
    blob = bytes.fromhex(digest)
    forget_text(connection, digest)
    packed = zlib.compress(json.dumps({"size": read.size, "lines": read.lines}).encode())
    row = connection.execute(
        "insert into page_text (blob, text, lines, turn, at) values (?, ?, ?, ?, ?) returning row",
        (blob, read.text, packed, read.turn, at),
    ).fetchone()
    if plain := _plain(read.text):
        connection.execute(
            "insert into page_search (rowid, bigrams) values (?, ?)", (row[0], bigrams(plain))
        )
    connection.execute("delete from page_unread where blob = ?", (blob,))


def forget_text(connection: Connection, digest: str) -> None:
    """Drop what was read on a master, so that it can be read again."""
    rows = connection.execute(
        "delete from page_text where blob = ? returning row", (bytes.fromhex(digest),)
    ).fetchall()
    connection.executemany("delete from page_search where rowid = ?", rows)


def note_unreadable(connection: Connection, digest: str) -> None:
    """Count a reading that came to nothing; after three the master is left alone."""
    connection.execute(
        "update page_unread set tries = tries + 1 where blob = ?", (bytes.fromhex(digest),)
    )


def text_of(connection: Connection, digest: str) -> PageText | None:
    """Give what was read on a master."""
    row = connection.execute(
        "select text, turn, lines from page_text where blob = ?", (bytes.fromhex(digest),)
    ).fetchone()
    if row is None:
        return None
    held = json.loads(zlib.decompress(row[2]))
    lines = tuple((left, top, wide, high, text) for left, top, wide, high, text in held["lines"])
    return PageText(row[0], row[1], (held["size"][0], held["size"][1]), lines)


def turns_read(connection: Connection, digests: Iterable[str]) -> dict[str, int]:
    """Say of which masters a machine had to turn the page to read it, and by how many degrees."""
    rows = connection.execute(
        "select lower(hex(blob)), turn from page_text where turn <> 0 "
        "and blob in (select unhex(value) from json_each(?))",
        (json.dumps(sorted(digests)),),
    )
    return dict(rows.fetchall())


def count_unread(connection: Connection) -> int:
    """How many masters wait to be read."""
    row = connection.execute(
        "select count(*) from page_unread where tries < ?", (TRIES,)
    ).fetchone()
    return int(row[0])


def find_text(connection: Connection, words: str, limit: int) -> list[TextHit]:
    """Find filed pages on which these words were read, the newest reading first."""
    wanted = _plain(words)
    rows = connection.execute(
        "select d.id, d.person, m.id, m.title, p.number, t.text from page_search s "
        "join page_text t on t.row = s.rowid join page p on p.blob = t.blob "
        "join material m on m.id = p.owner join dossier d on d.id = m.dossier "
        "where page_search match ? order by s.rowid desc limit ?",
        (infix_match(wanted), limit),
    )
    return [_hit(row, wanted) for row in rows.fetchall()]


def _hit(row: tuple[Any, ...], wanted: str) -> TextHit:
    dossier, person, material, title, number, text = row
    plain = _plain(text)
    at = max(0, plain.find(wanted))
    end = at + len(wanted)
    around = plain[max(0, at - AROUND) : at], plain[at:end], plain[end : end + AROUND]
    return TextHit(dossier, person, material, title, number, *around)


def _plain(text: str) -> str:
    """Text without blanks and without the two widths of letters, as it is searched."""
    return "".join(unicodedata.normalize("NFKC", text).split()).upper()
