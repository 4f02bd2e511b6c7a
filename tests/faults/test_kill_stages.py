"""kill -9 at named stages of a box: what was acknowledged stays, and the exchange goes on."""

from collections import defaultdict
from pathlib import Path

import pytest

from edge.store.database import Space
from sync.hub import peers
from tests.faults.lives import Life, Lives
from tests.faults.machines import MERGE_CHANGES, digest_of, lacking, work
from tests.faults.plan import PLAN, kills
from tests.faults.stages import Stage
from tests.faults.test_kill import check_pages_survive, check_rebuild, check_record
from tests.offices import close_office, office_in, open_office
from tests.sync.world import Box, World

TOWN = "town-510101"
SHARES = 3
LEAST_KILLS = 200


@pytest.fixture(autouse=True)
def _small_merges(monkeypatch: pytest.MonkeyPatch) -> None:
    """A hub merges as little at once as its boxes, so that they meet several batches."""
    monkeypatch.setattr(peers, "HUB_MERGE_LIMIT", MERGE_CHANGES)


def share(place: str, number: int) -> list[tuple[Stage, int]]:
    """One part of a place's kills, so that two processors can have their own."""
    return kills(PLAN[place])[number::SHARES]


def test_the_plan_holds_two_hundred_kills_at_stages_of_different_names() -> None:
    for stages in PLAN.values():
        assert len({each.name for each in stages}) == len(stages)
    assert sum(len(kills(stages)) for stages in PLAN.values()) >= LEAST_KILLS


def test_a_counter_killed_at_any_stage_has_what_it_acknowledged(
    tmp_path: Path, lives: Lives
) -> None:
    place, folder, told = "box, at the counter", tmp_path / "office", defaultdict(list)
    close_office(open_office(folder))
    for number, (stage, time) in enumerate(kills(PLAN[place])):
        with lives.begin("Counter") as life:
            life.ask("open", folder=str(folder))
            life.die(place, stage, time, "work", life=number)
            for what, name in life.told:
                told[what].append(name)
        with office_in(folder) as office:
            check_record(office, told)
    assert min(len(told[each]) for each in ("dossier", "page", "capture", "material")) > 6
    with office_in(folder) as office:
        check_pages_survive(office, told)
        check_rebuild(office)


class Story:
    """A box that lives and dies, beside a hub and a neighbour that stay."""

    def __init__(self, world: World, lives: Lives) -> None:
        self.world, self.lives = world, lives
        self.neighbour, box = world.box(), world.box()
        world.boxes.remove(box)
        box.close()
        box.pins.save(box.folder / "pins.json")
        self.folder = box.folder
        self.entries: list[str] = []
        self.files: list[str] = []

    @property
    def hub_town(self) -> Space:
        return self.world.hub.county.spaces.space(TOWN)

    def begin(self) -> Life:
        """Open the box; whatever the last life left is sound."""
        life = self.lives.begin("Township")
        assert life.ask("open", folder=str(self.folder)) == []
        return life

    def settle(self, life: Life) -> None:
        """Exchange to the end: everybody is alike, and nothing acknowledged is missing."""
        life.ask("sync")
        self.neighbour.sync()
        assert life.ask("standing") == {
            space.name: digest_of(space)
            for space in (self.world.hub.county.spaces.county, self.hub_town)
        }
        assert digest_of(self.neighbour.town) == digest_of(self.hub_town)
        blobs = self.world.hub.county.spaces.blobs(TOWN)
        assert lacking(self.hub_town, blobs, self.entries, self.files) == []
        spool = self.world.hub.folder / "spool" / TOWN
        assert not [path for path in spool.rglob("*") if path.is_file()]

    def note(self, life: Life) -> None:
        for what, name in life.told:
            (self.entries if what == "entry" else self.files).append(name)
        life.told.clear()


def speak(box: Box, mark: str, large: bool) -> None:
    """A neighbour's day, brought to the hub."""
    work(box, mark, large, lambda *_: None)
    for _ in range(20):
        box.view()
    box.sync()


@pytest.mark.parametrize("number", range(SHARES))
def test_a_box_killed_at_any_stage_of_an_exchange_goes_on(
    world: World, lives: Lives, number: int
) -> None:
    story = Story(world, lives)
    for round, (stage, time) in enumerate(share("box, in an exchange", number)):
        with story.begin() as life:
            story.settle(life)
            speak(story.neighbour, f"n{round}", stage.large)
            life.die("box, in an exchange", stage, time, "work", round=round, large=stage.large)
            story.note(life)
    with story.begin() as life:
        story.settle(life)
        life.end()
    assert len(story.entries) == 7 * (round + 1)
