"""One history of a town: what is done and what goes wrong, drawn by a seed; then it is healed."""

import shutil
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from edge.domain.errors import PeerRefused, SchemaAhead, SegmentRejected
from edge.store.database import Space
from edge.store.migrations import schema_version
from tests.sync.simulator.line import Cut, Line
from tests.sync.simulator.machine import (
    WHOLE_LOG,
    Act,
    Chance,
    Kind,
    Machine,
    Replicating,
    template,
)
from tests.sync.simulator.promises import Expected, Violation, check
from tests.sync.simulator.sticks import Stick, read_stick, write_stick
from tests.sync.simulator.undivided import Undivided

STEPS = 24
ROUNDS = 6
# So many histories have one with the product's own connections.
WHOLE_IN = 20


class History:
    """A hub and two or three boxes (clones come on top) through some steps, then healed."""

    def __init__(self, seed: int, folder: Path, templates: Path, kind: Kind = Replicating) -> None:
        self.chance = Chance(seed)
        self._folder, self._templates, self._kind = folder, templates, kind
        self._space: type[Space] = Undivided if seed % WHOLE_IN else Space
        self._sticks: list[Stick] = []
        self._expected = Expected()
        self.record: list[object] = []
        names = ["hub", "a", "b"] + ["c"] * self.chance.once_in(4)
        self.machines = [self._machine(name) for name in names]
        self.hub = self.machines[0]
        self._line = Line(self.chance, self.machines, self._new_folder)

    def run(self) -> None:
        """Live through it; raises Violation."""
        try:
            for _ in range(STEPS):
                self._step()
            self._heal()
            self._check()
        finally:
            self.close()

    def close(self) -> None:
        """Switch everything off."""
        for machine in self.machines:
            machine.close()

    def _check(self) -> None:
        self.record = check(self.machines, self._expected)

    def _machine(self, name: str, origin: Path | None = None) -> Machine:
        folder = self._folder / f"{len(list(self._folder.iterdir()))}-{name}"
        if origin is None:
            folder.mkdir()
            shutil.copyfile(template(self._templates, name, self._space), folder / "town.db")
        else:
            origin.rename(folder)
        behind = name != "hub" and self.chance.once_in(6)
        schema = schema_version() - behind
        return Machine(name, folder, self.chance, self._kind, self._space, schema)

    def _step(self) -> None:
        acts: list[tuple[int, Callable[[Machine], None]]] = [
            (22, self.write),
            (2, lambda m: m.say(str(self.chance.random.random()))),
            (4, Machine.idle),
            (4, Machine.reopen),
            (2, Machine.jump),
            (5, self.back_up),
            (5, self.restore),
            (1, self.clone),
            (3, self._lose_tail),
            (4, self._deliver_again),
            (4, self.write_stick),
            (4, self.read_stick),
            (2, Machine.upgrade),
            (36, self.meet),
        ]
        (act,) = self.chance.random.choices([a for _, a in acts], [weight for weight, _ in acts])
        act(self.chance.random.choice(self.machines))

    def write(self, machine: Machine) -> None:
        acts = [self._draw_act() for _ in range(self.chance.random.choice((1, 1, 2, 4)))]
        written = machine.append(acts)
        self._expected.written |= set(written)
        rows = machine.rows()
        self._expected.heads |= {(id := bytes.fromhex(each)): rows["entry", id] for each in written}

    def _draw_act(self) -> Act:
        draw, written = self.chance.random, sorted(self._expected.written)
        person = f"p{draw.randrange(4)}"
        after = tuple(draw.sample(written, 1)) if written else ()
        correction: dict[str, object] = {"field": "name", "value": draw.choice("赵钱孙")}
        acts: list[Act] = [
            ("dossier.viewed", "d", {"purpose": "p"}, ()),
            ("person.registered", person, {"name": draw.choice("张王李")}, ()),
            ("person.corrected", person, correction, after),
        ]
        return draw.choice(acts)

    def back_up(self, machine: Machine) -> None:
        machine.backups.append(machine.copy_to(self._new_folder()))

    def restore(self, machine: Machine) -> None:
        if machine.backups:
            mark = self.chance.random.choice(("keep", "restore", "lose"))
            copy = self.chance.random.choice(machine.backups)
            self._lose(machine, lambda: machine.replace_by(copy, mark=mark))

    def _lose_tail(self, machine: Machine) -> None:
        if machine.log_size < WHOLE_LOG:
            machine.lost_tail = True
            copy = machine.copy_to(self._new_folder())
            tail = self.chance.random.random()
            self._lose(machine, lambda: machine.replace_by(copy, mark="keep", tail=tail))

    def clone(self, machine: Machine) -> None:
        if machine is not self.hub and len(self.machines) < 5:
            machine.was_set_back = True
            self._expected.cloned.add(machine.id)
            clone = self._machine(machine.name, machine.copy_to(self._new_folder()))
            clone.was_set_back, clone.lost_tail = True, machine.lost_tail
            self.machines.append(clone)

    def _lose(self, machine: Machine, act: Callable[[], None]) -> None:
        """What only this disk held may be gone."""
        before = machine.ids()
        machine.was_set_back = True
        act()
        lost = before - machine.ids()
        if lost:
            others = (each.ids() for each in self.machines if each is not machine)
            self._expected.excused |= lost.difference(*others)

    def _deliver_again(self, machine: Machine) -> None:
        """Segments of another day arrive, the last first."""
        kept = self._line.kept
        for sender, receiver, content in kept[-1:] + kept[:2]:

            def take(content: bytes = content, sender: str = sender) -> frozenset[str]:
                return machine.replica.take(content, sender).boxes

            if receiver == machine.id:
                with suppress(PeerRefused, SchemaAhead):
                    self._unless_set_back(machine, take)

    def write_stick(self, machine: Machine) -> None:
        near = machine if machine is not self.hub else self.machines[1]
        pair = [near, self.hub]
        self.chance.random.shuffle(pair)
        self._sticks.append(write_stick(pair[0], pair[1].id))

    def read_stick(self, machine: Machine) -> None:
        sticks = [stick for stick in self._sticks if stick.receiver == machine.id]
        if sticks:
            stick = self.chance.random.choice(sticks)
            self._unless_set_back(
                machine,
                lambda: frozenset(
                    box for taken in read_stick(machine, stick) for box in taken.boxes
                ),
            )

    def _unless_set_back(self, machine: Machine, take: Callable[[], frozenset[str]]) -> None:
        try:
            boxes = take()
        except SegmentRejected as error:
            # A machine that does not know yet that it forgot is spared by its own checks.
            if machine.was_set_back:
                return
            raise Violation(f"an honest stick was refused: {error.key}") from error
        if machine is self.hub:
            machine.replica.sign_for(boxes)

    def meet(self, machine: Machine) -> None:
        near = machine if machine is not self.hub else self.machines[1]
        others = [other for other in self.machines if other.id != near.id]
        far = self.hub if self.chance.random.random() < 0.7 else self.chance.random.choice(others)
        with suppress(Cut):
            self._line.meet(near, far, faulty=True)

    def _new_folder(self) -> Path:
        return self._folder / f"{len(list(self._folder.iterdir()))}-copy"

    def _heal(self) -> None:
        for machine in self.machines:
            machine.upgrade()
        boxes = [machine for machine in self.machines if machine is not self.hub]
        for _ in range(ROUNDS):
            if not sum(self._line.meet(box, self.hub, faulty=False) for box in boxes):
                return
        raise Violation("exchanges never come to rest")
