"""The storage room's air: readings of this machine, hours and alerts of the record."""

import json
from dataclasses import dataclass, replace
from typing import Any

from edge.domain.climate import Missing, Reading
from edge.domain.errors import NotFound
from edge.store.database import Connection

# Beyond every moment that a clock can show.
_FAR = 1 << 62


@dataclass(frozen=True, slots=True)
class Alert:
    """One cause of alarm, open until cleared.

    `breach` is the worst rule broken and `also` the others; `place` is the room's name.
    `acknowledged_by` is empty until somebody has seen it as it is now.
    """

    id: str
    room: str
    sensor: str
    breach: str
    value: float | None
    limit: float | None
    at: int
    cleared_at: int | None
    acknowledged_by: str
    also: tuple[str, ...] = ()
    place: str = ""

    @property
    def fields(self) -> dict[str, object]:
        """What its sentence has places for."""
        told = {"value": _spoken(self.value), "limit": _spoken(self.limit)}
        return {**told, "sensor": self.sensor, "room": self.place}


def _spoken(value: float | None) -> str:
    return "—" if value is None else f"{value:g}"


# An alarm that grew worse after somebody had seen it waits to be seen again, as does one whose
# acknowledgment was taken back.
_ALERT = (
    "select a.id, a.room, a.sensor, coalesce(c.breach, a.breach), "
    "iif(c.entry is null, a.value, c.value), iif(c.entry is null, a.bound, c.bound), a.at, "
    "(select min(at) from climate_alert_end e where e.alert = a.id and e.kind = 'cleared'), "
    "coalesce((select by from climate_alert_end e where e.alert = a.id "
    "and e.kind = 'acknowledged' and e.entry > max(coalesce((select max(w.entry) "
    "from climate_alert_change w where w.alert = a.id and w.worse), ''), "
    "coalesce((select max(u.entry) from climate_alert_end u where u.alert = a.id "
    "and u.kind = 'unseen'), '')) "
    "order by entry limit 1), ''), coalesce(c.also, a.also), a.place "
    "from climate_alert a left join climate_alert_change c on c.entry = "
    "(select max(n.entry) from climate_alert_change n where n.alert = a.id) "
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


def readings_since(
    connection: Connection, room: str, since: int, until: int | None = None
) -> list[Reading | Missing]:
    """List raw readings from `since` (ms) on and before `until`, oldest first."""
    found: list[Reading | Missing] = []
    for sensor in sensors_of(connection, room):
        found += readings_of(connection, room, sensor, since, until)
    return sorted(found, key=lambda each: (each.at_ms, each.sensor))


def readings_of(
    connection: Connection, room: str, sensor: str, since: int, until: int | None = None
) -> list[Reading | Missing]:
    """List one sensor's raw readings from `since` (ms) on and before `until`, oldest first."""
    rows = connection.execute(
        "select sensor, at, temperature, humidity, fault from climate_reading "
        "where room = ? and sensor = ? and at >= ? and at < ? order by at",
        (room, sensor, since, _FAR if until is None else until),
    )
    return [_reading(*row) for row in rows]


def sensors_of(connection: Connection, room: str) -> list[str]:
    """Name the sensors of a room that have ever been heard of here."""
    # One step of the index a sensor; months of readings are not walked through.
    rows = connection.execute(
        "with recursive known (sensor) as ("
        "select min(sensor) from climate_reading where room = ?1 union all "
        "select (select min(r.sensor) from climate_reading r where r.room = ?1 "
        "and r.sensor > known.sensor) from known where known.sensor is not null) "
        "select sensor from known where sensor is not null",
        (room,),
    )
    return [sensor for (sensor,) in rows]


def latest_readings(connection: Connection, room: str) -> list[Reading | Missing]:
    """The last word of each sensor of a room."""
    found = []
    for sensor in sensors_of(connection, room):
        row = connection.execute(
            "select sensor, at, temperature, humidity, fault from climate_reading "
            "where room = ? and sensor = ? order by at desc limit 1",
            (room, sensor),
        ).fetchone()
        found.append(_reading(*row))
    return found


def _reading(
    sensor: str, at: int, temperature: float | None, humidity: float | None, fault: str
) -> Reading | Missing:
    if temperature is None or humidity is None:
        return Missing(sensor, at, fault)
    return Reading(sensor, at, temperature, humidity)


def drop_readings_before(connection: Connection, before: int) -> None:
    """Forget raw readings older than `before` (ms); their hours stay on record."""
    connection.execute("delete from climate_reading where at < ?", (before,))
    connection.execute("delete from room_reading where at < ?", (before,))


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
    return [_alert(row) for row in rows]


def recent_alerts(connection: Connection, limit: int = 50) -> list[Alert]:
    """List the latest alerts, open or not."""
    rows = connection.execute(_ALERT + "order by a.id desc limit ?", (limit,))
    return [_alert(row) for row in rows]


def alert_of(connection: Connection, id: str) -> Alert:
    """Read one alert; raises NotFound `alert.unknown`."""
    row = connection.execute(_ALERT + "where a.id = ?", (id,)).fetchone()
    if row is None:
        raise NotFound("alert.unknown")
    return _alert(row)


def _alert(row: tuple[Any, ...]) -> Alert:
    return replace(Alert(*row[:9]), also=tuple(json.loads(row[9])), place=row[10])
