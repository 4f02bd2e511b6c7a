"""Old backups, clones and lost tails: nothing is lost that any peer had, nor what came after."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from edge.domain.entry import Entry
from edge.store import exchange, possession, verification
from edge.store.blobs import Blobs
from edge.store.database import Space
from edge.store.entries import all_entries
from edge.store.projection import dump
from sync.hub.county import County
from tests.sync.carriage import file
from tests.sync.world import Box, World

Change = Callable[[Path], object]


def ids(space: Space) -> set[str]:
    with space.read() as connection:
        return {entry.id for entry in all_entries(connection)}


def dump_of(space: Space) -> bytes:
    with space.read() as connection:
        return dump(connection)


def epoch(space: Space) -> str:
    with space.read() as connection:
        return exchange.epoch_of(connection)


def reopened(world: World, box: Box, change: Change, folder: Path | None = None) -> Box:
    """The machine switched off, its disk changed, and switched on again."""
    place = world.boxes.index(box)
    box.close()
    change(box.folder)
    world.boxes[place] = Box(folder or box.folder, box.keys, box.pins)
    return world.boxes[place]


def backup_to(copy: Path) -> Change:
    return lambda folder: shutil.copytree(folder, copy)


def restore_from(copy: Path, *, keeping_marks: bool) -> Change:
    def restore(folder: Path) -> None:
        for path in folder.iterdir():
            if path.suffix == ".mark" and not keeping_marks:
                path.unlink()
        for path in copy.iterdir():
            if path.is_file() and (path.suffix != ".mark" or not keeping_marks):
                shutil.copy(path, folder / path.name)

    return restore


def settle(world: World, *boxes: Box) -> None:
    """Exchange until nothing moves; everybody holds the same, provable record."""
    for _ in range(3):
        for box in boxes:
            box.sync()
    towns = [world.hub.county.spaces.town("510101"), *(box.town for box in boxes)]
    assert len({dump_of(space) for space in towns}) == 1
    counties = [world.hub.county.spaces.county, *(box.county for box in boxes)]
    assert len({dump_of(space) for space in counties}) == 1
    keys = {world.hub.county.keys.id: world.hub.county.keys.public_key}
    keys |= {box.keys.id: box.keys.public_key for box in boxes}
    for space in towns:
        with space.read() as connection:
            blobs = Blobs(world.folder / "none", world.hub.county.keys)
            assert verification.verify(connection, blobs, keys).findings == ()
            assert [possession.unsent(connection, box.keys.id)[0] for box in boxes] == [0] * len(
                boxes
            )


@pytest.mark.parametrize("keeping_marks", [True, False], ids=["high-water file", "no file"])
def test_a_box_restored_from_an_old_backup_regains_everything_and_keeps_what_it_does_then(
    world: World, tmp_path: Path, keeping_marks: bool
) -> None:
    box, other = world.box(), world.box()
    acts: list[Entry] = [box.view()]
    box.sync()
    box = reopened(world, box, backup_to(tmp_path / "backup"))
    acts += [box.view(), box.view()]
    box.sync()
    before = epoch(box.town)
    box = reopened(world, box, restore_from(tmp_path / "backup", keeping_marks=keeping_marks))
    # At the boot already, where the file tells; else at the next exchange.
    assert (epoch(box.town) != before) == keeping_marks
    acts += [box.view(), other.view()]
    settle(world, box, other)
    assert epoch(box.town) != before
    assert {act.id for act in acts} <= ids(other.town)
    with box.town.read() as connection:
        assert connection.execute("select n from fork").fetchall() == [(2,)]


def test_a_cloned_disk_and_its_original_work_on_side_by_side(world: World, tmp_path: Path) -> None:
    box, other = world.box(), world.box()
    acts = [box.view()]
    box.sync()
    box = reopened(world, box, backup_to(tmp_path / "clone"))
    clone = Box(tmp_path / "clone", box.keys, box.pins)
    world.boxes.append(clone)
    for _ in range(3):
        acts += [box.view(), clone.view(), clone.view()]
        box.sync()
        clone.sync()
    for each in (box, clone, other, box, clone):
        each.sync()
    settle(world, box, clone, other)
    assert {act.id for act in acts} <= ids(other.town)


def test_a_lost_tail_of_the_log_comes_back_from_the_hub(world: World, tmp_path: Path) -> None:
    box = world.box()
    first = box.view()
    box.sync()
    box = reopened(world, box, lambda folder: None)
    lost = box.view()
    tail = box.folder / "town.db-wal"
    kept = tail.stat().st_size // 2
    shutil.copytree(box.folder, tmp_path / "cut")
    box.sync()

    def lose(folder: Path) -> None:
        restore_from(tmp_path / "cut", keeping_marks=True)(folder)
        with tail.open("r+b") as file:
            file.truncate(kept)

    before = epoch(box.town)
    box = reopened(world, box, lose)
    assert epoch(box.town) != before
    after = box.view()
    settle(world, box)
    assert {first.id, lost.id, after.id} <= ids(world.hub.county.spaces.town("510101"))


def test_a_hub_restored_from_an_old_backup_is_given_back_what_it_lost(
    world: World, tmp_path: Path
) -> None:
    box, other = world.box(), world.box()
    acts = [box.view(), other.view()]
    box.sync()
    other.sync()
    hub = world.hub
    hub.close()
    shutil.copytree(hub.folder, tmp_path / "backup")
    hub.county = County.open(hub.folder, hub.clock)
    hub.start()
    hub.county.add_town("510103", "青川镇")
    acts += [box.view(), other.view()]
    files = file(box, "履历表", b"filed since the backup", "m1")
    for _ in range(2):
        box.sync()
        other.sync()
    hub.close()
    shutil.rmtree(hub.folder)
    shutil.copytree(tmp_path / "backup", hub.folder)
    hub.county = County.open(hub.folder, hub.clock)
    hub.start()
    acts += [box.view()]
    settle(world, box, other)
    assert {act.id for act in acts} <= ids(hub.county.spaces.town("510101"))
    assert "510103" in dump_of(hub.county.spaces.county).decode()
    # Files that it had confirmed and lost come again too.
    assert all(hub.county.spaces.blobs("town-510101").has(digest) for digest in files)
