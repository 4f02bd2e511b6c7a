"""The storage room: hours, alerts, and how alerts ended."""

import json
from collections.abc import Sequence

from edge.domain.entry import Entry
from edge.store.database import Connection
from edge.store.reducers.registrations import or_replace

_ALERT = or_replace(
    *("climate_alert", "room", "sensor", "breach", "value", "bound", "at", "box", "also", "place")
)


def hour(connection: Connection, entries: Sequence[Entry]) -> None:
    """Fold `climate.hour`; one row per sensor and reporting box."""
    connection.executemany(
        "insert into climate_hour values (?, ?, ?, ?, ?, ?) on conflict do update "
        "set entry = excluded.entry, summary = excluded.summary "
        "where excluded.entry < climate_hour.entry",
        [
            (
                entry.about,
                int(entry.body.get("hour", 0)),
                sensor,
                entry.box,
                entry.id,
                json.dumps(summary, sort_keys=True),
            )
            for entry in entries
            for sensor, summary in entry.body.get("sensors", {}).items()
        ],
    )


def alerted(connection: Connection, entries: Sequence[Entry]) -> None:
    """Fold `climate.alert`."""
    connection.executemany(
        f"insert into climate_alert values ({', '.join('?' * 11)}) {_ALERT}",
        [
            (
                entry.about,
                entry.id,
                *(str(entry.body.get(name, "")) for name in ("room", "sensor", "breach")),
                _number(entry, "value"),
                _number(entry, "limit"),
                entry.at,
                entry.box,
                _also(entry),
                str(entry.body.get("place", "")),
            )
            for entry in entries
        ],
    )


def changed(connection: Connection, entries: Sequence[Entry]) -> None:
    """Fold `climate.changed`; the latest of an alert is what it says now."""
    connection.executemany(
        "insert or ignore into climate_alert_change values (?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (
                entry.id,
                entry.about,
                str(entry.body.get("breach", "")),
                _number(entry, "value"),
                _number(entry, "limit"),
                _also(entry),
                int(bool(entry.body.get("worse"))),
                entry.at,
            )
            for entry in entries
        ],
    )


def _also(entry: Entry) -> str:
    return json.dumps([str(each) for each in entry.body.get("also") or ()])


def _number(entry: Entry, name: str) -> float | None:
    value = entry.body.get(name)
    return None if value is None else float(value)


def ended(connection: Connection, entries: Sequence[Entry]) -> None:
    """Fold `climate.cleared`, `climate.acknowledged` and `climate.unseen`."""
    connection.executemany(
        "insert or ignore into climate_alert_end values (?, ?, ?, ?, ?, ?)",
        [
            (
                entry.id,
                entry.about,
                entry.kind.partition(".")[2],
                str(entry.body.get("note", "")),
                entry.at,
                entry.by,
            )
            for entry in entries
        ],
    )
