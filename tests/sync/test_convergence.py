"""A town whose story Hypothesis tells: writes, meetings, mishaps; in the end all are alike.

As the simulator's histories, but a failure shrinks to the few steps that it takes.
"""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test

from tests.sync.simulator.history import History
from tests.sync.simulator.machine import Kind, Machine, Replicating
from tests.sync.simulator.mutants import KeepsItsEpoch, TrustsTheCounter
from tests.sync.simulator.promises import Violation

MEMORY = Path("/dev/shm")
PLACES, DRAWN = st.integers(0, 4), st.integers(0, 1 << 16)


class Town(History):
    """A history whose steps are asked for."""

    def at(self, place: int) -> Machine:
        return self.machines[place % len(self.machines)]

    def do(self, act: Callable[[History, Machine], None], place: int, drawn: int) -> None:
        self.chance.random.seed(drawn)
        act(self, self.at(place))

    def end(self) -> None:
        """Heal it and look."""
        try:
            self._heal()
            self._check()
        finally:
            self.close()


def machine_of(templates: Path, kind: Kind) -> type[RuleBasedStateMachine]:
    """The steps; a mutant's replicas have one rule broken."""

    class Convergence(RuleBasedStateMachine):
        def __init__(self) -> None:
            super().__init__()
            self.folder = Path(tempfile.mkdtemp(dir=templates))
            self.town = Town(1, self.folder, templates, kind)

        @rule(place=PLACES, drawn=DRAWN)
        def write(self, place: int, drawn: int) -> None:
            self.town.do(Town.write, place, drawn)

        @rule(place=PLACES, drawn=DRAWN)
        def meet(self, place: int, drawn: int) -> None:
            self.town.do(Town.meet, place, drawn)

        @rule(place=PLACES, drawn=DRAWN)
        def pass_on_a_stick(self, place: int, drawn: int) -> None:
            self.town.do(Town.write_stick, place, drawn)
            self.town.do(Town.read_stick, place + 1, drawn)

        @rule(place=PLACES)
        def idle(self, place: int) -> None:
            self.town.at(place).idle()

        @rule(place=PLACES)
        def restart(self, place: int) -> None:
            self.town.at(place).reopen()

        @rule(place=PLACES)
        def back_up(self, place: int) -> None:
            self.town.do(Town.back_up, place, 0)

        @rule(place=PLACES, drawn=DRAWN)
        def restore(self, place: int, drawn: int) -> None:
            self.town.do(Town.restore, place, drawn)

        @rule(place=PLACES)
        def clone(self, place: int) -> None:
            self.town.do(Town.clone, place, 0)

        def teardown(self) -> None:
            try:
                self.town.end()
            finally:
                shutil.rmtree(self.folder)

    return Convergence


@pytest.fixture
def templates() -> Iterator[Path]:
    parent = MEMORY if MEMORY.is_dir() else None
    folder = Path(tempfile.mkdtemp(prefix="dangxia-", dir=parent))
    yield folder
    shutil.rmtree(folder)


def tell(templates: Path, kind: Kind, examples: int) -> None:
    run_state_machine_as_test(
        machine_of(templates, kind),
        settings=settings(
            max_examples=examples,
            stateful_step_count=25,
            # A broken town is found, not told in the fewest words, which would take long.
            phases=[Phase.generate] if kind is not Replicating else settings().phases,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_whatever_happens_all_are_alike_in_the_end(templates: Path) -> None:
    tell(templates, Replicating, 60)


@pytest.mark.parametrize("mutant", [KeepsItsEpoch, TrustsTheCounter])
def test_a_broken_rule_is_found(mutant: Kind, templates: Path) -> None:
    with pytest.raises(Violation):
        tell(templates, mutant, 400)
