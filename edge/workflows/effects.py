"""Every effect of a step, by flow and step, with `open` for the beginning; see `acting`."""

from collections.abc import Mapping

from edge.workflows import (
    archiving,
    destroying,
    handing_over,
    inspecting,
    proving,
    reporting,
    stocktaking,
    volumes,
)
from edge.workflows.acting import Effect

EFFECTS: Mapping[tuple[str, str], Effect] = {
    **archiving.EFFECTS,
    **destroying.EFFECTS,
    **handing_over.EFFECTS,
    **inspecting.EFFECTS,
    **proving.EFFECTS,
    **reporting.EFFECTS,
    **stocktaking.EFFECTS,
    **volumes.EFFECTS,
}
