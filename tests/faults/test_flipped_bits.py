"""Flipped bits in pages of a database and in files: named, never passed on, mended from a peer."""

import shutil
from argparse import Namespace
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from random import Random

import httpx
import pytest

from edge.domain.errors import ArchiveError, Conflict
from edge.store.blobs import Blobs
from edge.store.pages import damaged_pages
from provisioning.commands import box as box_command
from provisioning.commands import county as county_command
from sync.bootstrap import Bootstrap
from sync.roster import space_of
from sync.wire import Link, Wire, error_of
from tests.faults.machines import digest_of, lacking, troubles, work
from tests.sync.world import Box, World

CODE, PAGE = "510101", 4_096
TOWN = space_of(CODE)
# Of what kinds a page may be; each is hit by its own b-tree's pages.
TREES = ("entry", "entry__crsql_clock", "history", "fact", "seal", "page")


def flip(path: Path, at: int, bit: int = 3) -> None:
    content = bytearray(path.read_bytes())
    content[at] ^= 1 << bit
    path.write_bytes(content)


def busy_box(world: World) -> tuple[Box, list[str], list[str]]:
    """A box with some weeks of work, all of it at the hub."""
    world.hub.county.snapshots.least = 1
    box, entries, files = world.box(CODE), list[str](), list[str]()
    for number in range(12):
        work(box, f"w{number}", number == 0, lambda what, name: note(what, name, entries, files))
    box.sync()
    return box, entries, files


def note(what: str, name: str, entries: list[str], files: list[str]) -> None:
    (entries if what == "entry" else files).append(name)


def closed(world: World, box: Box) -> Path:
    """Its database at rest, every page in the one file."""
    world.boxes.remove(box)
    box.town.write(lambda c: None)
    box.close()
    path = box.folder / "town.db"
    assert not path.with_name("town.db-wal").exists()
    return path


def test_a_flipped_bit_anywhere_in_a_database_is_named_and_goes_no_further(world: World) -> None:
    (box, _, _), random = busy_box(world), Random(2)
    path, hub = closed(world, box), world.hub.county.spaces.space(TOWN)
    key, sound, before = box.keys.derive("database"), path.read_bytes(), digest_of(hub)
    assert damaged_pages(path, key) == []
    pages = len(sound) // PAGE
    for number in sorted({1, pages, *random.sample(range(1, pages + 1), 14)}):
        path.write_bytes(sound)
        # Its last bytes are the code itself; the first page begins with the salt.
        flip(path, (number - 1) * PAGE + random.randrange(16, PAGE), random.randrange(8))
        named = damaged_pages(path, key)
        assert named == [number]
        with suppress(ArchiveError):
            opened = Box(box.folder, box.keys, box.pins)
            try:
                with suppress(ArchiveError):
                    opened.sync()
            finally:
                opened.close()
        assert digest_of(hub) == before
        for leftover in path.parent.glob("town.db-*"):
            leftover.unlink()


@pytest.mark.checklist("003-06")
@pytest.mark.parametrize("way", ["snapshot", "segments"])
def test_a_damaged_database_is_replaced_from_the_county(world: World, way: str) -> None:
    box, entries, files = busy_box(world)
    path = closed(world, box)
    for number in range(3, len(path.read_bytes()) // PAGE, 5):
        flip(path, number * PAGE + 100)
    with pytest.raises(ArchiveError, match=r"storage\.unreadable"):
        examine_all(Box(box.folder, box.keys, box.pins))
    for each in path.parent.glob("town.db*"):
        if each.suffix != ".mark":
            each.unlink()
    if way == "snapshot":
        wire = Wire(box.pins, box.keys, box.clock, Link(box.folder / "cut"))
        assert Bootstrap(wire, box.keys, TOWN, path).run()
        wire.close()
    again = Box(box.folder, box.keys, box.pins)
    world.boxes.append(again)
    again.sync()
    note_more: Callable[[str, str], None] = lambda what, name: note(what, name, entries, files)  # noqa: E731
    work(again, "after", False, note_more)
    again.sync()
    hub = world.hub.county.spaces
    assert digest_of(again.town) == digest_of(hub.space(TOWN))
    assert lacking(hub.space(TOWN), hub.blobs(TOWN), entries, files) == []
    assert troubles(again.town, again.blobs, world.hub.county.peers.roster, again.keys) == []


def examine_all(box: Box) -> None:
    try:
        with box.town.read() as connection:
            for table in TREES:
                connection.execute(f"select * from {table}").fetchall()  # noqa: S608
            connection.execute("pragma quick_check").fetchall()
    finally:
        box.close()


def test_the_countys_damage_is_said_to_be_the_countys() -> None:
    refused = httpx.Response(500, json={"key": "storage.unreadable", "fields": {"name": "x.db"}})
    assert error_of(refused).key == "sync.peer_damaged"


def test_the_commands_name_the_first_wrong_byte_and_what_to_do(
    world: World, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    box, _, files = busy_box(world)
    path = closed(world, box)
    shutil.move(path, box.folder / f"{TOWN}.db")
    box.pins.save(box.folder / "pins.json")
    settings = tmp_path / "box.toml"
    settings.write_text(f'folder = "{box.folder}"\n', "utf-8")
    assert box_command.verify(Namespace(config=settings)) == 0
    second_piece = 16 + 65_536 + 16
    large = max(files, key=lambda digest: stored(box.blobs, digest).stat().st_size)
    flip(stored(box.blobs, large), second_piece + 100)
    assert box_command.verify(Namespace(config=settings)) == 1
    said = capsys.readouterr().out
    assert f"✗ file {large}: {box.blobs.place(large)} byte {second_piece}" in said
    assert "重新取" in said
    flip(box.folder / f"{TOWN}.db", 6 * PAGE + 77)
    flip(box.folder / f"{TOWN}.db", 9 * PAGE + 77)
    assert box_command.verify(Namespace(config=settings)) == 1
    said = capsys.readouterr().out
    assert f"✗ page {TOWN}.db: 7（byte {6 * PAGE}，共 2 页损坏）" in said
    assert "移到别处" in said
    world.hub.stop()
    world.hub.county.close()
    flip(world.hub.folder / "spaces" / "county.db", 4 * PAGE + 9)
    assert county_command.verify_hub(Namespace(folder=world.hub.folder)) == 1
    assert f"✗ page county.db: 5（byte {4 * PAGE}，共 1 页损坏）" in capsys.readouterr().out


def stored(blobs: Blobs, digest: str) -> Path:
    return blobs._path(digest)


@pytest.mark.parametrize("which", [0, 1, -2], ids=["master", "thumbnail", "large"])
def test_a_damaged_file_is_not_shown_and_is_fetched_again(world: World, which: int) -> None:
    box, _, files = busy_box(world)
    digest = files[:6][which]
    sound = box.blobs.read(digest)
    flip(stored(box.blobs, digest), 500)
    with pytest.raises(Conflict, match=r"blob\.damaged"):
        box.blobs.examine(digest)
    with pytest.raises(Conflict, match=r"blob\.damaged"):
        box.blobs.read(digest)
    assert box.sync().blobs_down == 1
    assert box.blobs.read(digest) == sound
    assert box.sync().blobs_down == 0


def test_a_file_damaged_at_the_hub_is_sent_to_nobody_and_asked_for_again(world: World) -> None:
    box, _, files = busy_box(world)
    blobs = world.hub.county.spaces.blobs(TOWN)
    for digest in (files[0], files[-1]):
        flip(stored(blobs, digest), 500)
    other = world.box(CODE)
    other.sync()
    assert lacking(other.town, other.blobs, [], files) == [files[0], files[-1]]
    assert box.sync().blobs_up == 2
    assert lacking(world.hub.county.spaces.space(TOWN), blobs, [], files) == []
    assert other.sync().blobs_down == 2
    assert lacking(other.town, other.blobs, [], files) == []
    assert [box.sync().blobs_up, other.sync().blobs_down] == [0, 0]
