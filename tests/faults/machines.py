"""What a life may be: a clerk's box, a box that exchanges or carries, a hub, a newcomer."""

import hashlib
import os
from collections.abc import Callable
from pathlib import Path

from edge.store import verification
from edge.store.blobs import Blobs
from edge.store.database import Connection, Space
from edge.store.entries import now_ms
from edge.store.keys import Keys
from edge.store.projection import dump
from edge.workflows.digitising import close_abandoned_batches
from sync.bootstrap import Bootstrap
from sync.carry_export import export_to
from sync.carry_import import import_from
from sync.hub import peers
from sync.hub.carry import site_of_hub
from sync.hub.county import County
from sync.pace import Pace
from sync.roster import Roster, roster_of, space_of
from sync.spool import PIECE
from sync.wire import Link, Pins, Wire
from tests.faults.filing import turn
from tests.faults.plan import PLAN
from tests.faults.stages import arm
from tests.faults.volatile import Volatile
from tests.offices import open_office
from tests.sync.carriage import site
from tests.sync.hub.test_routing import scanned
from tests.sync.world import Box, Hub

Tell = Callable[[str, str], None]
SEGMENT_CHANGES, MERGE_CHANGES = 8, 12
LARGE = 2 * PIECE + 70_000


class Machine:
    """Anything that may be told at which stage to die."""

    def __init__(self, tell: Tell) -> None:
        self.tell = tell

    def die_at(self, place: str, name: str, time: int) -> None:
        """Die at a stage of the plan."""
        (found,) = [each for each in PLAN[place] if each.name == name]
        arm(found, time)

    def lose_unhardened(self, folder: str) -> None:
        """Die as by a power cut: what of the folder was not durable is gone."""
        Volatile(Path(folder)).mount()


class Counter(Machine):
    """A clerk's box that files."""

    def open(self, folder: str) -> None:
        # Lives are forked and count ids from one number; a clock that stands gave two the same.
        self.office = open_office(Path(folder), clock=now_ms)
        close_abandoned_batches(self.office)

    def work(self, life: int) -> None:
        """Two dossiers, batches and materials, each told of once it is acknowledged."""
        for number in range(2):
            turn(self.office, life, number, self.tell)

    def close(self) -> None:
        self.office.space.close()
        self.office.county.close()


class Township(Machine):
    """A box that exchanges, and carries."""

    def open(self, folder: str) -> list[str]:
        """Open as the product does; what does not hold of what the last life left."""
        place = Path(folder)
        pins, keys = Pins.load(place / "pins.json"), Keys.load(place / "box.key")
        self.box = Box(place, keys, pins)
        self.box.session.close()
        self.box.blobs.discard_unfinished()
        self.box.session = self.box.new_session(SEGMENT_CHANGES)
        for replica in self.box.session._replicas.values():
            # A batch for a few entries: each of several can be met.
            replica._pace = Pace(MERGE_CHANGES)
        return self.check()

    def check(self) -> list[str]:
        """What does not hold of its record and files."""
        box = self.box
        roster = roster_of(box.county, box.pins.hub, box.pins.public_key)
        known = [(box.county, Blobs(box.folder / "none", box.keys)), (box.town, box.blobs)]
        return [each for space, blobs in known for each in troubles(space, blobs, roster, box.keys)]

    def work(self, round: int, large: bool) -> None:
        """Some entries and files, told of once they are durable; then an exchange."""
        work(self.box, f"r{round}", large, self.tell)
        self.box.sync()

    def sync(self) -> None:
        """Exchange until nothing moves."""
        for _ in range(2):
            self.box.sync()

    def standing(self) -> dict[str, str]:
        """The digest of each space."""
        return {space.name: digest_of(space) for space in (self.box.county, self.box.town)}

    def lacks(self, entries: list[str], files: list[str]) -> list[str]:
        """What of that is not held whole."""
        return lacking(self.box.town, self.box.blobs, entries, files)

    def export(self, stick: str, round: int | None = None, large: bool = False) -> list[int]:
        """Fill a stick, after some work; files put on it and left."""
        if round is not None:
            work(self.box, f"r{round}", large, self.tell)
        done = export_to(Path(stick), site(self.box), self.box.pins.hub, part_bytes=60_000)
        return [done.files, done.left]

    def read_stick(self, stick: str) -> list[str]:
        """Take in what the hub put there; its troubles."""
        found = import_from(Path(stick), site(self.box))
        return [str(trouble) for each in found for trouble in each.troubles]

    def close(self) -> None:
        self.box.close()


class HubTown(Machine):
    """The county's hub; with `serving`, over HTTPS."""

    def open(self, folder: str, serving: bool = True) -> list[str]:
        peers.HUB_MERGE_LIMIT = MERGE_CHANGES
        self.hub: Hub | None = Hub(Path(folder)) if serving else None
        self.county = self.hub.county if self.hub else County.open(Path(folder))
        self.county.snapshots.least = 1
        found, roster = [], self.county.peers.roster
        for space in (self.county.spaces.county, *self.county.spaces.towns.values()):
            blobs = self.county.spaces.blobs(space.name)
            blobs.discard_unfinished()
            found += troubles(space, blobs, roster, self.county.keys)
        return found

    def url(self) -> str:
        """Where it listens."""
        assert self.hub is not None
        return self.hub.url

    def standing(self) -> dict[str, str]:
        """The digest of each space."""
        county = self.county.spaces
        return {space.name: digest_of(space) for space in (county.county, *county.towns.values())}

    def lacks(self, town: str, entries: list[str], files: list[str]) -> list[str]:
        """What of that is not held whole."""
        return lacking(self.county.spaces.town(town), self.county.spaces.blobs(space_of(town)),
                       entries, files)  # fmt: skip

    def read_stick(self, stick: str) -> list[str]:
        """Take in what boxes put there; its troubles."""
        found = import_from(Path(stick), site_of_hub(self.county))
        return [str(trouble) for each in found for trouble in each.troubles]

    def export(self, stick: str, receiver: str) -> None:
        """Fill a stick for a box."""
        export_to(Path(stick), site_of_hub(self.county), receiver)

    def close(self) -> None:
        if self.hub:
            self.hub.close()
        else:
            self.county.close()


class Newcomer(Machine):
    """A machine that was admitted and has nothing yet."""

    def bring(self, folder: str) -> bool:
        """Begin, or go on, with the hub's snapshot."""
        place = Path(folder)
        pins, keys = Pins.load(place / "pins.json"), Keys.load(place / "box.key")
        wire = Wire(pins, keys, now_ms, Link(place / "cut"))
        return Bootstrap(wire, keys, space_of(pins.town), place / "town.db").run()

    def close(self) -> None:
        """Nothing stays open."""


def work(box: Box, mark: str, large: bool, tell: Tell) -> None:
    """A few acts of a clerk, and pages; each is told of when it is durable."""
    for number in range(6):
        entry = box.append(
            "person.registered", f"p-{box.keys.id[:4]}-{mark}-{number}", {"name": "张伟"}
        )
        tell("entry", entry.id)
    pages = [scanned(box, os.urandom(3_000)) for _ in range(2)]
    if large:
        pages.append(scanned(box, os.urandom(LARGE)))
    for page in pages:
        tell("file", str(page["blob"]))
        tell("file", str(page["thumb"]))
    said = {"dossier": "d", "category": "1", "title": "年度考核登记表", "pages": pages}
    tell("entry", box.append("material.filed", f"m-{box.keys.id[:4]}-{mark}", said).id)


def digest_of(space: Space) -> str:
    """One hash over the whole present of a space."""
    with space.read() as connection:
        return hashlib.sha256(dump(connection)).hexdigest()


def lacking(space: Space, blobs: Blobs, entries: list[str], files: list[str]) -> list[str]:
    """Entries that are not held, and files that do not read whole."""
    with space.read() as connection:
        missing = [
            id
            for id in entries
            if not connection.execute(
                "select 1 from entry where id = ?", (bytes.fromhex(id),)
            ).fetchone()
        ]
    return missing + [digest for digest in files if not _whole(blobs, digest)]


def troubles(space: Space, blobs: Blobs, roster: Roster, own: Keys) -> list[str]:
    """What does not hold of a space: pages, tracking, chains, seals, receipts, files, present."""
    keys = {roster.hub: roster.hub_key, own.id: own.public_key}
    keys |= {member.id: member.public_key for member in roster.members.values()}
    # By the writer: a reader's search index would examine what it remembers from before a rebuild.
    found = space.write(_unsound)
    with space.read() as connection:
        found += [str(each) for each in verification.verify(connection, blobs, keys).findings]
        found += _untracked(connection)
        held = connection.execute("select lower(hex(digest)) from held").fetchall()
    found += [f"not held: {digest}" for (digest,) in held if not _whole(blobs, digest)]
    found += [str(path) for path in (blobs.folder / "incoming").iterdir()]
    if not space.write(verification.remake):
        found.append("the present differs from the record")
    return [f"{space.name}: {each}" for each in found]


def _unsound(connection: Connection) -> list[str]:
    found = [str(row) for row in connection.execute("pragma cipher_integrity_check")]
    return found + [row for (row,) in connection.execute("pragma integrity_check") if row != "ok"]


def _untracked(connection: Connection) -> list[str]:
    """Entries that the extension would never offer to anybody."""
    rows = connection.execute(
        "select lower(hex(e.id)) from entry e where 2 <> (select count(*) from entry__crsql_pks p "
        "join entry__crsql_clock c on c.key = p.__crsql_key and c.col_name in ('head', 'data') "
        "where p.id = e.id)"
    )
    return [f"untracked: {id}" for (id,) in rows]


def _whole(blobs: Blobs, digest: str) -> bool:
    return blobs.has(digest) and hashlib.sha256(blobs.read(digest)).hexdigest() == digest
