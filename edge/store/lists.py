"""Lists frozen as they stood: of a hand-over, of volumes to be destroyed, of a year's figures."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from edge.domain.kinds import Kind
from edge.store.database import Connection
from edge.store.entries import Pen


@dataclass(frozen=True, slots=True)
class FrozenList:
    """What stood when it was frozen; `form` is the code of the paper that shows it."""

    entry: str
    matter: str
    form: str
    facts: tuple[tuple[str, str], ...]
    headings: tuple[str, ...]
    lines: tuple[tuple[str, ...], ...]
    at: int
    by: str


def freeze(
    pen: Pen,
    matter: str,
    form: str,
    facts: Sequence[tuple[str, str]],
    headings: Sequence[str] = (),
    lines: Sequence[Sequence[str]] = (),
) -> None:
    """Put a list on record as it stands; a later one of the same form takes its place."""
    told = {"form": form, "facts": [list(each) for each in facts]}
    rows = {"headings": list(headings), "lines": [list(line) for line in lines]}
    pen.append(Kind.LIST_FROZEN, matter, {**told, **rows})


def list_of(connection: Connection, matter: str, form: str) -> FrozenList | None:
    """Give the last list of a form that was frozen for a matter."""
    row = connection.execute(
        "select entry, matter, form, content, at, by from frozen_list where matter = ? "
        "and form = ? order by entry desc limit 1",
        (matter, form),
    ).fetchone()
    return _list(row) if row else None


def lists_of(connection: Connection, matter: str) -> list[FrozenList]:
    """Give the last list of each form that was frozen for a matter."""
    rows = connection.execute(
        "select entry, matter, form, content, at, by from frozen_list where entry in "
        "(select max(entry) from frozen_list where matter = ? group by form) order by entry",
        (matter,),
    )
    return [_list(row) for row in rows]


def _list(row: tuple[str, str, str, str, int, str]) -> FrozenList:
    entry, matter, form, content, at, by = row
    told = json.loads(content)
    return FrozenList(
        entry,
        matter,
        form,
        tuple((name, value) for name, value in told["facts"]),
        tuple(told["headings"]),
        tuple(tuple(line) for line in told["lines"]),
        at,
        by,
    )
