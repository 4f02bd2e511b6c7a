"""The model of docs/replication-model.md: epochs, export log, cursors, restore and clone.

Immutable states, and for each what may happen next; names as in the document. An act is a number;
a version is a place in a machine's record, counted from 1.
"""

from collections.abc import Iterator
from typing import NamedTuple

Act = int
Epoch = int
Peer = tuple[str, Epoch]
# What the hash of a segment stands for: all that its sender held up to its end.
Hash = tuple[Act, ...]


class Cursor(NamedTuple):
    """How far a sender's record was taken in."""

    upto: int
    hash: Hash


NOWHERE = Cursor(0, ())


class Machine(NamedTuple):
    """One disk: `record` holds each act and the peer that it came from; None is written here."""

    id: str
    epoch: Epoch
    record: tuple[tuple[Act, Peer | None], ...] = ()
    cursors: tuple[tuple[Peer, Cursor], ...] = ()
    exports: frozenset[tuple[str, Cursor]] = frozenset()
    mark: tuple[Epoch, int] | None = None

    def cursor(self, peer: Peer) -> Cursor:
        return dict(self.cursors).get(peer, NOWHERE)

    def acts(self) -> frozenset[Act]:
        return frozenset(act for act, _ in self.record)


class Segment(NamedTuple):
    """What travels; `news` are the acts in (first, last] that did not come from the receiver."""

    sender: Peer
    receiver: Peer
    first: Cursor
    last: Cursor
    news: tuple[Act, ...]


class Town(NamedTuple):
    """Everything: the machines' disks, their backups, what is on its way, what may happen yet."""

    machines: tuple[Machine, ...]
    backups: tuple[Machine | None, ...]
    underway: tuple[Segment, ...]
    writes: int
    mishaps: int
    acts: int = 0
    epochs: int = 0


Step = tuple[str, Town]


def begin(ids: str, writes: int, mishaps: int) -> Town:
    machines = tuple(Machine(id, epoch) for epoch, id in enumerate(ids))
    return Town(machines, (None,) * len(ids), (), writes, mishaps, 0, len(ids))


class Rules:
    """What happens next; a mutant overrides one rule."""

    UNDERWAY = 1

    def steps(self, town: Town) -> Iterator[Step]:
        """Every action that can be taken, named, with the town after it."""
        for place, machine in enumerate(town.machines):
            if town.writes:
                yield f"write at {place}", self.write(town, place)
            if town.mishaps:
                if town.backups[place] is None:
                    yield f"back up {place}", self.back_up(town, place)
                yield from self.mishap(town, place)
            for other, peer in enumerate(town.machines):
                if peer.id != machine.id and "H" in (peer.id, machine.id):
                    yield from self.ship(town, place, other)
        for segment in town.underway:
            for place, machine in enumerate(town.machines):
                if machine.id == segment.receiver[0]:
                    yield from self.deliver(town, place, segment)

    def write(self, town: Town, place: int) -> Town:
        machine = town.machines[place]
        written = machine._replace(record=(*machine.record, (town.acts, None)))
        later = town._replace(writes=town.writes - 1, acts=town.acts + 1)
        return put(later, place, written)

    def back_up(self, town: Town, place: int) -> Town:
        backups = list(town.backups)
        backups[place] = town.machines[place]
        return town._replace(backups=tuple(backups))

    def mishap(self, town: Town, place: int) -> Iterator[Step]:
        """An old copy takes the machine's place, or is put to work beside it."""
        copy, later = town.backups[place], town._replace(mishaps=town.mishaps - 1)
        if copy is None:
            return
        mark = town.machines[place].mark
        yield f"restore {place}", done(put(later, place, copy))
        if mark is not None:
            kept = put(later, place, copy._replace(mark=mark))
            yield f"restore {place} beside its mark", done(self.boot(kept, place))
        if copy.id != "H" and len(town.machines) < 3:
            grown = later._replace(machines=(*later.machines, copy), backups=(*later.backups, None))
            yield f"clone {place}", done(grown)

    def boot(self, town: Town, place: int) -> Town:
        """Less is held than the mark says was shipped: another from now on."""
        machine = town.machines[place]
        epoch, shipped = machine.mark or (machine.epoch, 0)
        if epoch != machine.epoch or shipped > len(machine.record):
            return self.renew(town, place)
        return town

    def renew(self, town: Town, place: int) -> Town:
        fresh = Machine(town.machines[place].id, town.epochs, town.machines[place].record)
        fresh = fresh._replace(record=tuple((act, None) for act, _ in fresh.record))
        return put(town._replace(epochs=town.epochs + 1), place, fresh)

    def remembers(self, machine: Machine, receiver: str, shown: Cursor) -> bool:
        return shown == NOWHERE or (receiver, shown) in machine.exports

    def ship(self, town: Town, sender: int, receiver: int) -> Iterator[Step]:
        """Each shows the other how far it is; who does not remember is another. Then a segment."""
        source, target = town.machines[sender], town.machines[receiver]
        for place, near, far in ((sender, source, target), (receiver, target, source)):
            if not self.remembers(near, far.id, far.cursor((near.id, near.epoch))):
                yield f"{place} finds that it was set back", self.renew(town, place)
                return
        cursor = target.cursor((source.id, source.epoch))
        for last in sorted({cursor.upto + 1, len(source.record)}):
            if cursor.upto < last <= len(source.record) and len(town.underway) < self.UNDERWAY:
                yield (
                    f"{sender} ships {last} to {receiver}",
                    self.leave(town, sender, target, cursor, last),
                )

    def leave(self, town: Town, sender: int, target: Machine, first: Cursor, last: int) -> Town:
        source = town.machines[sender]
        passed = Cursor(last, tuple(act for act, _ in source.record[:last]))
        to = (target.id, target.epoch)
        news = tuple(act for act, origin in source.record[first.upto : last] if origin != to)
        segment = Segment((source.id, source.epoch), to, first, passed, news)
        shipped = max(last, source.mark[1] if source.mark else 0)
        logged = source._replace(
            exports=source.exports | {(target.id, passed)}, mark=(source.epoch, shipped)
        )
        return done(put(town._replace(underway=(*town.underway, segment)), sender, logged))

    def deliver(self, town: Town, place: int, segment: Segment) -> Iterator[Step]:
        """All of it, or the power fails after a part; it may come again, or never."""
        machine = town.machines[place]
        gone = tuple(each for each in town.underway if each is not segment)
        yield "lose the segment", town._replace(underway=gone)
        follows = machine.cursor(segment.sender) == segment.first
        if segment.receiver != (machine.id, machine.epoch) or not follows:
            return
        whole = self.merged(machine, segment, len(segment.news), moving=True)
        yield f"{place} takes it", put(town, place, whole)
        for part in range(len(segment.news)):
            yield (
                f"{place} takes a part",
                put(town, place, self.merged(machine, segment, part, moving=False)),
            )

    def merged(self, machine: Machine, segment: Segment, part: int, *, moving: bool) -> Machine:
        """A part does not count as come from the sender: who lost it meanwhile is told of it."""
        held, origin = machine.acts(), segment.sender if moving else None
        news = tuple((act, origin) for act in segment.news[:part] if act not in held)
        cursors = dict(machine.cursors)
        if moving:
            cursors[segment.sender] = segment.last
        ordered = tuple(sorted(cursors.items()))
        return machine._replace(record=machine.record + news, cursors=ordered)


def put(town: Town, place: int, machine: Machine) -> Town:
    machines = list(town.machines)
    machines[place] = machine
    return town._replace(machines=tuple(machines))


def done(town: Town) -> Town:
    """Forget what only a further mishap could ask for."""
    if town.mishaps:
        return town
    machines = tuple(each._replace(mark=None) for each in town.machines)
    return town._replace(machines=machines, backups=(None,) * len(machines))


def broken(town: Town, rules: Rules) -> str:
    """Cursor implies contained: empty while it holds, else what does not.

    Where a sender remembers having shipped up to a receiver's cursor, the receiver holds all that
    the sender holds up to there, unless the receiver will find at their next meeting that it was
    itself set back.
    """
    for place, receiver in enumerate(town.machines):
        for other, sender in enumerate(town.machines):
            cursor = receiver.cursor((sender.id, sender.epoch))
            if sender.id == receiver.id or not rules.remembers(sender, receiver.id, cursor):
                continue
            shown = sender.cursor((receiver.id, receiver.epoch))
            if not rules.remembers(receiver, sender.id, shown):
                continue
            lacking = {act for act, _ in sender.record[: cursor.upto]} - receiver.acts()
            if lacking:
                return f"{place} stands at {cursor.upto} of {other} and lacks {sorted(lacking)}"
    return ""


def healed(town: Town, rules: Rules) -> str:
    """Nothing held is lost: empty if exchanges without faults end with all alike, else how not."""
    held = frozenset().union(*(machine.acts() for machine in town.machines))
    town = town._replace(underway=())
    for _ in range(6 * len(town.machines)):
        town, moved = _round(town, rules)
        if not moved:
            short = [place for place, each in enumerate(town.machines) if each.acts() != held]
            return f"at rest, and {short} lack what others hold" if short else ""
    return "exchanges never come to rest"


def _round(town: Town, rules: Rules) -> tuple[Town, bool]:
    hub = next(place for place, each in enumerate(town.machines) if each.id == "H")
    moved = False
    for place, _ in enumerate(town.machines):
        for sender, receiver in ((hub, place), (place, hub)) if place != hub else ():
            # The last that may happen: what ends farthest, or a side that finds itself out.
            for _, later in [*rules.ship(town, sender, receiver)][-1:]:
                town, moved = later, True
                for segment in town.underway:
                    taken = dict(rules.deliver(town, receiver, segment)).get(f"{receiver} takes it")
                    town = (taken or town)._replace(underway=())
    return town, moved
