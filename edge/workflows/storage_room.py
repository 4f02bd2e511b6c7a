"""Watching the storage room: readings kept, hours summed up, alerts raised and cleared."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict

from edge.domain.access import Clerk, Right
from edge.domain.alarm import Alarm, cause_of, is_worse, judge_contact, merge
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
from edge.domain.room import Contact, ContactKind, Record, Switched
from edge.store import room as readings
from edge.store.entries import Pen
from edge.store.room import Alert, alert_of, open_alerts
from edge.store.switches import PartState, contact_since, keep_part
from edge.workflows.office import Office

KEEP_RAW_MS = 90 * DAY_MS


def record(
    office: Office, room: str, record: Reading | Missing, limits: Limits, place: str = ""
) -> list[Alert]:
    """Keep one reading and judge its sensor; says which alerts it raised."""
    return record_all(office, room, [record], limits, place=place)


def record_all(
    office: Office,
    room: str,
    records: Sequence[Record],
    limits: Limits,
    contacts: Mapping[str, ContactKind] | None = None,
    found: Iterable[Breach] = (),
    settled: Iterable[str] = (),
    place: str = "",
) -> list[Alert]:
    """Keep what one round of a room's line gave, and judge every part that was heard from.

    `contacts` says what the room's contacts mean. `found` are breaches that the caller judged
    itself, of the parts that `settled` names. Says which alerts were raised.
    """
    contacts = contacts or {}

    def act(pen: Pen) -> list[Alert]:
        heard = dict(_keep(pen, room, records, contacts))
        breaches = list(found)
        for sensor, now in heard.items():
            breaches += _judge(pen, room, sensor, contacts.get(sensor), limits, now)
        judged = {*heard, *settled}
        return _settle(pen, office.author.box, room, merge(breaches), judged, place)

    return office.transact(office.itself, act)


def _keep(
    pen: Pen, room: str, records: Sequence[Record], contacts: Mapping[str, ContactKind]
) -> Iterable[tuple[str, int]]:
    for each in records:
        if isinstance(each, Switched):
            keep_part(pen.connection, room, each)
            continue
        if isinstance(each, Contact):
            keep_part(pen.connection, room, each)
        elif isinstance(each, Missing) and each.sensor in contacts:
            kind = str(contacts[each.sensor])
            said = PartState(each.sensor, each.at_ms, kind, None, None, str(each.fault))
            keep_part(pen.connection, room, said)
        else:
            readings.keep_reading(pen.connection, room, each)
        yield each.sensor, each.at_ms


def _judge(
    pen: Pen, room: str, sensor: str, kind: ContactKind | None, limits: Limits, now: int
) -> list[Breach]:
    since = now - DAY_MS
    if kind is not None:
        own = contact_since(pen.connection, room, sensor, kind, since)
        return judge_contact(own, limits, now)
    return judge(readings.readings_of(pen.connection, room, sensor, since), limits, now)


def _settle(
    pen: Pen, box: str, room: str, alarms: Sequence[Alarm], judged: set[str], place: str
) -> list[Alert]:
    """Bring the alerts of the parts that were judged up to what stands now."""
    now = {alarm.cause: alarm for alarm in alarms}
    # Another box of the town may watch a room of the same name; its alerts are its own.
    standing = {
        (alert.sensor, cause_of(alert.breach)): alert
        for alert in open_alerts(pen.connection, box)
        if alert.room == room and alert.sensor in judged
    }
    for cause in sorted(standing.keys() - now.keys()):
        pen.append(Kind.CLIMATE_CLEARED, standing[cause].id, {})
    for cause in sorted(standing.keys() & now.keys()):
        _change(pen, standing[cause], now[cause])
    raised = sorted(now.keys() - standing.keys())
    return [_raise(pen, room, place, now[cause]) for cause in raised]


def _told(alarm: Alarm) -> dict[str, object]:
    told = {"breach": alarm.breach, "value": alarm.value, "limit": alarm.limit}
    return {**told, "also": list(alarm.also)}


def _raise(pen: Pen, room: str, place: str, alarm: Alarm) -> Alert:
    alert = pen.new_id()
    told = {"room": room, "place": place, "sensor": alarm.sensor, **_told(alarm)}
    pen.append(Kind.CLIMATE_ALERT, alert, told)
    return alert_of(pen.connection, alert)


def _change(pen: Pen, alert: Alert, alarm: Alarm) -> None:
    """Say that other rules are broken now; a value that moves on is no news."""
    if (alert.breach, set(alert.also)) == (alarm.breach, set(alarm.also)):
        return
    known = {alert.breach, *alert.also}
    worse = alarm.breach not in known and is_worse(alarm.breach, alert.breach)
    pen.append(Kind.CLIMATE_CHANGED, alert.id, {**_told(alarm), "worse": worse})


def close_hour(office: Office, room: str, hour_ms: int) -> bool:
    """Put one full hour (its start in ms) on record; False when nothing was heard in it."""

    def act(pen: Pen) -> bool:
        records = readings.readings_since(pen.connection, room, hour_ms, hour_ms + HOUR_MS)
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


def unsee(office: Office, clerk: Clerk, alert: str) -> Alert:
    """Take an acknowledgment back: the alert waits to be seen anew; NotFound as `acknowledge`."""
    clerk.require(Right.ROOM)

    def act(pen: Pen) -> Alert:
        alert_of(pen.connection, alert)
        pen.append(Kind.CLIMATE_UNSEEN, alert, {})
        return alert_of(pen.connection, alert)

    return office.transact(clerk, act)


def _summaries(records: Sequence[Reading | Missing]) -> dict[str, object]:
    by_sensor: dict[str, list[Reading | Missing]] = {}
    for record in records:
        by_sensor.setdefault(record.sensor, []).append(record)
    return {sensor: asdict(summarise(own)) for sensor, own in sorted(by_sensor.items())}
