"""How full the rooms of an office are, by their registers and the dossiers on their shelves."""

from edge.domain.fill import YEAR_DAYS, Fill
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
    found = []
    kept = [each.shelf for each in volumes.volumes(connection, "kept")]
    for room in open_matters(connection, FLOW):
        prefix = room.fields.get("shelf", "")
        here = [e for e in stock.recorded_at(connection, prefix) if e.standing != "sent"]
        came, left = stock.moves_between(
            connection, (each.dossier for each in here), now - days * _DAY_MS, now + 1
        )
        taken = len(here) + sum(shelf.startswith(prefix) for shelf in kept)
        found.append((room, Fill(int(room.fields.get("capacity", 0)), taken, came, left, days)))
    return found
