"""Watching the storage room: readings kept, hours summed up, alerts raised and cleared."""

from collections.abc import Sequence
from dataclasses import asdict

from edge.domain.access import Clerk, Right
from edge.domain.climate import (
    DAY_MS,
    HOUR_MS,
    Breach,
    Limits,
    Missing,
    Reading,
    judge,
    summarise,
)
from edge.domain.kinds import Kind
from edge.store import room as readings
from edge.store.entries import Pen
from edge.store.room import Alert, alert_of, open_alerts
from edge.workflows.office import Office

KEEP_RAW_MS = 90 * DAY_MS


def record(office: Office, room: str, record: Reading | Missing, limits: Limits) -> list[Alert]:
    """Keep one reading and judge the room; says which alerts it raised."""

    def act(pen: Pen) -> list[Alert]:
        readings.keep_reading(pen.connection, room, record)
        day = readings.readings_since(pen.connection, room, record.at_ms - DAY_MS)
        breaches = {
            (each.sensor, f"{each.kind}/{each.quantity or ''}".rstrip("/")): each
            for each in judge(day, limits, record.at_ms)
        }
        # Another box of the town may watch a room of the same name; its alerts are its own.
        standing = {
            (alert.sensor, alert.breach): alert
            for alert in open_alerts(pen.connection, office.author.box)
            if alert.room == room
        }
        for key in sorted(standing.keys() - breaches.keys()):
            pen.append(Kind.CLIMATE_CLEARED, standing[key].id, {})
        raised = sorted(breaches.keys() - standing.keys())
        return [_raise(pen, room, key[1], breaches[key]) for key in raised]

    return office.transact(office.itself, act)


def _raise(pen: Pen, room: str, name: str, breach: Breach) -> Alert:
    alert = pen.new_id()
    told = {"sensor": breach.sensor, "value": breach.value, "limit": breach.limit}
    pen.append(Kind.CLIMATE_ALERT, alert, {"room": room, "breach": name, **told})
    return alert_of(pen.connection, alert)


def close_hour(office: Office, room: str, hour_ms: int) -> bool:
    """Put one full hour (its start in ms) on record; False when nothing was heard in it."""

    def act(pen: Pen) -> bool:
        records = [
            each
            for each in readings.readings_since(pen.connection, room, hour_ms)
            if each.at_ms < hour_ms + HOUR_MS
        ]
        done = pen.connection.execute(
            "select 1 from climate_hour where room = ? and hour = ? and box = ?",
            (room, hour_ms, office.author.box),
        ).fetchone()
        if not records or done:
            return False
        pen.append(Kind.CLIMATE_HOUR, room, {"hour": hour_ms, "sensors": _summaries(records)})
        readings.drop_readings_before(pen.connection, hour_ms - KEEP_RAW_MS)
        return True

    return office.transact(office.itself, act)


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
