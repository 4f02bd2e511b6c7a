"""The log sheet of a storage room: who saw the readings of which half day."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from edge.store.database import Connection


@dataclass(frozen=True, slots=True)
class Seen:
    """One look at the readings, signed: `day` YYYYMMDD, `half` am or pm."""

    day: str
    half: str
    readings: Mapping[str, object]
    note: str
    at: int
    by: str


def seen_in(connection: Connection, room: str, first: str, last: str) -> list[Seen]:
    """List who saw a room's readings from one day to another, both included, oldest first."""
    rows = connection.execute(
        "select day, half, readings, note, at, by from room_seen "
        "where room = ? and day between ? and ? order by day, half, entry",
        (room, first, last),
    )
    found = []
    for day, half, readings, note, at, by in rows:
        said = json.loads(readings)
        found.append(Seen(day, half, said if isinstance(said, dict) else {}, note, at, by))
    return found
