"""Fifty kiosks at once at one box: look-ups and dossiers' pages, beside what bounds them.

The box serves from a process of its own, as it does in life; the kiosks are bare sockets here, so
that they cost little. Bounds: the same questions asked of SQLite in a loop by one thread, and a
static file of the same server. `paced` kiosks ask once a second each, as people do; the others as
fast as they are answered, so that theirs is the wait in a full queue.
"""

import asyncio
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from random import Random
from urllib.parse import urlencode

import httpx

from edge.domain.query import persons_only, readings_of
from edge.store.dossiers import catalogue, dossiers_of_person
from edge.store.persons import person_of
from edge.store.search import find
from edge.web.app import create_app
from edge.web.assets import read_manifest
from edge.web.events import Stations
from edge.web.parts import Parts, SyncStanding
from edge.web.scanning import Scanning
from edge.web.search import LIMIT
from edge.workflows.office import Office
from provisioning.serving import Listener, serve
from tests.bench.figures import Figure, percentile
from tests.bench.record import subject_of
from tests.offices import PIN, close_office, open_office

KIOSKS, PACE_S = 50, 1.0
SECRET = "a secret of this run of the benchmark"


@dataclass(frozen=True, slots=True)
class Ask:
    """One request as it goes over the wire."""

    raw: bytes


@dataclass(frozen=True, slots=True)
class Load:
    """What a stretch of load gave: answers a second, and each wait in milliseconds."""

    rate: float
    waits: Sequence[float]


def measure_kiosks(
    office: Office, folder: Path, dossiers: int, rounds: int, questions: int
) -> list[Figure]:
    """Measure an office of `dossiers`; it is closed meanwhile, and its folder served."""
    places = [Random(place).randrange(dossiers) for place in range(questions)]
    loop = _loop(office, places)
    close_office(office)
    with _Served(folder) as served:
        asks = {
            "static-file": served.static(),
            "look-up": served.lookups(places),
            "page": served.pages(places),
        }
        fast = {
            what: [served.ask(each, questions) for _ in range(rounds)]
            for what, each in asks.items()
        }
        paced = {
            what: [served.ask(asks[what], questions, PACE_S) for _ in range(rounds)]
            for what in ("look-up", "page")
        }
    static = max(load.rate for load in fast["static-file"])
    return [
        Figure("kiosks.sqlite-loop", "/s", (loop,), None),
        *(_figure(f"kiosks.{what}", loads, static) for what, loads in fast.items()),
        *(
            Figure(
                f"kiosks.{what}.paced",
                "ms p99",
                tuple(percentile(load.waits, 0.99) for load in loads),
                None,
                {"kiosks": float(KIOSKS)},
            )
            for what, loads in paced.items()
        ),
    ]


def _figure(what: str, loads: Sequence[Load], static: float) -> Figure:
    also = {"p99_ms": percentile([wait for load in loads for wait in load.waits], 0.99)}
    rates = tuple(load.rate for load in loads)
    return Figure(what, "/s", rates, sorted(rates)[len(rates) // 2] / static, also)


def _loop(office: Office, places: Sequence[int]) -> float:
    """Look-ups and overviews a second by one thread that does nothing else."""
    started = time.perf_counter()
    for place in places:
        with office.space.read() as town:
            find(town, persons_only(readings_of(subject_of(place).name)), limit=LIMIT)
            person = person_of(town, subject_of(place).person)
            for held in dossiers_of_person(town, person.id):
                catalogue(town, held.id)
    return 2 * len(places) / (time.perf_counter() - started)


class _Served:
    """The box in a process of its own, and a clerk signed in."""

    def __init__(self, folder: Path) -> None:
        self._child = subprocess.Popen(
            [sys.executable, "-m", "tests.bench.kiosks", str(folder)],
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._child.stdout is not None
        self.port = int(self._child.stdout.readline())
        with httpx.Client(base_url=f"http://127.0.0.1:{self.port}") as client:
            client.get("/lock")
            self._token = next(v for k, v in client.cookies.items() if k.startswith("csrf-"))
            form = {"login": "101", "pin": PIN, "_csrf_token": self._token}
            assert client.post("/sign-in", data=form).status_code == 303
            self._cookies = "; ".join(f"{name}={value}" for name, value in client.cookies.items())

    def __enter__(self) -> "_Served":
        return self

    def __exit__(self, *_: object) -> None:
        self._child.terminate()
        self._child.wait(20)

    def static(self) -> list[Ask]:
        """The smallest script."""
        return [self._get(f"/static/{read_manifest()['clock.js']['file']}")]

    def lookups(self, places: Sequence[int]) -> list[Ask]:
        """Names typed into the search box."""
        return [self._post("/search/hits", q=subject_of(place).name) for place in places]

    def pages(self, places: Sequence[int]) -> list[Ask]:
        """Overviews of persons; each is a look, put on record before it is shown."""
        return [self._get(f"/persons/{subject_of(place).person}") for place in places]

    def ask(self, asks: Sequence[Ask], count: int, pace: float = 0.0) -> Load:
        """Have fifty kiosks ask `count` times together."""
        return asyncio.run(_ask_all(self.port, asks, count, pace))

    def _get(self, path: str) -> Ask:
        return Ask(f"GET {path} HTTP/1.1\r\nHost: box\r\nCookie: {self._cookies}\r\n\r\n".encode())

    def _post(self, path: str, **form: str) -> Ask:
        body = urlencode(form)
        head = (
            f"POST {path} HTTP/1.1\r\nHost: box\r\nCookie: {self._cookies}\r\nHX-Request: true\r\n"
            f"x-csrftoken: {self._token}\r\nContent-Type: application/x-www-form-urlencoded\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        )
        return Ask((head + body).encode())


async def _ask_all(port: int, asks: Sequence[Ask], count: int, pace: float) -> Load:
    numbers, waits = iter(range(count)), list[float]()
    started = time.perf_counter()
    async with asyncio.TaskGroup() as group:
        for kiosk in range(min(KIOSKS, count)):
            group.create_task(_kiosk(port, asks, numbers, waits, pace, kiosk * pace / KIOSKS))
    return Load(count / (time.perf_counter() - started), waits)


async def _kiosk(
    port: int, asks: Sequence[Ask], numbers: Iterator[int], waits: list[float],
    pace: float, first: float,
) -> None:  # fmt: skip
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    with closing(writer):
        await asyncio.sleep(first)
        for number in numbers:
            began = time.perf_counter()
            writer.write(asks[number % len(asks)].raw)
            head = await reader.readuntil(b"\r\n\r\n")
            assert head.startswith(b"HTTP/1.1 200"), head[:200]
            length = re.search(rb"content-length: (\d+)", head, re.IGNORECASE)
            assert length is not None
            await reader.readexactly(int(length[1]))
            took = time.perf_counter() - began
            waits.append(took * 1000)
            await asyncio.sleep(max(pace - took, 0.0))


def main() -> None:
    """Serve an office's folder on a free port, and print which."""
    office = open_office(Path(sys.argv[1]))
    stations = Stations()
    parts = Parts(
        office=office,
        stations=stations,
        work=Path(sys.argv[1]) / "work",
        sync=lambda: SyncStanding(online=True, confirmed_at=None),
        scanning=Scanning(office, stations, Path(sys.argv[1]) / "work", None),
    )
    port = _free_port()
    serve(
        [Listener(create_app(parts, SECRET), "127.0.0.1", port)],
        lambda: print(port, flush=True),
    )
    close_office(office)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


if __name__ == "__main__":
    main()
