"""Sticks whose maker lies: an enrolled box about its parts, anybody about the files on them."""

import hashlib
import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from edge.domain.errors import ArchiveError, InvalidInput
from edge.store import holdings
from edge.store.carriage import Part
from edge.store.keys import Keys
from edge.web.locale import sentences
from sync.carry import ROOT, Lane, parcel_folder, part_path
from sync.carry_acts import said_of_import
from sync.carry_export import export_to
from sync.carry_import import MOST_TROUBLES, Imported, import_from
from sync.carry_keys import derive
from sync.carry_manifest import Manifest, heading_for, open_manifest, read_heading, write_manifest
from sync.carry_part import Index, PartWriter
from sync.hub.carry import acts_of_hub, site_of_hub
from sync.replica import Taken
from tests.sync.carriage import down, hub_town, parts_on, site, up, work
from tests.sync.test_session import unsent_at
from tests.sync.world import Box, World


@pytest.fixture
def pair(world: World) -> Iterator[tuple[Box, Box]]:
    """A box that lies and another of its town, with some work done and no line."""
    boxes = world.box(), world.box()
    world.hub.stop()
    for box in boxes:
        work(box, 2)
    yield boxes
    world.hub.start()


@pytest.fixture
def stick(pair: tuple[Box, Box], tmp_path: Path) -> Path:
    """One stick that both have filled for the hub."""
    path = tmp_path / "stick"
    path.mkdir()
    for box in pair:
        export_to(path, site(box), box.pins.hub)
    return path


@pytest.fixture
def answered(world: World, pair: tuple[Box, Box], tmp_path: Path) -> tuple[Path, Path]:
    """A stick on which the county has confirmed the first box's work, and what it says, kept."""
    stick, old = tmp_path / "stick", tmp_path / "old"
    stick.mkdir()
    up(world, pair[0], stick)
    down(world, pair[0], stick)
    shutil.copytree(stick, old)
    return stick, old


def taken(world: World, stick: Path) -> dict[str, Imported]:
    return {each.sender: each for each in import_from(stick, site_of_hub(world.hub.county))}


def opened(stick: Path, box: Box, hub: Keys) -> tuple[Path, Manifest, bytes]:
    folder = parcel_folder(stick, box.keys.id, box.pins.hub)
    heading, content = read_heading(folder)
    return folder, *open_manifest(heading, content, hub, lambda _: box.keys.public_key)


def rewritten(
    stick: Path, box: Box, hub: Keys, change: Callable[[Manifest], Manifest], at: int = 0
) -> None:
    """Sign another manifest in the box's name."""
    folder, body, key = opened(stick, box, hub)
    old, _ = read_heading(folder)
    heading = heading_for(box.keys, hub.id, hub.id, hub.public_key, old.parcel, key, at or old.at)
    write_manifest(folder, heading, change(body), key, box.keys)


def with_part(stick: Path, box: Box, hub: Keys, kind: str, index: Index, content: bytes) -> None:
    """Add a part of the box's own making, before the others."""
    folder, _, key = opened(stick, box, hub)
    with PartWriter(part_path(folder, 900), key, 900, kind, index) as writer:
        writer.write(content)
        part = writer.finish()
    rewritten(stick, box, hub, lambda body: replace(body, parts=[part, *body.parts]))


@pytest.mark.parametrize("size", [(1 << 64) - 1, 1 << 40])
def test_sizes_that_no_file_has_keep_nobody_else_out(
    world: World, pair: tuple[Box, Box], stick: Path, size: int
) -> None:
    liar, honest = pair
    hub = world.hub.county.keys
    _, body, _ = opened(stick, liar, hub)
    named = named_by(liar)
    index = [(bytes(32), size), *((digest, 10) for digest in named)]
    with_part(stick, liar, hub, "files", index, b"x" * 100)
    found = taken(world, stick)
    assert found[honest.keys.id].files == 4
    assert not found[honest.keys.id].troubles
    assert [error.key for error in found[liar.keys.id].troubles] == ["carry.part_damaged"]
    assert body.complete


def named_by(box: Box) -> list[bytes]:
    with box.town.read() as connection:
        return [digest for (digest,) in connection.execute("select digest from blob")]


def test_a_manifest_that_says_to_be_larger_than_any_memory_is_refused(
    world: World, pair: tuple[Box, Box], stick: Path
) -> None:
    liar, honest = pair
    folder, _, key = opened(stick, liar, world.hub.county.keys)
    content = (folder / "manifest").read_bytes()
    header = content[: 8 + int.from_bytes(content[4:8], "big")]
    # A frame that gives its content as of 2^50 bytes.
    frame = b"\x28\xb5\x2f\xfd\xe0" + (1 << 50).to_bytes(8, "little") + b"\x01\x00\x00"
    sealed = AESGCM(derive(key, "manifest")).encrypt(bytes(12), frame, header[8:])
    unsigned = header + bytes(12) + sealed
    digest = hashlib.sha256(unsigned).digest()
    signature = liar.keys.signing.sign(b"dangxia/carry/1\0" + digest)
    (folder / "manifest").write_bytes(unsigned + digest + signature)
    found = taken(world, stick)
    assert [error.key for error in found[liar.keys.id].troubles] == ["carry.forged"]
    assert (found[honest.keys.id].files, found[honest.keys.id].troubles) == (4, ())


def test_what_stands_on_a_stick_in_place_of_a_part_is_not_waited_for(
    world: World, pair: tuple[Box, Box], stick: Path
) -> None:
    liar, honest = pair
    for path in parts_on(stick, liar.keys.id, liar.pins.hub):
        path.unlink()
        os.mkfifo(path)
    found = taken(world, stick)
    assert {error.key for error in found[liar.keys.id].troubles} == {"carry.part_damaged"}
    assert (found[honest.keys.id].files, found[honest.keys.id].troubles) == (4, ())
    # Nor at the next export, which begins anew what is no part.
    export_to(stick, site(liar), liar.pins.hub)
    assert not taken(world, stick)[liar.keys.id].troubles


def test_thousands_of_bad_parts_are_told_in_a_few_words(
    world: World, pair: tuple[Box, Box], stick: Path
) -> None:
    liar, _ = pair
    folder, _, _ = opened(stick, liar, world.hub.county.keys)
    bad = [Part(number, "files", 7, "") for number in range(1_000, 4_000)]
    for part in bad[::10]:
        part_path(folder, part.number).write_bytes(b"")
    hub = world.hub.county.keys
    rewritten(stick, liar, hub, lambda body: replace(body, parts=[*body.parts, *bad]))
    found = taken(world, stick)[liar.keys.id]
    assert found.files == 4
    assert len(found.troubles) == MOST_TROUBLES


def test_a_stick_leads_nowhere_but_to_itself(pair: tuple[Box, Box], tmp_path: Path) -> None:
    box, stick = pair[0], tmp_path / "leading"
    elsewhere = tmp_path / "of-the-machine"
    elsewhere.mkdir()
    (elsewhere / "town.db.new").write_bytes(b"needed")
    for leading in (stick / ROOT, parcel_folder(stick, box.keys.id, box.pins.hub)):
        shutil.rmtree(stick, ignore_errors=True)
        leading.parent.mkdir(parents=True)
        leading.symlink_to(elsewhere)
        with pytest.raises(InvalidInput) as caught:
            export_to(stick, site(box), box.pins.hub)
        assert caught.value.key == "carry.strange"
    assert [path.name for path in elsewhere.iterdir()] == ["town.db.new"]


def test_one_box_that_gets_nothing_keeps_no_other_from_its_answer(
    world: World, pair: tuple[Box, Box], stick: Path
) -> None:
    revoked, honest = sorted(pair, key=lambda box: box.keys.id)
    taken(world, stick)
    world.hub.county.revoke(revoked.keys.id, "遗失")
    said = acts_of_hub(world.hub.county)["export"](stick, "", lambda *_: None)
    keys = [key for _, key, _ in said]
    assert "sync.revoked" in keys
    assert "carry.exported" in keys
    (answer,) = import_from(stick, site(honest))
    assert (answer.entries > 0, answer.troubles) == (True, ())


def test_a_town_whose_record_cannot_be_written_keeps_no_other_from_its_stick(
    world: World, pair: tuple[Box, Box], stick: Path
) -> None:
    damaged, sound = sorted(pair, key=lambda box: box.keys.id)
    site = site_of_hub(world.hub.county)

    def unreadable(*_: object) -> Taken:
        raise ArchiveError("storage.unreadable", name="town.db")

    def lanes(peer: str) -> Sequence[Lane]:
        found = site.lanes(peer)
        met = peer == damaged.keys.id
        return [replace(each, take=unreadable) for each in found] if met else found

    first, second = import_from(stick, replace(site, lanes=lanes))
    assert (first.sender, second.sender) == (damaged.keys.id, sound.keys.id)
    assert [error.key for error in first.troubles] == ["storage.unreadable"]
    assert (second.entries > 0, second.files, second.troubles) == (True, 4, ())


def test_an_old_stick_says_nothing_of_what_the_county_holds(
    world: World, pair: tuple[Box, Box], answered: tuple[Path, Path]
) -> None:
    box, (stick, old) = pair[0], answered
    assert unsent_files(box) == 0
    # The county has lost a file since, and said so.
    digest = named_by(box)[0]
    lose(world, digest)
    work(pair[1], 1)
    up(world, pair[1], stick)
    down(world, box, stick)
    assert unsent_files(box) == 1
    (found,) = import_from(old, site(box))
    assert "carry.stale" in {error.key for error in found.troubles}
    assert found.confirmed == 0
    assert unsent_files(box) == 1


def test_a_stick_of_a_former_life_of_the_county_says_nothing_either(
    world: World, pair: tuple[Box, Box], answered: tuple[Path, Path]
) -> None:
    box, (stick, old) = pair[0], answered
    digest = named_by(box)[0]
    lose(world, digest)
    world.hub.county.peers.replica(
        world.hub.county.peers.member(box.keys.id), "town-510101", writing=True
    ).renew()
    down(world, box, stick)
    assert unsent_files(box) == 1
    (found,) = import_from(old, site(box))
    assert "carry.stale" in {error.key for error in found.troubles}
    assert unsent_files(box) == 1


def lose(world: World, digest: bytes) -> None:
    """The county's disk loses a file."""
    blobs = world.hub.county.spaces.blobs("town-510101")
    (blobs.folder / blobs.place(digest.hex())).unlink()
    hub_town(world).write(lambda c: holdings.note_lost(c, [digest]), urgent=False)


def unsent_files(box: Box) -> int:
    with box.town.read() as connection:
        owed = holdings.undelivered(connection, box.pins.hub)
    return len(owed)


def test_the_clerk_hears_how_many_records_the_county_has_received(
    world: World, pair: tuple[Box, Box], tmp_path: Path
) -> None:
    box, stick = pair[0], tmp_path / "stick"
    stick.mkdir()
    up(world, box, stick)
    waiting = unsent_at(box)
    _, found = down(world, box, stick)
    assert found.received == waiting > 0
    said = {key: fields for _, key, fields in said_of_import(found)}
    assert said["carry.received"] == {"records": waiting}
    assert set(sentences()["carry.received"]) == {"zh", "en"}
    # Nothing of the kind is said where nothing is new, nor at the county.
    for again in (import_from(stick, site(box))[0], up(world, box, stick)[1]):
        assert again.received == 0
        assert "carry.received" not in {key for _, key, _ in said_of_import(again)}
