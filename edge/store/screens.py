"""The screens that face citizens: which browsers are let in, and what was confirmed there."""

import json
from dataclasses import dataclass

from edge.store.database import Connection


@dataclass(frozen=True, slots=True)
class CitizenScreen:
    """A browser let in once; `mode` is second (beside a clerk), self, or turned (for a while)."""

    id: str
    mode: str
    at: int
    by: str


@dataclass(frozen=True, slots=True)
class Confirmation:
    """What a citizen has confirmed: `stated` are the labels and values that were shown."""

    subject: str
    what: str
    stated: tuple[tuple[str, str], ...]
    at: int
    by: str


def let_in(connection: Connection, screen: CitizenScreen) -> None:
    """Let a browser in."""
    connection.execute(
        "insert or replace into citizen_screen values (?, ?, ?, ?)",
        (screen.id, screen.mode, screen.at, screen.by),
    )


def screen_of(connection: Connection, id: str) -> CitizenScreen | None:
    """The screen of this id, None where it is not let in."""
    row = connection.execute(
        "select id, mode, at, by from citizen_screen where id = ?", (id,)
    ).fetchone()
    return CitizenScreen(*row) if row else None


def screens(connection: Connection) -> list[CitizenScreen]:
    """Every browser that is let in, the newest first."""
    rows = connection.execute("select id, mode, at, by from citizen_screen order by at desc, id")
    return [CitizenScreen(*row) for row in rows]


def shut_out(connection: Connection, id: str) -> None:
    """Let a browser in no more."""
    connection.execute("delete from citizen_screen where id = ?", (id,))


def confirmations_of(connection: Connection, subject: str) -> list[Confirmation]:
    """What was confirmed about a person, a dossier or a matter, the newest first."""
    rows = connection.execute(
        "select subject, what, stated, at, by from confirmation where subject = ? "
        "order by entry desc",
        (subject,),
    )
    return [
        Confirmation(about, what, tuple((str(a), str(b)) for a, b in json.loads(stated)), at, by)
        for about, what, stated, at, by in rows
    ]
