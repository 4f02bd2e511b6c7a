"""kill -9 while a box renews itself after a restore, and while a new one takes its snapshot in."""

import shutil
from contextlib import suppress
from pathlib import Path

import pytest

from edge.domain.errors import PeerUnreachable
from edge.store.branches import chain_head
from edge.store.keys import Keys
from sync.bootstrap import Bootstrap
from sync.enrolment import ask_admission
from sync.roster import space_of
from sync.wire import Link, Pins, Wire
from tests.faults.lives import Killed, Life, Lives
from tests.faults.machines import digest_of, work
from tests.faults.plan import PLAN, kills
from tests.sync.world import World

CODE = "510101"
TOWN = space_of(CODE)


def enrolled(world: World, name: str) -> Path:
    """The folder of a box that was admitted and holds nothing yet."""
    folder = world.folder / name
    keys = Keys.make(folder / "box.key")
    admission = ask_admission(world.hub.ticket(CODE), keys, CODE, name)
    admission.pins.save(folder / "pins.json")
    return folder


def settle(world: World, life: Life) -> None:
    """Exchange to the end: the box is alike with the hub."""
    life.ask("sync")
    held = life.ask("standing")
    assert held[TOWN] == digest_of(world.hub.county.spaces.space(TOWN))
    assert held["county"] == digest_of(world.hub.county.spaces.county)


def opened(lives: Lives, folder: Path) -> Life:
    life = lives.begin("Township")
    assert life.ask("open", folder=str(folder)) == []
    return life


@pytest.mark.parametrize("keeping_marks", [True, False], ids=["found at boot", "found by the hub"])
def test_a_box_set_back_and_killed_while_it_renews_itself_loses_nothing(
    world: World, lives: Lives, keeping_marks: bool
) -> None:
    place, folder, backup = "box, set back", enrolled(world, "box"), world.folder / "backup"
    acts: list[str] = []
    for round, (stage, time) in enumerate(kills(PLAN[place])[not keeping_marks :: 2]):
        with opened(lives, folder) as life:
            settle(world, life)
            life.end()
        shutil.rmtree(backup, ignore_errors=True)
        shutil.copytree(folder, backup)
        with opened(lives, folder) as life:
            life.ask("work", round=round, large=False)
            acts += [name for what, name in life.told if what == "entry"]
            life.end()
        restore(backup, folder, keeping_marks)
        with lives.begin("Township") as life:
            life.ask("die_at", place=place, name=stage.name, time=time)
            with suppress(Killed):
                life.ask("open", folder=str(folder))
                # Written on an old state, before it is known to be one: a second branch.
                life.ask("work", round=round + 100, large=False)
                raise AssertionError(f"no {stage.name!r} for the {time}. time")
            acts += [name for what, name in life.told if what == "entry"]
    with opened(lives, folder) as life:
        settle(world, life)
        assert life.ask("lacks", entries=acts, files=[]) == []
        life.end()


def restore(backup: Path, folder: Path, keeping_marks: bool) -> None:
    """Put an old state back; with the marks of the later one beside it, or without any."""
    for path in folder.glob("*.db*"):
        if not (keeping_marks and path.suffix == ".mark"):
            path.unlink()
    for path in backup.glob("*.db*"):
        if path.suffix != ".mark":
            shutil.copy(path, folder / path.name)


def test_a_new_box_killed_at_any_stage_of_its_beginning_begins_again(
    world: World, lives: Lives
) -> None:
    place, folder = "box, beginning with a snapshot", fill(world)
    for stage, time in kills(PLAN[place]):
        with lives.begin("Newcomer") as life:
            life.die(place, stage, time, "bring", folder=str(folder))
        begin_to_end(world, lives, folder)


def test_a_hub_killed_at_any_stage_of_a_snapshot_makes_it_again(world: World, lives: Lives) -> None:
    place, folder = "hub, making a snapshot", fill(world)
    box, hub = world.boxes[0], world.hub
    hub.stop()
    hub.county.close()
    keys, pins = Keys.load(folder / "box.key"), Pins.load(folder / "pins.json")
    wire = Wire(pins, keys, box.clock, Link(folder / "cut"))
    bootstrap = Bootstrap(wire, keys, TOWN, folder / "town.db")
    for stage, time in kills(PLAN[place]):
        with lives.begin("HubTown") as life:
            assert life.ask("open", folder=str(hub.folder)) == []
            wire.move(life.ask("url"))
            life.ask("die_at", place=place, name=stage.name, time=time)
            # The last thing that is said needs no answer.
            with suppress(PeerUnreachable):
                bootstrap.run()
            with pytest.raises(Killed):
                life.ask("standing")
        with lives.begin("HubTown") as life:
            assert life.ask("open", folder=str(hub.folder)) == []
            wire.move(life.ask("url"))
            assert bootstrap.run()
            held = life.ask("standing")
            life.end()
        with lives.begin("Township") as life:
            life.ask("open", folder=str(folder))
            assert life.ask("standing")[TOWN] == held[TOWN]
            life.end()
        begin_anew(folder)
    wire.close()


def fill(world: World) -> Path:
    """A town with a box that has worked, and a newcomer's folder."""
    world.hub.county.snapshots.least = 1
    box = world.box(CODE)
    for number in range(25):
        work(box, f"s{number}", False, lambda *_: None)
    box.sync()
    return enrolled(world, "newcomer")


def begin_to_end(world: World, lives: Lives, folder: Path) -> None:
    """Go on to the end, exchange, write, and be as if nothing had happened."""
    with lives.begin("Newcomer") as life:
        assert life.ask("bring", folder=str(folder))
        life.end()
    leftovers = {path.suffix for path in folder.glob("town.db.*")}
    assert leftovers <= {".mark"}
    with lives.begin("Township") as life:
        # Before its first exchange it does not know whose seals these are.
        life.ask("open", folder=str(folder))
        life.ask("work", round=0, large=False)
        settle(world, life)
        assert life.ask("check") == []
        life.end()
    with world.hub.county.spaces.space(TOWN).read() as connection:
        assert chain_head(connection, Keys.load(folder / "box.key").id)[0] % 7 == 0
    begin_anew(folder)


def begin_anew(folder: Path) -> None:
    for path in folder.glob("*.db*"):
        path.unlink()
