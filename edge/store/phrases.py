"""Texts that many rows share, indexed once each: places of persons, titles of materials."""

from collections.abc import Collection

from edge.domain.query import bigrams
from edge.store.database import Connection

PLACE, TITLE = 0, 1


def note_phrases(connection: Connection, kind: int, texts: Collection[str]) -> None:
    """Index the texts that are not indexed yet; empty ones are left out."""
    wanted = sorted(text for text in texts if text)
    if not wanted:
        return
    new = [
        connection.execute(
            "insert or ignore into phrase (kind, text) values (?, ?) returning row", (kind, text)
        ).fetchone()
        for text in wanted
    ]
    connection.executemany(
        "insert into phrase_search (rowid, bigrams) values (?, ?)",
        [(row[0], bigrams(text)) for row, text in zip(new, wanted, strict=True) if row],
    )


def forget_phrases(connection: Connection) -> None:
    """Empty the index, before it is made anew."""
    connection.execute("delete from phrase")
    connection.execute("insert into phrase_search (phrase_search) values ('delete-all')")
