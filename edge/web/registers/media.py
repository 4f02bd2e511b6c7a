"""Media that are plugged in, as registers write to them and read from them."""

from pathlib import Path

from edge.domain.errors import InvalidInput
from edge.web.parts import Parts


def medium_at(parts: Parts, path: str) -> Path:
    """The medium at a path that the list of media gave; raises InvalidInput `carry.no_stick`."""
    stick = next((each for each in parts.sticks.plugged() if str(each.path) == path), None)
    if stick is None:
        raise InvalidInput("carry.no_stick")
    return stick.path
