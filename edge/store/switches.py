"""The room's contacts and switches: their last words here, commands and overrides on record."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from edge.domain.climate import Missing
from edge.domain.interlock import Override
from edge.domain.room import Contact, ContactKind, Switched
from edge.store.database import Connection

SWITCH = "switch"
# What does not change is kept once a minute, to show that somebody was listening.
KEEP_EVERY_MS = 60_000


@dataclass(frozen=True, slots=True)
class PartState:
    """What one contact or switch said last; `state` is None for no answer."""

    part: str
    at: int
    kind: str
    state: bool | None
    wanted: bool | None
    fault: str


@dataclass(frozen=True, slots=True)
class Command:
    """One command of a switch and what became of it; `actual` is None until it was read back."""

    id: str
    switch: str
    on: bool
    reason: str
    at: int
    by: str
    actual: bool | None
    fault: str
    settled_at: int | None


def keep_part(connection: Connection, room: str, record: Contact | Switched | PartState) -> bool:
    """Keep what a part said if that is news, or a minute has passed; says whether it was kept."""
    said = record if isinstance(record, PartState) else _state(record)
    before = connection.execute(
        "select at, state, wanted, fault from room_reading where room = ? and part = ? "
        "order by at desc limit 1",
        (room, said.part),
    ).fetchone()
    now = (_stored(said.state), _stored(said.wanted), said.fault)
    if before is not None and before[1:] == now and said.at - before[0] < KEEP_EVERY_MS:
        return False
    connection.execute(
        "insert or ignore into room_reading values (?, ?, ?, ?, ?, ?, ?)",
        (room, said.part, said.at, said.kind, *now),
    )
    return True


def _state(record: Contact | Switched) -> PartState:
    if isinstance(record, Contact):
        return PartState(record.sensor, record.at_ms, str(record.kind), record.on, None, "")
    wanted = record.wanted
    return PartState(record.switch, record.at_ms, SWITCH, record.actual, wanted, record.fault)


def _stored(state: bool | None) -> int | None:
    return None if state is None else int(state)


def latest_parts(connection: Connection, room: str, parts: Iterable[str]) -> dict[str, PartState]:
    """The last word of each of the named parts that has been heard of."""
    found = {}
    for part in parts:
        row = connection.execute(
            "select part, at, kind, state, wanted, fault from room_reading "
            "where room = ? and part = ? order by at desc limit 1",
            (room, part),
        ).fetchone()
        if row is not None:
            found[part] = _part(row)
    return found


def contact_since(
    connection: Connection, room: str, part: str, kind: ContactKind, since: int
) -> list[Contact | Missing]:
    """What one contact said from `since` (ms) on, oldest first."""
    rows = connection.execute(
        "select part, at, kind, state, wanted, fault from room_reading "
        "where room = ? and part = ? and at >= ? order by at",
        (room, part, since),
    )
    return [
        Missing(each.part, each.at, each.fault)
        if each.state is None
        else Contact(each.part, each.at, kind, each.state)
        for each in map(_part, rows)
    ]


def _part(row: tuple[Any, ...]) -> PartState:
    part, at, kind, state, wanted, fault = row
    return PartState(part, at, kind, _read(state), _read(wanted), fault)


def _read(state: int | None) -> bool | None:
    return None if state is None else bool(state)


def override_of(connection: Connection, room: str, switch: str, box: str) -> Override | None:
    """What a person has last said of a switch of one box, whether its time is over or not."""
    row = connection.execute(
        "select state, until, by from switch_override where room = ? and switch = ? and box = ? "
        "order by entry desc limit 1",
        (room, switch, box),
    ).fetchone()
    return None if row is None or row[0] is None else Override(bool(row[0]), row[1], row[2])


_COMMAND = (
    "select c.id, c.switch, c.state, c.reason, c.at, c.by, s.actual, coalesce(s.fault, ''), s.at "
    "from switch_command c left join switch_settled s on s.entry = "
    "(select min(f.entry) from switch_settled f where f.command = c.id) "
)


def commands_since(connection: Connection, room: str, since: int, limit: int = 50) -> list[Command]:
    """List the latest commands of a room from `since` (ms) on, the newest first."""
    rows = connection.execute(
        _COMMAND + "where c.room = ? and c.at >= ? order by c.id desc limit ?",
        (room, since, limit),
    )
    return [_command(row) for row in rows]


def command_of(connection: Connection, id: str) -> Command | None:
    """Read one command."""
    row = connection.execute(_COMMAND + "where c.id = ?", (id,)).fetchone()
    return _command(row) if row else None


def _command(row: tuple[Any, ...]) -> Command:
    id, switch, state, reason, at, by, actual, fault, settled_at = row
    return Command(id, switch, bool(state), reason, at, by, _read(actual), fault, settled_at)
