"""Township offices at work for tests: real encrypted spaces, real files, a real seal."""

import io
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import TypeVar

from PIL import Image, ImageDraw

from edge.documents.authority import SealAuthority, SealKey, make_authority, make_office_key
from edge.domain.access import Clerk
from edge.domain.identity import check_character
from edge.domain.kinds import Kind
from edge.domain.office_time import CHINA
from edge.imaging.master import MEDIA_TYPE, Master
from edge.store.blobs import Blobs
from edge.store.database import Connection, Space
from edge.store.entries import Author, Pen, entries_by_id
from edge.store.keys import Keys
from edge.store.projection import project
from edge.store.staff import verifier_of
from edge.workflows.accession import Received, Reception, receive
from edge.workflows.digitising import take_document
from edge.workflows.office import Office

T = TypeVar("T")
WILLOW, MAPLE = "990101001", "990101002"
TOWNS = {WILLOW: "青山县柳河镇人民政府", MAPLE: "青山县枫桥乡人民政府"}
NOON = int(datetime(2026, 11, 20, 4, 0, tzinfo=UTC).timestamp() * 1000)
PIN = "246810"

CLERK = Clerk("u-clerk", "单喆", WILLOW, frozenset({"clerk"}))
READER = Clerk("u-reader", "区静", WILLOW, frozenset({"reader"}))
TECHNICIAN = Clerk("u-technician", "仇伟", WILLOW, frozenset({"technician"}))
STRANGER = Clerk("u-maple", "查林", MAPLE, frozenset({"clerk"}))
COUNTY = Clerk("u-county", "曾敏", "", frozenset({"supervisor"}))
STAFF = {
    "101": CLERK,
    "oujing": READER,
    "qiuwei": TECHNICIAN,
    "zhalin": STRANGER,
    "zengmin": COUNTY,
}


@dataclass
class Clock:
    """A clock that stands until it is moved; milliseconds."""

    now: int = NOON

    def __call__(self) -> int:
        return self.now

    def forward(self, milliseconds: int) -> None:
        self.now += milliseconds


@cache
def authority() -> SealAuthority:
    """The county's authority for office seals, one a run."""
    return make_authority("青山县", datetime.now(UTC))


@cache
def seal_of(name: str) -> SealKey:
    """An office's seal key, one a run."""
    return make_office_key(name, authority(), datetime.now(UTC))


@cache
def pin_verifier() -> str:
    """The verifier of everybody's PIN."""
    return verifier_of(PIN)


def keys_in(folder: Path) -> Keys:
    """The box key kept in a folder, made where there is none."""
    path = folder / "box.key"
    return Keys.load(path) if path.exists() else Keys.make(path)


def open_space(folder: Path, name: str) -> Space:
    """A space under the box key of its folder."""
    return Space(folder / f"{name}.db", keys_in(folder).derive("database"), name)


def open_office(folder: Path, code: str = WILLOW, clock: Callable[[], int] | None = None) -> Office:
    """Open one box's office, again as it was when the folder holds one already."""
    clock = clock or Clock()
    folder.mkdir(parents=True, exist_ok=True)
    fresh = not (folder / "county.db").exists()
    keys = keys_in(folder)
    county = open_space(folder, "county")
    if fresh:
        county.write(lambda connection: people_county(connection, clock))
    blobs = Blobs(folder / "blobs", keys)
    blobs.discard_unfinished()
    return Office(
        code=code,
        name=TOWNS[code],
        space=open_space(folder, f"town-{code}"),
        county=county,
        blobs=blobs,
        author=Author(keys.id, clock),
        seal=seal_of(TOWNS[code]),
        verify_url="https://dangan.example/v",
    )


def people_county(connection: Connection, clock: Callable[[], int]) -> None:
    """Write as the hub does: the institutions, and who may sign in."""
    pen = Pen(connection, Author("f" * 32, clock), "hub")
    for code, name in TOWNS.items():
        pen.append(Kind.INSTITUTION_NAMED, code, {"name": name, "code": code})
    for login, clerk in STAFF.items():
        enrolled = {"name": clerk.name, "login": login, "town": clerk.town}
        told = {**enrolled, "roles": sorted(clerk.roles), "pin": pin_verifier()}
        pen.append(Kind.USER_ENROLLED, clerk.id, told)


def close_office(office: Office) -> None:
    """Close both spaces."""
    office.space.close()
    office.county.close()


@dataclass(frozen=True)
class CountyDesk:
    """The county's desk in one town's space."""

    space: Space
    of_county: bool = True

    def transact(self, clerk: Clerk, act: Callable[[Pen], T]) -> T:
        return self.space.write(lambda c: act(Pen(c, Author("f" * 32, Clock()), clerk.id)))


@contextmanager
def office_in(
    folder: Path, code: str = WILLOW, clock: Callable[[], int] | None = None
) -> Iterator[Office]:
    """An office for the length of a block."""
    office = open_office(folder, code, clock)
    try:
        yield office
    finally:
        close_office(office)


def deliver(source: Space, target: Space) -> None:
    """Merge all that `source` holds into `target`, by the extension itself, then project."""
    with source.read() as connection:
        changes = connection.execute(
            'select "table", pk, cid, val, col_version, db_version, site_id, cl, seq '
            "from crsql_changes"
        ).fetchall()
        ids = {id for (id,) in connection.execute("select id from entry")}

    def merge(connection: Connection) -> None:
        own = connection.execute("select id from entry")
        held = {id for (id,) in own}
        connection.executemany(
            'insert into crsql_changes ("table", pk, cid, val, col_version, db_version, site_id, '
            "cl, seq) values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            changes,
        )
        entries = entries_by_id(connection, sorted(ids - held))
        project(connection, entries)

    target.write(merge, urgent=False)


def real_day(days: int = 0) -> str:
    """A day so many from today, where the parts go by the machine's own clock (YYYYMMDD)."""
    return (datetime.now(CHINA) + timedelta(days=days)).strftime("%Y%m%d")


def id_number(sequence: int, born: str = "19870512") -> str:
    """A sound identity number of a region that does not exist."""
    stem = f"990101{born}{sequence % 1000:03d}"
    return stem + check_character(stem)


def page_image(words: str = "", size: tuple[int, int] = (620, 877)) -> Master:
    """One small page with some ink on it; other words give other bytes."""
    sheet = Image.new("L", size, 245)
    ink = ImageDraw.Draw(sheet)
    for line in range(60, size[1] - 60, 28):
        ink.line((60, line, size[0] - 60, line), fill=40, width=3)
    ink.text((64, 30), words, fill=20)
    jpeg = io.BytesIO()
    sheet.save(jpeg, "JPEG", quality=80, dpi=(75, 75))
    return Master(jpeg.getvalue(), MEDIA_TYPE, *size, 75)


def receive_person(
    office: Office,
    name: str,
    number: str = "",
    clerk: Clerk = CLERK,
    counts: Mapping[str, int] | None = None,
    **told: str,
) -> Received:
    """Receive a dossier with no more than a name and an ID number."""
    return receive(office, clerk, Reception(name, number, "流动", counts=counts or {}, **told))


def scan(office: Office, *words: str, clerk: Clerk = CLERK) -> str:
    """Scan one page for each of `words` and give the batch's id."""
    capture = take_document(office, clerk, "scanner", "test", [page_image(each) for each in words])
    assert capture is not None
    return capture.id
