"""Every effect of a step, by flow and step, with `open` for the beginning; see `acting`."""

from collections.abc import Mapping

from edge.workflows import (
    adding,
    affairs,
    archiving,
    borrowing,
    collecting,
    destroying,
    handing_over,
    inspecting,
    proving,
    reading_room,
    reception,
    reporting,
    retiring,
    scan_line,
    sending,
    sorting,
    stocktaking,
    volumes,
)
from edge.workflows.acting import Effect

EFFECTS: Mapping[tuple[str, str], Effect] = {
    **affairs.EFFECTS,
    **adding.EFFECTS,
    **archiving.EFFECTS,
    **reception.EFFECTS,
    **scan_line.EFFECTS,
    **sorting.EFFECTS,
    **borrowing.EFFECTS,
    **collecting.EFFECTS,
    **destroying.EFFECTS,
    **handing_over.EFFECTS,
    **inspecting.EFFECTS,
    **proving.EFFECTS,
    **reading_room.EFFECTS,
    **retiring.EFFECTS,
    **reporting.EFFECTS,
    **sending.EFFECTS,
    **stocktaking.EFFECTS,
    **volumes.EFFECTS,
}
