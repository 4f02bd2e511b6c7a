"""The histories are worth something: each rule broken on purpose is found by them."""

import shutil
from pathlib import Path

import pytest

from tests.sync.simulator.history import History, Violation
from tests.sync.simulator.machine import Kind
from tests.sync.simulator.mutants import MUTANTS

# The rarest is seen about once in thirty.
HISTORIES = 300


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.__name__)
def test_a_broken_rule_is_found(mutant: Kind, templates: Path) -> None:
    for seed in range(HISTORIES):
        folder = templates / f"{mutant.__name__}-{seed}"
        folder.mkdir()
        try:
            History(seed, folder, templates, mutant).run()
        # A row whose key was changed comes apart: its columns are read as nothing.
        except (Violation, TypeError, ValueError):
            return
        finally:
            shutil.rmtree(folder)
    pytest.fail(f"{mutant.__name__} lived through {HISTORIES} histories")
