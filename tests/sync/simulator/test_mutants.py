"""The histories are worth something: each rule broken on purpose is found by them."""

import shutil
from pathlib import Path

import pytest

from sync import replica
from tests.sync.simulator.history import History
from tests.sync.simulator.lenient import admit_anything
from tests.sync.simulator.machine import Kind, Replicating
from tests.sync.simulator.mutants import MUTANTS, RewritesKeys
from tests.sync.simulator.promises import Violation
from tests.sync.simulator.watched import watched

# The rarest is seen about once in thirty.
HISTORIES = 300


def find(mutant: Kind, templates: Path, histories: int = HISTORIES) -> str:
    """What the first history says that goes wrong; empty if none does."""
    for seed in range(1, histories):
        folder = templates / f"{mutant.__name__}-{seed}"
        folder.mkdir()
        try:
            History(seed, folder, templates, mutant).run()
        except Violation as violation:
            return str(violation)
        finally:
            shutil.rmtree(folder)
    return ""


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.__name__)
def test_a_broken_rule_is_found(mutant: Kind, templates: Path) -> None:
    # One whose key was rewritten comes apart in its own hands before anybody is shown it.
    broken = watched(mutant) if mutant is RewritesKeys else mutant
    assert find(broken, templates), f"{mutant.__name__} lived through {HISTORIES} histories"


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.__name__)
def test_a_broken_rule_is_found_without_anybody_refusing_it(
    mutant: Kind, templates: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replica, "admit", admit_anything)
    found = find(watched(mutant), templates)
    assert found, f"{mutant.__name__} lived through {HISTORIES} histories"
    assert "refused" not in found


def test_who_admits_anything_finds_nothing_wrong_with_the_real_one(
    templates: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replica, "admit", admit_anything)
    assert find(watched(Replicating), templates, 40) == ""
