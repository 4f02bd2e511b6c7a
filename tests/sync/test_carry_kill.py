"""Killed at any moment, a box or a hub that carries loses nothing and goes on where it stopped."""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from edge.store.keys import Keys
from sync.carry_export import export_to
from sync.carry_import import import_from
from sync.hub.carry import site_of_hub
from sync.hub.county import County
from sync.wire import Pins
from tests.sync.carriage import dump_of, file, site, work
from tests.sync.world import Box, World

ROOT = Path(__file__).parents[2]
TOWN = "town-510101"
# Exports at the box or imports at the hub; says when the work itself begins.
CHILD = """
import sys
from pathlib import Path
from tests.sync.test_carry_kill import fill, empty
folder, act = Path(sys.argv[1]), sys.argv[2]
{"fill": fill, "empty": empty}[act](folder, lambda: print("begun", flush=True))
"""


def opened(folder: Path) -> Box:
    return Box(
        folder / "box0", Keys.load(folder / "box0" / "box.key"), Pins.load(folder / "pins.json")
    )


def fill(folder: Path, begin: Callable[[], object] = lambda: None) -> None:
    box = opened(folder)
    begin()
    export_to(folder / "stick", site(box), box.pins.hub, part_bytes=400_000)
    box.close()


def empty(folder: Path, begin: Callable[[], object] = lambda: None) -> None:
    county = County.open(folder / "hub")
    begin()
    found = import_from(folder / "stick", site_of_hub(county))
    assert not [each.troubles for each in found if each.troubles]
    county.close()


def run(folder: Path, act: str, kill_after: float | None) -> float:
    """Run a child, or kill it so many seconds after its work began; how long it worked."""
    child = subprocess.Popen(
        [sys.executable, "-c", CHILD, str(folder), act],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
    )
    assert child.stdout is not None
    with child, child.stdout as told:
        assert told.readline() == b"begun\n"
        begun = time.monotonic()
        if kill_after is None:
            assert child.wait(60) == 0
        else:
            time.sleep(kill_after)
            child.send_signal(signal.SIGKILL)
            assert child.wait(60) in (0, -signal.SIGKILL)
        return time.monotonic() - begun


def test_kills_at_random_moments(tmp_path: Path) -> None:
    world = World(tmp_path)
    box = world.box()
    box.pins.save(tmp_path / "pins.json")
    world.close()
    (tmp_path / "stick").mkdir()
    chance = random.Random(20_261_122)
    kills = 0
    spent = {"fill": 0.6, "empty": 0.6}
    for _ in range(2):
        box = opened(tmp_path)
        work(box, 12, 90_000)
        file(box, "大图", os.urandom(2_500_000), f"m{kills}")
        box.close()
        for act, count in (("fill", 3), ("empty", 2)):
            for _ in range(count):
                run(tmp_path, act, chance.uniform(0, spent[act]))
                kills += 1
            spent[act] = run(tmp_path, act, None)
    assert kills == 10
    county, box = County.open(tmp_path / "hub"), opened(tmp_path)
    (answer,) = import_from(tmp_path / "stick", site(box))
    assert not answer.troubles
    assert dump_of(county.spaces.space(TOWN)) == dump_of(box.town)
    with box.town.read() as connection:
        named = [row[0].hex() for row in connection.execute("select digest from blob")]
    assert len(named) == 2 * 26
    for digest in named:
        assert county.spaces.blobs(TOWN).read(digest) == box.blobs.read(digest)
    done = export_to(tmp_path / "stick", site(box), box.pins.hub)
    assert (done.files, done.left) == (0, 0)
    county.close()
    box.close()


def test_an_interrupted_export_keeps_what_was_finished(tmp_path: Path) -> None:
    world = World(tmp_path)
    box = world.box()
    work(box, 12, 90_000)
    stick = tmp_path / "stick"
    stick.mkdir()

    class Pulled(Exception):
        pass

    seen: list[int] = []

    def pull(done: int, total: int) -> None:
        seen.append(done)
        if len(seen) == 3:
            raise Pulled

    with suppress(Pulled):
        export_to(stick, site(box), box.pins.hub, part_bytes=200_000, watch=pull)
    (early,) = import_from(stick, site_of_hub(world.hub.county))
    assert early.unfinished
    assert early.entries
    assert not early.troubles
    finished = {path: path.stat().st_mtime_ns for path in stick.rglob("*.part")}
    done = export_to(stick, site(box), box.pins.hub, part_bytes=200_000)
    kept = [
        path for path, at in finished.items() if path.exists() and at == path.stat().st_mtime_ns
    ]
    assert len(kept) >= 3
    assert 0 < done.files < 24
    world.close()
