"""Thousands of drawn histories of a town, on real databases: nothing lost, all alike in the end.

`DANGXIA_HISTORIES` says how many; seeds run from 0, so that a failure's seed is its name.
"""

import os
import shutil
from pathlib import Path

import pytest

from tests.sync.simulator.history import History
from tests.sync.simulator.promises import Violation

HISTORIES = int(os.environ.get("DANGXIA_HISTORIES", "2000"))
PER_TEST = 50


def live(seed: int, templates: Path) -> None:
    folder = templates / f"history-{seed}"
    folder.mkdir()
    try:
        History(seed, folder, templates).run()
    except Violation as violation:
        raise Violation(f"seed {seed}: {violation}") from violation
    finally:
        shutil.rmtree(folder)


@pytest.mark.parametrize("first", range(0, HISTORIES, PER_TEST))
def test_every_history_ends_with_all_alike_and_nothing_lost(first: int, templates: Path) -> None:
    for seed in range(first, min(first + PER_TEST, HISTORIES)):
        live(seed, templates)


def test_a_seed_tells_its_history_again(templates: Path) -> None:
    told = []
    for number in range(2):
        folder = templates / f"again-{number}"
        folder.mkdir()
        history = History(7, folder, templates)
        history.run()
        told.append(history.record)
        shutil.rmtree(folder)
    assert told[0] == told[1] != []
