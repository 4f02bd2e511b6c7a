"""A disk that fills during an exchange: each side says whose, nothing is half taken, it goes on."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from litestar.testing import TestClient

from edge.domain.errors import DangxiaError, PeerRefused, StorageFull
from sync.carry_export import export_to
from sync.carry_import import import_from
from sync.client import ReplicationLoop
from sync.hub.app import screens_app
from sync.hub.carry import site_of_hub
from tests.faults.disks import fill, make_room, small_disk_at
from tests.faults.machines import digest_of, lacking, troubles, work
from tests.sync.carriage import site
from tests.sync.world import Box, World

TOWN, KIB = "town-510101", 100_000
STEPS = 8


@pytest.fixture
def hub_disk(tmp_path: Path) -> Iterator[Path]:
    with small_disk_at(tmp_path / "hub", KIB) as disk:
        yield disk


@pytest.fixture
def box_disk(tmp_path: Path) -> Iterator[Path]:
    with small_disk_at(tmp_path / "box0", KIB) as disk:
        yield disk


def told(box: Box, mark: str, entries: list[str], files: list[str]) -> None:
    """A long day: pages large and small, and more entries than a log's spare room holds."""
    work(box, mark, True, lambda what, name: (entries if what == "entry" else files).append(name))
    for _ in range(150):
        entries.append(box.view().id)


def sound_hub(world: World) -> None:
    county = world.hub.county
    town = county.spaces.space(TOWN)
    assert troubles(town, county.spaces.blobs(TOWN), county.peers.roster, county.keys) == []


def alike(world: World, box: Box, entries: list[str], files: list[str]) -> None:
    town = world.hub.county.spaces.space(TOWN)
    assert digest_of(town) == digest_of(box.town)
    assert lacking(town, world.hub.county.spaces.blobs(TOWN), entries, files) == []
    assert lacking(box.town, box.blobs, entries, files) == []


def refused(box: Box, kind: type[DangxiaError], key: str) -> bool:
    """Exchange; say whether that was refused, in the one way it may be."""
    try:
        box.sync()
    except kind as error:
        if error.key != key:
            raise
        return True
    return False


def until(seen: Callable[[], bool]) -> None:
    end = time.monotonic() + 60
    while not seen():
        assert time.monotonic() < end
        time.sleep(0.02)


def test_wherever_the_hubs_room_runs_out_the_box_is_told_and_nothing_is_half_taken(
    hub_disk: Path, world: World
) -> None:
    box, entries, files, refusals = world.box(), list[str](), list[str](), 0
    for step in range(STEPS):
        told(box, f"s{step}", entries, files)
        fill(hub_disk, leave=step * 90_000)
        refusals += refused(box, PeerRefused, "sync.peer_full")
        make_room(hub_disk)
        sound_hub(world)
        # What the box takes to be delivered is there, whatever was refused.
        with box.town.read() as connection:
            rows = connection.execute("select lower(hex(digest)) from blob_delivered").fetchall()
        blobs = world.hub.county.spaces.blobs(TOWN)
        assert all(blobs.has(digest) for (digest,) in rows)
        box.sync()
        alike(world, box, entries, files)
    assert refusals >= STEPS // 2


def test_the_loop_says_that_it_is_the_countys_disk_and_goes_on_by_itself(
    hub_disk: Path, world: World
) -> None:
    box, entries, files = world.box(), list[str](), list[str]()
    box.sync()
    fill(hub_disk)
    told(box, "x", entries, files)
    loop = ReplicationLoop(box.new_session(), box.keys.id, interval=0.2)
    loop.start()
    try:
        until(lambda: loop.status().error == "sync.peer_full")
        status = loop.status()
        assert status.reachable
        assert status.unsent
        make_room(hub_disk)
        loop.nudge()
        until(lambda: loop.status().error == "" and not loop.status().unsent)
        until(lambda: not loop.status().blobs_unsent)
    finally:
        loop.stop()
    alike(world, box, entries, files)


def test_a_hub_says_that_its_disk_is_full(hub_disk: Path, world: World) -> None:
    with TestClient(screens_app(world.hub.county)) as client:
        assert client.get("/healthz").status_code == 200
        fill(hub_disk)
        answer = client.get("/healthz")
        assert (answer.status_code, answer.text) == (507, "disk full\n")
        make_room(hub_disk)
        assert client.get("/healthz").text == "ok\n"
        assert "dangxia_disk_free_bytes" in client.get("/metrics").text


def test_wherever_a_boxs_room_runs_out_in_a_pull_it_says_so_and_goes_on(
    box_disk: Path, world: World
) -> None:
    box = world.box()
    neighbour, entries, files, full = world.box(), list[str](), list[str](), 0
    box.sync()
    for step in range(STEPS):
        told(neighbour, f"n{step}", entries, files)
        neighbour.sync()
        fill(box_disk, leave=step * 90_000)
        full += refused(box, StorageFull, "storage.full")
        make_room(box_disk)
        roster = world.hub.county.peers.roster
        assert troubles(box.town, box.blobs, roster, box.keys) == []
        box.sync()
        alike(world, box, entries, files)
    assert full >= STEPS // 2


def test_a_stick_read_on_a_full_disk_is_read_whole_once_there_is_room(
    box_disk: Path, world: World, tmp_path: Path
) -> None:
    box, neighbour, stick = world.box(), world.box(), tmp_path / "stick"
    stick.mkdir()
    box.sync()
    entries, files = list[str](), list[str]()
    told(neighbour, "n", entries, files)
    neighbour.sync()
    export_to(stick, site_of_hub(world.hub.county), box.keys.id)
    fill(box_disk)
    (found,) = import_from(stick, site(box))
    assert {type(each) for each in found.troubles} == {StorageFull}
    make_room(box_disk)
    (found,) = import_from(stick, site(box))
    assert found.troubles == ()
    alike(world, box, entries, files)
