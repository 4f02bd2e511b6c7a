"""What each clerk has just done and can take back at once: kept until the next act."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Undo:
    """One act in words; `act` names in `edge.web.undo` how it is taken back, by its `fields`.

    `back` is the page to be shown then.
    """

    words: str
    act: str
    back: str
    fields: Mapping[str, Any] = field(default_factory=dict)


class Undos:
    """The last act of every clerk; in memory alone, since a restart ends every session too."""

    def __init__(self) -> None:
        self._last: dict[str, Undo] = {}
        self._lock = threading.Lock()

    def offer(self, clerk: str, undo: Undo) -> None:
        """Offer to take this act back, until the clerk's next one."""
        with self._lock:
            self._last[clerk] = undo

    def of(self, clerk: str) -> Undo | None:
        """What the clerk can take back now."""
        with self._lock:
            return self._last.get(clerk)

    def take(self, clerk: str) -> Undo | None:
        """Hand it over and offer it no more."""
        with self._lock:
            return self._last.pop(clerk, None)
