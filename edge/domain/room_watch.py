"""What is known of a storage room at this moment, from what its line has said."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from edge.domain.climate import Missing, Reading
from edge.domain.interlock import Surroundings, SwitchNow, Timing
from edge.domain.room import Contact, ContactKind, Record, Switched, SwitchKind

# A relay may take a moment, and one bad answer is no proof.
DIFFERS_MS = 30_000


@dataclass(frozen=True, slots=True)
class Plan:
    """What the settings say is in the room: contacts and switches by name, sensors of the air."""

    air: tuple[str, ...]
    contacts: Mapping[str, ContactKind] = field(default_factory=dict)
    switches: Mapping[str, SwitchKind] = field(default_factory=dict)


@dataclass(slots=True)
class _SwitchTrack:
    """One switch over time."""

    actual: bool | None
    since_ms: int
    wanted: bool | None = None
    differs_since: int | None = None
    silent_since: int | None = None
    heard: bool = False


class Watch:
    """The last word of every part of a room; `begun_ms` is when watching began."""

    def __init__(self, plan: Plan, timing: Timing, begun_ms: int) -> None:
        self.plan, self._timing, self._begun_ms = plan, timing, begun_ms
        self._unheard = {*plan.air, *plan.contacts, *plan.switches}
        self._air: dict[str, Reading] = {}
        self._contacts: dict[str, Contact] = {}
        self._switches = {name: _SwitchTrack(None, begun_ms) for name in plan.switches}

    def note(self, record: Record) -> None:
        """Take one record; what the plan does not name is passed over."""
        name = record.switch if isinstance(record, Switched) else record.sensor
        self._unheard.discard(name)
        match record:
            case Reading(sensor=sensor):
                self._air[sensor] = record
            case Contact(sensor=sensor):
                self._contacts[sensor] = record
            case Missing(sensor=sensor):
                # A contact that gives no answer is in doubt at once; air grows old slowly.
                self._contacts.pop(sensor, None)
            case Switched(switch=switch) if switch in self._switches:
                self._note_switch(self._switches[switch], record)

    def _note_switch(self, track: _SwitchTrack, record: Switched) -> None:
        if record.actual is not track.actual:
            # Off at the first hearing has been so since watching began, as far as can be told; what
            # was lost from sight may have changed until a moment ago.
            if track.heard or record.actual:
                track.since_ms = record.at_ms
            track.actual = record.actual
        track.heard = track.heard or record.actual is not None
        track.wanted = record.wanted
        differs = None not in (record.wanted, record.actual) and record.wanted != record.actual
        track.differs_since = (track.differs_since or record.at_ms) if differs else None
        silent = record.actual is None
        track.silent_since = (track.silent_since or record.at_ms) if silent else None

    def is_awake(self, now_ms: int) -> bool:
        """Whether every part has been asked once, or has had the time for it."""
        return not self._unheard or now_ms - self._begun_ms >= self._timing.air_fresh_ms

    def around(self, now_ms: int, alarm: bool) -> Surroundings:
        """The room as far as it is known now."""
        fresh = [
            each
            for name in self.plan.air
            if (each := self._air.get(name)) and now_ms - each.at_ms <= self._timing.air_fresh_ms
        ]
        return Surroundings(
            temperature=max(each.temperature for each in fresh) if fresh else None,
            humidity=max(each.humidity for each in fresh) if fresh else None,
            smoke=self._state(ContactKind.SMOKE, now_ms),
            leak=self._state(ContactKind.LEAK, now_ms),
            door=self._state(ContactKind.DOOR, now_ms),
            presence=self._presence(now_ms),
            alarm=alarm,
        )

    def switch(self, name: str) -> SwitchNow:
        """One switch as it was last read back."""
        track = self._switches[name]
        return SwitchNow(self.plan.switches[name], track.actual, track.since_ms)

    def is_moving(self, but: str) -> bool:
        """Whether an aisle other than `but` is moving, or may be."""
        return any(
            self.plan.switches[name] is SwitchKind.AISLE and track.actual is not False
            for name, track in self._switches.items()
            if name != but
        )

    def differing(self, now_ms: int) -> list[tuple[str, int]]:
        """Switches that have long not been what was asked, and since when."""
        return [
            (name, track.differs_since)
            for name, track in sorted(self._switches.items())
            if track.differs_since is not None and now_ms - track.differs_since >= DIFFERS_MS
        ]

    def silent(self, now_ms: int) -> list[tuple[str, int]]:
        """Switches that have long given no answer, and since when."""
        return [
            (name, track.silent_since)
            for name, track in sorted(self._switches.items())
            if track.silent_since is not None and now_ms - track.silent_since >= DIFFERS_MS
        ]

    def _presence(self, now_ms: int) -> bool | None:
        # Without a presence sensor nobody can be known to be out.
        if ContactKind.PRESENCE not in self.plan.contacts.values():
            return None
        return self._state(ContactKind.PRESENCE, now_ms)

    def _state(self, kind: ContactKind, now_ms: int) -> bool | None:
        states = [
            self._fresh(name, now_ms) for name, own in self.plan.contacts.items() if own is kind
        ]
        if any(states):
            return True
        return None if None in states else False

    def _fresh(self, name: str, now_ms: int) -> bool | None:
        said = self._contacts.get(name)
        if said is None or now_ms - said.at_ms > self._timing.contact_fresh_ms:
            return None
        return said.on
