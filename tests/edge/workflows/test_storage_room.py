"""The storage room watched: alerts raised, seen, cleared; hours on record."""

from pathlib import Path

import pytest

from edge.domain.climate import HOUR_MS, Limits, Missing, Reading
from edge.domain.errors import Denied, NotFound
from edge.store.room import hours_since, latest_readings, open_alerts, readings_since, recent_alerts
from edge.workflows.office import Office
from edge.workflows.storage_room import acknowledge, close_hour, record
from tests.offices import CLERK, NOON, READER, TECHNICIAN, deliver, office_in

ROOM, MINUTE = "room-1", 60_000
# Wide daily limits, so that only what a test is about is judged.
LIMITS = Limits(temperature_daily=50, humidity_daily=90)


def air(minute: int, temperature: float = 20.0, humidity: float = 50.0) -> Reading:
    return Reading("s1", NOON + minute * MINUTE, temperature, humidity)


def test_an_alert_is_raised_once_seen_and_cleared(office: Office) -> None:
    assert record(office, ROOM, air(0), LIMITS) == []
    (alert,) = record(office, ROOM, air(1, 25.5), LIMITS)
    assert (alert.breach, alert.value, alert.limit) == ("too_hot/temperature", 25.5, 24.0)
    assert record(office, ROOM, air(2, 26.0), LIMITS) == []
    seen = acknowledge(office, TECHNICIAN, alert.id, "开了空调")
    assert seen.acknowledged_by == TECHNICIAN.id
    assert record(office, ROOM, air(3, 23.8), LIMITS) == []
    with office.space.read() as connection:
        assert [each.id for each in open_alerts(connection)] == [alert.id]
    record(office, ROOM, air(4, 23.4), LIMITS)
    with office.space.read() as connection:
        assert open_alerts(connection) == []
        (past,) = recent_alerts(connection)
    assert past.cleared_at == NOON
    assert past.acknowledged_by == TECHNICIAN.id
    (second,) = record(office, ROOM, air(5, 25.0), LIMITS)
    assert second.id != alert.id


def test_heat_and_damp_are_two_alerts_that_end_apart(office: Office) -> None:
    raised = record(office, ROOM, air(0, 26.0, 70.0), LIMITS)
    assert {each.breach for each in raised} == {"too_hot/temperature", "too_humid/humidity"}
    record(office, ROOM, air(1, 26.0, 50.0), LIMITS)
    with office.space.read() as connection:
        assert [each.breach for each in open_alerts(connection)] == ["too_hot/temperature"]


def test_a_silent_sensor_is_an_alert_until_it_speaks(office: Office) -> None:
    record(office, ROOM, air(0), LIMITS)
    raised = [
        record(office, ROOM, Missing("s1", NOON + n * MINUTE, "timeout"), LIMITS) for n in (1, 2, 3)
    ]
    assert [len(each) for each in raised] == [0, 0, 1]
    assert raised[2][0].breach == "silent"
    with office.space.read() as connection:
        assert latest_readings(connection, ROOM) == [Missing("s1", NOON + 3 * MINUTE, "timeout")]
    record(office, ROOM, air(4), LIMITS)
    with office.space.read() as connection:
        assert open_alerts(connection) == []


def test_an_alert_outlives_a_restart_and_is_not_raised_again(tmp_path: Path) -> None:
    with office_in(tmp_path) as office:
        (alert,) = record(office, ROOM, air(0, 26.0), LIMITS)
    with office_in(tmp_path) as office:
        assert record(office, ROOM, air(1, 26.0), LIMITS) == []
        record(office, ROOM, air(2, 20.0), LIMITS)
        with office.space.read() as connection:
            assert open_alerts(connection) == []
            assert [each.id for each in recent_alerts(connection)] == [alert.id]


def test_another_boxs_alert_of_a_room_of_the_same_name_is_left_alone(tmp_path: Path) -> None:
    with office_in(tmp_path / "a") as one, office_in(tmp_path / "b") as two:
        (alert,) = record(one, ROOM, air(0, 26.0), LIMITS)
        deliver(one.space, two.space)
        record(two, ROOM, air(1, 20.0), LIMITS)
        with two.space.read() as connection:
            assert [each.id for each in open_alerts(connection)] == [alert.id]
        (own,) = record(two, ROOM, air(2, 27.0), LIMITS)
        assert own.id != alert.id


def test_an_hour_is_summed_up_and_put_on_record_once(office: Office) -> None:
    hour = NOON // HOUR_MS * HOUR_MS
    assert not close_hour(office, ROOM, hour)
    for minute, temperature in ((0, 20.0), (10, 22.0), (20, 21.0)):
        record(office, ROOM, air(minute, temperature), LIMITS)
    record(office, ROOM, Missing("s1", NOON + 30 * MINUTE, "timeout"), LIMITS)
    record(office, ROOM, air(61, 24.0), LIMITS)
    assert close_hour(office, ROOM, hour)
    assert not close_hour(office, ROOM, hour)
    with office.space.read() as connection:
        ((at, sensor, summary),) = hours_since(connection, ROOM, 0)
        assert len(readings_since(connection, ROOM, hour + HOUR_MS)) == 1
    assert (at, sensor) == (hour, "s1")
    assert summary["temperature"] == {"min": 20.0, "max": 22.0, "mean": 21.0}
    assert (summary["count"], summary["missing"]) == (3, 1)


def test_raw_readings_are_forgotten_after_ninety_days_and_hours_are_not(office: Office) -> None:
    later = 91 * 24 * 60
    record(office, ROOM, air(0), LIMITS)
    close_hour(office, ROOM, NOON)
    record(office, ROOM, air(later), LIMITS)
    close_hour(office, ROOM, NOON + later * MINUTE)
    with office.space.read() as connection:
        assert readings_since(connection, ROOM, 0) == [air(later)]
        assert len(hours_since(connection, ROOM, 0)) == 2


def test_the_same_reading_twice_is_one(office: Office) -> None:
    record(office, ROOM, air(0), LIMITS)
    record(office, ROOM, air(0), LIMITS)
    with office.space.read() as connection:
        assert readings_since(connection, ROOM, 0) == [air(0)]


def test_only_who_keeps_the_room_acknowledges_what_there_is(office: Office) -> None:
    (alert,) = record(office, ROOM, air(0, 26.0), LIMITS)
    with pytest.raises(Denied):
        acknowledge(office, READER, alert.id)
    with pytest.raises(NotFound) as caught:
        acknowledge(office, CLERK, "0" * 32)
    assert caught.value.key == "alert.unknown"
