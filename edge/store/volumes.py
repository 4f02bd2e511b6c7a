"""Volumes other than personnel dossiers, read from their matters."""

import json
from dataclasses import dataclass

from edge.domain.errors import InvalidInput
from edge.store.database import Connection

FLOW = "volume"


@dataclass(frozen=True, slots=True)
class Volume:
    """One volume as it stands; `expires` YYYYMMDD, empty for what is kept for ever."""

    id: str
    state: str
    volume: str
    category: str
    series: str
    title: str
    term: str
    period: str
    unit: str
    shelf: str
    pieces: str
    pages: str
    expires: str
    due: str


# The flow is written out, for the index by number is of volumes alone.
_COLUMNS = "select id, state, due, fields from matter "
_OF_FLOW = "where flow = 'volume' "
_NAMES = (
    "volume", "category", "series", "title", "term", "period", "unit", "shelf", "pieces", "pages",
    "expires",
)  # fmt: skip


def volumes(connection: Connection, state: str = "", category: str = "") -> list[Volume]:
    """List volumes by number, of one state and category or of all."""
    rows = connection.execute(
        # Without figures of how many there are, SQLite would sort rather than follow the index.
        _COLUMNS + "indexed by matter_volume " + _OF_FLOW + "and (:state = '' or state = :state) "
        "and (:category = '' or json_extract(fields, '$.category') = :category) "
        "order by json_extract(fields, '$.volume'), id",
        {"state": state, "category": category},
    )
    return [_volume(row) for row in rows]


def expired(connection: Connection, day: str) -> list[Volume]:
    """The volumes kept here whose term is over on a day (YYYYMMDD), and not prolonged past it."""
    rows = connection.execute(
        _COLUMNS + _OF_FLOW + "and state = 'kept' and open = 1 and due <= ? "
        "order by json_extract(fields, '$.volume'), id",
        (day,),
    )
    return [each for each in map(_volume, rows) if each.expires and each.expires <= day]


def chosen(connection: Connection, text: str) -> list[Volume]:
    """Read the volumes that a list names, one number a line.

    Raises InvalidInput `volume.unknown` (text), `volume.none`.
    """
    wanted = list(dict.fromkeys(filter(None, (line.strip() for line in text.splitlines()))))
    if not wanted:
        raise InvalidInput("volume.none")
    found = []
    for number in wanted:
        row = connection.execute(
            _COLUMNS + _OF_FLOW + "and json_extract(fields, '$.volume') = ? order by id limit 1",
            (number,),
        ).fetchone()
        if row is None:
            raise InvalidInput("volume.unknown", text=number)
        found.append(_volume(row))
    return found


def _volume(row: tuple[str, str, str, str]) -> Volume:
    id, state, due, fields = row
    said = json.loads(fields)
    return Volume(id=id, state=state, due=due, **{name: str(said.get(name, "")) for name in _NAMES})
