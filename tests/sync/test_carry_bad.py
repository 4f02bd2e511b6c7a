"""Stale, torn, forged and misdirected sticks do no harm, and each says what it is."""

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from edge.domain.errors import DangxiaError, StorageFull
from edge.store.carriage import Part
from edge.store.exchange import Cursor
from edge.store.keys import Keys
from edge.web.locale import sentences
from sync.carry import ROOT, parcel_folder, part_path
from sync.carry_export import export_to
from sync.carry_import import Imported, import_from
from sync.carry_manifest import (
    Manifest,
    Standing,
    heading_for,
    open_manifest,
    read_heading,
    write_manifest,
)
from sync.carry_part import PartReader, PartWriter
from sync.hub.carry import site_of_hub
from tests.sync.carriage import down, dump_of, hub_town, parts_on, site, up, work
from tests.sync.world import Box, World


@pytest.fixture
def box(world: World) -> Iterator[Box]:
    """An enrolled box with some work done, and no line."""
    box = world.box()
    world.hub.stop()
    work(box, 3)
    yield box
    world.hub.start()


@pytest.fixture
def stick(box: Box, tmp_path: Path) -> Path:
    """A stick from the box to the hub."""
    path = tmp_path / "stick"
    path.mkdir()
    export_to(path, site(box), box.pins.hub)
    return path


def folder_of(stick: Path, box: Box) -> Path:
    return parcel_folder(stick, box.keys.id, box.pins.hub)


def offered(world: World, stick: Path) -> list[Imported]:
    return import_from(stick, site_of_hub(world.hub.county))


def refused(world: World, stick: Path) -> str:
    """The key with which the hub refuses a stick, which must change nothing."""
    before = dump_of(hub_town(world))
    try:
        (found,) = offered(world, stick)
    except DangxiaError as error:
        key = error.key
    else:
        assert (found.entries, found.files, found.confirmed) == (0, 0, 0)
        (trouble,) = found.troubles
        key = trouble.key
    assert dump_of(hub_town(world)) == before
    assert set(sentences()[key]) == {"zh", "en"}
    return key


def test_a_stick_without_anything(world: World, box: Box, tmp_path: Path) -> None:
    assert refused(world, tmp_path) == "carry.empty"
    (tmp_path / ROOT).mkdir()
    assert refused(world, tmp_path) == "carry.empty"


def test_no_stick_at_all(world: World, box: Box, tmp_path: Path) -> None:
    with pytest.raises(DangxiaError, match=r"carry\.stick_gone"):
        export_to(tmp_path / "nowhere", site(box), box.pins.hub)


@pytest.mark.parametrize("cut", [1, 60, 97, 400])
def test_a_truncated_manifest(world: World, box: Box, stick: Path, cut: int) -> None:
    path = folder_of(stick, box) / "manifest"
    path.write_bytes(path.read_bytes()[:-cut])
    assert refused(world, stick) == "carry.damaged"


@pytest.mark.parametrize(
    "content", [b"", b"DXC1", b"DXC1\xff\xff\xff\xff" + bytes(200), bytes(500)]
)
def test_a_manifest_of_nonsense(world: World, box: Box, stick: Path, content: bytes) -> None:
    (folder_of(stick, box) / "manifest").write_bytes(content)
    assert refused(world, stick) == "carry.damaged"


def test_every_flipped_bit_of_a_manifest(world: World, box: Box, stick: Path) -> None:
    path = folder_of(stick, box) / "manifest"
    content = path.read_bytes()
    for at in range(0, len(content), max(len(content) // 25, 1)):
        path.write_bytes(content[:at] + bytes([content[at] ^ 4]) + content[at + 1 :])
        assert refused(world, stick) in (
            "carry.damaged",
            "carry.other_county",
            "carry.not_ours",
            "carry.forged",
        )
    path.write_bytes(content)
    assert not offered(world, stick)[0].troubles


def test_a_stick_for_somebody_else(world: World, box: Box, stick: Path) -> None:
    with pytest.raises(DangxiaError, match=r"carry\.empty"):
        import_from(stick, site(box))
    up(world, box, stick)
    shutil.rmtree(folder_of(stick, box))
    assert refused(world, stick) == "carry.empty"
    world.hub.start()
    other = world.box()
    world.hub.stop()
    with pytest.raises(DangxiaError, match=r"carry\.not_ours"):
        import_from(stick, site(other))


def test_a_stick_of_another_county(world: World, box: Box, stick: Path, tmp_path: Path) -> None:
    elsewhere = World(tmp_path / "elsewhere")
    try:
        assert refused(elsewhere, stick) == "carry.other_county"
    finally:
        elsewhere.close()


def rewritten(
    stick: Path, box: Box, hub: Keys, author: Keys, change: Callable[[Manifest], Manifest]
) -> None:
    """Write the box's manifest anew, in its name, signed by `author`."""
    folder = folder_of(stick, box)
    heading, content = read_heading(folder)
    body, key = open_manifest(heading, content, hub, lambda _: box.keys.public_key)
    heading = heading_for(author, hub.id, hub.id, hub.public_key, heading.parcel, key, heading.at)
    write_manifest(folder, heading, change(body), key, author)


def test_a_stick_by_a_machine_that_nobody_knows(world: World, box: Box, stick: Path) -> None:
    stranger = Keys(os.urandom(32))
    rewritten(stick, box, world.hub.county.keys, stranger, lambda body: body)
    assert refused(world, stick) == "carry.unknown_sender"


def test_a_stick_in_the_name_of_a_box_signed_by_another(
    world: World, box: Box, stick: Path
) -> None:
    folder = folder_of(stick, box)
    heading, content = read_heading(folder)
    hub = world.hub.county.keys
    body, key = open_manifest(heading, content, hub, lambda _: box.keys.public_key)
    write_manifest(folder, heading, body, key, Keys(os.urandom(32)))
    assert refused(world, stick) == "carry.forged"


def test_a_revoked_box(world: World, box: Box, stick: Path) -> None:
    world.hub.county.revoke(box.keys.id, "遗失")
    assert refused(world, stick) == "sync.revoked"


def test_a_stick_encrypted_in_a_way_not_known(world: World, box: Box, stick: Path) -> None:
    folder = folder_of(stick, box)
    heading, content = read_heading(folder)
    hub = world.hub.county.keys
    body, key = open_manifest(heading, content, hub, lambda _: box.keys.public_key)
    write_manifest(folder, replace(heading, alg="SM2+SM4"), body, key, box.keys)
    assert refused(world, stick) == "carry.algorithm"


def test_a_damaged_part_is_reported_and_the_rest_taken(world: World, box: Box, stick: Path) -> None:
    for path in parts_on(stick, box.keys.id, box.pins.hub)[-1:]:
        content = bytearray(path.read_bytes())
        content[-1] ^= 1
        path.write_bytes(content)
    (taken,) = offered(world, stick)
    assert [error.key for error in taken.troubles] == ["carry.part_damaged"]
    assert taken.entries
    assert dump_of(hub_town(world)) == dump_of(box.town)
    # The acknowledgment says what is missing; the next stick brings it.
    import_from(stick, site(box))
    _, taken = up(world, box, stick)
    assert not taken.troubles
    with hub_town(world).read() as connection:
        missing = connection.execute(
            "select count(*) from blob where digest not in (select digest from held)"
        )
        assert missing.fetchone()[0] == 0


def test_missing_segments_leave_files_alone_and_mend_on_the_next_stick(
    world: World, box: Box, stick: Path
) -> None:
    parts_on(stick, box.keys.id, box.pins.hub)[0].unlink()
    (taken,) = offered(world, stick)
    assert (taken.entries, taken.files) == (0, 0)
    assert {error.key for error in taken.troubles} == {"carry.stick_gone"}
    _, taken = up(world, box, stick)
    assert not taken.troubles
    assert dump_of(hub_town(world)) == dump_of(box.town)


def test_a_stick_that_begins_after_what_is_held(
    world: World, box: Box, stick: Path, tmp_path: Path
) -> None:
    (taken,) = offered(world, stick)
    import_from(stick, site(box))
    work(box, 1)
    later = tmp_path / "later"
    later.mkdir()
    export_to(later, site(box), box.pins.hub)
    # The hub has lost what the first stick brought.
    hub_town(world).write(lambda c: c.execute("delete from cursor") and None)
    (gap,) = offered(world, later)
    assert [error.key for error in gap.troubles] == ["carry.gap"]
    import_from(later, site(box))
    _, taken = up(world, box, later)
    assert not taken.troubles
    assert dump_of(hub_town(world)) == dump_of(box.town)


def test_a_stick_made_before_the_receiver_took_a_new_identity(
    world: World, box: Box, stick: Path
) -> None:
    offered(world, stick)
    export_to(stick, site_of_hub(world.hub.county), box.keys.id)
    town = site(box).lanes(box.pins.hub)[1].replica
    town.renew()
    (old,) = import_from(stick, site(box))
    assert "carry.outdated" in {error.key for error in old.troubles}
    assert town.cursors_of(box.pins.hub) == {}
    for _ in range(2):
        _, mended = up(world, box, stick)
        _, back = down(world, box, stick)
    assert not mended.troubles
    assert not back.troubles
    assert dump_of(hub_town(world)) == dump_of(box.town)


def test_a_file_that_no_entry_names_is_not_taken(world: World, box: Box, stick: Path) -> None:
    folder, hub = folder_of(stick, box), world.hub.county.keys
    heading, content = read_heading(folder)
    body, key = open_manifest(heading, content, hub, lambda _: box.keys.public_key)
    stray = os.urandom(500)
    with PartWriter(part_path(folder, 900), key, 900, "files", [(bytes(32), 500)]) as writer:
        writer.write(stray)
        part = writer.finish()
    write_manifest(folder, heading, Manifest(body.spaces, [*body.parts, part], True), key, box.keys)
    (taken,) = offered(world, stick)
    assert taken.files == 6
    assert not world.hub.county.spaces.blobs("town-510101").has(bytes(32).hex())


def test_a_file_under_a_wrong_name_is_not_taken(world: World, box: Box, stick: Path) -> None:
    folder, hub = folder_of(stick, box), world.hub.county.keys
    heading, content = read_heading(folder)
    body, key = open_manifest(heading, content, hub, lambda _: box.keys.public_key)
    parts = list(body.parts)
    last = parts[-1]
    with PartReader(part_path(folder, last.number), key, last) as reader:
        index = reader.index
    with PartWriter(part_path(folder, 900), key, 900, "files", index) as writer:
        for _, size in index:
            writer.write(os.urandom(size))
        false = writer.finish()
    body = Manifest(body.spaces, [*parts[:-1], false], True)
    write_manifest(folder, heading, body, key, box.keys)
    (taken,) = offered(world, stick)
    assert [error.key for error in taken.troubles] == ["blob.damaged"]
    blobs = world.hub.county.spaces.blobs("town-510101")
    assert not [digest for digest, _ in index if blobs.has(digest.hex())]


def test_a_stick_that_cannot_be_written_keeps_what_was_taken(
    world: World, box: Box, stick: Path
) -> None:
    # Where the acknowledgment should go stands something that is no folder.
    parcel_folder(stick, box.pins.hub, box.keys.id).write_text("")
    (taken,) = offered(world, stick)
    assert taken.files == 6
    assert [error.key for error in taken.troubles] == ["carry.stick_gone"]
    assert dump_of(hub_town(world)) == dump_of(box.town)


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Path]:
    """A stick of 3 MB."""
    path = tmp_path / "small"
    path.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", str(path)],
        check=False,
        capture_output=True,
    )
    if mounted.returncode:
        pytest.skip("mounting is not allowed here")
    yield path
    subprocess.run(["umount", str(path)], check=True)


def test_a_stick_too_small_is_refused_before_anything_is_written(
    world: World, box: Box, small: Path
) -> None:
    work(box, 8, 500_000)
    with pytest.raises(StorageFull) as caught:
        export_to(small, site(box), box.pins.hub)
    assert caught.value.key == "carry.room"
    assert int(str(caught.value.fields["needed"])) > int(str(caught.value.fields["free"]))
    assert not list(small.rglob("*.part"))


def test_several_small_sticks_carry_what_one_cannot(world: World, box: Box, small: Path) -> None:
    work(box, 6, 500_000)
    for _ in range(12):
        done = export_to(small, site(box), box.pins.hub, fill=True)
        (taken,) = offered(world, small)
        assert not taken.troubles
        assert taken.unfinished == bool(done.left)
        import_from(small, site(box))
        if not done.left:
            break
    assert not done.left
    blobs = world.hub.county.spaces.blobs("town-510101")
    with box.town.read() as connection:
        named = connection.execute("select digest from blob").fetchall()
    assert named
    assert all(blobs.has(digest.hex()) for (digest,) in named)


def test_a_stick_that_fills_up_keeps_what_stood_on_it(world: World, box: Box, small: Path) -> None:
    export_to(small, site(box), box.pins.hub)
    for number in range(130):
        said = {"purpose": os.urandom(30_000).hex(), "what": str(number)}
        box.append("dossier.viewed", "d1", said)
    with pytest.raises(StorageFull) as caught:
        export_to(small, site(box), box.pins.hub)
    assert caught.value.key == "carry.stick_full"
    (taken,) = offered(world, small)
    assert (taken.entries, taken.files) == (6, 6)


@pytest.mark.parametrize(
    "part",
    [
        Part(-3, "segment", 10, ""),
        Part(4, "files", -1, ""),
        Part(10**18, "held", 1, ""),
        Part(1, "files", 1, ""),
        Part(1, "nonsense", 1, ""),
        Part(2, "segment", 0, "x"),
    ],
)
def test_nonsense_that_a_known_box_has_signed_does_no_harm(
    world: World, box: Box, stick: Path, part: Part
) -> None:
    def change(body: Manifest) -> Manifest:
        return Manifest({**body.spaces, "elsewhere": Standing("", {}, [], "", {})}, [part], True)

    hub = world.hub.county.keys
    rewritten(stick, box, hub, box.keys, change)
    before = dump_of(hub_town(world))
    (found,) = offered(world, stick)
    assert (found.entries, found.files) == (0, 0)
    assert bool(found.troubles) == (part.kind != "nonsense")
    assert dump_of(hub_town(world)) == before


@pytest.mark.parametrize("upto", [-1, 1 << 53, (1 << 64) - 1])
def test_a_cursor_that_no_record_could_reach_is_refused(
    world: World, box: Box, stick: Path, upto: int
) -> None:
    def change(body: Manifest) -> Manifest:
        spaces = {
            name: Standing(each.epoch, each.have, [Cursor(upto, "")], each.without, each.proofs)
            for name, each in body.spaces.items()
        }
        return Manifest(spaces, body.parts, True)

    rewritten(stick, box, world.hub.county.keys, box.keys, change)
    assert refused(world, stick) == "carry.forged"
