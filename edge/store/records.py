"""What pages of a person's dossiers state, as it was noted down."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from edge.domain.errors import NotFound
from edge.store.database import Connection


@dataclass(frozen=True, slots=True)
class Note:
    """One statement of one page; `id` is its entry's, `field` of `domain.recorded.STATEMENTS`.

    `material` is empty where the page was seen on paper alone; `formed_on` dates the material;
    `altered`: the page bears traces of an alteration. A `struck` note was a slip of the pen.
    `origin` is the note's id at the office that noted it, where it came along with its dossier.
    """

    id: str
    person: str
    field: str
    value: str
    words: str
    dossier: str
    material: str
    title: str
    category: str
    page: int
    formed_on: str
    altered: bool
    at: int
    by: str
    origin: str
    struck: bool


# What a note takes along to another office.
NOTE_FIELDS = (
    "field", "value", "words", "material", "title", "category", "page", "formed_on", "altered",
)  # fmt: skip
_NOTE = (
    "select entry, person, field, value, words, dossier, material, title, category, page, "
    "formed_on, altered, at, by, origin, "
    "exists (select 1 from record_struck s where s.note = record_note.entry) from record_note "
)


def note_of(connection: Connection, id: str) -> Note:
    """Read one note; raises NotFound `record.unknown`."""
    row = connection.execute(_NOTE + "where entry = ?", (id,)).fetchone()
    if row is None:
        raise NotFound("record.unknown")
    return Note(*row)


def notes_of(connection: Connection, person: str) -> list[Note]:
    """List what is noted of a person and not struck out, by field and value.

    A note that went away with its dossier and came back with it is listed once, as it came last.
    """
    rows = connection.execute(_NOTE + "where person = ? order by field, value, entry", (person,))
    notes = [Note(*row) for row in rows]
    last: dict[str, str] = {}
    for note in notes:
        first = note.origin or note.id
        last[first] = max(last.get(first, ""), note.id)
    return [each for each in notes if last[each.origin or each.id] == each.id and not each.struck]


def struck_of(connection: Connection, ids: Sequence[str]) -> frozenset[str]:
    """Tell which of these notes were struck out; one that has not arrived yet is none."""
    rows = connection.execute(
        "select s.note from json_each(?) w join record_struck s on s.note = w.value",
        (json.dumps(sorted(ids)),),
    )
    return frozenset(str(note) for (note,) in rows)


def is_looked_at(
    connection: Connection, dossier: str, clerk: str, material: str, since: int
) -> bool:
    """Say whether a person's look at a material is on record since a moment (ms)."""
    row = connection.execute(
        "select 1 from view where dossier = ? and at >= ? and by = ? and what = ? limit 1",
        (dossier, since, clerk, material),
    ).fetchone()
    return row is not None


def looks_by_matter(connection: Connection, matter: str) -> list[tuple[int, str, int]]:
    """The looks of readers let in by a matter, in order: moment (ms), material, page."""
    rows = connection.execute(
        "select at, what, page from view where matter = ? and matter <> '' order by entry",
        (matter,),
    )
    return [(int(at), str(what), int(page)) for at, what, page in rows]
