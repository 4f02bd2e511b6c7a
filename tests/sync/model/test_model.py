"""Every state of small towns: a cursor implies what it covers, and nothing held is lost."""

import re
from pathlib import Path

import pytest

from tests.sync.model.explore import Promise, explore
from tests.sync.model.mutants import MUTANTS
from tests.sync.model.town import Rules, begin, broken, healed

DOCUMENT = Path(__file__).resolve().parents[3] / "docs" / "replication-model.md"
# Machines (the hub is H), acts written, mishaps (a restore or a clone). Healing every state costs
# more than looking at it.
TOWNS: list[tuple[str, int, int, Promise]] = [
    ("HA", 2, 1, broken),
    ("HA", 1, 2, broken),
    ("HAB", 1, 1, broken),
    ("HA", 1, 2, healed),
    ("HAB", 1, 1, healed),
]


@pytest.mark.parametrize(("ids", "writes", "mishaps", "promise"), TOWNS)
def test_no_state_breaks_a_promise(ids: str, writes: int, mishaps: int, promise: Promise) -> None:
    explored = explore(begin(ids, writes, mishaps), Rules(), promise)
    assert explored.trace == ()
    assert explored.whole
    assert explored.states > 10_000


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.__name__)
def test_a_rule_left_out_has_a_way_to_a_loss(
    mutant: type[Rules], capsys: pytest.CaptureFixture[str]
) -> None:
    explored = explore(begin("HA", 2, 1), mutant(), broken)
    assert explored.trace, f"{mutant.__name__}: {explored.states} states, and nothing lost"
    print(f"{mutant.__name__}: " + ", ".join(explored.trace))
    assert "lacks" in capsys.readouterr().out


def test_the_document_names_the_actions_of_the_model() -> None:
    text = DOCUMENT.read_text("utf-8")
    actions = {"Write", "BackUp", "Restore", "Clone", "Boot", "Renew", "Ship", "Deliver"}
    assert actions | {"DeliverPart"} == set(re.findall(r"^(\w+)\(\w(?:, \w)?\) +==", text, re.M))
