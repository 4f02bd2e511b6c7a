"""Whose browser nobody has touched for too long; counted here, since a dead page locks nothing.

What a page asks for by itself is no touch: signals, refreshed parts, pictures. A page opened, a
form sent, and the word of `idle.js` that somebody is at it (`/touched`) are.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from litestar.connection import ASGIConnection

# The page itself locks after five minutes, and tells of a touch at most half a minute late.
IDLE_SECONDS = 6 * 60.0


@dataclass(frozen=True, slots=True)
class Touch:
    """When a browser was touched last, in seconds of a steady clock, and the page opened last."""

    at: float
    place: str = "/"


NEVER = Touch(float("-inf"))


class Touches:
    """The last touch of every session, by its name; entries older than `forget` are dropped."""

    def __init__(self, steady: Callable[[], float], forget: float) -> None:
        self._steady, self._forget = steady, forget
        self._last: dict[str, Touch] = {}

    def begin(self, name: str) -> None:
        """Note that a session begins."""
        now = self._steady()
        kept = {each: last for each, last in self._last.items() if now - last.at < self._forget}
        self._last = {**kept, name: Touch(now)}

    def note(self, name: str, connection: ASGIConnection[Any, Any, Any, Any]) -> str:
        """Note what this request tells; gives where the browser was if it is idle, else nothing."""
        now = self._steady()
        known = self._last.get(name, NEVER)
        if now - known.at > IDLE_SECONDS:
            self._last.pop(name, None)
            return known.place
        self._last[name] = _touched(known, connection, now)
        return ""


def _touched(known: Touch, connection: ASGIConnection[Any, Any, Any, Any], now: float) -> Touch:
    if connection.scope.get("method") == "POST":
        return Touch(now, known.place)
    headers = connection.headers
    if headers.get("hx-request") == "true" or "text/html" not in headers.get("accept", ""):
        return known
    query = connection.url.query
    return Touch(now, connection.url.path + (f"?{query}" if query else ""))
