"""A box's application over a real office, asked without a browser."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import overload

import pytest
from httpx import Response
from litestar import Litestar
from litestar.testing import TestClient

from devices.driver import Health, State
from edge.web.app import create_app
from edge.web.events import Stations
from edge.web.parts import Labels, Parts, Printer, Room, SyncStanding
from edge.web.read_codes import ReadCodes
from edge.web.scanning import Feed, Scanning
from edge.web.session import mark_of
from edge.web.sticks import Sticks
from edge.web.swipes import Swipes
from edge.web.viewfinder import Viewfinder
from edge.workflows.office import Office
from edge.workflows.power_keeping import PowerKeeper
from edge.workflows.room_keeping import RoomKeeper
from tests.offices import NOON, PIN

SECRET = "a secret of this test run, long enough"


@dataclass
class Desk:
    """A browser's place at the counter, without a browser."""

    office: Office
    client: TestClient[Litestar]
    scanning: Scanning
    stations: Stations
    codes: ReadCodes
    swipes: Swipes = field(default_factory=Swipes)
    cards: ReadCodes = field(default_factory=ReadCodes)
    standing: SyncStanding = field(
        default_factory=lambda: SyncStanding(online=True, confirmed_at=NOON)
    )
    troubles: dict[str, str] = field(default_factory=dict)

    @property
    def token(self) -> dict[str, str]:
        """The header that a form of this browser carries."""
        name = f"csrf-{mark_of(SECRET)}"
        if name not in self.client.cookies:
            self.client.get("/lock")
        return {"x-csrftoken": self.client.cookies[name]}

    # The second is for a form that is given as a whole, whose names nobody can know.
    @overload
    def post(self, path: str, fragment: bool, **form: object) -> Response: ...
    @overload
    def post(self, path: str, **form: object) -> Response: ...
    def post(self, path: str, fragment: object = False, **form: object) -> Response:
        """Send a form, as the page or as htmx does."""
        headers = self.token | ({"hx-request": "true"} if fragment else {})
        return self.client.post(path, data=form, headers=headers, follow_redirects=False)

    def get(self, path: str, fragment: bool = False) -> Response:
        """Open an address."""
        headers = {"hx-request": "true"} if fragment else {}
        return self.client.get(path, headers=headers, follow_redirects=False)

    def sign_in(self, login: str = "101") -> "Desk":
        """Sign in."""
        assert self.post("/sign-in", login=login, pin=PIN).status_code == 303
        return self


@pytest.fixture
def feed() -> Feed | None:
    """No scanner, unless a test file brings one."""
    return None


@pytest.fixture
def desk(office: Office, tmp_path: Path, feed: Feed | None) -> Iterator[Desk]:
    """A browser that nobody has signed in at."""
    yield from open_desk(office, tmp_path / "work", feed, None)


def open_desk(
    office: Office,
    work: Path,
    feed: Feed | None,
    printer: Printer | None,
    keeper: RoomKeeper | None = None,
    power: PowerKeeper | None = None,
    camera: Viewfinder | None = None,
    labels: Labels | None = None,
    sticks: Sticks | None = None,
) -> Iterator[Desk]:
    """Serve an office with the given devices."""
    stations, codes, cards, swipes = Stations(), ReadCodes(), ReadCodes(), Swipes()
    scanning = Scanning(office, stations, work, feed)
    made: list[Desk] = []
    parts = Parts(
        office=office,
        stations=stations,
        work=work,
        sync=lambda: made[0].standing,
        scanning=scanning,
        printer=printer,
        labels=labels,
        camera=camera,
        rooms=(Room("1", "库房"),),
        keeper=keeper,
        power=power,
        drivers={"scanner": lambda: Health(State.READY)},
        loops=lambda: made[0].troubles,
        codes=codes,
        sticks=sticks or Sticks((), (), {}),
        swipes=swipes,
        cards=cards,
    )
    with TestClient(create_app(parts, SECRET)) as client:
        made.append(Desk(office, client, scanning, stations, codes, swipes, cards))
        yield made[0]
    scanning.stop(10)
