"""Boxes and hub exchange by stick alone until all hold the same."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from edge.store import exchange
from sync.carry import ROOT
from sync.carry_export import export_to
from sync.carry_import import import_from
from sync.carry_part import PIECE
from sync.hub.carry import site_of_hub
from tests.sync.carriage import (
    TOWN,
    down,
    dump_of,
    file,
    hub_town,
    parts_on,
    site,
    size_of,
    up,
    work,
)
from tests.sync.test_session import unsent_at, unsent_at_hub
from tests.sync.world import Box, World


@pytest.fixture
def stick(tmp_path: Path) -> Path:
    path = tmp_path / "stick"
    path.mkdir()
    return path


@pytest.fixture
def apart(world: World) -> Iterator[World]:
    """Two boxes of one town, enrolled, and no line from then on."""
    world.box()
    world.box()
    world.hub.stop()
    yield world
    world.hub.start()


def test_two_boxes_and_the_hub_come_to_hold_the_same(apart: World, stick: Path) -> None:
    first, second = apart.boxes
    digests = work(first) + work(second, 3)
    for box in (first, second):
        _, taken = up(apart, box, stick)
        assert taken.entries
        assert not taken.troubles
    for box in (first, second):
        _, taken = down(apart, box, stick)
        assert not taken.troubles
    up(apart, first, stick)
    hub = hub_town(apart)
    assert dump_of(first.town) == dump_of(second.town) == dump_of(hub)
    assert dump_of(first.county) == dump_of(apart.hub.county.spaces.county)
    blobs = apart.hub.county.spaces.blobs(f"town-{TOWN}")
    for digest in digests:
        assert blobs.has(digest)
        assert first.blobs.read(digest) == second.blobs.read(digest) == blobs.read(digest)


def test_what_the_county_has_signed_for_comes_back(apart: World, stick: Path) -> None:
    box = apart.boxes[0]
    work(box, 2)
    up(apart, box, stick)
    assert unsent_at(box) > 0
    down(apart, box, stick)
    assert unsent_at(box) == 0


def test_an_acknowledgment_shrinks_the_next_stick(apart: World, stick: Path) -> None:
    box = apart.boxes[0]
    work(box)
    done, taken = up(apart, box, stick)
    assert (done.files, taken.files, taken.confirmed) == (10, 10, 0)
    full = size_of(stick)
    # The acknowledgment comes back on the stick.
    (answer,) = import_from(stick, site(box))
    assert answer.confirmed == 10
    work(box, 1)
    done, taken = up(apart, box, stick)
    assert (done.files, taken.files) == (2, 2)
    assert taken.entries == 2
    assert size_of(stick) < full / 3


def test_without_an_acknowledgment_a_second_stick_carries_all_again(
    apart: World, stick: Path, tmp_path: Path
) -> None:
    box = apart.boxes[0]
    work(box)
    export_to(stick, site(box), box.pins.hub)
    work(box, 2)
    other = tmp_path / "other"
    other.mkdir()
    done, taken = up(apart, box, other)
    assert done.files == taken.files == 14
    before = dump_of(hub_town(apart))
    # The earlier one comes late.
    (late,) = import_from(stick, site_of_hub(apart.hub.county))
    assert (late.entries, late.files) == (0, 0)
    assert [error.key for error in late.troubles] == ["carry.stale"]
    assert dump_of(hub_town(apart)) == before
    assert dump_of(hub_town(apart)) == dump_of(box.town)


def test_sticks_in_a_row_follow_on_each_other(apart: World, tmp_path: Path) -> None:
    box = apart.boxes[0]
    hub = site_of_hub(apart.hub.county)
    for number in range(4):
        stick = tmp_path / f"stick{number}"
        stick.mkdir()
        work(box, 1)
        export_to(stick, site(box), box.pins.hub)
        if number != 1:
            (taken,) = import_from(stick, hub)
            assert not taken.troubles
    assert dump_of(hub_town(apart)) == dump_of(box.town)


def test_a_stick_carried_twice_changes_nothing(apart: World, stick: Path) -> None:
    box = apart.boxes[0]
    work(box)
    up(apart, box, stick)
    before = dump_of(hub_town(apart))
    (again,) = import_from(stick, site_of_hub(apart.hub.county))
    assert (again.entries, again.files, again.troubles) == (0, 0, ())
    assert dump_of(hub_town(apart)) == before


def test_stick_and_line_may_take_turns(world: World, stick: Path) -> None:
    box, other = world.box(), world.box()
    work(box, 2)
    box.sync()
    work(box, 2)
    _, taken = up(world, box, stick)
    assert not taken.troubles
    work(box, 2)
    box.sync()
    other.sync()
    assert dump_of(hub_town(world)) == dump_of(box.town) == dump_of(other.town)
    _, taken = down(world, other, stick)
    assert (taken.entries, taken.files, taken.troubles) == (0, 0, ())


def test_files_larger_than_a_piece_arrive_whole(apart: World, stick: Path) -> None:
    box = apart.boxes[0]
    contents = [os.urandom(size) for size in (PIECE - 1, PIECE, PIECE + 1, 3 * PIECE + 17, 0)]
    digests = [file(box, "表", each, f"m{n}")[0] for n, each in enumerate(contents)]
    _, taken = up(apart, box, stick)
    assert not taken.troubles
    blobs = apart.hub.county.spaces.blobs(f"town-{TOWN}")
    assert [blobs.read(digest) for digest in digests] == contents


def test_a_file_that_the_receiver_lost_is_carried_again(apart: World, stick: Path) -> None:
    box = apart.boxes[0]
    digest = work(box, 1)[0]
    up(apart, box, stick)
    import_from(stick, site(box))
    blobs = apart.hub.county.spaces.blobs(f"town-{TOWN}")
    for path in blobs.folder.glob("??/*"):
        path.unlink()
    hub_town(apart).write(lambda c: c.execute("delete from held") and None)
    done, _ = down(apart, box, stick)
    done, taken = up(apart, box, stick)
    assert (done.files, taken.files) == (2, 2)
    assert blobs.has(digest)


def test_the_hub_carries_to_each_box_of_a_town_and_to_no_other(apart: World, stick: Path) -> None:
    first, second = apart.boxes
    work(first, 1)
    up(apart, first, stick)
    for box in (first, second):
        export_to(stick, site_of_hub(apart.hub.county), box.keys.id)
    for box in (first, second):
        (taken,) = import_from(stick, site(box))
        assert not taken.troubles
    assert dump_of(first.town) == dump_of(second.town)
    assert parts_on(stick, first.pins.hub, second.keys.id)


def test_nothing_on_the_stick_can_be_read(apart: World, stick: Path) -> None:
    box = apart.boxes[0]
    secret = b"MARK-OF-A-PAGE " * 4_000
    digests = file(box, "年度考核登记表", secret, "m1")
    box.append("person.registered", "p1", {"name": "欧阳张伟", "id_number": "511123198001011234"})
    up(apart, box, stick)
    down(apart, box, stick)
    texts = ("欧阳张伟", "511123198001011234", "年度考核登记表", "person.registered", TOWN)
    told = [b"MARK-OF-A-PAGE", *(text.encode() for text in (*texts, *digests))]
    told += [bytes.fromhex(digest) for digest in digests]
    paths = [path for path in (stick / ROOT).rglob("*") if path.is_file()]
    assert len(paths) > 4
    for path in paths:
        content = path.read_bytes()
        assert not [each for each in told if each in content]
        assert path.suffix in (".part", "")


def test_a_box_restored_from_an_old_backup_loses_nothing(apart: World, stick: Path) -> None:
    box = apart.boxes[0]
    work(box, 2)
    up(apart, box, stick)
    down(apart, box, stick)
    backup = _backed_up(box)
    work(box, 2)
    up(apart, box, stick)
    # What came back never arrives: the stick stays at the hub, the disk dies, the backup is old.
    box = _restored(apart, box, backup)
    work(box, 1)
    for _ in range(3):
        export_to(stick, site(box), box.pins.hub)
        import_from(stick, site_of_hub(apart.hub.county))
        export_to(stick, site_of_hub(apart.hub.county), box.keys.id)
        import_from(stick, site(box))
    _, taken = up(apart, box, stick)
    assert not taken.troubles
    hub = hub_town(apart)
    assert dump_of(hub) == dump_of(box.town)
    with hub.read() as connection:
        filed = connection.execute("select count(*) from material").fetchone()[0]
    assert filed == 5


def _backed_up(box: Box) -> Path:
    box.close()
    copy = box.folder.with_name("backup")
    shutil.copytree(box.folder, copy)
    box.__post_init__()
    return copy


def _restored(world: World, box: Box, backup: Path) -> Box:
    """The box again as its backup shows it, high-water files and all; later files are gone."""
    box.close()
    shutil.rmtree(box.folder)
    shutil.copytree(backup, box.folder)
    box.__post_init__()
    return box


def test_a_file_damaged_at_the_sender_does_not_hold_the_others_back(
    apart: World, stick: Path
) -> None:
    box = apart.boxes[0]
    digests = work(box, 4)
    bad = box.blobs._path(digests[2])
    content = bad.read_bytes()
    bad.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    done, taken = up(apart, box, stick)
    assert done.unreadable == (digests[2],)
    assert (done.files, done.left, taken.files, taken.troubles) == (7, 0, 7, ())


def test_the_first_stick_after_the_line_carries_what_is_lacking_only(
    world: World, stick: Path, tmp_path: Path
) -> None:
    box = world.box()
    for _ in range(40):
        work(box, 1, 10)
        box.sync()
    box.sync()
    world.hub.stop()
    box.view()
    done, taken = up(world, box, stick)
    assert (done.segments, done.files) == (1, 0)
    # What was said at the last handshake, and what came after it.
    assert done.records < 10
    assert not taken.troubles
    assert unsent_at_hub(world, box) == 0
    back, taken = down(world, box, stick)
    assert back.records < 10
    assert not taken.troubles
    assert unsent_at(box) == 0
    assert dump_of(box.town) == dump_of(hub_town(world))
    # A stick taken in is an exchange that the county has confirmed.
    with box.town.read() as connection:
        assert exchange.contacts(connection)[box.pins.hub] > 0
    world.hub.start()
    box.sync()
