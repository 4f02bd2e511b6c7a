"""Watching the storage room: readings kept, hours summed up, alerts raised and cleared."""

from collections.abc import Sequence
from dataclasses import asdict

from edge.domain.access import Clerk, Right
from edge.domain.climate import DAY_MS, HOUR_MS, Limits, Missing, Reading, judge, summarise
from edge.domain.kinds import Kind
from edge.store import room as readings
from edge.store.database import Connection
from edge.store.entries import Pen
from edge.store.room import Alert, alert_of, open_alerts
from edge.workflows.office import Office

KEEP_RAW_MS = 90 * DAY_MS


def record(office: Office, room: str, record: Reading | Missing, limits: Limits) -> list[Alert]:
    """Keep one reading and judge the room; says which alerts it raised."""
    since = record.at_ms - DAY_MS

    def keep(connection: Connection) -> list[Reading | Missing]:
        readings.keep_reading(connection, room, record)
        return readings.readings_since(connection, room, since)

    day = office.space.write(keep)
    breaches = {
        (each.sensor, f"{each.kind}/{each.quantity or ''}".rstrip("/")): each
        for each in judge(day, limits, record.at_ms)
    }
    with office.space.read() as connection:
        standing = {
            (alert.sensor, alert.breach): alert
            for alert in open_alerts(connection)
            if alert.room == room
        }
    if breaches.keys() == standing.keys():
        return []

    def act(pen: Pen) -> list[Alert]:
        for key in standing.keys() - breaches.keys():
            pen.append(Kind.CLIMATE_CLEARED, standing[key].id, {})
        raised = []
        for key in sorted(breaches.keys() - standing.keys()):
            breach, alert = breaches[key], pen.new_id()
            pen.append(
                Kind.CLIMATE_ALERT,
                alert,
                {
                    "room": room,
                    "sensor": breach.sensor,
                    "breach": key[1],
                    "value": breach.value,
                    "limit": breach.limit,
                },
            )
            raised.append(alert_of(pen.connection, alert))
        return raised

    return office.transact(office.itself, act)


def close_hour(office: Office, room: str, hour_ms: int) -> bool:
    """Put one full hour (its start in ms) on record; False when nothing was heard in it."""
    with office.space.read() as connection:
        records = [
            each
            for each in readings.readings_since(connection, room, hour_ms)
            if each.at_ms < hour_ms + HOUR_MS
        ]
        done = connection.execute(
            "select 1 from climate_hour where room = ? and hour = ? and box = ?",
            (room, hour_ms, office.author.box),
        ).fetchone()
    if not records or done:
        return False

    def act(pen: Pen) -> None:
        pen.append(Kind.CLIMATE_HOUR, room, {"hour": hour_ms, "sensors": _summaries(records)})
        readings.drop_readings_before(pen.connection, hour_ms - KEEP_RAW_MS)

    office.transact(office.itself, act)
    return True


def acknowledge(office: Office, clerk: Clerk, alert: str, note: str = "") -> Alert:
    """Record that somebody has seen an alert; raises NotFound `alert.unknown`."""
    clerk.require(Right.ROOM)

    def act(pen: Pen) -> Alert:
        alert_of(pen.connection, alert)
        pen.append(Kind.CLIMATE_ACKNOWLEDGED, alert, {"note": note})
        return alert_of(pen.connection, alert)

    return office.transact(clerk, act)


def _summaries(records: Sequence[Reading | Missing]) -> dict[str, object]:
    by_sensor: dict[str, list[Reading | Missing]] = {}
    for record in records:
        by_sensor.setdefault(record.sensor, []).append(record)
    return {sensor: asdict(summarise(own)) for sensor, own in sorted(by_sensor.items())}
