"""Alarms: what is wrong told once for each cause, and whether contacts and switches are well."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from edge.domain.climate import Breach, BreachKind, Limits, Missing
from edge.domain.room import Contact, ContactKind

# A contact that flickers has not calmed down; a door may stand open for a trolley.
CALM_MS = 60_000
DOOR_OPEN_MS = 10 * 60_000
# The worst first, where one sensor breaks several rules of one quantity.
_RANK = tuple(BreachKind)
_SPOKEN_FOR = {ContactKind.SMOKE: BreachKind.SMOKE, ContactKind.LEAK: BreachKind.LEAK}


@dataclass(frozen=True, slots=True)
class Alarm:
    """One cause: the worst rule broken is `breach` (kind, or kind/quantity), the others `also`."""

    sensor: str
    breach: str
    value: float
    limit: float
    also: tuple[str, ...] = ()

    @property
    def cause(self) -> tuple[str, str]:
        """What tells one alarm from another."""
        return self.sensor, cause_of(self.breach)


def cause_of(breach: str) -> str:
    """The quantity that a rule is about, or the rule where it is about none."""
    return breach.partition("/")[2] or breach


def name_of(breach: Breach) -> str:
    """A rule's name on record."""
    return f"{breach.kind}/{breach.quantity}" if breach.quantity else str(breach.kind)


def merge(breaches: Iterable[Breach]) -> list[Alarm]:
    """Tell the broken rules of one sensor and quantity as one alarm, in a fixed order."""
    causes: dict[tuple[str, str], list[Breach]] = {}
    for breach in breaches:
        causes.setdefault((breach.sensor, cause_of(name_of(breach))), []).append(breach)
    alarms = []
    for _, own in sorted(causes.items()):
        worst, *others = sorted(own, key=_severity)
        also = tuple(name_of(each) for each in others)
        alarms.append(Alarm(worst.sensor, name_of(worst), worst.value, worst.limit, also))
    return alarms


def is_urgent(breach: str) -> bool:
    """Whether somebody must go and look at once."""
    return breach in (BreachKind.SMOKE, BreachKind.LEAK)


def is_worse(now: str, before: str) -> bool:
    """Whether a rule newly named weighs more than the one named before it."""
    return _is_mild(before) and not _is_mild(now)


def _severity(breach: Breach) -> tuple[bool, int]:
    return _is_mild(name_of(breach)), _RANK.index(breach.kind)


def _is_mild(name: str) -> bool:
    # Too hot does not weigh more than too cold; a limit weighs more than a swing within it.
    return name.partition("/")[0] == BreachKind.DAILY_CHANGE


def judge_contact(
    records: Sequence[Contact | Missing], limits: Limits, now_ms: int
) -> list[Breach]:
    """List what stands after a contact's records, oldest first: its alarm, or its silence."""
    if not records:
        return []
    found = [_alarm_of(records, now_ms), _silence_of(records, limits, now_ms)]
    return [breach for breach in found if breach is not None]


def _alarm_of(records: Sequence[Contact | Missing], now_ms: int) -> Breach | None:
    standing: Breach | None = None
    off_since = 0
    for record in records:
        if isinstance(record, Missing):
            continue
        if record.on:
            off_since = 0
            kind = _SPOKEN_FOR.get(record.kind, BreachKind.DOOR_OPEN)
            if record.kind is ContactKind.PRESENCE:
                return None
            fresh = Breach(record.sensor, kind, None, record.at_ms, record.at_ms, 0.0, 0.0)
            standing = replace(standing, at_ms=record.at_ms) if standing else fresh
        elif standing is not None:
            off_since = off_since or record.at_ms
            if record.at_ms - off_since >= CALM_MS or standing.kind is BreachKind.DOOR_OPEN:
                standing = None
    if standing is None or standing.kind is not BreachKind.DOOR_OPEN:
        return standing
    open_ms = now_ms - standing.since_ms
    if open_ms < DOOR_OPEN_MS:
        return None
    return replace(standing, value=float(open_ms // 60_000), limit=float(DOOR_OPEN_MS // 60_000))


def _silence_of(records: Sequence[Contact | Missing], limits: Limits, now_ms: int) -> Breach | None:
    """Unlike the air, a contact is asked every few seconds: what counts is how long it is gone."""
    missing = 0
    since = 0
    for record in reversed(records):
        if not isinstance(record, Missing):
            break
        missing, since = missing + 1, record.at_ms
    heard = records[-1].at_ms if not missing else since
    if now_ms - heard < CALM_MS * limits.silent_after:
        return None
    sensor, limit = records[-1].sensor, float(limits.silent_after)
    minutes = float((now_ms - heard) // 60_000)
    return Breach(sensor, BreachKind.SILENT, None, since, now_ms, minutes, limit)
