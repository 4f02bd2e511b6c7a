"""Matters as they stand, and their acts."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from edge.domain.errors import NotFound
from edge.domain.matters.flow import DROPPED
from edge.domain.matters.standing import Act, Standing
from edge.store.database import Connection
from edge.store.reducers import matters as reducer


@dataclass(frozen=True, slots=True)
class Matter:
    """One matter now; `due` YYYYMMDD or empty, moments in milliseconds.

    `aside` counts acts that came out of turn; `fields` is what was filled in so far.
    """

    id: str
    flow: str
    number: str
    dossier: str
    person: str
    state: str
    open: bool
    due: str
    fields: Mapping[str, str]
    aside: int
    at: int
    by: str
    changed: int

    @property
    def void(self) -> bool:
        """Whether it was begun by mistake; it stands in lists, and counts for nothing."""
        return self.state == DROPPED.code


_MATTER = (
    "select id, flow, number, dossier, person, state, open, due, fields, aside, at, by, changed "
    "from matter "
)
_LIMIT = 500


def matter_of(connection: Connection, id: str) -> Matter:
    """Read one matter; raises NotFound `matter.unknown`."""
    row = connection.execute(_MATTER + "where id = ?", (id,)).fetchone()
    if row is None:
        raise NotFound("matter.unknown")
    return _matter(row)


def matter_of_flow(connection: Connection, id: str, flow: str) -> Matter:
    """Read one matter of a flow; raises NotFound `matter.unknown` for one of another too."""
    held = matter_of(connection, id)
    if held.flow != flow:
        raise NotFound("matter.unknown")
    return held


def matter_by_number(connection: Connection, number: str) -> Matter | None:
    """Find a matter by the number on its papers."""
    row = connection.execute(
        _MATTER + "where number = ? and number <> '' order by id limit 1", (number,)
    ).fetchone()
    return _matter(row) if row else None


def matters_with(connection: Connection, flow: str, field: str, value: str) -> list[Matter]:
    """List the matters of a flow in one of whose fields a value was filled in, the newest first."""
    rows = connection.execute(
        _MATTER + "where flow = ? and json_extract(fields, '$.' || ?) = ? order by id desc",
        (flow, field, value),
    )
    return [_matter(row) for row in rows]


def matter_of_order(connection: Connection, order: str) -> Matter | None:
    """Find the matter of a call by the hotline's own number of its work order."""
    return next(iter(matters_with(connection, "hotline", "order", order)), None)


def calls_about(connection: Connection, number: str) -> list[Matter]:
    """List the calls that are held to a matter, by its number; the newest first."""
    return matters_with(connection, "hotline", "case", number)[:20]


def open_matters(connection: Connection, flow: str = "", limit: int = _LIMIT) -> list[Matter]:
    """List what is under way, of one flow or of all; the nearest deadline first, none last."""
    rows = connection.execute(
        _MATTER + "where open = 1 and (? = '' or flow = ?) order by due = '', due, id limit ?",
        (flow, flow, limit),
    )
    return [_matter(row) for row in rows]


def closed_matters(connection: Connection, flow: str, limit: int = 100) -> list[Matter]:
    """List what is done of one flow, the newest first."""
    rows = connection.execute(
        _MATTER + "where flow = ? and open = 0 order by changed desc, id desc limit ?",
        (flow, limit),
    )
    return [_matter(row) for row in rows]


def matters_begun(connection: Connection, flow: str, since: int, until: int) -> list[Matter]:
    """List the matters of a flow that were begun between two moments (ms), the oldest first."""
    rows = connection.execute(
        _MATTER + "where flow = ? and at >= ? and at < ? order by at, id", (flow, since, until)
    )
    return [_matter(row) for row in rows]


def matters_of_dossier(connection: Connection, dossier: str) -> list[Matter]:
    """List the matters about a dossier, open ones first."""
    rows = connection.execute(
        _MATTER + "where dossier = ? and dossier <> '' order by open desc, id desc", (dossier,)
    )
    return [_matter(row) for row in rows]


def matters_of_person(connection: Connection, person: str) -> list[Matter]:
    """List the matters about a person or one of the person's dossiers, open ones first."""
    rows = connection.execute(
        _MATTER + "where id in (select id from matter where person = :p and person <> '' union "
        "select m.id from dossier d join matter m on m.dossier = d.id where d.person = :p "
        "and m.dossier <> '') order by open desc, id desc",
        {"p": person},
    )
    return [_matter(row) for row in rows]


def count_open(connection: Connection, today: str) -> tuple[int, int]:
    """How many matters are under way, and how many of them are past their deadline."""
    row = connection.execute(
        "select count(*), coalesce(sum(due <> '' and due < ?), 0) from matter where open = 1",
        (today,),
    ).fetchone()
    return int(row[0]), int(row[1])


def acts_of(connection: Connection, matter: str) -> list[Act]:
    """Read every act on one matter, in the order of entries."""
    return reducer.acts_of(connection, matter)


def standing_of(connection: Connection, matter: Matter) -> Standing:
    """Tell the acts of a matter that count from those that came out of turn.

    Raises NotFound `matter.unknown`.
    """
    standing = reducer.standing_of(connection, matter.id)
    if standing is None:
        raise NotFound("matter.unknown")
    return standing


def _matter(row: tuple[Any, ...]) -> Matter:
    id, flow, number, dossier, person, state, is_open, due, fields, aside, at, by, changed = row
    filled = json.loads(fields)
    return Matter(
        id, flow, number, dossier, person, state, bool(is_open), due, filled, aside, at, by, changed
    )
