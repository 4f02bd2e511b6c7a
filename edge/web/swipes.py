"""Where a card laid on the box's reader is meant for: the counter, or the citizen's own screen."""

import threading
import time
from collections.abc import Callable

from edge.web.events import COUNTER

FRESH_S = 20.0


class Swipes:
    """Cards read for the self-service screen; may be told and asked from any thread.

    Only the reader says whose card was laid down: no browser ever names a person here.
    """

    def __init__(self, station: str = COUNTER, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock, self._lock = clock, threading.Lock()
        self._home = self._station = station
        self._card: tuple[str, float] | None = None

    @property
    def station(self) -> str:
        """Whose the reader is now."""
        return self._station

    def turn(self, station: str = "") -> None:
        """Give the reader to a station for a while; to its own without one."""
        with self._lock:
            self._station, self._card = station or self._home, None

    def lay(self, person: str) -> None:
        """A card was read for the self-service screen; empty for one of nobody on record."""
        with self._lock:
            self._card = (person, self._clock())

    def take(self) -> str | None:
        """Whose card was read a moment ago, once; None where there was none."""
        with self._lock:
            card, self._card = self._card, None
        return card[0] if card and self._clock() - card[1] <= FRESH_S else None
