"""kill -9 at named stages of a hub: what it acknowledged is there, and its towns go on."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest

from edge.domain.errors import PeerUnreachable
from edge.store import possession
from edge.store.branches import heads_at
from tests.faults.lives import Killed, Life, Lives
from tests.faults.machines import digest_of, work
from tests.faults.plan import PLAN, kills
from tests.faults.stages import Stage
from tests.sync.hub.test_routing import scanned
from tests.sync.world import Box, World

PLACE, SHARES = "hub, in exchanges", 3


class Story:
    """Two boxes of two towns that stay, and a hub that lives and dies."""

    def __init__(self, world: World, lives: Lives) -> None:
        self.lives, self.folder = lives, world.hub.folder
        self.sender, self.receiver = world.box("510101"), world.box("510102")
        world.hub.stop()
        world.hub.county.close()

    @contextmanager
    def life(self) -> Iterator[Life]:
        """Open the hub; what the last life left is sound, and all it acknowledged is there."""
        with self.lives.begin("HubTown") as life:
            assert life.ask("open", folder=str(self.folder)) == []
            url = life.ask("url")
            for box in (self.sender, self.receiver):
                entries, files = acknowledged(box)
                town = box.pins.town
                assert life.ask("lacks", town=town, entries=entries, files=files) == []
                box.session.wire.move(url)
            yield life

    def settle(self, life: Life) -> None:
        """Exchange to the end: each town is alike at the hub and at its box."""
        for box in (self.sender, self.receiver, self.sender, self.receiver):
            box.sync()
        held = life.ask("standing")
        for box in (self.sender, self.receiver):
            assert held[box.town.name] == digest_of(box.town)
            assert held["county"] == digest_of(box.county)
            with box.town.read() as connection:
                assert possession.unsent(connection, box.keys.id)[0] == 0

    def work(self, mark: str, large: bool) -> None:
        """A dossier with its pages goes from one town to the other, which confirms it."""
        dossier, transfer = f"d-{mark}", f"t-{mark}"
        work(self.sender, mark, large, lambda *_: None)
        registered = {"person": f"p-{mark}", "number": f"A-{mark}", "class": "干部", "holder": "x"}
        self.sender.append("person.registered", f"p-{mark}", {"name": "张伟"})
        self.sender.append(
            "dossier.registered", dossier, {**registered, "scheme": "s", "counts": {}}
        )
        page = scanned(self.sender, mark.encode() * 200)
        filed = {"category": "1", "position": 1, "title": "履历表", "formed_on": "1998"}
        self.sender.append(
            "material.filed", f"f-{mark}", {**filed, "dossier": dossier, "pages": [page]}
        )
        sent = {"dossier": dossier, "to": "510102", "reason": "工作调动", "letter": "函 1"}
        self.sender.sync()
        self.sender.append("transfer.sent", transfer, sent)
        self.sender.sync()
        self.receiver.sync()
        self.receiver.append(
            "material.filed", f"g-{mark}", {**filed, "dossier": dossier, "pages": [page]}
        )
        self.receiver.append("transfer.received", transfer, {"dossier": dossier})
        self.receiver.sync()
        self.sender.sync()


def acknowledged(box: Box) -> tuple[list[str], list[str]]:
    """What a box takes to be at the county: entries under a receipt, files confirmed."""
    with box.town.read() as connection:
        signed = possession.up_to(connection, box.keys.id)
        entries = [
            id.hex()
            for n in range(1, signed + 1)
            for id, _ in heads_at(connection, box.keys.id, n).values()
        ]
        files = connection.execute("select lower(hex(digest)) from blob_delivered").fetchall()
    return entries, [digest for (digest,) in files]


@pytest.mark.parametrize("number", range(SHARES))
def test_a_hub_killed_at_any_stage_keeps_what_it_acknowledged(
    world: World, lives: Lives, number: int
) -> None:
    story = Story(world, lives)
    for round, (stage, time) in enumerate(kills(PLAN[PLACE])[number::SHARES]):
        with story.life() as life:
            story.settle(life)
            end(story, life, stage, time, f"{number}-{round}")
    with story.life() as life:
        story.settle(life)
        life.end()


def end(story: Story, life: Life, stage: Stage, time: int, mark: str) -> None:
    """Work until the hub dies of it, which a box sees as a line that broke."""
    life.ask("die_at", place=PLACE, name=stage.name, time=time)
    with suppress(PeerUnreachable):
        story.work(mark, stage.large)
        raise AssertionError(f"a day went by without {stage.name!r} for the {time}. time")
    with pytest.raises(Killed):
        life.ask("standing")
