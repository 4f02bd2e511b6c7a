"""Every effect of a step, by flow and step, with `open` for the beginning; see `acting`."""

from collections.abc import Mapping

from edge.workflows import (
    affairs,
    archiving,
    destroying,
    handing_over,
    inspecting,
    proving,
    reading_room,
    reporting,
    retiring,
    stocktaking,
    volumes,
)
from edge.workflows.acting import Effect

EFFECTS: Mapping[tuple[str, str], Effect] = {
    **affairs.EFFECTS,
    **archiving.EFFECTS,
    **destroying.EFFECTS,
    **handing_over.EFFECTS,
    **inspecting.EFFECTS,
    **proving.EFFECTS,
    **reading_room.EFFECTS,
    **retiring.EFFECTS,
    **reporting.EFFECTS,
    **stocktaking.EFFECTS,
    **volumes.EFFECTS,
}
