"""Power cuts at named stages of carrying: a stick filled, emptied and brought back loses nothing.

With the machine go what was not yet durable on the stick, or at the hub of the files.
"""

import pytest

from edge.store.keys import Keys
from sync.enrolment import ask_admission
from tests.faults.lives import Lives
from tests.faults.plan import PLAN, kills
from tests.faults.stages import Stage
from tests.sync.world import World

CODE = "510101"
EXPORT, IMPORT, ANSWER = (
    "box, filling a stick", "hub, emptying a stick", "box, reading the answer"
)  # fmt: skip


class Story:
    """A box and a hub that meet by a stick alone; each is killed in turn."""

    def __init__(self, world: World, lives: Lives) -> None:
        self.lives, self.hub = lives, world.hub.folder
        self.box, self.stick = world.folder / "box", world.folder / "stick"
        self.stick.mkdir()
        keys = Keys.make(self.box / "box.key")
        self.id = keys.id
        ask_admission(world.hub.ticket(CODE), keys, CODE, "一号机").pins.save(
            self.box / "pins.json"
        )
        world.hub.stop()
        world.hub.county.close()
        self.entries: list[str] = []
        self.files: list[str] = []

    def fill(
        self, blow: tuple[Stage, int] | None = None, round: int | None = None, large: bool = False
    ) -> list[int] | None:
        """Fill the stick at the box: files put on it and left; None when it was killed."""
        with self.lives.begin("Township") as life:
            assert life.ask("open", folder=str(self.box)) == []
            if blow:
                life.ask("lose_unhardened", folder=str(self.stick))
                life.die(EXPORT, *blow, "export", stick=str(self.stick), round=round, large=large)
                done = None
            else:
                done = life.ask("export", stick=str(self.stick), round=round, large=large)
                life.end()
            for what, name in life.told:
                (self.entries if what == "entry" else self.files).append(name)
        return done

    def empty(self, blow: tuple[Stage, int] | None = None) -> None:
        """Empty it at the hub, which then lacks nothing that was put on it."""
        with self.lives.begin("HubTown") as life:
            assert life.ask("open", folder=str(self.hub), serving=False) == []
            if blow:
                life.ask("lose_unhardened", folder=str(self.hub / "blobs" / f"town-{CODE}"))
                life.die(IMPORT, *blow, "read_stick", stick=str(self.stick))
                return
            assert life.ask("read_stick", stick=str(self.stick)) == []
            assert life.ask("lacks", town=CODE, entries=self.entries, files=self.files) == []
            life.ask("export", stick=str(self.stick), receiver=self.id)
            self.held = life.ask("standing")
            life.end()

    def come_back(self, blow: tuple[Stage, int] | None = None) -> None:
        """Read the hub's answer at the box, which then is alike with it."""
        with self.lives.begin("Township") as life:
            assert life.ask("open", folder=str(self.box)) == []
            if blow:
                life.ask("lose_unhardened", folder=str(self.stick))
                life.die(ANSWER, *blow, "read_stick", stick=str(self.stick))
                return
            assert life.ask("read_stick", stick=str(self.stick)) == []
            standing = life.ask("standing")
            assert standing[f"town-{CODE}"] == self.held[f"town-{CODE}"]
            # All is known to be there: nothing is put on the stick any more.
            assert life.ask("export", stick=str(self.stick)) == [0, 0]
            life.end()


@pytest.mark.parametrize("share", range(2))
def test_carrying_goes_on_wherever_it_was_killed(world: World, lives: Lives, share: int) -> None:
    story = Story(world, lives)
    blows = [kills(PLAN[place])[share::2] for place in (EXPORT, IMPORT, ANSWER)]
    for round in range(max(map(len, blows))):
        export, take, answer = (each[round] if round < len(each) else None for each in blows)
        large = bool(take and take[0].large)
        if export:
            story.fill(export, round=round, large=large)
            story.fill()
        else:
            story.fill(round=round, large=large)
        if take:
            story.empty(take)
        story.empty()
        if answer:
            story.come_back(answer)
        story.come_back()
