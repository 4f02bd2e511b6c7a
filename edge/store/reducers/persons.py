"""Persons, and the indexes that find them."""

from collections.abc import Iterable, Sequence

from edge.domain.entry import Entry
from edge.domain.pinyin import initials_of
from edge.domain.query import bigrams
from edge.store.database import Connection

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
)

_UPSERT = (
    f"insert into person (id, entry, {', '.join(COLUMNS)}) "
    f"values ({', '.join('?' * (len(COLUMNS) + 2))}) on conflict (id) do update set "
    + ", ".join(f"{column} = excluded.{column}" for column in ("entry", *COLUMNS))
    + " where excluded.entry <= person.entry"
)


def registered(connection: Connection, entries: Sequence[Entry]) -> None:
    """Fold `person.registered`."""
    connection.executemany(
        _UPSERT,
        [
            (entry.about, entry.id, *(str(entry.body.get(column, "")) for column in COLUMNS))
            for entry in entries
        ],
    )
    index(connection, {entry.about for entry in entries})


def index(connection: Connection, ids: Iterable[str]) -> None:
    """Bring the search indexes of some persons up to date."""
    for id in sorted(ids):
        row = connection.execute(
            "select row, name, former_name from person where id = ?", (id,)
        ).fetchone()
        if row is None:
            continue
        number, name, former = row
        connection.execute("delete from person_search where rowid = ?", (number,))
        connection.execute(
            "insert into person_search (rowid, bigrams) values (?, ?)",
            (number, bigrams(name) + " " + bigrams(former)),
        )
        connection.execute("delete from person_initials where person = ?", (id,))
        readings = initials_of(name) | (initials_of(former) if former else frozenset())
        connection.executemany(
            "insert into person_initials values (?, ?)",
            [(initials, id) for initials in sorted(readings)],
        )
