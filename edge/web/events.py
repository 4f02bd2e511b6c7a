"""What the browsers of a station are told at once: signals, never content.

A signal names what changed; the page then asks for the part anew, under its own rights. So no
personal data travels here, and a missed signal costs no more than a reload.
"""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass, field

from litestar.response import ServerSentEventMessage

EVERY_STATION = ""
BACKLOG = 64
HEARTBEAT_SECONDS = 20.0


@dataclass(frozen=True, slots=True)
class Signal:
    """One thing that happened: `event` as in `SIGNALS`, `fields` ids and counts only."""

    event: str
    fields: dict[str, str | int] = field(default_factory=dict)


# card          a card was read: person
# card-new      a card of a person not on record was read
# card-unread   a card was not read whole
# pages         a capture gained pages or ended: capture
# arrivals      a document came to the hot folder
# job           a print job moved on: job
# sync          an exchange began, ended or failed
# climate       a reading or alert changed
SIGNALS = ("card", "card-new", "card-unread", "pages", "arrivals", "job", "sync", "climate")


class Stations:
    """The line from the box's threads to the browsers; `publish` may be called from any thread."""

    def __init__(self) -> None:
        self._listeners: dict[asyncio.Queue[Signal], tuple[str, asyncio.AbstractEventLoop]] = {}

    def publish(self, event: str, station: str = EVERY_STATION, **fields: str | int) -> None:
        """Tell the browsers of one station, or of every station."""
        signal = Signal(event, fields)
        for queue, (listening, loop) in list(self._listeners.items()):
            if station in (EVERY_STATION, listening):
                with suppress(RuntimeError):  # the loop closed while the box stops
                    loop.call_soon_threadsafe(_offer, queue, signal)

    async def listen(self, station: str) -> AsyncIterator[ServerSentEventMessage]:
        """Yield the station's signals as server-sent events until the browser leaves."""
        queue: asyncio.Queue[Signal] = asyncio.Queue(BACKLOG)
        self._listeners[queue] = (station, asyncio.get_running_loop())
        try:
            # The first word makes a page that comes back after a gap ask for everything anew.
            yield ServerSentEventMessage(event="hello", data="{}")
            while True:
                try:
                    signal = await asyncio.wait_for(queue.get(), HEARTBEAT_SECONDS)
                except TimeoutError:
                    yield ServerSentEventMessage(comment="still here")
                    continue
                yield ServerSentEventMessage(event=signal.event, data=json.dumps(signal.fields))
        finally:
            del self._listeners[queue]


def _offer(queue: asyncio.Queue[Signal], signal: Signal) -> None:
    if queue.full():  # a browser asleep: the newest signals are the ones worth keeping
        queue.get_nowait()
    queue.put_nowait(signal)
