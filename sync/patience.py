"""A server that waits for nobody without end, and lets no machine take up all its connections.

What is unfinished costs a stranger nothing: a connection without a request, a head or a body that
comes by drops. So each is given up after a while, and of one address only a few are waited for.
"""

import asyncio
import socket
import time
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

import uvicorn
from litestar.enums import ScopeType
from litestar.types import ASGIApp, Receive, Scope, Send

TICKS = 3
# A pack of small files, or a piece of a large one; segments may be larger.
SMALL_BODY = 2 << 20
BUSY = b'{"key":"sync.busy","fields":{}}'


@dataclass(frozen=True, slots=True)
class Patience:
    """For how long, in seconds, a request is waited for and its body; how many of one address."""

    request: float = 10.0
    body: float = 120.0
    waiting: int = 8


class Door(socket.socket):
    """A listening socket that lets in so many connections at once, and so many of one address.

    Each costs this process an open file, before anything is known of who it is.
    """

    def __init__(self, host: str, port: int, of_all: int, of_one: int) -> None:
        super().__init__(socket.AF_INET6 if ":" in host else socket.AF_INET)
        self._bounds = of_all, of_one
        self._inside: list[tuple[str, socket.socket]] = []
        try:
            self.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            self.bind((host, port))
        except BaseException:
            self.close()
            raise

    def accept(self) -> tuple[socket.socket, Any]:
        """The next one; ConnectionAbortedError after one too many was sent away."""
        connection, address = super().accept()
        inside = [each for each in self._inside if each[1].fileno() != -1]
        same = sum(1 for place, _ in inside if place == address[0])
        full = len(inside) >= self._bounds[0] or same >= self._bounds[1]
        self._inside = inside if full else [*inside, (address[0], connection)]
        if full:
            connection.close()
            raise ConnectionAbortedError
        return connection, address


class FewLargeBodies:
    """An application that reads so many large bodies at once; whoever else brings one comes again.

    Who sends it is known only once it is read whole, and nobody else must pay for that.
    """

    def __init__(self, app: ASGIApp, most: int) -> None:
        self._app, self._most, self._reading = app, most, 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if not _is_large(scope):
            await self._app(scope, receive, send)
            return
        if self._reading >= self._most:
            headers = [(b"content-type", b"application/json"), (b"connection", b"close")]
            await send({"type": "http.response.start", "status": 429, "headers": headers})
            await send({"type": "http.response.body", "body": BUSY, "more_body": False})
            return
        self._reading += 1
        try:
            await self._app(scope, receive, send)
        finally:
            self._reading -= 1


def _is_large(scope: Scope) -> bool:
    if scope["type"] != ScopeType.HTTP or scope["method"] in ("GET", "HEAD"):
        return False
    told = dict(scope["headers"]).get(b"content-length", b"")
    # What does not say how long it is may be of any length.
    return not told.isdigit() or int(told) > SMALL_BODY


class PatientServer(uvicorn.Server):
    """Uvicorn's, with patience that ends."""

    def __init__(self, config: uvicorn.Config, patience: Patience) -> None:
        super().__init__(config)
        self._patience = patience
        # Connections that are waited for, and since when.
        self._since: dict[Any, float] = {}

    async def on_tick(self, counter: int) -> bool:
        """Uvicorn's turn of the loop, ten times a second."""
        if counter % TICKS == 0:
            self._give_up(time.monotonic())
        return await super().on_tick(counter)

    def _give_up(self, now: float) -> None:
        open = {each for each in self.server_state.connections if _is_waiting(each)}
        self._since = {each: self._since.get(each, now) for each in open}
        of_address = defaultdict[str, list[Any]](list)
        for each, since in sorted(self._since.items(), key=lambda item: -item[1]):
            place = of_address[_address_of(each)]
            place.append(each)
            bound = self._patience.body if _is_begun(each) else self._patience.request
            if len(place) > self._patience.waiting or now - since > bound:
                each.transport.abort()


def _is_begun(connection: Any) -> bool:
    cycle = connection.cycle
    return cycle is not None and not cycle.response_complete


def _is_waiting(connection: Any) -> bool:
    """Say whether it is the other side's turn to send."""
    return not _is_begun(connection) or bool(connection.cycle.more_body)


def _address_of(connection: Any) -> str:
    transport: asyncio.Transport = connection.transport
    peer = transport.get_extra_info("peername")
    return str(peer[0]) if isinstance(peer, tuple) else ""
