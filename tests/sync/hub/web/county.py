"""A county whose towns have written for a while: real spaces, real files, each act by its box."""

import hashlib
import io
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

from litestar.testing import TestClient
from PIL import Image

from edge.domain.kinds import Kind
from edge.domain.office_time import CHINA
from edge.imaging.derive import thumbnail
from edge.store import exchange, holdings
from edge.store.database import Connection
from edge.store.entries import Author, Pen
from edge.store.keys import Keys
from provisioning.seed.materials import make_materials
from provisioning.seed.pages import render_page
from provisioning.seed.people import SeedPerson, make_people
from sync.enrolment import proof_of, statement_of
from sync.hub.app import screens_app
from sync.hub.county import County as Hub
from sync.hub.spaces import HubSpaces
from sync.hub.web.parts import Parts

WILLOW, BRIDGE, CLOUD = "330199101", "330199102", "330199103"
NAMES = {WILLOW: "柳河镇", BRIDGE: "石桥镇", CLOUD: "云溪镇"}
NOW = int(datetime(2026, 11, 21, 9, 30, tzinfo=CHINA).timestamp() * 1000)
MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000
PIN = "246810"
SUPERVISOR, ADMINISTRATOR, TOWN_CLERK = "jiandu", "guanli", "liuhe"
PERSONS = 14


@dataclass
class Clock:
    """A clock that stands until it is moved; milliseconds."""

    now: int = NOW

    def __call__(self) -> int:
        return self.now


def keys_of(mark: int) -> Keys:
    """The keys of a box of the test."""
    return Keys(bytes([mark]) * 32)


def box_of(mark: int) -> str:
    """The id of a box of the test."""
    return keys_of(mark).id


@dataclass
class County:
    """A hub's folder, opened, with what the tests ask of it."""

    hub: Hub
    clock: Clock

    @property
    def spaces(self) -> HubSpaces:
        """Every space at the hub."""
        return self.hub.spaces

    @property
    def parts(self) -> Parts:
        """What the screens are made of."""
        return Parts("青山县档案局", self.spaces, self.hub.author, self.hub.admit)

    def admitted_by(self, box: str) -> str | None:
        """Who admitted a box, as the county's record says."""
        with self.spaces.county.read() as connection:
            row = connection.execute(
                "select by from history where about = ? and kind = 'box.admitted'", (box,)
            ).fetchone()
        return row[0] if row else None

    def enrol(self, mark: int, town: str, name: str, automatic: bool) -> None:
        """Let a box ask for admission by its ticket, signed by its own key."""
        keys = keys_of(mark)
        ticket = self.hub.ticket(town, "https://hub.example", automatic=automatic)
        asked = {
            "ticket": ticket.id,
            "town": town,
            "name": name,
            "public_key": keys.public_key,
            "seal": "",
            "replaces": "",
        }
        statement = statement_of(asked)
        signed = {
            "signature": keys.signing.sign(statement).hex(),
            "proof": proof_of(ticket.secret, statement),
        }
        self.hub.registry.answer(asked | signed)

    def write(
        self,
        town: str,
        box: int,
        at: int,
        acts: Sequence[tuple[str, str, Mapping[str, Any]]],
    ) -> None:
        """Append a box's acts to its town's space, as merged here."""
        author = Author(box_of(box), lambda: at)

        def act(connection: Connection) -> None:
            Pen(connection, author, "u-liuhe").append_many([(*each, ()) for each in acts])

        self.spaces.town(town).write(act)

    def scalar(self, town: str, question: str, *values: object) -> Any:
        """The first column of the first row of a town's answer."""
        with self.spaces.town(town).read() as connection:
            row = connection.execute(question, values).fetchone()
        return row[0] if row else None

    def dossier(self, town: str = WILLOW, digitised: bool = True) -> str:
        """A dossier of a town, with page images or without."""
        with self.spaces.town(town).read() as connection:
            rows = connection.execute(
                "select d.id from dossier d join material m on m.dossier = d.id "
                "group by d.id order by sum(m.pages) desc, d.id"
            ).fetchall()
        return str(rows[0 if digitised else -1][0])

    def looks(self, town: str, dossier: str) -> list[tuple[str, str, str, str]]:
        """Every look on a town's record: (box, by, purpose, what)."""
        with self.spaces.town(town).read() as connection:
            return connection.execute(
                "select h.box, v.by, v.purpose, v.what from view v join history h "
                "on h.entry = v.entry where v.dossier = ? order by v.entry",
                (dossier,),
            ).fetchall()


@contextmanager
def county_in(folder: Path) -> Iterator[County]:
    """Fill a hub's folder and open it for the length of a block."""
    clock = Clock()
    hub = Hub.open(folder, clock)
    county = County(hub, clock)
    try:
        _people_county(county)
        _fill_town(county, WILLOW, 1, NOW - 30 * DAY, digitised=True)
        _fill_town(county, BRIDGE, 3, NOW - 90 * DAY, digitised=False)
        _fill_town(county, CLOUD, 4, NOW - 60 * DAY, digitised=False)
        _rooms(county)
        _journeys(county)
        _exchanges(county)
        yield county
    finally:
        hub.close()


def _people_county(county: County) -> None:
    hub = county.hub
    hub.found("青山县档案局")
    for code, name in NAMES.items():
        hub.add_town(code, f"{name}人民政府")
    for user, name, login, town, roles in (
        ("u-jiandu", "曾敏", SUPERVISOR, "", ["supervisor"]),
        ("u-guanli", "缪建平", ADMINISTRATOR, "", ["administrator"]),
        ("u-liuhe", "单喆", TOWN_CLERK, WILLOW, ["clerk"]),
        ("u-shiqiao", "区静", "shiqiao", BRIDGE, ["clerk", "technician"]),
        ("u-yunxi", "查林", "yunxi", CLOUD, ["clerk"]),
    ):
        hub.enrol_user(name, login, town, roles, PIN, user)
    for mark, town, name in (
        (1, WILLOW, "窗口一号"),
        (2, WILLOW, "窗口二号"),
        (3, BRIDGE, "窗口"),
        (4, CLOUD, "窗口"),
        (5, CLOUD, "旧机"),
    ):
        county.enrol(mark, town, name, automatic=True)
    hub.revoke(box_of(5), "旧")
    county.enrol(6, BRIDGE, "窗口二号", automatic=False)


def _fill_town(county: County, town: str, box: int, at: int, digitised: bool) -> None:
    rng = Random(town)
    acts: list[tuple[str, str, Mapping[str, Any]]] = []
    for number, person in enumerate(make_people(3, town, PERSONS), 1):
        subject, dossier = f"person-{town}-{number}", f"dossier-{town}-{number}"
        acts.append((Kind.PERSON_REGISTERED, subject, _told(person)))
        registered = {
            "person": subject,
            "number": f"{town}-001-{number:05d}",
            "class": "流动",
            "holder": f"{NAMES[town]}人民政府",
            "scheme": "2018",
            "shelf": f"1库2列{number}层",
            "counts": {},
        }
        acts.append((Kind.DOSSIER_REGISTERED, dossier, registered))
        acts.append((Kind.CUSTODY_RECEIVED, dossier, {"from": person.work_unit, "counts": {}}))
        for place, material in enumerate(make_materials(rng, person)):
            with_pages = digitised and number == 1
            pages = (
                [
                    _page(county, town, render_page(person, material, n, 60), place, n)
                    for n in range(1, material.pages + 1)
                ]
                if with_pages
                else []
            )
            filed = {
                "dossier": dossier,
                "category": material.category,
                "position": material.sequence,
                "title": material.title,
                "formed_on": material.formed_on,
                "pages": pages,
            }
            acts.append((Kind.MATERIAL_FILED, f"material-{town}-{number}-{place}", filed))
    county.write(town, box, at, acts)


def _page(county: County, town: str, jpeg: bytes, place: int, number: int) -> dict[str, Any]:
    """A page's record. Of the second material the originals have not come; of the third nothing."""
    space, blobs = county.spaces.town(town), county.spaces.blobs(f"town-{town}")
    small = thumbnail(jpeg)
    came = [small, jpeg] if place not in (1, 2) else [small] if place == 1 else []
    for content in came:
        held = [(bytes.fromhex(blobs.put(content)), len(content))]
        space.write(partial(holdings.note_held, files=held))
    width, height = Image.open(io.BytesIO(jpeg)).size
    return {
        "blob": digest_of(jpeg),
        "thumb": digest_of(small),
        "width": width,
        "height": height,
        "dpi": 60,
        "bytes": len(jpeg),
        "blank": False,
        "dark": False,
        "skew": 0.0,
    }


def digest_of(content: bytes) -> str:
    """The name of a file."""
    return hashlib.sha256(content).hexdigest()


def _told(person: SeedPerson) -> dict[str, Any]:
    return {
        "name": person.name,
        "id_number": person.id_number,
        "sex": "male" if person.sex == "男" else "female",
        "birth": person.born_on.strftime("%Y%m%d"),
        "ethnicity": person.ethnicity,
        "phone": person.phone,
        "place": person.village,
        "education": person.education,
        "politics": person.political_status,
        "unit": person.work_unit,
    }


def _rooms(county: County) -> None:
    def breach(kind: str, value: float, limit: float) -> dict[str, Any]:
        return {"room": "1", "sensor": "T1", "breach": kind, "value": value, "limit": limit}

    old = breach("too_hot/temperature", 25.4, 24)
    county.write(WILLOW, 1, NOW - 3 * DAY, [(Kind.CLIMATE_ALERT, "alert-hot", old)])
    county.write(WILLOW, 1, NOW - 2 * DAY, [(Kind.CLIMATE_CLEARED, "alert-hot", {})])
    damp = breach("too_humid/humidity", 68.2, 60)
    county.write(WILLOW, 2, NOW - 40 * MINUTE, [(Kind.CLIMATE_ALERT, "alert-damp", damp)])
    silent = breach("silent", 6, 3)
    county.write(BRIDGE, 3, NOW - 3 * DAY, [(Kind.CLIMATE_ALERT, "alert-silent", silent)])
    seen = [(Kind.CLIMATE_ACKNOWLEDGED, "alert-silent", {"note": ""})]
    county.write(BRIDGE, 3, NOW - 3 * DAY + HOUR, seen)


def _journeys(county: County) -> None:
    """One transfer done, one on its way for a month, one begun today and not delivered."""

    def sent(number: int, to: str) -> dict[str, Any]:
        dossier = f"dossier-{WILLOW}-{number}"
        return {"dossier": dossier, "from": WILLOW, "to": to, "reason": "户口迁移", "letter": ""}

    arrived = {"from": WILLOW, "to": BRIDGE, "person": {}, "dossier": {}, "materials": []}
    received = {"dossier": f"dossier-{BRIDGE}-9"}

    def by_hub(town: str, kind: str, transfer: str, told: Mapping[str, Any], ago: int) -> None:
        hub = Author(county.hub.keys.id, lambda: NOW - ago)
        county.spaces.town(town).write(lambda c: Pen(c, hub, "hub").append(kind, transfer, told))

    for transfer, number, begun in (("t-done", 3, 28), ("t-slow", 4, 25)):
        county.write(
            WILLOW, 1, NOW - begun * DAY, [(Kind.TRANSFER_SENT, transfer, sent(number, BRIDGE))]
        )
        by_hub(BRIDGE, Kind.TRANSFER_ARRIVED, transfer, arrived, begun * DAY - HOUR)
    county.write(BRIDGE, 3, NOW - 20 * DAY, [(Kind.TRANSFER_RECEIVED, "t-done", received)])
    by_hub(WILLOW, Kind.TRANSFER_CONFIRMED, "t-done", {}, 20 * DAY - HOUR)
    county.write(WILLOW, 2, NOW - HOUR, [(Kind.TRANSFER_SENT, "t-new", sent(5, CLOUD))])


def _exchanges(county: County) -> None:
    heard = (
        (WILLOW, 1, NOW - 15 * MINUTE),
        (WILLOW, 2, NOW - 16 * HOUR),
        (BRIDGE, 3, NOW - 3 * DAY),
        (CLOUD, 4, NOW - 9 * DAY),
    )
    for town, mark, at in heard:
        box = box_of(mark)
        county.spaces.town(town).write(partial(exchange.note_contact, peer=box, at=at))


@contextmanager
def browser_of(county: County, login: str = "", pin: str = PIN) -> Iterator[TestClient[Any]]:
    """A browser of the county's screens, signed in unless `login` is empty."""
    with TestClient(screens_app(county.hub)) as client:
        if login:
            assert sign_in(client, login, pin).status_code == 303
        yield client


def sign_in(client: TestClient[Any], login: str, pin: str = PIN) -> Any:
    """Send the sign-in form."""
    client.get("/lock")
    return client.post("/sign-in", data=form(client, login=login, pin=pin), follow_redirects=False)


def form(client: TestClient[Any], **fields: str) -> dict[str, str]:
    """A form with the token that a page of the client would carry."""
    (token,) = (each.value for each in client.cookies.jar if each.name.startswith("csrf-"))
    return {**fields, "_csrf_token": token or ""}
