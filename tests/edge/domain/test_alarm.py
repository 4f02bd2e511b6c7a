"""Alarms: one for each cause, the worst rule named; contacts that tell, calm down, fall silent."""

from edge.domain.alarm import CALM_MS, DOOR_OPEN_MS, judge_contact, merge
from edge.domain.climate import BreachKind, Limits, Missing, Reading, judge
from edge.domain.room import Contact, ContactKind

LIMITS = Limits()
MINUTE = 60_000


def said(kind: ContactKind, *states: bool | None, every: int = MINUTE) -> list[Contact | Missing]:
    return [
        Missing("c", n * every, "timeout") if on is None else Contact("c", n * every, kind, on)
        for n, on in enumerate(states, 1)
    ]


def kinds(records: list[Contact | Missing], now: int) -> list[BreachKind]:
    return [breach.kind for breach in judge_contact(records, LIMITS, now)]


def test_one_hot_afternoon_is_one_alarm_a_sensor_and_quantity_with_the_worst_rule_named() -> None:
    readings = [
        Reading(sensor, minute * MINUTE, *air)
        for minute, air in enumerate([(19.5, 52.0), (29.0, 75.0)])
        for sensor in ("东墙", "西墙")
    ]
    breaches = judge(readings, LIMITS)
    assert len(breaches) == 8
    alarms = merge(breaches)
    assert [(each.sensor, each.breach, each.also) for each in alarms] == [
        (sensor, worst, (also,))
        for sensor in ("东墙", "西墙")
        for worst, also in (
            ("too_humid/humidity", "daily_change/humidity"),
            ("too_hot/temperature", "daily_change/temperature"),
        )
    ]


def test_smoke_is_told_at_once_and_is_over_only_when_it_has_stayed_away() -> None:
    smoke = ContactKind.SMOKE
    assert kinds(said(smoke, False, True), 2 * MINUTE) == [BreachKind.SMOKE]
    flicker = said(smoke, True, False, True, False, every=CALM_MS // 2)
    assert kinds(flicker, 2 * CALM_MS) == [BreachKind.SMOKE]
    assert kinds(said(smoke, True, False, False), 3 * MINUTE) == []


def test_smoke_that_was_told_is_not_forgotten_because_the_sensor_died() -> None:
    dead = said(ContactKind.SMOKE, True, None, None, None)
    assert kinds(dead, 6 * MINUTE) == [BreachKind.SMOKE, BreachKind.SILENT]


def test_a_door_is_told_when_it_stays_open() -> None:
    door = said(ContactKind.DOOR, False, True)
    assert kinds(door, 2 * MINUTE) == []
    now = 2 * MINUTE + DOOR_OPEN_MS
    door.append(Contact("c", now, ContactKind.DOOR, True))
    (breach,) = judge_contact(door, LIMITS, now)
    assert (breach.kind, breach.value, breach.limit) == (BreachKind.DOOR_OPEN, 10.0, 10.0)


def test_a_contact_that_gives_no_answer_is_silent_after_three_minutes() -> None:
    gone = said(ContactKind.LEAK, False, None, None)
    assert kinds(gone, 4 * MINUTE) == []
    assert kinds(gone, 5 * MINUTE) == [BreachKind.SILENT]
    assert kinds(said(ContactKind.PRESENCE, True), MINUTE) == []
