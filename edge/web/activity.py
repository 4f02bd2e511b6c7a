"""When the counter was last at work: whatever can wait gives way to it."""

import time

QUIET_S = 3.0


class Activity:
    """Notes that somebody asked this box for something; may be told and asked from any thread."""

    def __init__(self) -> None:
        self._last = 0.0

    def note(self) -> None:
        """Somebody is at work now."""
        self._last = time.monotonic()

    @property
    def busy(self) -> bool:
        """Whether somebody was at work a moment ago."""
        return time.monotonic() - self._last < QUIET_S
