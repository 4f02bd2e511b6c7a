"""When a switch of the storage room may be on: every doubt means off, and the lamp's means on.

Dehumidifier and air conditioner follow the air with hysteresis, a person may overrule that for a
time, and nothing overrules danger: smoke, water, a contact that does not answer, air that has not
been read. An aisle never moves by itself. This guards paper and machines; it does not replace the
fire system, nor the interlock that a mobile rack has of its own.
"""

from dataclasses import dataclass
from enum import StrEnum

from edge.domain.climate import Limits
from edge.domain.room import SwitchKind


class Reason(StrEnum):
    """Why a switch is to be as it is."""

    HUMID = "humid"
    DRY_ENOUGH = "dry_enough"
    HOT = "hot"
    COOL_ENOUGH = "cool_enough"
    ALARM = "alarm"
    CALM = "calm"
    MANUAL = "manual"
    RESTING = "resting"
    RUNNING_ON = "running_on"
    SMOKE = "smoke"
    LEAK = "leak"
    DOOR = "door"
    STALE = "stale"
    UNSURE = "unsure"
    OCCUPIED = "occupied"
    OTHER_AISLE = "other_aisle"
    ASKED = "asked"
    ARRIVED = "arrived"


# What stops a machine at once, however short it has run.
DANGERS = frozenset({Reason.SMOKE, Reason.LEAK, Reason.STALE, Reason.UNSURE})


@dataclass(frozen=True, slots=True)
class Timing:
    """The least times that a compressor runs and rests, and how old a reading may be; ms."""

    minimum_on_ms: int = 5 * 60_000
    minimum_off_ms: int = 5 * 60_000
    air_fresh_ms: int = 3 * 60_000
    contact_fresh_ms: int = 15_000


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The room as far as it is known now.

    `temperature` and `humidity` are the highest of the sensors with fresh readings, None if none.
    A contact is False only when every one of its kind has freshly said so, or there is none;
    None is not known. `alarm` says whether any alarm stands.
    """

    temperature: float | None
    humidity: float | None
    smoke: bool | None = False
    leak: bool | None = False
    door: bool | None = False
    presence: bool | None = None
    alarm: bool = False


@dataclass(frozen=True, slots=True)
class SwitchNow:
    """A switch as read back; `since_ms` is when it became so, or when watching began."""

    kind: SwitchKind
    actual: bool | None
    since_ms: int


@dataclass(frozen=True, slots=True)
class Override:
    """A person's word, which ends by itself."""

    on: bool
    until_ms: int
    by: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a switch shall be, and why."""

    on: bool
    reason: Reason


def decide(
    switch: SwitchNow,
    around: Surroundings,
    override: Override | None,
    limits: Limits,
    timing: Timing,
    now_ms: int,
) -> Verdict:
    """Say what a switch shall be now."""
    if override is not None and now_ms >= override.until_ms:
        override = None
    if switch.kind is SwitchKind.LAMP:
        return _lamp(around, override)
    if switch.kind is SwitchKind.AISLE:
        return _aisle(switch, around)
    danger = _danger(switch, around)
    if danger is not None:
        return Verdict(False, danger)
    return _machine(switch, around, override, limits, timing, now_ms)


def refusal(around: Surroundings, others_moving: bool) -> Reason | None:
    """Say why an aisle may not move now; None where it may."""
    for state, reason in ((around.smoke, Reason.SMOKE), (around.presence, Reason.OCCUPIED)):
        if state is not False:
            return reason if state else Reason.UNSURE
    return Reason.OTHER_AISLE if others_moving else None


def _danger(switch: SwitchNow, around: Surroundings) -> Reason | None:
    for state, reason in ((around.smoke, Reason.SMOKE), (around.leak, Reason.LEAK)):
        if state is not False:
            return reason if state else Reason.UNSURE
    measured = around.humidity if switch.kind is SwitchKind.DEHUMIDIFIER else around.temperature
    if measured is None:
        return Reason.STALE
    if switch.actual is None or around.door is None:
        return Reason.UNSURE
    return None


def _machine(
    switch: SwitchNow,
    around: Surroundings,
    override: Override | None,
    limits: Limits,
    timing: Timing,
    now_ms: int,
) -> Verdict:
    """Follow the air, a person's word before it, and spare the compressor."""
    if override is not None:
        wanted = Verdict(override.on, Reason.MANUAL)
    elif around.door:
        wanted = Verdict(False, Reason.DOOR)
    elif switch.kind is SwitchKind.DEHUMIDIFIER:
        wanted = _dehumidifier(switch, around, limits)
    else:
        wanted = _air_conditioner(switch, around, limits)
    lasted = now_ms - switch.since_ms
    if wanted.on and not switch.actual and lasted < timing.minimum_off_ms:
        return Verdict(False, Reason.RESTING)
    by_hand = wanted.reason is Reason.MANUAL
    if not wanted.on and switch.actual and not by_hand and lasted < timing.minimum_on_ms:
        return Verdict(True, Reason.RUNNING_ON)
    return wanted


def _dehumidifier(switch: SwitchNow, around: Surroundings, limits: Limits) -> Verdict:
    top = limits.humidity_max - (2 if switch.actual else 1) * limits.humidity_margin
    assert around.humidity is not None
    on = around.humidity > max(top, limits.humidity_min)
    return Verdict(on, Reason.HUMID if on else Reason.DRY_ENOUGH)


def _air_conditioner(switch: SwitchNow, around: Surroundings, limits: Limits) -> Verdict:
    top = limits.temperature_max - (3 if switch.actual else 1) * limits.temperature_margin
    assert around.temperature is not None
    on = around.temperature > max(top, limits.temperature_min)
    return Verdict(on, Reason.HOT if on else Reason.COOL_ENOUGH)


def _lamp(around: Surroundings, override: Override | None) -> Verdict:
    for state, reason in ((around.smoke, Reason.SMOKE), (around.leak, Reason.LEAK)):
        if state:
            return Verdict(True, reason)
    # Silenced, or tried out: until its time is over, or something worse happens.
    if override is not None:
        return Verdict(override.on, Reason.MANUAL)
    if around.smoke is None or around.leak is None:
        return Verdict(True, Reason.UNSURE)
    return Verdict(around.alarm, Reason.ALARM if around.alarm else Reason.CALM)


def _aisle(switch: SwitchNow, around: Surroundings) -> Verdict:
    """Let a movement that was asked for end by itself, or stop it; never begin one."""
    stop = refusal(around, False)
    if stop is not None or not switch.actual:
        return Verdict(False, stop or Reason.ARRIVED)
    return Verdict(True, Reason.ASKED)
