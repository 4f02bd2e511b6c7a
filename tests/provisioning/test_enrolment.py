"""A new box's first catch-up, over the line that its town has."""

import os
import time
from pathlib import Path

from provisioning.enrolment import enrol
from sync.bandwidth import Allowance
from tests.sync.world import World

TOWN, RATE = "510101", 100_000


def test_the_first_catch_up_keeps_to_what_of_the_line_the_settings_allow(tmp_path: Path) -> None:
    world = World(tmp_path)
    try:
        box = world.box(TOWN)
        # What does not compress.
        noise = os.urandom(200_000).hex()
        box.append("dossier.viewed", "d", {"purpose": noise})
        box.sync()
        world.hub.county.snapshots.least = 1
        came: list[int] = []
        begun = time.monotonic()
        record = enrol(
            tmp_path / "new",
            world.hub.ticket(TOWN),
            TOWN,
            "二号机",
            60,
            show_progress=lambda done, total: came.append(done),
            allowance=Allowance(RATE),
        )
        record.close()
        # A second's worth may be saved up at the beginning.
        assert came[-1] > 3 * RATE
        assert time.monotonic() - begun > came[-1] / RATE - 1.5
    finally:
        world.close()
