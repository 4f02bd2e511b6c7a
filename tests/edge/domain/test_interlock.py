"""Switches under every course of events: every doubt means off."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.domain.climate import Limits, Missing, Reading
from edge.domain.interlock import (
    DANGERS,
    Override,
    Reason,
    Surroundings,
    SwitchNow,
    Timing,
    Verdict,
    decide,
    refusal,
)
from edge.domain.room import Contact, ContactKind, Record, Switched, SwitchKind
from edge.domain.room_watch import Plan, Watch

LIMITS = Limits()
TIMING = Timing(
    minimum_on_ms=300_000, minimum_off_ms=300_000, air_fresh_ms=180_000, contact_fresh_ms=15_000
)
LONG_AGO, NOW = 0, 10_000_000
DAMP = Surroundings(temperature=20.0, humidity=70.0)
DRYER_OFF = SwitchNow(SwitchKind.DEHUMIDIFIER, False, LONG_AGO)
DRYER_ON = SwitchNow(SwitchKind.DEHUMIDIFIER, True, LONG_AGO)
COOLER_OFF = SwitchNow(SwitchKind.AIR_CONDITIONER, False, LONG_AGO)
LAMP = SwitchNow(SwitchKind.LAMP, False, LONG_AGO)
BY_HAND = Override(True, NOW + 60_000)


def verdict(
    switch: SwitchNow, around: Surroundings, override: Override | None = None, now: int = NOW
) -> Verdict:
    return decide(switch, around, override, LIMITS, TIMING, now)


def test_damp_air_starts_the_dehumidifier_and_hysteresis_stops_it_lower() -> None:
    assert verdict(DRYER_OFF, DAMP) == Verdict(True, Reason.HUMID)
    between = Surroundings(20.0, 57.0)
    assert verdict(DRYER_OFF, between) == Verdict(False, Reason.DRY_ENOUGH)
    assert verdict(DRYER_ON, between) == Verdict(True, Reason.HUMID)
    assert verdict(DRYER_ON, Surroundings(20.0, 56.0)) == Verdict(False, Reason.DRY_ENOUGH)
    assert verdict(COOLER_OFF, Surroundings(24.5, 50.0)) == Verdict(True, Reason.HOT)


@pytest.mark.parametrize(
    ("around", "reason"),
    [
        (Surroundings(20.0, None), Reason.STALE),
        (Surroundings(20.0, 70.0, smoke=True), Reason.SMOKE),
        (Surroundings(20.0, 70.0, smoke=None), Reason.UNSURE),
        (Surroundings(20.0, 70.0, leak=True), Reason.LEAK),
        (Surroundings(20.0, 70.0, leak=None), Reason.UNSURE),
        (Surroundings(20.0, 70.0, door=None), Reason.UNSURE),
    ],
)
def test_a_danger_stops_at_once_and_no_hand_overrules_it(
    around: Surroundings, reason: Reason
) -> None:
    just_started = SwitchNow(SwitchKind.DEHUMIDIFIER, True, NOW - 1_000)
    for override in (None, BY_HAND):
        assert verdict(just_started, around, override) == Verdict(False, reason)


def test_an_open_door_stops_it_once_it_has_run_long_enough_and_a_hand_may_overrule() -> None:
    open_door = Surroundings(20.0, 70.0, door=True)
    just_started = SwitchNow(SwitchKind.DEHUMIDIFIER, True, NOW - 1_000)
    assert verdict(just_started, open_door) == Verdict(True, Reason.RUNNING_ON)
    assert verdict(DRYER_ON, open_door) == Verdict(False, Reason.DOOR)
    assert verdict(DRYER_ON, open_door, BY_HAND) == Verdict(True, Reason.MANUAL)


def test_a_hand_overrules_until_its_time_and_spares_the_compressor_all_the_same() -> None:
    dry = Surroundings(20.0, 50.0)
    assert verdict(DRYER_OFF, dry, BY_HAND) == Verdict(True, Reason.MANUAL)
    ended = Override(True, NOW)
    assert verdict(DRYER_OFF, dry, ended) == Verdict(False, Reason.DRY_ENOUGH)
    just_stopped = SwitchNow(SwitchKind.DEHUMIDIFIER, False, NOW - 1_000)
    assert verdict(just_stopped, dry, BY_HAND) == Verdict(False, Reason.RESTING)
    off = Override(False, NOW + 60_000)
    just_started = SwitchNow(SwitchKind.DEHUMIDIFIER, True, NOW - 1_000)
    assert verdict(just_started, DAMP, off) == Verdict(False, Reason.MANUAL)


def test_the_lamp_is_lit_in_doubt_and_smoke_lights_a_silenced_one() -> None:
    calm = Surroundings(20.0, 50.0)
    assert verdict(LAMP, calm) == Verdict(False, Reason.CALM)
    assert verdict(LAMP, Surroundings(20.0, 50.0, alarm=True)).on
    assert verdict(LAMP, Surroundings(20.0, 50.0, leak=None)) == Verdict(True, Reason.UNSURE)
    silenced = Override(False, NOW + 60_000)
    assert not verdict(LAMP, Surroundings(20.0, 50.0, alarm=True), silenced).on
    assert verdict(LAMP, Surroundings(20.0, 50.0, smoke=True), silenced).on


@pytest.mark.parametrize(
    ("around", "moving", "reason"),
    [
        (Surroundings(None, None, presence=False), False, None),
        (Surroundings(None, None), False, Reason.UNSURE),
        (Surroundings(None, None, presence=True), False, Reason.OCCUPIED),
        (Surroundings(None, None, presence=False, smoke=True), False, Reason.SMOKE),
        (Surroundings(None, None, presence=False, smoke=None), False, Reason.UNSURE),
        (Surroundings(None, None, presence=False), True, Reason.OTHER_AISLE),
    ],
)
def test_an_aisle_moves_only_where_nobody_is_known_to_be_in(
    around: Surroundings, moving: bool, reason: Reason | None
) -> None:
    assert refusal(around, moving) is reason


PLAN = Plan(
    ("东", "西"),
    {"烟": ContactKind.SMOKE, "水": ContactKind.LEAK, "门": ContactKind.DOOR,
     "红外": ContactKind.PRESENCE},
    {"除湿机": SwitchKind.DEHUMIDIFIER, "空调": SwitchKind.AIR_CONDITIONER,
     "灯": SwitchKind.LAMP, "列": SwitchKind.AISLE},
)  # fmt: skip
MACHINES = ("除湿机", "空调")
# An event after a pause: what a part says, or nothing at all. None: it gives no answer.
VALUES: dict[str, st.SearchStrategy[object]] = {
    "东": st.none() | st.tuples(st.sampled_from([15.0, 22.0, 26.0]), st.sampled_from([40.0, 70.0])),
    "西": st.none() | st.tuples(st.sampled_from([15.0, 22.0, 26.0]), st.sampled_from([40.0, 70.0])),
    "烟": st.sampled_from([None, False, False, False, True]),
    "水": st.sampled_from([None, False, False, False, True]),
    "门": st.sampled_from([None, False, False, True]),
    "红外": st.sampled_from([None, False, True]),
    "silence": st.none(),
    "relay lost": st.sampled_from(["除湿机", "空调", "列"]),
    "hand": st.sampled_from([("除湿机", True), ("除湿机", False), ("空调", True)]),
}
EVENTS = st.lists(
    st.sampled_from(sorted(VALUES)).flatmap(
        lambda name: st.tuples(
            st.just(name), VALUES[name], st.sampled_from([1_000, 5_000, 20_000, 200_000, 400_000])
        )
    ),
    max_size=60,
)


def spoken(name: str, value: object, now: int) -> Record:
    if value is None:
        return Missing(name, now, "timeout")
    if name in PLAN.contacts:
        return Contact(name, now, PLAN.contacts[name], bool(value))
    assert isinstance(value, tuple)
    return Reading(name, now, value[0], value[1])


@given(events=EVENTS)
@settings(max_examples=400, deadline=None)
def test_no_course_of_events_runs_a_machine_in_doubt_or_too_often(
    events: list[tuple[str, object, int]],
) -> None:
    """The rules drive relays that obey; what they were told and when is then looked through."""
    now = 1_000_000
    watch = Watch(PLAN, TIMING, now)
    actual: dict[str, bool | None] = dict.fromkeys(PLAN.switches, False)
    turned: dict[str, int] = {}
    words: dict[str, tuple[object, int]] = dict.fromkeys(PLAN.contacts, (False, now))
    hand: dict[str, Override] = {}
    for name in PLAN.switches:
        watch.note(Switched(name, now, False))
    for name, value, pause in events:
        now += pause
        if name != "silence":
            # A round of the line: contacts and air say again what they said last.
            for each, (last, _) in list(words.items()):
                if last is not None:
                    words[each] = (last, now)
                    watch.note(spoken(each, last, now))
        if name == "relay lost":
            actual[str(value)] = None
            watch.note(Switched(str(value), now, None, None, "timeout"))
        elif name == "hand":
            assert isinstance(value, tuple)
            hand[value[0]] = Override(value[1], now + 3_600_000)
        elif name != "silence":
            if name in PLAN.contacts or value is not None:
                words[name] = (value, now)
            watch.note(spoken(name, value, now))
        around = watch.around(now, alarm=False)
        for switch, kind in PLAN.switches.items():
            told = decide(watch.switch(switch), around, hand.get(switch), LIMITS, TIMING, now)
            if kind is SwitchKind.AISLE:
                assert not (told.on and actual[switch] is not True), "an aisle moved by itself"
            if switch in MACHINES and told.on:
                assert_safe(words, now)
                if not actual[switch]:
                    assert now - turned.get(switch, 0) >= TIMING.minimum_off_ms
            if switch in MACHINES and actual[switch] and not told.on:
                by_choice = told.reason in DANGERS or told.reason is Reason.MANUAL
                assert by_choice or now - turned[switch] >= TIMING.minimum_on_ms
            if actual[switch] is not told.on:
                if switch in MACHINES:
                    turned[switch] = now
                actual[switch] = told.on
                watch.note(Switched(switch, now, told.on, told.on))


def assert_safe(words: dict[str, tuple[object, int]], now: int) -> None:
    """A machine is told to run: the air has been read of late, and no danger is unheard of."""
    for name in ("烟", "水"):
        value, at = words.get(name, (None, 0))
        assert value is False
        assert now - at <= TIMING.contact_fresh_ms
    door, at = words.get("门", (None, 0))
    assert door is not None
    assert now - at <= TIMING.contact_fresh_ms
    heard = [words[name][1] for name in ("东", "西") if name in words]
    assert max(heard) >= now - TIMING.air_fresh_ms


def test_a_switch_that_stays_otherwise_than_told_is_told_after_a_while() -> None:
    watch = Watch(PLAN, TIMING, 0)
    watch.note(Switched("灯", 1_000, False, True))
    assert watch.differing(20_000) == []
    assert watch.differing(31_000) == [("灯", 1_000)]
    watch.note(Switched("灯", 32_000, True, True))
    assert watch.differing(90_000) == []
    watch.note(Switched("灯", 33_000, None, True, "timeout"))
    assert watch.silent(70_000) == [("灯", 33_000)]
