"""How full the rooms of an office are, by their registers and the dossiers on their shelves."""

from edge.domain.fill import YEAR_DAYS, Fill
from edge.domain.matters.flow import number_in
from edge.domain.rooms import lies_within
from edge.store import stock, volumes
from edge.store.database import Connection
from edge.store.matters import Matter, open_matters

FLOW = "room"
_DAY_MS = 86_400_000
# Before a month of record a rate a year means nothing yet; it is counted as of a month at least.
_LEAST_DAYS = 30


def rooms(connection: Connection, now: int) -> list[tuple[Matter, Fill]]:
    """Every room in use and how full it is at a moment (ms)."""
    first = stock.first_receipt(connection)
    days = min(YEAR_DAYS, max(_LEAST_DAYS, (now - (first or now)) // _DAY_MS))
    taken = stock.places(connection)
    taken += [each.shelf for each in volumes.volumes(connection, "kept")]
    came, left = stock.places_of_moves(connection, now - days * _DAY_MS, now + 1)
    return [
        (room, Fill(number_in(room.fields, "capacity"), *_within(room, taken, came, left), days))
        for room in sorted(open_matters(connection, FLOW), key=_place)
    ]


def _place(room: Matter) -> str:
    return room.fields.get("shelf", "")


def _within(room: Matter, *places: list[str]) -> tuple[int, int, int]:
    prefix = _place(room)
    counted = [sum(lies_within(place, prefix) for place in each) for each in places]
    return counted[0], counted[1], counted[2]
