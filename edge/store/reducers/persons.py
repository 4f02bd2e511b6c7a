"""Persons, and the indexes that find them."""

from collections.abc import Iterable, Sequence

from edge.domain.entry import Entry
from edge.domain.pinyin import initials_of
from edge.domain.query import bigrams
from edge.store.bulk import insert_many
from edge.store.database import Connection
from edge.store.phrases import PLACE, note_phrases
from edge.store.reducers.registrations import or_replace

COLUMNS = (
    "name",
    "former_name",
    "id_number",
    "sex",
    "birth",
    "ethnicity",
    "phone",
    "place",
    "education",
    "politics",
    "unit",
    "status",
    "party_place",
    "household",
)

_PLACE_AT = 2 + COLUMNS.index("place")
_INSERT = f"insert into person (id, entry, {', '.join(COLUMNS)})"
_OR_REPLACE = or_replace("person", *COLUMNS)


def registered(connection: Connection, entries: Sequence[Entry]) -> None:
    """Fold `person.registered`."""
    (last,) = connection.execute("select coalesce(max(row), 0) from person").fetchone()
    rows = [_row(entry) for entry in entries]
    insert_many(connection, _INSERT, len(COLUMNS) + 2, rows, _OR_REPLACE)
    note_phrases(connection, PLACE, {row[_PLACE_AT] for row in rows})
    new = connection.execute(
        "select row, id, name, former_name from person where row > ?", (last,)
    ).fetchall()
    _add(connection, new)
    index(connection, {entry.about for entry in entries} - {id for _, id, _, _ in new})


def index(connection: Connection, ids: Iterable[str]) -> None:
    """Bring the search indexes of some persons up to date."""
    for id in sorted(ids):
        found = connection.execute(
            "select row, id, name, former_name, place from person where id = ?", (id,)
        ).fetchone()
        if found is None:
            continue
        *row, place = found
        note_phrases(connection, PLACE, {place})
        connection.execute("delete from person_search where rowid = ?", (row[0],))
        connection.execute("delete from person_initials where person = ?", (id,))
        _add(connection, [(row[0], row[1], row[2], row[3])])


def _row(entry: Entry) -> tuple[str, ...]:
    said = entry.body.get
    return (entry.about, entry.id, *[str(said(column, "")) for column in COLUMNS])


def _add(connection: Connection, persons: Sequence[tuple[int, str, str, str]]) -> None:
    """Index persons that are not indexed: row, id, name, former name."""
    connection.executemany(
        "insert into person_search (rowid, bigrams) values (?, ?)",
        [
            (row, bigrams(name) + " " + (bigrams(former) if former else ""))
            for row, _, name, former in persons
        ],
    )
    insert_many(
        connection,
        "insert into person_initials",
        2,
        sorted((spelt, id) for _, id, *names in persons for spelt in _spellings(names)),
    )


def _spellings(names: Sequence[str]) -> Iterable[str]:
    name, former = names
    return initials_of(name) | initials_of(former) if former else initials_of(name)
