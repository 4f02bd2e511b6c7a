"""Two live machines with one key: the county and both of them are told, and nobody else ever is."""

import shutil
from argparse import Namespace
from pathlib import Path

import pytest

from edge.box import standing_on_screen
from edge.store.lives import SETTLED_MS, twins
from edge.web.sync import words_of
from provisioning.commands import county as county_command
from sync.client import ReplicationLoop
from sync.greeting import pack_said
from sync.hub.web.parts import Parts
from sync.hub.web.standings import standings
from sync.segment import PROTO
from sync.set_back import said_of
from tests.sync.test_set_back import backup_to, reopened, restore_from
from tests.sync.world import Box, World

TOWN = "510101"


def told(world: World) -> set[str]:
    """The boxes that the county is told of."""
    with world.hub.county.spaces.town(TOWN).read() as connection:
        return set(twins(connection))


def cloned(world: World, box: Box, folder: Path) -> tuple[Box, Box]:
    """The machine and another that was made from a copy of its disk."""
    box = reopened(world, box, backup_to(folder))
    clone = Box(folder, box.keys, box.pins)
    world.boxes.append(clone)
    return box, clone


def handshake(box: Box) -> bytes:
    """What a box would say now of how it stands, and its epoch with it."""
    hub, replica = box.pins.hub, box.session._replicas[box.town.name]
    have = {
        epoch: said_of(held, replica.proof_of(hub, epoch))
        for epoch, held in replica.cursors_of(hub).items()
    }
    stands = {"epoch": replica.epoch, "schema": 1, "have": have}
    return pack_said({"proto": PROTO, "spaces": {box.town.name: stands}})


def work(*boxes: Box, rounds: int = 1) -> None:
    for _ in range(rounds):
        for box in boxes:
            box.view()
            box.sync()
            box.sync()


def test_a_clone_that_goes_on_beside_its_original_is_told_until_one_of_them_stops(
    world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    box, other = world.box(), world.box()
    work(box, other)
    box, clone = cloned(world, box, tmp_path / "clone")
    began = world.hub.clock()
    work(box, clone, other, rounds=3)
    assert told(world) == {box.keys.id}
    county = world.hub.county
    parts = Parts("", county.spaces, county.author, county.admit)
    shown = {each.id: each.twin_at for each in standings(parts)[0].boxes}
    assert (shown[box.keys.id] or 0) >= began
    assert shown[other.keys.id] is None
    for each, twinned in ((box, True), (clone, True), (other, False)):
        each.sync()
        standing = standing_on_screen(ReplicationLoop(each.session, each.keys.id).status())
        assert bool(standing.twin_at) == twinned
        assert ("两台机器" in words_of(standing, began).text) == twinned
    assert county_command.verify(county, Namespace()) == 0
    forks = [line for line in capsys.readouterr().out.splitlines() if "分叉" in line]
    assert len(forks) > 1
    assert all(f"{box.keys.id}/" in line for line in forks)
    clone.close()
    world.boxes.remove(clone)
    work(box)
    world.hub.clock.shift = SETTLED_MS + 60_000
    # Silence of both settles nothing: only one of them alone does.
    work(other)
    assert told(world) == {box.keys.id}
    work(box)
    assert told(world) == set()
    assert box.session.twin is None


def test_a_clone_that_only_listens_is_told_too(world: World, tmp_path: Path) -> None:
    box = world.box()
    work(box)
    box, idle = cloned(world, box, tmp_path / "clone")
    for _ in range(6):
        work(box)
        idle.sync()
    assert told(world) == {box.keys.id}


def test_one_machine_is_never_taken_for_two_however_often_it_was_set_back(
    world: World, tmp_path: Path
) -> None:
    box = world.box()
    for backup in ("first", "second"):
        work(box)
        box = reopened(world, box, backup_to(tmp_path / backup))
        work(box)
    for backup, keeping in (("second", True), ("first", False), ("second", False)):
        box = reopened(world, box, restore_from(tmp_path / backup, keeping_marks=keeping))
        late = handshake(box)
        work(box, rounds=2)
        # What it said in its former life comes late, and again and again.
        for _ in range(2):
            box.session.wire.request("POST", "/handshake", late)
            work(box)
        assert told(world) == set()


def test_a_clone_that_spoke_once_and_was_put_away_is_not_told(world: World, tmp_path: Path) -> None:
    box = world.box()
    work(box)
    box, clone = cloned(world, box, tmp_path / "clone")
    work(box)
    work(clone)
    clone.close()
    world.boxes.remove(clone)
    shutil.rmtree(clone.folder)
    work(box, rounds=2)
    assert told(world) == set()
