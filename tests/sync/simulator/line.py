"""The line between two machines of the town: an exchange as a session holds it, and its faults."""

from collections.abc import Callable, Sequence
from pathlib import Path

from edge.domain.errors import PeerRefused, SchemaAhead, SegmentRejected
from edge.store import possession
from edge.store.exchange import Cursor
from sync.known import Known
from sync.segment import open_segment
from tests.sync.simulator.machine import ROSTER, Chance, Machine, PowerCut
from tests.sync.simulator.promises import Violation

ATTEMPTS = 5


class Cut(Exception):
    """The line broke."""


class SetBack(Exception):
    """A side found out that it was set back; the exchange begins anew."""


class Line:
    """Exchanges between machines; `kept` are segments that somebody has put by meanwhile."""

    def __init__(
        self, chance: Chance, machines: Sequence[Machine], new_folder: Callable[[], Path]
    ) -> None:
        self._chance, self._machines, self._new_folder = chance, machines, new_folder
        self._hub = machines[0]
        self.kept: list[tuple[str, str, bytes]] = []

    def meet(self, near: Machine, far: Machine, *, faulty: bool) -> int:
        """Exchange everything that either side lacks; how many segments moved. Raises Cut."""
        for _ in range(ATTEMPTS):
            self._show(near, far)
            if not self._show(far, near):
                continue
            try:
                self._settle(far)
                # Said once, in the handshake; it may be outdated by the end.
                told = {each: each.replica.known() for each in (near, far)}
                moved = 0
                for source, target in ((far, near), (near, far), (far, near)):
                    moved += self._carry(source, target, told[target], faulty=faulty)
                return moved
            except SetBack:
                continue
        raise Violation("an exchange finds sides set back again and again")

    def _show(self, near: Machine, far: Machine) -> bool:
        """Near shows how far it has far's record; False when far was set back."""
        epoch = far.replica.epoch
        shown = near.replica.cursor_of(far.id, epoch)
        if not far.replica.recognise(near.id, shown, near.replica.proof_of(far.id, epoch)):
            return False
        far.replica.note_standing(near.id, near.replica.epoch, shown)
        return True

    def _settle(self, far: Machine) -> None:
        if far is self._hub:
            boxes = {machine.id for machine in self._machines if machine is not far}
            with far.space.read() as connection:
                open = frozenset(box for box in boxes if possession.unsent(connection, box)[0])
            far.replica.sign_for(open)

    def _carry(self, source: Machine, target: Machine, told: Known, *, faulty: bool) -> int:
        cursor, moved = target.replica.cursor_of(source.id, source.replica.epoch), 0
        epoch = target.replica.epoch
        while True:
            if not source.replica.remembers(target.id, cursor):
                raise SetBack
            content = source.replica.outgoing(target.id, epoch, cursor, told)
            if content is None:
                return moved
            if self._chance.once_in(4):
                self.kept.append((source.id, target.id, content))
            if faulty:
                self._fault(source, target, content)
            reached = self._deliver(source, target, content)
            if reached is None:
                return moved
            if reached.upto <= cursor.upto:
                raise Violation("a cursor went back, or stood still")
            cursor, moved = reached, moved + 1

    def _deliver(
        self, source: Machine, target: Machine, content: bytes, *, signing: bool = True
    ) -> Cursor | None:
        try:
            taken = target.replica.take(content, source.id)
        except SchemaAhead:
            return None
        except SegmentRejected as error:
            raise Violation(f"an honest segment was refused: {error.key} {error.fields}") from error
        except PeerRefused as error:
            raise Violation(f"an honest segment does not follow: {error.fields}") from error
        if target is self._hub and signing:
            target.replica.sign_for(taken.boxes)
        return taken.cursor

    def _fault(self, source: Machine, target: Machine, content: bytes) -> None:
        fault = self._chance.random.randrange(100)
        if fault < 8:
            raise Cut
        if fault < 11:
            self._damage(source, target, content)
            raise Cut
        if fault < 24:
            self._fail_power(source, target, content)
            raise Cut
        if fault < 28:
            self._deliver(source, target, content)
            self._repeat(source, target, content)
            raise Cut
        if fault < 31:
            # The hub stops before it has signed for what it took in.
            self._deliver(source, target, content, signing=False)
            raise Cut
        if fault < 35:
            self._overtake(source, target, content)

    def _damage(self, source: Machine, target: Machine, content: bytes) -> None:
        # Drawn once whatever the length, which epochs drawn elsewhere make vary.
        place = int(self._chance.random.random() * len(content))
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

    def _overtake(self, source: Machine, target: Machine, content: bytes) -> None:
        """The segment after this one arrives first."""
        segment, hash = open_segment(content, ROSTER.key_of)
        passed = Cursor(segment.header.last, hash)
        later = source.replica.outgoing(target.id, target.replica.epoch, passed)
        if later is None:
            return
        before = target.state()
        try:
            target.replica.take(later, source.id)
        except (PeerRefused, SchemaAhead):
            if target.state() != before:
                raise Violation("a segment out of turn left a trace") from None
        else:
            raise Violation("a segment out of turn was taken in")

    def _fail_power(self, source: Machine, target: Machine, content: bytes) -> None:
        target.replica.fuse = self._chance.random.randrange(3)
        try:
            target.replica.take(content, source.id)
        except (PowerCut, SchemaAhead):
            pass
        except SegmentRejected as error:
            raise Violation(f"an honest segment was refused: {error.key} {error.fields}") from error
        target.fail_power(self._new_folder())
