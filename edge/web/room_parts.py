"""The storage room's parts as its screen shows them, and switching them by hand."""

from dataclasses import dataclass
from typing import Annotated, Any

import msgspec
from litestar import Request, Response, post
from litestar.di import NamedDependency
from litestar.params import URLEncodedBody

from edge.domain.access import Clerk
from edge.domain.climate import Limits, Reading
from edge.domain.errors import InvalidInput, NotFound
from edge.domain.room import ContactKind
from edge.store import room as store
from edge.store.database import Connection
from edge.store.switches import latest_parts
from edge.web.parts import Parts
from edge.web.rendering import go
from edge.workflows.room_keeping import KeptRoom

# A reading older than this is no reading of now; sensors taken down fade from the screen in a day.
_SHOWN_MS, _FORGOTTEN_MS = 15 * 60_000, 24 * 3_600_000
_ALARMING = (ContactKind.SMOKE, ContactKind.LEAK)


@dataclass(frozen=True, slots=True)
class SensorRow:
    """One sensor of the air; values are None where it gave no answer of late."""

    name: str
    at: int
    temperature: float | None
    humidity: float | None
    breaks: bool
    fault: str


@dataclass(frozen=True, slots=True)
class ContactRow:
    """One contact; `state` is None where it gave no answer of late."""

    name: str
    kind: ContactKind
    at: int
    state: bool | None
    tone: str


class Switching(msgspec.Struct, frozen=True):
    """The form of a switch: `act` is auto, move, or on or off and for how many minutes."""

    switch: Annotated[str, msgspec.Meta(max_length=60)]
    act: Annotated[str, msgspec.Meta(max_length=12)]


def sensor_rows(town: Connection, room: str, limits: Limits, now: int) -> tuple[SensorRow, ...]:
    """The last word of every sensor of a room's air."""
    rows = []
    for each in store.latest_readings(town, room):
        age = now - each.at_ms
        if age > _FORGOTTEN_MS:
            continue
        if not isinstance(each, Reading) or age > _SHOWN_MS:
            fault = "" if isinstance(each, Reading) else str(each.fault)
            rows.append(SensorRow(each.sensor, each.at_ms, None, None, True, fault))
            continue
        breaks = not (
            limits.temperature_min <= each.temperature <= limits.temperature_max
            and limits.humidity_min <= each.humidity <= limits.humidity_max
        )
        values = (each.temperature, each.humidity, breaks, "")
        rows.append(SensorRow(each.sensor, each.at_ms, *values))
    return tuple(rows)


def contact_rows(town: Connection, room: KeptRoom, now: int) -> tuple[ContactRow, ...]:
    """The last word of every contact of a room."""
    said = latest_parts(town, room.id, room.plan.contacts)
    rows = []
    for name, kind in room.plan.contacts.items():
        last = said.get(name)
        # What does not change is kept once a minute.
        fresh = last is not None and now - last.at <= 60_000 + room.timing.contact_fresh_ms
        state = last.state if last is not None and fresh else None
        tone = "alarm" if kind in _ALARMING else "care"
        rows.append(ContactRow(name, kind, last.at if last else 0, state, tone))
    return tuple(rows)


@post("/room/switch", status_code=303, sync_to_thread=True)
def switch(
    request: Request[Any, Any, Any],
    clerk: NamedDependency[Clerk],
    parts: NamedDependency[Parts],
    data: URLEncodedBody[Switching],
) -> Response[Any]:
    """Overrule a switch for a time, give it back, or move an aisle; errors as `RoomKeeper`."""
    keeper = parts.keeper
    if keeper is None:
        raise NotFound("switch.unknown")
    act, _, minutes = data.act.partition("-")
    if act == "move":
        keeper.move_aisle(clerk, data.switch)
    elif act == "auto":
        keeper.override(clerk, data.switch, None, 0)
    elif act in ("on", "off") and minutes.isdecimal():
        until = parts.now + int(minutes) * 60_000
        keeper.override(clerk, data.switch, act == "on", until)
    else:
        raise InvalidInput("switch.until")
    parts.stations.publish("climate")
    return go(request, "/room")
