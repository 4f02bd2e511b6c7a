"""A county on loopback: a real hub over HTTPS, boxes with real databases."""

import socket
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import uvicorn
from litestar import Litestar

from edge.domain.entry import Entry
from edge.store.blobs import Blobs
from edge.store.database import Connection, Space
from edge.store.entries import Author, Pen, now_ms
from edge.store.keys import Keys
from sync.bandwidth import Allowance
from sync.enrolment import Ticket, ask_admission
from sync.hub.county import County
from sync.hub.endpoint import router
from sync.hub.enrolment import TICKET_LIFE_MS
from sync.replica import SEGMENT_CHANGES
from sync.roster import COUNTY, space_of
from sync.session import Exchange, Session
from sync.wire import Pins


class Clock:
    """A clock that tests may move."""

    def __init__(self) -> None:
        self.shift = 0

    def __call__(self) -> int:
        return now_ms() + self.shift


class Hub:
    """A hub whose server can be stopped and started again on the same port."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.clock, self.port = folder, Clock(), 0
        self.county = County.open(folder, self.clock)
        self.county.found("长宁县档案局")
        self.start()

    @property
    def url(self) -> str:
        return f"https://127.0.0.1:{self.port}"

    def start(self) -> None:
        config = uvicorn.Config(
            Litestar([router(self.county)], openapi_config=None),
            host="127.0.0.1",
            port=self.port,
            ssl_certfile=str(self.county.certificate),
            ssl_keyfile=str(self.county.certificate_key),
            log_level="error",
            server_header=False,
            lifespan="off",
            loop="asyncio",
            http="h11",
            ws="none",
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, daemon=True)
        self._thread.start()
        while not self._server.started:
            time.sleep(0.01)
        self.port = self._server.servers[0].sockets[0].getsockname()[1]

    def stop(self) -> None:
        # As a power cut would: no good-byes, for which an idle TLS client lets one wait.
        for connection in list(self._server.server_state.connections):
            connection.loop.call_soon_threadsafe(connection.transport.abort)
        self._server.should_exit = True
        self._thread.join()

    def close(self) -> None:
        self.stop()
        self.county.close()

    def ticket(self, town: str, *, automatic: bool = True, life_ms: int = TICKET_LIFE_MS) -> Ticket:
        return self.county.ticket(town, self.url, automatic=automatic, life_ms=life_ms)


class Line:
    """A stretch of wire to the hub that breaks after so many bytes have gone up."""

    def __init__(self, port: int, break_after: int) -> None:
        self._port, self._left, self.up = port, break_after, 0
        self._swallowing, self.swallowed = False, 0
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"https://127.0.0.1:{self._listener.getsockname()[1]}"
        self._threads: list[threading.Thread] = []
        self._ends: list[socket.socket] = []
        self._start(self._accept)

    @property
    def broken(self) -> bool:
        return self._left <= 0

    def cut(self) -> None:
        self._left = 0

    def swallow(self) -> None:
        """Carry nothing more, and hang up on nobody."""
        self._swallowing = True

    def mend(self) -> None:
        self._left = 1 << 60

    def close(self) -> None:
        # Waking the blocked threads: closing alone does not.
        for end in (self._listener, *self._ends):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for thread in self._threads:
            thread.join()
        for end in self._ends:
            end.close()

    def _start(self, work: Callable[..., None], *parts: object) -> None:
        thread = threading.Thread(target=work, args=parts, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            far = socket.create_connection(("127.0.0.1", self._port))
            self._ends += [near, far]
            self._start(self._carry, near, far, True)
            self._start(self._carry, far, near, False)

    def _carry(self, source: socket.socket, target: socket.socket, up: bool) -> None:
        with suppress(OSError):
            while piece := source.recv(16_384):
                if up:
                    self._left -= len(piece)
                    self.up += len(piece)
                if self._left <= 0:
                    break
                if self._swallowing:
                    self.swallowed += len(piece)
                    continue
                target.sendall(piece)
        for end in (source, target):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)


@dataclass
class Box:
    """One township's machine."""

    folder: Path
    keys: Keys
    pins: Pins
    clock: Callable[[], int] = now_ms
    county: Space = field(init=False)
    town: Space = field(init=False)

    def __post_init__(self) -> None:
        key = self.keys.derive("database")
        name = space_of(self.pins.town)
        self.county = Space(self.folder / "county.db", key, COUNTY)
        self.town = Space(self.folder / "town.db", key, name)
        self.blobs = Blobs(self.folder / "blobs", self.keys)
        self.author = Author(self.keys.id, self.clock)
        self.session = self.new_session()

    def new_session(
        self, segment_changes: int = SEGMENT_CHANGES, allowance: Allowance | None = None
    ) -> Session:
        return Session.with_hub(
            {COUNTY: self.county, self.town.name: self.town},
            {self.town.name: self.blobs},
            self.keys,
            self.pins,
            self.folder / "sync",
            self.clock,
            segment_changes,
            allowance,
        )

    def pen(self, connection: Connection) -> Pen:
        return Pen(connection, self.author, "clerk")

    def append(self, kind: str, about: str, content: Mapping[str, object]) -> Entry:
        return self.town.write(lambda c: self.pen(c).append(kind, about, content))

    def view(self, dossier: str = "d1") -> Entry:
        return self.append("dossier.viewed", dossier, {"purpose": "查阅", "what": "目录"})

    def sync(self) -> Exchange:
        return self.session.run_once()

    def close(self) -> None:
        self.session.close()
        self.county.close()
        self.town.close()


class World:
    """A hub with two towns and as many boxes as a test asks for."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.hub = Hub(folder / "hub")
        self.boxes: list[Box] = []
        for code, name in (("510101", "城关镇"), ("510102", "竹溪乡")):
            self.hub.county.add_town(code, name)

    def box(self, town: str = "510101") -> Box:
        folder = self.folder / f"box{len(self.boxes)}"
        keys = Keys.make(folder / "box.key")
        admission = ask_admission(self.hub.ticket(town), keys, town, f"{len(self.boxes)} 号机")
        assert admission.admitted
        box = Box(folder, keys, admission.pins)
        self.boxes.append(box)
        return box

    def close(self) -> None:
        for box in self.boxes:
            box.close()
        self.hub.close()
