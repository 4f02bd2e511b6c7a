"""The box's own endpoint on the local net, in a thread and event loop of its own.

The kiosk's screens have their own loop and threads: however many neighbours ask, the counter does
not wait for them.
"""

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import uvicorn
from litestar import Litestar, Request, Response, get
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, FromQuery
from litestar.response import Response as Answer

from edge.domain.errors import DeviceUnavailable, InvalidInput
from edge.store.holdings import FIRST, MASTER
from sync.endpoint import BYTES, Desk, exchange_routes, mounted
from sync.lan.certificate import write_certificate
from sync.lan.host import BoxHost
from sync.patience import Door, FewLargeBodies, Patience, PatientServer
from sync.side import Side

# Answers given at once: a space lends four readers, and the counter needs its own.
AT_ONCE, CONNECTIONS, OF_ONE = 2, 32, 12
GRACE_S, PATIENCE_S = 1, 10.0


def lan_app(host: BoxHost) -> Litestar:
    """What neighbours talk to."""
    desk = Desk(host)
    app = Litestar(
        [mounted([_lacking(host, desk), *exchange_routes(host, desk)])],
        openapi_config=None,
        logging_config=None,
    )
    app.on_startup.append(_answer_few_at_once)
    return app


async def _answer_few_at_once() -> None:
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(AT_ONCE, "lan"))


def _lacking(host: BoxHost, desk: Desk) -> HTTPRouteHandler:
    @get("/spaces/{space:str}/blobs/lacking", sync_to_thread=True)
    def lacking(
        request: Request[Any, Any, Any],
        space: FromPath[str],
        least: FromQuery[int],
        kind: FromQuery[int],
        digest: FromQuery[str],
    ) -> Response[bytes]:
        member = desk.member(request, b"")
        try:
            after = (kind, bytes.fromhex(digest))
        except ValueError as error:
            raise InvalidInput("sync.malformed") from error
        if not all(FIRST[0] <= each <= MASTER for each in (kind, least)):
            raise InvalidInput("sync.malformed")
        return Answer(host.lacking(member, space, least, after), media_type=BYTES)

    return lacking


class Listener:
    """Answers neighbours at one address until it is stopped; port 0 takes any free one."""

    def __init__(self, side: Side, host: str, port: int) -> None:
        certificate, key, password = write_certificate(side.folder / "lan", side.keys)
        self._host, self._port = host, port
        config = uvicorn.Config(
            FewLargeBodies(lan_app(BoxHost(side)), 1),
            host=host,
            port=port,
            ssl_certfile=str(certificate),
            ssl_keyfile=str(key),
            ssl_keyfile_password=password,
            access_log=False,
            log_level="warning",
            log_config=None,
            server_header=False,
            limit_concurrency=CONNECTIONS,
            timeout_graceful_shutdown=GRACE_S,
            loop="asyncio",
            # Holds the head of a request to a bound.
            http="h11",
            ws="none",
        )
        self._server = PatientServer(config, Patience())
        self._door: Door | None = None
        self._thread = threading.Thread(target=self._run, name="lan", daemon=True)
        self._ended = threading.Event()

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self._server.servers[0].sockets[0].getsockname()[1])

    def start(self) -> None:
        """Answer from now on; raises DeviceUnavailable `serving.port_taken` (host, port)."""
        try:
            self._door = Door(self._host, self._port, CONNECTIONS, OF_ONE)
        except OSError as error:
            raise DeviceUnavailable(
                "serving.port_taken", host=self._host, port=self._port
            ) from error
        self._thread.start()
        while not self._server.started:
            if self._ended.wait(0.02):
                raise DeviceUnavailable("serving.port_taken", host=self._host, port=self._port)

    def stop(self) -> None:
        """Answer nobody any more; what is being taken in is finished."""
        self._server.should_exit = True
        # Of idle neighbours nobody waits for a good-bye.
        for connection in list(self._server.server_state.connections):
            if not self._server.server_state.tasks:
                connection.loop.call_soon_threadsafe(connection.transport.abort)
        self._thread.join(PATIENCE_S)

    def _run(self) -> None:
        assert self._door is not None
        try:
            self._server.run([self._door])
        except SystemExit:
            # How uvicorn says that it could not begin.
            return
        finally:
            self._ended.set()
