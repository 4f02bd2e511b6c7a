"""Every effect of a step, by flow and step, with `open` for the beginning; see `acting`."""

from collections.abc import Mapping

from edge.workflows.acting import Effect

EFFECTS: Mapping[tuple[str, str], Effect] = {}
