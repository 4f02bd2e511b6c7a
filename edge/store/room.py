"""The storage room: readings of this machine, hours and alerts of the record."""

import json
from dataclasses import dataclass
from typing import Any

from edge.domain.climate import Missing, Reading
from edge.domain.errors import NotFound
from edge.store.database import Connection


@dataclass(frozen=True, slots=True)
class Alert:
    """One breach, open until cleared; `acknowledged_by` is empty until somebody has seen it."""

    id: str
    room: str
    sensor: str
    breach: str
    value: float | None
    limit: float | None
    at: int
    cleared_at: int | None
    acknowledged_by: str


_ALERT = (
    "select a.id, a.room, a.sensor, a.breach, a.value, a.bound, a.at, "
    "(select min(at) from climate_alert_end e where e.alert = a.id and e.kind = 'cleared'), "
    "coalesce((select by from climate_alert_end e where e.alert = a.id "
    "and e.kind = 'acknowledged' order by entry limit 1), '') from climate_alert a "
)


def keep_reading(connection: Connection, room: str, record: Reading | Missing) -> None:
    """Keep one raw reading, or the lack of one, on this machine."""
    values = (
        (record.temperature, record.humidity, "")
        if isinstance(record, Reading)
        else (None, None, record.fault)
    )
    connection.execute(
        "insert or ignore into climate_reading values (?, ?, ?, ?, ?, ?)",
        (room, record.sensor, record.at_ms, *values),
    )


def readings_since(connection: Connection, room: str, since: int) -> list[Reading | Missing]:
    """List raw readings from `since` (ms) on, oldest first."""
    rows = connection.execute(
        "select sensor, at, temperature, humidity, fault from climate_reading "
        "where room = ? and at >= ? order by at, sensor",
        (room, since),
    )
    return [_reading(*row) for row in rows]


def latest_readings(connection: Connection, room: str) -> list[Reading | Missing]:
    """The last word of each sensor of a room."""
    rows = connection.execute(
        "select sensor, max(at), temperature, humidity, fault from climate_reading "
        "where room = ? group by sensor order by sensor",
        (room,),
    )
    return [_reading(*row) for row in rows]


def _reading(
    sensor: str, at: int, temperature: float | None, humidity: float | None, fault: str
) -> Reading | Missing:
    if temperature is None or humidity is None:
        return Missing(sensor, at, fault)
    return Reading(sensor, at, temperature, humidity)


def drop_readings_before(connection: Connection, before: int) -> None:
    """Forget raw readings older than `before` (ms); their hours stay on record."""
    connection.execute("delete from climate_reading where at < ?", (before,))


def hours_since(connection: Connection, room: str, since: int) -> list[tuple[int, str, Any]]:
    """List the hours on record from `since` (ms) on, as (hour, sensor, summary)."""
    rows = connection.execute(
        "select hour, sensor, summary from climate_hour where room = ? and hour >= ? "
        "order by hour, sensor, box",
        (room, since),
    )
    return [(hour, sensor, json.loads(summary)) for hour, sensor, summary in rows]


def open_alerts(connection: Connection, box: str = "") -> list[Alert]:
    """List the alerts that have not cleared, the newest first; all boxes' or one box's own."""
    rows = connection.execute(
        _ALERT + "where not exists (select 1 from climate_alert_end e where e.alert = a.id "
        "and e.kind = 'cleared') and (? = '' or a.box = ?) order by a.id desc",
        (box, box),
    )
    return [Alert(*row) for row in rows]


def recent_alerts(connection: Connection, limit: int = 50) -> list[Alert]:
    """List the latest alerts, open or not."""
    rows = connection.execute(_ALERT + "order by a.id desc limit ?", (limit,))
    return [Alert(*row) for row in rows]


def alert_of(connection: Connection, id: str) -> Alert:
    """Read one alert; raises NotFound `alert.unknown`."""
    row = connection.execute(_ALERT + "where a.id = ?", (id,)).fetchone()
    if row is None:
        raise NotFound("alert.unknown")
    return Alert(*row)
