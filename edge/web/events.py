"""What the browsers of a station are told at once: signals, never content.

A signal names what changed; the page then asks for the part anew, under its own rights. So no
personal data travels here, and a missed signal costs no more than a reload.
"""

import asyncio
import json
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import suppress
from dataclasses import dataclass, field

from litestar.response import ServerSentEventMessage

# A clerk's browser, the screen beside it that faces citizens, the one where they serve themselves.
COUNTER, SECOND, SELF = "counter", "second", "self"
# Every clerk's browser; what faces citizens hears only what is meant for it.
EVERY_CLERK = ""
BACKLOG = 64
HEARTBEAT_SECONDS = 20.0
# What a clerk has laid down is lost with the signal, where everything else a new page asks for
# itself; between two pages of a browser nobody listens.
_LAID = frozenset({"card", "card-new", "card-unread", "code"})
_KEPT_S = 3.0


@dataclass(frozen=True, slots=True)
class Signal:
    """One thing that happened: `event` as in `SIGNALS`, `fields` ids and counts only."""

    event: str
    fields: dict[str, str | int] = field(default_factory=dict)


# card          a card was read: person, and the number by which the page asks for the name on it
# card-new      a card of a person not on record was read: likewise
# card-unread   a card was not read whole
# code          a code was read: code, by which the page asks what it means
# pages         a capture gained pages or ended: capture
# arrivals      a document came to the hot folder
# job           a print job moved on: job
# sync          an exchange began, ended or failed
# climate       a reading or alert changed
# shown         what stands on the second screen changed
# confirmed     a citizen confirmed it, or wiped it away
SIGNALS = (
    "card", "card-new", "card-unread", "code", "pages", "arrivals", "job", "sync", "climate",
    "shown", "confirmed",
)  # fmt: skip


# None ends a listener.
_Queue = asyncio.Queue[Signal | None]


class Stations:
    """The line from the box's threads to the browsers; `publish` may be called from any thread.

    A card or code that was laid down while nobody listened is kept for who comes next.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._listeners: dict[_Queue, tuple[str, asyncio.AbstractEventLoop]] = {}
        self._unheard: dict[str, tuple[Signal, float]] = {}

    def publish(self, event: str, station: str = EVERY_CLERK, **fields: str | int) -> None:
        """Tell the browsers of one station, or of every clerk."""
        meant, signal, heard = station or COUNTER, Signal(event, fields), False
        for queue, (listening, loop) in list(self._listeners.items()):
            if meant == listening:
                _send(queue, loop, signal)
                heard = True
        if event in _LAID and not heard:
            self._unheard[meant] = (signal, self._clock())

    def close(self) -> None:
        """Let every browser go; to be called before the server is told to stop."""
        for queue, (_, loop) in list(self._listeners.items()):
            _send(queue, loop, None)

    async def listen(self, station: str) -> AsyncGenerator[ServerSentEventMessage, None]:
        """Yield the station's signals as server-sent events until the browser leaves."""
        queue: _Queue = asyncio.Queue(BACKLOG)
        self._listeners[queue] = (station, asyncio.get_running_loop())
        try:
            # The first word makes a page that comes back after a gap ask for everything anew.
            yield ServerSentEventMessage(event="hello", data="{}")
            unheard, at = self._unheard.pop(station, (None, 0.0))
            if unheard is not None and self._clock() - at <= _KEPT_S:
                yield _message(unheard)
            while True:
                try:
                    signal = await asyncio.wait_for(queue.get(), HEARTBEAT_SECONDS)
                except TimeoutError:
                    yield ServerSentEventMessage(comment="still here")
                    continue
                if signal is None:
                    return
                yield _message(signal)
        finally:
            del self._listeners[queue]


def _message(signal: Signal) -> ServerSentEventMessage:
    return ServerSentEventMessage(event=signal.event, data=json.dumps(signal.fields))


def _send(queue: _Queue, loop: asyncio.AbstractEventLoop, signal: Signal | None) -> None:
    with suppress(RuntimeError):  # the loop closed while the box stops
        loop.call_soon_threadsafe(_offer, queue, signal)


def _offer(queue: _Queue, signal: Signal | None) -> None:
    if queue.full():  # a browser asleep: the newest signals are the ones worth keeping
        queue.get_nowait()
    queue.put_nowait(signal)
