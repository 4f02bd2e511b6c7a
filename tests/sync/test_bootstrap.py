"""A new or replacement box begins with a snapshot, and goes on by segments."""

import os
import time
from collections.abc import Callable

import pytest

from edge.domain.errors import PeerRefused, PeerUnreachable
from edge.domain.query import parse
from edge.store import possession
from edge.store.branches import chain_head
from edge.store.database import Connection, Space
from edge.store.keys import Keys
from edge.store.projection import dump
from edge.store.search import search
from edge.store.verification import remake, verify
from sync.bootstrap import MAKING, Bootstrap
from sync.enrolment import ask_admission
from sync.roster import space_of
from sync.spool import PIECE
from sync.wire import Link, Pins, Wire
from tests.sync.test_parcels import file
from tests.sync.world import Box, World

TOWN = "510101"


class Newcomer:
    """A machine that has been admitted and has nothing yet."""

    def __init__(self, world: World, replaces: str = "") -> None:
        self.world = world
        self.folder = world.folder / f"newcomer-{os.urandom(4).hex()}"
        self.keys = Keys.make(self.folder / "box.key")
        ticket = world.hub.ticket(TOWN)
        admission = ask_admission(ticket, self.keys, TOWN, "新机", replaces=replaces)
        assert admission.admitted
        self.pins: Pins = admission.pins
        self.wire = Wire(self.pins, self.keys, world.hub.clock, Link(self.folder / "cut"))
        self.town = self.folder / "town.db"

    def bring(self, show: Callable[[int, int], None] = lambda done, total: None) -> bool:
        try:
            return Bootstrap(self.wire, self.keys, space_of(TOWN), self.town, show).run()
        finally:
            self.wire.close()

    def open(self) -> Box:
        box = Box(self.folder, self.keys, self.pins)
        self.world.boxes.append(box)
        return box


@pytest.fixture
def filled(world: World) -> Box:
    """A town with people, dossiers, files and readings, all of it at the hub."""
    world.hub.county.snapshots.least = 1
    box = world.box(TOWN)
    for number in range(30):
        box.append(
            "person.registered", f"p{number}", {"name": f"王小{number}", "birth": "19700101"}
        )
        box.append(
            "dossier.registered", f"d{number}", {"person": f"p{number}", "number": f"A{number}"}
        )
        file(box, f"page {number}".encode() * 100, f"m{number}")
    box.sync()
    return box


def dumped(space: Space) -> bytes:
    with space.read() as connection:
        return dump(connection)


def one(space: Space, sql: str, *values: object) -> object:
    with space.read() as connection:
        return connection.execute(sql, values).fetchone()[0]


def test_a_snapshot_is_the_town_whole_and_what_follows_comes_by_segments(
    world: World, filled: Box
) -> None:
    newcomer = Newcomer(world)
    assert newcomer.bring()
    box = newcomer.open()
    assert dumped(box.town) == dumped(filled.town)
    assert one(box.town, "select count(*) from file_missing") == 60
    before = one(box.town, "select upto from cursor")
    moved = box.sync()
    assert moved.pushed == 0
    assert one(box.town, "select upto from cursor") == before, "nothing travels twice"
    assert moved.blobs_down == 60
    filled.view("d1")
    box.view("d2")
    for each in (filled, box, filled):
        each.sync()
    hub = world.hub.county.spaces.town(TOWN)
    assert dumped(box.town) == dumped(filled.town) == dumped(hub)
    with box.town.read() as connection:
        assert chain_head(connection, box.keys.id)[0] == 1
        keys = {each.id: each.public_key for each in world.hub.county.peers.roster.members.values()}
        keys[newcomer.pins.hub] = newcomer.pins.public_key
        assert verify(connection, box.blobs, keys).findings == ()


def test_a_snapshot_has_an_identity_of_its_own_and_nothing_of_the_hubs(
    world: World, filled: Box
) -> None:
    hub = world.hub.county.spaces.town(TOWN)
    newcomer = Newcomer(world)
    newcomer.bring()
    box = newcomer.open()
    spaces = (hub, filled.town, box.town)
    assert len({one(each, "select crsql_site_id()") for each in spaces}) == 3
    assert len({one(each, "select epoch from identity") for each in spaces}) == 3
    for table in ("export_log", "contact", "quarantine", "ticket", "draft", "attempt", "held"):
        assert one(box.town, "select count(*) from " + table) == 0, table  # noqa: S608
    assert one(hub, "select count(*) from held") == 60
    # Whose rows they are is what it was: the author's, and the hub's own receipts the hub's.
    sites = "select hex(site_id) from crsql_changes where [table] = ? limit 1"
    assert one(box.town, sites, "entry") == one(filled.town, "select hex(crsql_site_id())")
    assert one(box.town, sites, "receipt") == one(hub, "select hex(crsql_site_id())")
    assert not list((world.hub.folder / "snapshots").iterdir()), "dropped once it is in"
    assert not [each for each in newcomer.folder.iterdir() if each.suffix in (".part", ".offer")]


def test_people_are_found_in_a_snapshot_and_it_needs_no_rebuild(world: World, filled: Box) -> None:
    newcomer = Newcomer(world)
    newcomer.bring()
    box = newcomer.open()

    def found(connection: Connection) -> list[str]:
        return [hit.person.name for hit in search(connection, parse("王小"))]

    with box.town.read() as connection, filled.town.read() as other:
        assert len(found(connection)) == len(found(other)) > 0
    assert box.town.write(remake)
    box.append("person.registered", "p99", {"name": "王小新", "birth": "19700101"})
    with box.town.read() as connection:
        assert "王小新" in found(connection)


@pytest.mark.parametrize("pieces", range(4))
def test_a_snapshot_cut_at_any_piece_goes_on_there(world: World, filled: Box, pieces: int) -> None:
    for number in range(60):
        filled.append("dossier.viewed", f"d{number}", {"purpose": os.urandom(40_000).hex()})
    filled.sync()
    newcomer = Newcomer(world)
    with pytest.raises(PeerUnreachable):
        newcomer.bring(Cut(newcomer, pieces * PIECE))
    held = newcomer.town.with_name("town.db.part").stat().st_size
    assert held == pieces * PIECE
    assert not newcomer.town.exists()
    Link(newcomer.folder / "cut").restore()
    shown: list[int] = []
    assert newcomer.bring(lambda done, _: shown.append(done))
    assert shown[0] == held, "not from the beginning"
    assert dumped(newcomer.open().town) == dumped(filled.town)


class Cut:
    """Cuts the line once so many bytes have come."""

    def __init__(self, newcomer: Newcomer, stop: int, *, at_end: bool = False) -> None:
        self._link, self._stop, self._at_end = Link(newcomer.folder / "cut"), stop, at_end

    def __call__(self, done: int, total: int) -> None:
        if done >= self._stop or (self._at_end and done == total):
            self._link.cut()


def test_a_cut_after_the_last_piece_costs_nothing(world: World, filled: Box) -> None:
    newcomer = Newcomer(world)
    assert newcomer.bring(Cut(newcomer, 100 * PIECE, at_end=True))
    assert dumped(newcomer.open().town) == dumped(filled.town)
    assert newcomer.bring()


def test_a_snapshot_that_was_altered_on_the_way_is_not_opened(world: World, filled: Box) -> None:
    newcomer = Newcomer(world)
    with pytest.raises(PeerUnreachable):
        newcomer.bring(Cut(newcomer, 0))
    Link(newcomer.folder / "cut").restore()
    [snapshot] = (world.hub.folder / "snapshots").glob("*.db")
    content = bytearray(snapshot.read_bytes())
    content[len(content) // 2] ^= 1
    snapshot.write_bytes(content)
    with pytest.raises(PeerRefused, match=r"bootstrap\.damaged"):
        newcomer.bring()
    assert not newcomer.town.exists()


def test_a_small_town_comes_by_segments(world: World) -> None:
    first = world.box(TOWN)
    first.view()
    first.sync()
    newcomer = Newcomer(world)
    assert not newcomer.bring()
    box = newcomer.open()
    box.sync()
    assert dumped(box.town) == dumped(first.town)


def test_a_replacement_takes_the_place_and_the_dead_box_is_refused(
    world: World, filled: Box
) -> None:
    filled.view("d7")
    lost = filled.view("d8")
    newcomer = Newcomer(world, replaces=filled.keys.id)
    newcomer.bring()
    box = newcomer.open()
    assert box.keys.id != filled.keys.id
    with pytest.raises(PeerRefused, match=r"sync\.revoked"):
        filled.sync()
    mine = [box.view("d9") for _ in range(3)]
    box.sync()
    hub = world.hub.county.spaces.town(TOWN)
    assert [each.n for each in mine] == [1, 2, 3]
    with hub.read() as connection:
        assert chain_head(connection, box.keys.id) == (3, mine[-1].hash)
        assert chain_head(connection, filled.keys.id)[0] < lost.n
        assert possession.unsent(connection, box.keys.id)[0] == 0
    assert dumped(box.town) == dumped(hub)


def test_only_a_box_of_the_same_town_is_replaced(world: World) -> None:
    there = world.box("510102")
    with pytest.raises(PeerRefused, match=r"enrol\.replaces"):
        Newcomer(world, replaces=there.keys.id)
    assert world.hub.county.peers.member(there.keys.id)


def test_another_towns_snapshot_is_not_given(world: World, filled: Box) -> None:
    stranger = world.box("510102")
    with pytest.raises(PeerRefused, match=r"sync\.space"):
        stranger.session.wire.request("POST", f"/spaces/{space_of(TOWN)}/snapshot", b"{}")
    with pytest.raises(PeerRefused, match=r"bootstrap\.unknown"):
        stranger.session.wire.request(
            "GET", f"/spaces/{space_of('510102')}/snapshot", query={"start": 0, "most": PIECE}
        )


def test_a_snapshot_that_came_to_nothing_takes_no_room(world: World) -> None:
    box, county = world.box(), world.hub.county
    county.snapshots.least = 0
    box.sync()
    member = county.peers.member(box.keys.id)
    replica = county.peers.replica(member, member.space, writing=True)
    # Where the snapshot should go stands something else.
    county.snapshots._path(member).mkdir()

    def ask() -> None:
        while county.snapshots.ask(member, replica.space, replica.epoch)["state"] == MAKING:
            time.sleep(0.01)  # the hub makes it meanwhile

    with pytest.raises(PeerUnreachable, match=r"sync\.busy"):
        ask()
    assert [path.suffix for path in (world.hub.folder / "snapshots").iterdir()] == [".db"]
