"""Volumes other than personnel dossiers, read from their matters."""

from dataclasses import dataclass

from edge.domain.errors import InvalidInput
from edge.store.database import Connection
from edge.store.matters import Matter, matter_of

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


_NAMES = (
    "volume", "category", "series", "title", "term", "period", "unit", "shelf", "pieces", "pages",
    "expires",
)  # fmt: skip


def volumes(connection: Connection, state: str = "", category: str = "") -> list[Volume]:
    """List volumes by number, of one state and category or of all."""
    rows = connection.execute(
        "select id from matter where flow = ? and (? = '' or state = ?) "
        "and (? = '' or json_extract(fields, '$.category') = ?) "
        "order by json_extract(fields, '$.volume'), id",
        (FLOW, state, state, category, category),
    ).fetchall()
    return [of_matter(matter_of(connection, id)) for (id,) in rows]


def expired(connection: Connection, day: str) -> list[Volume]:
    """The volumes kept here whose term is over on a day (YYYYMMDD), and not prolonged past it."""
    return [
        each
        for each in volumes(connection, "kept")
        if each.expires and each.expires <= day and each.due <= day
    ]


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
            "select id from matter where flow = ? and json_extract(fields, '$.volume') = ? "
            "order by id limit 1",
            (FLOW, number),
        ).fetchone()
        if row is None:
            raise InvalidInput("volume.unknown", text=number)
        found.append(of_matter(matter_of(connection, row[0])))
    return found


def of_matter(matter: Matter) -> Volume:
    """A volume as its matter tells it."""
    told = {name: matter.fields.get(name, "") for name in _NAMES}
    return Volume(id=matter.id, state=matter.state, due=matter.due, **told)
