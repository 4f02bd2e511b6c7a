"""Serving one or more applications in the foreground until SIGINT or SIGTERM."""

import asyncio
import contextlib
import gc
import logging
import signal
import socket
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import uvicorn

from edge.domain.errors import DeviceUnavailable
from sync.patience import Door, Patience, PatientServer

# Browsers keep their event streams open; waiting for them would wait for ever.
GRACE_S = 2
# A segment comes over a slow line, and many screens or boxes may stand behind one address.
PATIENCE = Patience(request=30.0, body=1_800.0, waiting=256)


# Of peers at once, and of one address, behind which a gateway may stand; a process has a thousand
# open files.
CONNECTIONS, OF_ONE = 700, 350


class _Taken(Exception):
    """Somebody else listens at the address."""


@dataclass(frozen=True, slots=True)
class Listener:
    """One application at one address; with `certificate` and `key`, over TLS."""

    app: Any
    host: str
    port: int
    certificate: Path | None = None
    key: Path | None = None


class _Server(PatientServer):
    """Leaves signals to `serve`, which ends all listeners together."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def serve(listeners: Sequence[Listener], ready: Callable[[], None] = lambda: None) -> None:
    """Serve until asked to stop; `ready` is called once every address answers.

    Raises DeviceUnavailable `serving.port_taken` (host, port).
    """
    # What was loaded so far stays to the end; to look through it for what might go holds everybody
    # up for some 70 ms each time.
    gc.collect()
    gc.freeze()
    try:
        asyncio.run(_serve([_server(each) for each in listeners], ready))
    finally:
        # Extensions complain at the end of what was never given back.
        gc.unfreeze()


def _server(listener: Listener) -> _Server:
    settings = uvicorn.Config(
        listener.app,
        host=listener.host,
        port=listener.port,
        ssl_certfile=listener.certificate,
        ssl_keyfile=listener.key,
        access_log=False,
        log_level="warning",
        server_header=False,
        timeout_graceful_shutdown=GRACE_S,
        # Of strangers on the peers' net the head is held to a bound.
        http="h11" if listener.certificate else "auto",
        ws="none",
    )
    return _Server(settings, PATIENCE)


async def _serve(servers: Sequence[_Server], ready: Callable[[], None]) -> None:
    loop = asyncio.get_running_loop()

    def stop() -> None:
        for server in servers:
            server.should_exit = True

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop)
    running = [asyncio.create_task(_run(server)) for server in servers]
    announcing = asyncio.create_task(_announce(servers, ready))
    try:
        await asyncio.gather(*running)
    finally:
        announcing.cancel()
        stop()


async def _run(server: _Server) -> None:
    try:
        await server.serve(_doors(server.config))
    except (SystemExit, _Taken) as error:
        raise DeviceUnavailable(
            "serving.port_taken", host=server.config.host, port=server.config.port
        ) from error


def _doors(config: uvicorn.Config) -> list[socket.socket] | None:
    """The peers' door, which strangers may crowd at; uvicorn opens the screens' itself."""
    if not config.ssl_certfile:
        return None
    try:
        return [Door(config.host, config.port, CONNECTIONS, OF_ONE)]
    except OSError as error:
        raise _Taken from error


async def _announce(servers: Sequence[_Server], ready: Callable[[], None]) -> None:
    while not all(server.started for server in servers):
        await asyncio.sleep(0.02)
    ready()


def log_to_stderr() -> None:
    """Write the program's own log, a line an event, without names or numbers of persons."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    for noisy in ("httpx", "fontTools", "pyhanko", "pyhanko_certvalidator"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
