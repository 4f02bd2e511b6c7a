"""Keeping a storage room: readings recorded, switches decided, commands on record and read back."""

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from edge.domain.access import Clerk, Right
from edge.domain.climate import HOUR_MS, Breach, BreachKind, Limits
from edge.domain.errors import Conflict, InvalidInput, NotFound
from edge.domain.interlock import Override, Reason, Timing, Verdict, decide, refusal
from edge.domain.kinds import Kind
from edge.domain.room import Record, Switched, SwitchKind
from edge.domain.room_watch import Plan, Watch
from edge.store.entries import Pen
from edge.store.room import Alert, open_alerts
from edge.store.switches import override_of
from edge.workflows.office import Office
from edge.workflows.storage_room import close_hour, record_all

LONGEST_OVERRIDE_MS = 24 * HOUR_MS
# Said of a command that another one overtook before it was read back.
REPLACED = "replaced"


class Line(Protocol):
    """What sets the switches; see `devices.climate.ClimateLine`."""

    def switch(self, name: str, on: bool) -> None:
        """Ask for a switch to be on or off."""
        ...


@dataclass(frozen=True, slots=True)
class KeptRoom:
    """One room: its id and name, what is in it, and the rules it is kept by."""

    id: str
    place: str
    plan: Plan
    limits: Limits = field(default_factory=Limits)
    timing: Timing = field(default_factory=Timing)


@dataclass(frozen=True, slots=True)
class SwitchStanding:
    """One switch as a screen shows it: what it is, what it shall be and why, who overruled it."""

    name: str
    kind: SwitchKind
    actual: bool | None
    verdict: Verdict
    override: Override | None


@dataclass(slots=True)
class _Asked:
    """The command that stands for one switch; `open` until it has been read back."""

    on: bool
    command: str
    at_ms: int
    open: bool = True


class RoomKeeper:
    """Keeps one room; `take` belongs to the loop that listens to the line, the acts to any thread.

    A start commands nothing: switches are read first, and only what the rules want otherwise is
    changed. Should this stop, the line lets go of what it holds.
    """

    def __init__(self, office: Office, room: KeptRoom, line: Line) -> None:
        self.room = room
        self._office, self._line = office, line
        self._watch = Watch(room.plan, room.timing, office.author.clock())
        self._asked: dict[str, _Asked] = {}
        self._hour = 0
        self._lock = threading.Lock()

    def take(self, records: Sequence[Record]) -> list[Alert]:
        """Record what a round gave, then decide every switch; says which alerts were raised."""
        office, room = self._office, self.room
        with self._lock:
            for each in records:
                self._watch.note(each)
            now = office.author.clock()
            raised = record_all(
                office,
                room.id,
                records,
                room.limits,
                contacts=room.plan.contacts,
                found=list(self._breaches(now)),
                settled=room.plan.switches,
                place=room.place,
            )
            self._settle([each for each in records if isinstance(each, Switched)])
            self._decide(now)
        self._close_hour(max((each.at_ms for each in records), default=0))
        return raised

    def override(self, clerk: Clerk, switch: str, on: bool | None, until_ms: int) -> None:
        """Overrule the rules for a time, or give the switch back to them (`on` None).

        Raises Denied, NotFound `switch.unknown`, InvalidInput `switch.until` for a time that is
        over or more than a day off, Conflict `switch.aisle` for an aisle, which is moved instead.
        """
        clerk.require(Right.ROOM)
        if self._kind(switch) is SwitchKind.AISLE:
            raise Conflict("switch.aisle")
        now = self._office.author.clock()
        if on is not None and not now < until_ms <= now + LONGEST_OVERRIDE_MS:
            raise InvalidInput("switch.until")
        told: dict[str, object] = {"room": self.room.id, "switch": switch, "until": until_ms}
        if on is not None:
            told["on"] = on
        with self._lock:
            subject = f"{self.room.id}/{switch}"
            self._office.transact(
                clerk, lambda pen: pen.append(Kind.SWITCH_OVERRIDDEN, subject, told)
            )
            self._decide(now, clerk)

    def move_aisle(self, clerk: Clerk, switch: str) -> None:
        """Let an aisle make its one movement.

        Raises Denied, NotFound `switch.unknown`, Conflict `switch.refused.<reason>`.
        """
        clerk.require(Right.ROOM)
        if self._kind(switch) is not SwitchKind.AISLE:
            raise NotFound("switch.unknown")
        with self._lock:
            now = self._office.author.clock()
            around = self._watch.around(now, alarm=False)
            reason = refusal(around, self._watch.is_moving(but=switch))
            if reason is not None:
                raise Conflict(f"switch.refused.{reason}")
            self._command(clerk, switch, Verdict(True, Reason.ASKED))

    def verdict(self, switch: str) -> Verdict:
        """What the rules say of a switch at this moment."""
        with self._lock:
            return self._verdict(switch, self._office.author.clock(), self._alarmed())

    def standings(self) -> list[SwitchStanding]:
        """How each switch is, and why."""
        now, alarmed = self._office.author.clock(), self._alarmed()
        with self._lock:
            return [
                SwitchStanding(
                    name,
                    kind,
                    self._watch.switch(name).actual,
                    self._verdict(name, now, alarmed),
                    self._override(name, now),
                )
                for name, kind in self.room.plan.switches.items()
            ]

    def _override(self, switch: str, now: int) -> Override | None:
        with self._office.space.read() as town:
            found = override_of(town, self.room.id, switch, self._office.author.box)
        return found if found is not None and now < found.until_ms else None

    def _kind(self, switch: str) -> SwitchKind:
        kind = self.room.plan.switches.get(switch)
        if kind is None:
            raise NotFound("switch.unknown")
        return kind

    def _breaches(self, now: int) -> Iterator[Breach]:
        """Switches that are not what was asked, or give no answer."""
        for kind, found in (
            (BreachKind.MISMATCH, self._watch.differing(now)),
            (BreachKind.NO_ANSWER, self._watch.silent(now)),
        ):
            for name, since in found:
                yield Breach(name, kind, None, since, now, 0.0, 0.0)

    def _alarmed(self) -> bool:
        with self._office.space.read() as town:
            alerts = open_alerts(town, self._office.author.box)
        return any(alert.room == self.room.id for alert in alerts)

    def _verdict(self, switch: str, now: int, alarmed: bool) -> Verdict:
        override = self._override(switch, now)
        around = self._watch.around(now, alarmed)
        limits, timing = self.room.limits, self.room.timing
        return decide(self._watch.switch(switch), around, override, limits, timing, now)

    def _decide(self, now: int, clerk: Clerk | None = None) -> None:
        if not self._watch.is_awake(now):
            return
        alarmed = self._alarmed() if self.room.plan.switches else False
        for name, kind in self.room.plan.switches.items():
            verdict = self._verdict(name, now, alarmed)
            standing, actual = self._asked.get(name), self._watch.switch(name).actual
            if kind is SwitchKind.AISLE and (verdict.on or verdict.reason is Reason.ARRIVED):
                # Rules stop a movement; only a person begins one.
                continue
            if verdict.on and standing is not None and standing.on:
                # Held on by being asked for again; no new command.
                self._line.switch(name, True)
            elif standing is None and (actual is None or actual is verdict.on) and not verdict.on:
                # At the start: off, or not yet read, is left as it is.
                continue
            elif standing is None or standing.on is not verdict.on:
                self._command(clerk or self._office.itself, name, verdict)
            elif actual:
                # Told to be off and is not: told again, until it is.
                self._line.switch(name, False)

    def _command(self, clerk: Clerk, switch: str, verdict: Verdict) -> None:
        """Put a command on record, then give it; one that is still open has been overtaken."""
        before = self._asked.get(switch)

        def act(pen: Pen) -> str:
            if before is not None and before.open:
                pen.append(Kind.SWITCH_SETTLED, before.command, {"fault": REPLACED})
            command = pen.new_id()
            told = {"room": self.room.id, "switch": switch, "on": verdict.on}
            pen.append(Kind.SWITCH_COMMANDED, command, {**told, "reason": str(verdict.reason)})
            return command

        command = self._office.transact(clerk, act)
        at = self._office.author.clock()
        self._asked[switch] = _Asked(verdict.on, command, at)
        self._line.switch(switch, verdict.on)

    def _settle(self, records: Sequence[Switched]) -> None:
        """Put on record what the commands under way came to, as read back."""
        for each in records:
            asked = self._asked.get(each.switch)
            if asked is None or each.at_ms < asked.at_ms:
                continue
            refused = asked.on and each.wanted is False and bool(each.fault)
            if asked.open and (refused or each.wanted is asked.on):
                told = {"actual": each.actual, "fault": each.fault}
                self._office.transact(self._office.itself, _settling(asked.command, told))
                asked.open = False
            if refused or (each.actual is False and each.wanted is False):
                asked.on = False

    def _close_hour(self, at_ms: int) -> None:
        hour = at_ms // HOUR_MS * HOUR_MS
        if self._hour and hour > self._hour:
            close_hour(self._office, self.room.id, self._hour)
        self._hour = hour or self._hour

    def resume(self, hour_ms: int) -> None:
        """Take up the hour that a stop or a fault may have left open, 0 for none."""
        self._hour = hour_ms


def _settling(command: str, told: Mapping[str, object]) -> Callable[[Pen], None]:
    def act(pen: Pen) -> None:
        pen.append(Kind.SWITCH_SETTLED, command, told)

    return act
