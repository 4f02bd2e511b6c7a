"""The box as it is put together carries by stick while it runs, beside its own exchange."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from edge.box import Box, pins_path
from edge.settings import read_settings
from sync.carry import parcel_folder
from sync.carry_import import import_from
from sync.hub.carry import site_of_hub
from tests.sync.carriage import TOWN, dump_of, hub_town, work
from tests.sync.world import World

PATIENCE_S = 120


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    built = World(tmp_path)
    yield built
    built.boxes.clear()
    built.close()


def test_a_running_box_exports_and_says_so(world: World, tmp_path: Path) -> None:
    enrolled = world.box()
    enrolled.pins.save(pins_path(enrolled.folder))
    work(enrolled, 3)
    enrolled.sync()
    enrolled.close()
    (enrolled.folder / "town.db").rename(enrolled.folder / f"town-{TOWN}.db")
    world.hub.stop()
    stick = tmp_path / "KINGSTON"
    stick.mkdir()
    config = tmp_path / "box.toml"
    config.write_text(
        f'folder = "{enrolled.folder.name}"\nannounce = false\n[carry]\nfolders = ["{stick}"]\n',
        "utf-8",
    )
    box = Box(read_settings(config))
    box.start()
    try:
        sticks = box._sticks
        (found,) = [each for each in sticks.plugged() if each.path == stick]
        sticks.start("export", str(found.path))
        deadline = time.monotonic() + PATIENCE_S
        while (now := sticks.carriage) is None or now.running:
            assert time.monotonic() < deadline
            time.sleep(0.05)
        assert [key for _, key, _ in now.said] == ["carry.exported", "carry.safe"]
        assert parcel_folder(stick, enrolled.keys.id, enrolled.pins.hub).is_dir()
        (taken,) = import_from(stick, site_of_hub(world.hub.county))
        assert not taken.troubles
        assert dump_of(hub_town(world)) == dump_of(box.record.town)
    finally:
        box.stop()
        world.hub.start()
