"""A township office that looks lived in, behind a real server on a free port of loopback."""

import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from fcntl import LOCK_EX, flock
from pathlib import Path
from shutil import copytree

import uvicorn
from litestar import Litestar

from devices.driver import Fault, Health, State
from edge.domain.errors import DeviceFault
from edge.store.entries import now_ms
from edge.store.persons import Person, person_of
from edge.web.app import create_app
from edge.web.events import Stations
from edge.web.parts import Parts, Room, SyncStanding
from edge.web.read_codes import ReadCodes
from edge.web.scanning import Scanning
from edge.web.sticks import Sticks
from edge.web.swipes import Swipes
from edge.web.viewfinder import Viewfinder
from edge.workflows.office import Office
from edge.workflows.power_keeping import PowerKeeper
from edge.workflows.room_keeping import RoomKeeper
from provisioning.seed.county import TOWNS
from provisioning.seed.fill import fill_air, fill_office
from tests.offices import CLERK, office_in, page_image

SEED = 7
DAY_MS = 86_400_000
ROOM = Room("1", "一号库房")


@dataclass(frozen=True)
class SheetOnDisk:
    """One page that lies ready on disk."""

    path: Path


SHEETS = 3


@dataclass
class Wall:
    """The office's clock, which a test may set ahead for a while; milliseconds."""

    ahead: int = 0

    def __call__(self) -> int:
        return now_ms() + self.ahead


class Tray:
    """Sheets laid in by a test; `jam_after` stops the feed as a feeder does."""

    def __init__(self) -> None:
        self.sheets = SHEETS
        self.jam_after: int | None = None

    def feed(self, folder: Path) -> Iterator[SheetOnDisk]:
        """Give the sheets one after another."""
        for number in range(1, self.sheets + 1):
            if self.jam_after is not None and number > self.jam_after:
                raise DeviceFault("device.scanner.jam", fault="jam", pages_kept=self.jam_after)
            path = folder / f"page-{number}.jpg"
            path.write_bytes(page_image(f"{time.monotonic_ns()}").jpeg)
            yield SheetOnDisk(path)


@dataclass
class World:
    """What a browser test works with."""

    url: str
    office: Office
    stations: Stations
    tray: Tray
    standing: SyncStanding
    sticks: Sticks
    clock: Wall
    camera: Viewfinder | None = None
    keeper: RoomKeeper | None = None
    power: PowerKeeper | None = None
    codes: ReadCodes = field(default_factory=ReadCodes)
    swipes: Swipes = field(default_factory=Swipes)
    cards: ReadCodes = field(default_factory=ReadCodes)
    scanning: list[Scanning] = field(default_factory=list)
    app: list[Litestar] = field(default_factory=list)

    def person(self) -> Person:
        """A person whose dossier has pages."""
        with self.office.space.read() as town:
            row = town.execute(
                "select d.person from dossier d join material m on m.dossier = d.id "
                "join page p on p.owner = m.id group by d.id order by count(*) desc limit 1"
            ).fetchone()
            return person_of(town, row[0])

    @contextmanager
    def days_ago(self, days: int) -> Iterator[None]:
        """Let what happens in a block happen so many days before today."""
        self.clock.ahead = -days * DAY_MS
        try:
            yield
        finally:
            self.clock.ahead = 0

    def swipe(self, person: Person) -> None:
        """Read a card at the counter, as the box's own reader does."""
        card = self.cards.keep(person.name)
        self.stations.publish("card", person=person.id, card=card)

    def lay_card(self, person: str) -> None:
        """Read a card at the self-service screen, as the box's own reader does."""
        self.swipes.lay(person)
        self.stations.publish("card", "self")

    def pull_trigger(self, code: str) -> None:
        """Read a code as the box's own gun does."""
        self.stations.publish("code", code=self.codes.keep(code))


def free_port() -> int:
    """A port that the kernel has just found free."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def served(world: World, work: Path) -> Iterator[World]:
    """Serve the office as the box does: one uvicorn process, here one thread."""
    parts = Parts(
        office=world.office,
        stations=world.stations,
        work=work,
        sync=lambda: world.standing,
        scanning=Scanning(world.office, world.stations, work, world.tray.feed),
        rooms=(ROOM,),
        keeper=world.keeper,
        power=world.power,
        drivers={
            "scanner": lambda: Health(State.READY),
            "barcode_gun": lambda: Health(State.ABSENT, Fault.ABSENT),
        },
        sticks=world.sticks,
        camera=world.camera,
        codes=world.codes,
        swipes=world.swipes,
        cards=world.cards,
    )
    world.scanning.append(parts.scanning)
    port = int(world.url.rsplit(":", 1)[1])
    world.app.append(create_app(parts, "a secret of this test run, long enough"))
    config = uvicorn.Config(
        world.app[-1],
        host="127.0.0.1",
        port=port,
        log_level="error",
        timeout_graceful_shutdown=1,
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive(), "the server did not start"
        time.sleep(0.02)
    try:
        yield world
    finally:
        world.stations.close()
        server.should_exit = True
        thread.join(10)


def _filled(beside: Path, persons: int, digitised: int) -> Path:
    """The folder of such an office, filled once in a run: drawing its pages takes seconds."""
    beside.mkdir(parents=True, exist_ok=True)
    run = next((each for each in beside.parents if re.fullmatch(r"pytest-\d+", each.name)), beside)
    folder = run / f"office-{persons}-{digitised}"
    with (run / f"{folder.name}.lock").open("w") as lock:
        flock(lock, LOCK_EX)
        if not folder.exists():
            _fill(folder.with_suffix(".new"), persons, digitised)
            folder.with_suffix(".new").rename(folder)
    return folder


def _fill(folder: Path, persons: int, digitised: int) -> None:
    with office_in(folder, clock=now_ms) as office:
        # The seed knows its own county; its first town lends this office its people.
        fill_office(replace(office, code=TOWNS[0].code), CLERK, SEED, persons, digitised)
        fill_air(office, ROOM.id, ["T1"], SEED)


@contextmanager
def lived_in(
    folder: Path,
    persons: int = 40,
    digitised: int = 3,
    sticks: Sticks | None = None,
    camera: Viewfinder | None = None,
    keeper: Callable[[Office], RoomKeeper] | None = None,
    power: Callable[[Office], PowerKeeper] | None = None,
) -> Iterator[World]:
    """An office with people, pages and air, served."""
    copytree(_filled(folder, persons, digitised), folder / "office", dirs_exist_ok=True)
    clock = Wall()
    with office_in(folder / "office", clock=clock) as office:
        world = World(
            url=f"http://127.0.0.1:{free_port()}",
            office=office,
            stations=Stations(),
            tray=Tray(),
            standing=SyncStanding(online=True, confirmed_at=now_ms() - 60_000),
            sticks=sticks or Sticks((), (), {}),
            clock=clock,
            camera=camera,
            keeper=keeper(office) if keeper else None,
            power=power(office) if power else None,
        )
        with served(world, folder / "work"):
            yield world
