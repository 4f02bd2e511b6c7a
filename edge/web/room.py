"""The storage room: now, the last day against its limits, and the alerts."""

from dataclasses import dataclass, replace
from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Template

from edge.domain.access import Clerk
from edge.domain.alarm import is_urgent
from edge.domain.climate import DAY_MS, Limits, Reading
from edge.store import room as store
from edge.store import staff
from edge.store.database import Connection
from edge.store.switches import Command, commands_since
from edge.web import undo
from edge.web.locale import gettext
from edge.web.parts import Parts, Room
from edge.web.rendering import go, page
from edge.web.room_parts import ContactRow, SensorRow, contact_rows, sensor_rows
from edge.workflows import storage_room
from edge.workflows.power_keeping import UPS
from edge.workflows.room_keeping import SwitchStanding


@dataclass(frozen=True, slots=True)
class Air:
    """One quantity of a room: its latest value, its limits, and its last day for the chart."""

    name: str
    unit: str
    value: float | None
    low: float
    high: float
    digits: int
    series: dict[str, Any]


@dataclass(frozen=True, slots=True)
class RoomNow:
    """One room as shown; `latest` is the moment of the last answer, 0 for none."""

    room: Room
    latest: int
    airs: tuple[Air, ...]
    sensors: tuple[SensorRow, ...] = ()
    contacts: tuple[ContactRow, ...] = ()
    switches: tuple[SwitchStanding, ...] = ()
    commands: tuple[Command, ...] = ()


def room_now(town: Connection, room: Room, limits: Limits, now: int) -> RoomNow:
    """Gather a room's last day; the first sensor stands for the room."""
    records = store.readings_since(town, room.id, now - DAY_MS)
    own = [each for each in records if each.sensor == records[0].sensor]
    times = [each.at_ms // 1000 for each in own]
    answers = [each if isinstance(each, Reading) else None for each in own]
    temperature = _air(
        gettext("温度"),
        "℃",
        [each.temperature if each else None for each in answers],
        times,
        (limits.temperature_min, limits.temperature_max),
        1,
    )
    humidity = _air(
        gettext("湿度"),
        "%",
        [each.humidity if each else None for each in answers],
        times,
        (limits.humidity_min, limits.humidity_max),
        0,
    )
    latest = own[-1].at_ms if own else 0
    return RoomNow(room, latest, (temperature, humidity), sensor_rows(town, room.id, limits, now))


def _air(
    name: str,
    unit: str,
    values: list[float | None],
    times: list[int],
    band: tuple[float, float],
    digits: int,
) -> Air:
    low, high = band
    series = {"times": times, "values": values, "low": low, "high": high, "unit": unit}
    return Air(name, unit, values[-1] if values else None, low, high, digits, series)


def first_reading(town: Connection, room: Room) -> Reading | None:
    """The latest answer of a room's first sensor; None where it gave none."""
    latest = store.latest_readings(town, room.id)
    return latest[0] if latest and isinstance(latest[0], Reading) else None


def with_parts(town: Connection, parts: Parts, shown: RoomNow) -> RoomNow:
    """Add contacts and switches, where this box keeps the room."""
    keeper = parts.keeper
    if keeper is None or keeper.room.id != shown.room.id:
        return shown
    return replace(
        shown,
        contacts=contact_rows(town, keeper.room, parts.now),
        switches=tuple(keeper.standings()),
        commands=tuple(commands_since(town, shown.room.id, parts.now - DAY_MS, 12)),
    )


class RoomController(Controller):
    """The storage room's screen, its part of other screens, and acknowledging an alert."""

    path = "/room"

    @get("/", sync_to_thread=True)
    def show(
        self,
        request: Request[Any, Any, Any],
        clerk: NamedDependency[Clerk],
        parts: NamedDependency[Parts],
    ) -> Template:
        """The air now and over the last day, and what broke its limits."""
        now = parts.now
        with parts.office.space.read() as town:
            rooms = [
                with_parts(town, parts, room_now(town, each, parts.limits, now))
                for each in parts.rooms
            ]
            alerts = store.recent_alerts(town, 20)
        with parts.office.county.read() as county:
            names = staff.names_of_staff(county)
        return page(request, "room.html", rooms=rooms, alerts=alerts, names=names)

    @get("/now", sync_to_thread=True)
    def now(
        self,
        request: Request[Any, Any, Any],
        clerk: NamedDependency[Clerk],
        parts: NamedDependency[Parts],
    ) -> Template:
        """The latest readings in a few words."""
        with parts.office.space.read() as town:
            latest = [(each.name, first_reading(town, each)) for each in parts.rooms]
        return page(request, "parts/room_now.html", latest=latest)

    @get("/banner", sync_to_thread=True)
    def banner(
        self,
        request: Request[Any, Any, Any],
        clerk: NamedDependency[Clerk],
        parts: NamedDependency[Parts],
    ) -> Template:
        """The alerts that nobody has seen yet."""
        with parts.office.space.read() as town:
            unseen = [each for each in store.open_alerts(town) if not each.acknowledged_by]
        # The power of this machine has its own words, which nobody can put away.
        alerts = [each for each in unseen if parts.power is None or each.sensor != UPS]
        alerts.sort(key=lambda each: not is_urgent(each.breach))
        return page(request, "parts/room_banner.html", alerts=alerts, power=parts.power)

    @post("/alerts/{alert:str}/acknowledge", status_code=200, sync_to_thread=True)
    def acknowledge(
        self,
        request: Request[Any, Any, Any],
        clerk: NamedDependency[Clerk],
        parts: NamedDependency[Parts],
        alert: FromPath[str],
    ) -> Response[Any]:
        """Record that somebody goes to see to it."""
        storage_room.acknowledge(parts.office, clerk, alert)
        undo.offer(parts, clerk, "acknowledged", gettext("报警已记为知道"), "/room", alert=alert)
        parts.stations.publish("climate")
        return go(request, "/room")
