"""A card swiped: from the last byte of the reader's answer to the person on the screen.

The box runs in a process of its own with its real driver; the reader's far end is here, on a pty.
`served` is a kiosk of a few lines that hears the signal and takes the whole page; `painted` is
chromium, by its own account of when it first showed something of the page.
"""

import json
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from random import Random
from subprocess import PIPE, Popen

import httpx
from playwright.sync_api import Page

from devices.simulators.card_reader import CardReaderFarEnd, card_of
from edge.settings import CardReaderSettings, Settings
from edge.supervise import Loops
from edge.web.app import create_app
from edge.web.events import Stations
from edge.web.parts import Parts, SyncStanding
from edge.web.scanning import Scanning
from edge.wiring import Wiring
from provisioning.serving import Listener, serve
from tests.bench.figures import Figure, percentile
from tests.bench.record import Subject, subject_of
from tests.kiosk_ui.browser import chromium, counter_at
from tests.kiosk_ui.world import free_port
from tests.offices import PIN, close_office, open_office

SECRET = "a secret of this run of the benchmark"
LIMIT_MS = 300.0
# The driver looks for a card every 0.3 s; only after it has seen none is the next one read.
LIFTED_S = 0.7
SHOWN = """() => new Promise((tell) => new PerformanceObserver((list) => {
  const [first] = list.getEntriesByName("first-contentful-paint");
  if (first) tell(performance.timeOrigin + first.startTime);
}).observe({ type: "paint", buffered: true }))"""


def measure_swipe(folder: Path, dossiers: int, rounds: int, swipes: int) -> list[Figure]:
    """Swipe the cards of persons of an office of `dossiers`, whose folder this is."""
    random = Random(7)
    with ExitStack() as ends:
        link = folder / "card"
        far = ends.enter_context(CardReaderFarEnd(link))
        box = ends.enter_context(_Box(folder, link))
        kiosk = ends.enter_context(_Kiosk(box.url))

        def subjects() -> Iterator[Subject]:
            return (subject_of(random.randrange(dossiers)) for _ in range(swipes))

        served = [[kiosk.wait(far, each) for each in subjects()] for _ in range(rounds)]
        with chromium() as browser, counter_at(browser, box.url, (1280, 800)) as counter:
            counter.sign_in()
            painted = [
                [_painted(counter.page, box.url, far, each) for each in subjects()]
                for _ in range(rounds)
            ]
    signals = [signal for turn in served for signal, _ in turn]
    return [
        _figure("swipe.served", [[page for _, page in turn] for turn in served],
                signal_ms=percentile(signals, 0.5)),
        _figure("swipe.painted", painted),
    ]  # fmt: skip


def _figure(what: str, turns: list[list[float]], **also: float) -> Figure:
    every = [wait for turn in turns for wait in turn]
    told = {"p99_ms": percentile(every, 0.99), "limit_ms": LIMIT_MS, "swipes": len(every), **also}
    return Figure(what, "ms p50", tuple(percentile(turn, 0.5) for turn in turns), None, told)


class _Box:
    """The box in a process of its own."""

    def __init__(self, folder: Path, link: Path) -> None:
        command = [sys.executable, "-m", "tests.bench.swipe", str(folder), str(link)]
        self._child = Popen(command, stdout=PIPE, text=True)
        assert self._child.stdout is not None
        self.url = f"http://127.0.0.1:{int(self._child.stdout.readline())}"

    def __enter__(self) -> "_Box":
        return self

    def __exit__(self, *_: object) -> None:
        self._child.terminate()
        self._child.wait(20)


class _Kiosk:
    """A clerk's screen without a browser: it hears the signals and opens what they name."""

    def __init__(self, url: str) -> None:
        self._ends = ExitStack()
        self._client = self._ends.enter_context(httpx.Client(base_url=url, trust_env=False))
        self._client.get("/lock")
        token = next(v for k, v in self._client.cookies.items() if k.startswith("csrf-"))
        form = {"login": "101", "pin": PIN, "_csrf_token": token}
        assert self._client.post("/sign-in", data=form).status_code == 303
        stream = self._ends.enter_context(self._client.stream("GET", "/events", timeout=60))
        self._lines = stream.iter_lines()
        self._next("hello")

    def __enter__(self) -> "_Kiosk":
        return self

    def __exit__(self, *_: object) -> None:
        self._ends.close()

    def wait(self, far: CardReaderFarEnd, subject: Subject) -> tuple[float, float]:
        """Swipe a card; milliseconds to the signal, and to the last byte of the page."""
        _lay(far, subject)
        person = self._next("card")["person"]
        signalled = time.monotonic()
        page = self._client.get(f"/persons/{person}")
        served = time.monotonic()
        assert subject.number in page.text, page.status_code
        far.lift()
        return (signalled - far.answered_at) * 1000, (served - far.answered_at) * 1000

    def _next(self, event: str) -> dict[str, str]:
        for line in self._lines:
            if line == f"event: {event}":
                told: dict[str, str] = json.loads(next(self._lines).removeprefix("data: "))
                return told
        raise AssertionError("the box hung up")


def _painted(page: Page, url: str, far: CardReaderFarEnd, subject: Subject) -> float:
    """Swipe a card; milliseconds until chromium has shown something of the person's page."""
    page.goto(url + "/")
    page.evaluate(SHOWN)
    _lay(far, subject)
    page.wait_for_url(f"{url}/persons/{subject.person}", wait_until="commit")
    shown = page.evaluate(SHOWN)
    far.lift()
    # The browser counts by the clock on the wall, the reader's far end by the monotonic one.
    return float(shown) - (far.answered_at + time.time() - time.monotonic()) * 1000


def _lay(far: CardReaderFarEnd, subject: Subject) -> None:
    time.sleep(LIFTED_S)  # the reader takes a card once, until it has seen none
    far.present(card_of({"name": subject.name, "id_number": subject.id_number}))


def main() -> None:
    """Serve an office's folder with a card reader on a free port, and print which."""
    folder, link = Path(sys.argv[1]), Path(sys.argv[2])
    office, stations, loops = open_office(folder), Stations(), Loops()
    wiring = Wiring(Settings(folder, card_reader=CardReaderSettings(link)), office, stations)
    parts = Parts(
        office=office,
        stations=stations,
        work=folder / "work",
        sync=lambda: SyncStanding(online=True, confirmed_at=None),
        scanning=Scanning(office, stations, folder / "work", None),
    )
    port = free_port()
    wiring.start(loops)
    serve(
        [Listener(create_app(parts, SECRET), "127.0.0.1", port)],
        lambda: print(port, flush=True),
    )
    stations.close()
    wiring.close()
    loops.stop()
    close_office(office)


if __name__ == "__main__":
    main()
