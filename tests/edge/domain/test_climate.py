"""The judgement of a room's air and the summary of an hour."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.domain.climate import (
    DAY_MS,
    HOUR_MS,
    Breach,
    BreachKind,
    HourSummary,
    Limits,
    Missing,
    Quantity,
    Reading,
    Span,
    judge,
    summarise,
)
from edge.domain.errors import InvalidInput

MINUTE = 60_000
LEVELS_ONLY = Limits(temperature_daily=99, humidity_daily=99)


def temperatures(*values: float, step: int = MINUTE) -> list[Reading]:
    return [Reading("库房一", at * step, value, 52.0) for at, value in enumerate(values)]


def humidities(*values: float) -> list[Reading]:
    return [Reading("库房一", at * MINUTE, 20.0, value) for at, value in enumerate(values)]


def kinds(breaches: list[Breach]) -> list[BreachKind]:
    return [breach.kind for breach in breaches]


def test_air_at_the_very_limits_breaks_nothing() -> None:
    for temperature, humidity in ((14.0, 45.0), (24.0, 60.0)):
        assert judge([Reading("s", 0, temperature, humidity)], Limits()) == []


@pytest.mark.parametrize(
    ("reading", "kind", "quantity", "limit"),
    [
        (Reading("s", 0, 24.1, 52), BreachKind.TOO_HOT, Quantity.TEMPERATURE, 24.0),
        (Reading("s", 0, 13.9, 52), BreachKind.TOO_COLD, Quantity.TEMPERATURE, 14.0),
        (Reading("s", 0, 20, 60.1), BreachKind.TOO_HUMID, Quantity.HUMIDITY, 60.0),
        (Reading("s", 0, 20, 44.9), BreachKind.TOO_DRY, Quantity.HUMIDITY, 45.0),
    ],
)
def test_air_beyond_a_limit_breaks_that_limit_alone(
    reading: Reading, kind: BreachKind, quantity: Quantity, limit: float
) -> None:
    (breach,) = judge([reading], Limits())
    value = getattr(reading, quantity)
    assert breach == Breach("s", kind, quantity, 0, 0, value, limit)


def test_a_breach_stands_until_the_air_is_well_within_and_keeps_its_beginning() -> None:
    (breach,) = judge(temperatures(23.0, 24.2, 23.9, 23.6), LEVELS_ONLY)
    assert (breach.since_ms, breach.at_ms, breach.value) == (MINUTE, 3 * MINUTE, 23.6)
    assert judge(temperatures(23.0, 24.2, 23.9, 23.5), LEVELS_ONLY) == []
    assert judge(temperatures(23.0, 24.2, 23.5, 24.0), LEVELS_ONLY) == []
    assert kinds(judge(humidities(61, 58.5), LEVELS_ONLY)) == [BreachKind.TOO_HUMID]
    assert judge(humidities(61, 58), LEVELS_ONLY) == []


def test_missing_readings_do_not_end_a_breach() -> None:
    records: list[Reading | Missing] = [*temperatures(25.0), Missing("库房一", MINUTE, "timeout")]
    assert kinds(judge(records, LEVELS_ONLY)) == [BreachKind.TOO_HOT]


def test_a_change_of_more_than_two_degrees_within_a_day_is_a_breach() -> None:
    limits = Limits(silent_after_ms=2 * DAY_MS)
    assert judge(temperatures(19.0, 21.0, step=HOUR_MS), limits) == []
    (breach,) = judge(temperatures(19.0, 21.1, step=HOUR_MS), limits)
    assert (breach.kind, breach.quantity) == (BreachKind.DAILY_CHANGE, Quantity.TEMPERATURE)
    assert (breach.value, breach.limit) == (2.1, 2.0)
    (breach,) = judge(humidities(48.0, 53.1), limits)
    assert (breach.kind, breach.quantity) == (BreachKind.DAILY_CHANGE, Quantity.HUMIDITY)


def test_the_same_change_over_more_than_a_day_is_none() -> None:
    assert judge(temperatures(19.0, 21.1, step=DAY_MS), Limits(silent_after_ms=9 * DAY_MS)) == []


def test_a_sensor_is_silent_after_three_missing_readings_in_a_row() -> None:
    gone = [Missing("库房一", at * MINUTE, "timeout") for at in (1, 2, 3)]
    assert judge([*temperatures(20.0), *gone[:2]], Limits()) == []
    (breach,) = judge([*temperatures(20.0), *gone], Limits())
    assert (breach.kind, breach.since_ms, breach.value) == (BreachKind.SILENT, MINUTE, 3.0)
    back = Reading("库房一", 4 * MINUTE, 20.0, 52.0)
    assert judge([*temperatures(20.0), *gone, back], Limits()) == []


def test_a_sensor_that_reports_nothing_at_all_is_silent_by_the_clock() -> None:
    assert judge(temperatures(20.0), Limits(), now_ms=14 * MINUTE) == []
    assert kinds(judge(temperatures(20.0), Limits(), now_ms=15 * MINUTE)) == [BreachKind.SILENT]


def test_a_sensor_that_never_answered_is_silent() -> None:
    gone = [Missing("s", at * MINUTE, "absent") for at in range(3)]
    assert kinds(judge(gone, Limits())) == [BreachKind.SILENT]


def test_sensors_are_judged_apart() -> None:
    records = [Reading("甲", 0, 25.0, 52.0), Reading("乙", 0, 20.0, 52.0)]
    assert [breach.sensor for breach in judge(records, Limits())] == ["甲"]


def test_without_records_nothing_stands() -> None:
    assert judge([], Limits(), now_ms=DAY_MS) == []


def test_limits_that_no_air_can_keep_are_refused() -> None:
    with pytest.raises(InvalidInput):
        Limits(temperature_min=24, temperature_max=14)


records_of_an_hour = st.lists(
    st.one_of(
        st.builds(
            Reading,
            st.just("s"),
            st.integers(0, HOUR_MS - 1),
            st.integers(-400, 800).map(lambda tenths: tenths / 10),
            st.integers(0, 1000).map(lambda tenths: tenths / 10),
        ),
        st.builds(Missing, st.just("s"), st.integers(0, HOUR_MS - 1), st.just("timeout")),
    ),
    min_size=1,
    max_size=40,
    unique_by=lambda record: record.at_ms,
)


@given(st.data(), records_of_an_hour)
def test_neither_judgement_nor_summary_depends_on_the_order_of_arrival(
    draw: st.DataObject, records: list[Reading | Missing]
) -> None:
    shuffled = draw.draw(st.permutations(records))
    assert judge(shuffled, Limits()) == judge(records, Limits())
    assert summarise(shuffled) == summarise(records)


@given(records_of_an_hour)
def test_the_daily_change_agrees_with_the_plain_definition(
    records: list[Reading | Missing],
) -> None:
    readings = sorted(
        (record for record in records if isinstance(record, Reading)),
        key=lambda reading: reading.at_ms,
    )
    if not readings:
        return
    values = [reading.temperature for reading in readings]
    span = round(max(values) - min(values), 2)
    # All lie within one day, where the span can only grow: no breach ends again.
    found = [
        breach.value
        for breach in judge(readings, Limits())
        if (breach.kind, breach.quantity) == (BreachKind.DAILY_CHANGE, Quantity.TEMPERATURE)
    ]
    assert found == ([span] if span > 2.0 else [])


def test_an_hour_is_summed_up_with_its_gaps() -> None:
    records: list[Reading | Missing] = [
        Reading("s", HOUR_MS, 20.0, 50.0),
        Reading("s", HOUR_MS + MINUTE, 21.0, 55.0),
        Reading("s", HOUR_MS + 2 * MINUTE, 20.5, 51.0),
        Missing("s", HOUR_MS + 3 * MINUTE, "line"),
    ]
    assert summarise(records) == HourSummary(
        "s", HOUR_MS, Span(20.0, 21.0, 20.5), Span(50.0, 55.0, 52.0), 3, 1
    )


def test_an_hour_without_a_reading_has_no_values() -> None:
    summary = summarise([Missing("s", 0, "timeout")])
    assert (summary.temperature, summary.humidity) == (None, None)
    assert (summary.count, summary.missing) == (0, 1)


def test_two_sensors_or_two_hours_are_not_summed_up_together() -> None:
    for other in (Missing("t", 0, "line"), Missing("s", HOUR_MS, "line")):
        with pytest.raises(ValueError, match="one sensor and one hour"):
            summarise([Missing("s", 0, "line"), other])
