"""Which units may ask, and how much they are told: a register that queries are held against.

A unit that stands in no line of the register asks by its letter alone; one whose line was revoked
or has run out does not ask any more, and one whose line is limited is told no more than it says.
"""

from edge.domain.errors import Denied
from edge.domain.matters.consulting import EXTENTS, QUERY_RIGHT
from edge.store import matters
from edge.store.database import Connection
from edge.store.matters import Matter

_ALL = 10_000  # units of a county, by far


def require_extent(connection: Connection, unit: str, extent: str, today: str) -> None:
    """Let a unit ask to this extent; `today` YYYYMMDD.

    Raises Denied: `query_right.revoked`, `query_right.over` (day), `query_right.limited` (extent).
    """
    held = _line_of(connection, unit)
    if held is None:
        return
    if not held.open:
        raise Denied("query_right.revoked", unit=unit)
    if held.due and held.due < today:
        raise Denied("query_right.over", unit=unit, day=held.due)
    most = held.fields.get("extent", EXTENTS[-1])
    if EXTENTS.index(extent) > EXTENTS.index(most):
        raise Denied("query_right.limited", unit=unit, extent=most)


def _line_of(connection: Connection, unit: str) -> Matter | None:
    """The unit's line: an open one if there is any, else the one closed last."""
    held = matters.open_matters(connection, QUERY_RIGHT.code, _ALL)
    for each in (*held, *matters.closed_matters(connection, QUERY_RIGHT.code, _ALL)):
        if each.fields.get("unit") == unit:
            return each
    return None
