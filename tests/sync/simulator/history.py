"""One history of a town: what is done and what goes wrong, drawn by a seed; and what must hold."""

import shutil
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from edge.domain.entry import first_break, parse
from edge.domain.errors import PeerRefused, SchemaAhead, SegmentRejected
from edge.store import exchange, verification
from edge.store.entries import entries_of_box
from edge.store.exchange import Cursor
from edge.store.migrations import schema_version
from edge.store.projection import dump
from edge.store.seals import parse_seal
from tests.sync.simulator.machine import Chance, Kind, Machine, PowerCut, Replicating, template

STEPS = 24
ATTEMPTS = 5
ROUNDS = 6


class Violation(AssertionError):
    """Something promised did not hold."""


class Cut(Exception):
    """The line broke."""


class SetBack(Exception):
    """A side found out that it was set back; the exchange begins anew."""


Rows = dict[tuple[str, object], tuple[object, ...]]


def unproven(rows: Rows) -> set[tuple[str, object]]:
    """The entries that stand under no seal or receipt."""
    entries = {
        (entry := parse(str(row[0]), str(row[1]))).hash: (("entry", key), entry.prev)
        for (table, key), row in rows.items()
        if table == "entry"
    }
    for (table, _), row in rows.items():
        hash = parse_seal(str(row[0])).hash if table in ("seal", "receipt") else ""
        while hash in entries:
            hash = entries.pop(hash)[1]
    return {key for key, _ in entries.values()}


class History:
    """A hub and two or three boxes (clones come on top) through some steps, then healed."""

    def __init__(self, seed: int, folder: Path, templates: Path, kind: Kind = Replicating) -> None:
        self.chance = Chance(seed)
        self._folder, self._templates, self._kind = folder, templates, kind
        self._sticks: list[tuple[str, str, bytes]] = []
        self._written: set[str] = set()
        self._excused: set[str] = set()
        self._heads: dict[object, object] = {}
        self.record: list[object] = []
        self.unproven = False
        names = ["hub", "a", "b"] + ["c"] * self.chance.once_in(4)
        self.machines = [self._machine(name) for name in names]
        self.hub = self.machines[0]

    def run(self) -> None:
        """Live through it; raises Violation."""
        try:
            for _ in range(STEPS):
                self._step()
            self._heal()
            self._check()
        finally:
            for machine in self.machines:
                machine.close()

    def _machine(self, name: str, origin: Path | None = None) -> Machine:
        folder = self._folder / f"{len(list(self._folder.iterdir()))}-{name}"
        if origin is None:
            folder.mkdir()
            shutil.copyfile(template(self._templates, name), folder / "town.db")
        else:
            origin.rename(folder)
        behind = name != "hub" and self.chance.once_in(6)
        schema = schema_version() - behind
        return Machine(name, folder, self.chance, self._kind, schema)

    # What happens.

    def _step(self) -> None:
        acts: list[tuple[int, Callable[[Machine], None]]] = [
            (22, self._write),
            (2, lambda m: m.say(str(self.chance.random.random()))),
            (4, Machine.idle),
            (4, Machine.reopen),
            (5, self._back_up),
            (5, self._restore),
            (1, self._clone),
            (3, self._lose_tail),
            (4, self._old_stick),
            (2, Machine.upgrade),
            (36, self._meet),
        ]
        (act,) = self.chance.random.choices([a for _, a in acts], [weight for weight, _ in acts])
        act(self.chance.random.choice(self.machines))

    def _write(self, machine: Machine) -> None:
        draw = self.chance.random
        acts = []
        for _ in range(draw.choice((1, 1, 2, 4))):
            person = f"p{draw.randrange(4)}"
            acts.append(
                draw.choice(
                    [
                        ("dossier.viewed", "d", {"purpose": "p"}, ()),
                        ("person.registered", person, {"name": draw.choice("张王李")}, ()),
                        (
                            "person.corrected",
                            person,
                            {"field": "name", "value": draw.choice("赵钱孙")},
                            tuple(sorted(draw.sample(sorted(self._written), 1)))
                            if self._written
                            else (),
                        ),
                    ]
                )
            )
        written = machine.append(acts)
        self._written |= set(written)
        rows = machine.rows()
        self._heads |= {(id := bytes.fromhex(each)): rows["entry", id] for each in written}

    def _back_up(self, machine: Machine) -> None:
        machine.backups.append(machine.copy_to(self._new_folder()))

    def _restore(self, machine: Machine) -> None:
        if machine.backups:
            mark = self.chance.random.choice(("keep", "restore", "lose"))
            copy = self.chance.random.choice(machine.backups)
            self._lose(machine, lambda: machine.replace_by(copy, mark=mark))

    def _lose_tail(self, machine: Machine) -> None:
        if machine.log_size < 3 << 20:
            copy = machine.copy_to(self._new_folder())
            tail = self.chance.random.random()
            self._lose(machine, lambda: machine.replace_by(copy, mark="keep", tail=tail))

    def _clone(self, machine: Machine) -> None:
        if machine is not self.hub and len(self.machines) < 5:
            self.machines.append(self._machine(machine.name, machine.copy_to(self._new_folder())))

    def _lose(self, machine: Machine, act: Callable[[], None]) -> None:
        """What only this disk held may be gone."""
        before = machine.ids()
        machine.was_set_back = True
        act()
        lost = before - machine.ids()
        if lost:
            self._excused |= lost.difference(*(m.ids() for m in self.machines if m is not machine))

    def _old_stick(self, machine: Machine) -> None:
        for sender, receiver, content in self._sticks[-1:] + self._sticks[:2]:
            if receiver == machine.id:
                try:
                    taken = machine.replica.take(content, sender)
                except (PeerRefused, SchemaAhead):
                    continue
                except SegmentRejected as error:
                    # A machine that does not know yet that it forgot is spared by its own checks.
                    if machine.was_set_back:
                        continue
                    raise Violation(f"an honest stick was refused: {error.key}") from error
                if machine is self.hub:
                    machine.replica.sign_for(taken.boxes)

    def _meet(self, machine: Machine) -> None:
        near = machine if machine is not self.hub else self.machines[1]
        others = [other for other in self.machines if other.id != near.id]
        far = self.hub if self.chance.random.random() < 0.7 else self.chance.random.choice(others)
        with suppress(Cut):
            self._exchange(near, far, faulty=True)

    # An exchange, as Session and Peers do it.

    def _exchange(self, near: Machine, far: Machine, *, faulty: bool) -> int:
        for _ in range(ATTEMPTS):
            self._show(near, far)
            if not self._show(far, near):
                continue
            try:
                moved = self._settle(far)
                moved += self._carry(far, near, faulty=faulty)
                moved += self._carry(near, far, faulty=faulty)
                return moved + self._carry(far, near, faulty=faulty)
            except SetBack:
                continue
        raise Violation("an exchange finds sides set back again and again")

    def _show(self, near: Machine, far: Machine) -> bool:
        """Near shows how far it has far's record; False when far was set back."""
        epoch = far.replica.epoch
        shown = near.replica.cursor_of(far.id, epoch)
        return far.replica.recognise(near.id, shown, near.replica.proof_of(far.id, epoch))

    def _settle(self, far: Machine) -> int:
        if far is self.hub:
            boxes = {machine.id for machine in self.machines if machine is not far}
            with far.space.read() as connection:
                open = frozenset(box for box in boxes if exchange.unsent(connection, box)[0])
            far.replica.sign_for(open)
        return 0

    def _carry(self, source: Machine, target: Machine, *, faulty: bool) -> int:
        cursor, moved = target.replica.cursor_of(source.id, source.replica.epoch), 0
        epoch = target.replica.epoch
        while True:
            if not source.replica.remembers(target.id, cursor):
                raise SetBack
            content = source.replica.outgoing(target.id, epoch, cursor)
            if content is None:
                return moved
            if self.chance.once_in(4):
                self._sticks.append((source.id, target.id, content))
            if faulty:
                self._fault(source, target, content)
            reached = self._deliver(source, target, content)
            if reached is None:
                return moved
            if reached.upto <= cursor.upto:
                raise Violation("a cursor went back, or stood still")
            cursor, moved = reached, moved + 1

    def _deliver(self, source: Machine, target: Machine, content: bytes) -> Cursor | None:
        try:
            taken = target.replica.take(content, source.id)
        except SchemaAhead:
            return None
        except SegmentRejected as error:
            raise Violation(f"an honest segment was refused: {error.key} {error.fields}") from error
        except PeerRefused as error:
            raise Violation(f"an honest segment does not follow: {error.fields}") from error
        if target is self.hub:
            target.replica.sign_for(taken.boxes)
        return taken.cursor

    def _fault(self, source: Machine, target: Machine, content: bytes) -> None:
        fault = self.chance.random.randrange(100)
        if fault < 8:
            raise Cut
        if fault < 11:
            self._damage(source, target, content)
            raise Cut
        if fault < 24:
            self._fail_power(source, target, content)
            raise Cut
        if fault < 30:
            self._deliver(source, target, content)
            self._repeat(source, target, content)
            raise Cut

    def _damage(self, source: Machine, target: Machine, content: bytes) -> None:
        # Drawn once whatever the length, which epochs drawn elsewhere make vary.
        place = int(self.chance.random.random() * len(content))
        broken = content[:place] + bytes([content[place] ^ 0x40]) + content[place + 1 :]
        before = target.state()
        try:
            target.replica.take(broken, source.id)
        except SegmentRejected:
            if target.state() != before:
                raise Violation("a refused segment left a trace") from None
        else:
            raise Violation("a damaged segment was taken in")

    def _repeat(self, source: Machine, target: Machine, content: bytes) -> None:
        before = target.state()
        self._deliver(source, target, content)
        if target.state() != before:
            raise Violation("a repeated segment changed something")

    def _fail_power(self, source: Machine, target: Machine, content: bytes) -> None:
        target.replica.fuse = self.chance.random.randrange(3)
        try:
            target.replica.take(content, source.id)
        except (PowerCut, SchemaAhead):
            pass
        except SegmentRejected as error:
            raise Violation(f"an honest segment was refused: {error.key} {error.fields}") from error
        copy = target.copy_to(self._new_folder())
        target.replace_by(copy, mark="keep")

    def _new_folder(self) -> Path:
        return self._folder / f"{len(list(self._folder.iterdir()))}-copy"

    # What must hold in the end.

    def _heal(self) -> None:
        for machine in self.machines:
            machine.upgrade()
        boxes = [machine for machine in self.machines if machine is not self.hub]
        for _ in range(ROUNDS):
            if not sum(self._exchange(box, self.hub, faulty=False) for box in boxes):
                return
        raise Violation("exchanges never come to rest")

    def _check(self) -> None:
        held = [machine.rows() for machine in self.machines]
        for machine, rows in zip(self.machines, held, strict=True):
            if rows != held[0]:
                differing = dict(rows.items() ^ held[0].items())
                odd = {table for table, _ in differing}
                # A disk that lied kept acts of others without the seal that came with them, and
                # everybody else forgot them: nobody can prove them, so nobody passes them on.
                forgotten = any(each.was_set_back for each in self.machines)
                if odd == {"entry"} and forgotten and differing.keys() <= unproven(rows):
                    self.unproven = True
                    return
                # Its versions are counted by the writer alone: a writer that was set back counts
                # anew, and nobody can vouch for what it had said.
                if odd == {"box_status"} and any(each.was_set_back for each in self.machines):
                    continue
                raise Violation(f"records of hub and {machine.name} differ: {odd}")
        self.record = [
            row for (table, _), row in sorted(held[0].items(), key=repr) if table == "entry"
        ]
        for (table, key), row in held[0].items():
            if table == "entry" and self._heads.get(key, row) != row:
                raise Violation("an entry was altered")
        ids = {key.hex() for table, key in held[0] if table == "entry" and isinstance(key, bytes)}
        missing = self._written - self._excused - ids
        if missing:
            raise Violation(f"lost: {len(missing)}")
        if any(None in row for row in held[0].values()):
            raise Violation("a torn row")
        dumps = set()
        for machine in self.machines:
            with machine.space.read() as connection:
                dumps.add(dump(connection))
                waiting = (
                    exchange.unsent(connection, machine.id)[0] if machine is not self.hub else 0
                )
                broken = [first_break(entries_of_box(connection, m.id)) for m in self.machines]
                if any(broken) or waiting:
                    raise Violation(f"chain broken or not signed for: {waiting}")
        if len(dumps) > 1:
            raise Violation("projections differ")
        if not self.chance.random.choice(self.machines).space.write(verification.remake):
            raise Violation("the projection is not what the record says")
