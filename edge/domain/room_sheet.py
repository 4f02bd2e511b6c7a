"""The log sheet of a storage room: two readings a day, and who saw them; nothing is made up."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from edge.domain.climate import HOUR_MS
from edge.domain.errors import InvalidInput
from edge.domain.office_time import CHINA

# Which hour on record a half day is read from, by the clock of the office.
HALVES: Mapping[str, int] = {"am": 9, "pm": 15}


@dataclass(frozen=True, slots=True)
class Value:
    """The mean of one sensor over the hour of a half day."""

    temperature: float | None
    humidity: float | None


@dataclass(frozen=True, slots=True)
class Look:
    """Somebody saw the readings of a half day."""

    day: str
    half: str
    at_ms: int
    by: str


@dataclass(frozen=True, slots=True)
class Row:
    """A half day: a value for each sensor, None where the record has none; `due` once its hour is.

    `seen` is the first look at it.
    """

    day: date
    half: str
    values: tuple[Value | None, ...]
    due: bool
    seen: Look | None


@dataclass(frozen=True, slots=True)
class Sheet:
    """One month of one room."""

    month: str
    sensors: tuple[str, ...]
    rows: tuple[Row, ...]


def month_of(now_ms: int) -> str:
    """The month of a moment, YYYYMM."""
    return _local(now_ms).strftime("%Y%m")


def days_of(month: str) -> list[date]:
    """The days of a month; raises InvalidInput `room.month`."""
    try:
        first = datetime.strptime(month, "%Y%m").date()
    except ValueError as error:
        raise InvalidInput("room.month") from error
    if len(month) != 6:
        raise InvalidInput("room.month")
    days = [first + timedelta(days=number) for number in range(31)]
    return [day for day in days if day.month == first.month]


def hour_of(day: date, half: str) -> int:
    """When the hour of a half day begins, in milliseconds."""
    begins = datetime(day.year, day.month, day.day, HALVES[half], tzinfo=CHINA)
    return round(begins.timestamp() * 1000)


def half_at(now_ms: int) -> tuple[str, str] | None:
    """The half day (YYYYMMDD, half) that can be seen at a moment; None before the day's first."""
    local = _local(now_ms)
    due = [half for half, hour in HALVES.items() if local.hour >= hour]
    return (local.strftime("%Y%m%d"), due[-1]) if due else None


def sheet(
    month: str,
    hours: Iterable[tuple[int, str, Mapping[str, object]]],
    looks: Sequence[Look],
    now_ms: int,
) -> Sheet:
    """Set up a month from the hours on record (start in ms, sensor, summary) and the looks."""
    values: dict[tuple[int, str], Value] = {}
    for hour, sensor, summary in hours:
        value = Value(_mean(summary, "temperature"), _mean(summary, "humidity"))
        values.setdefault((hour, sensor), value)
    sensors = tuple(sorted({sensor for _, sensor in values}))
    seen: dict[tuple[str, str], Look] = {}
    for look in sorted(looks, key=lambda each: each.at_ms):
        seen.setdefault((look.day, look.half), look)
    rows = []
    for day in days_of(month):
        for half in HALVES:
            hour = hour_of(day, half)
            found = tuple(_told(values.get((hour, sensor))) for sensor in sensors)
            due = hour + HOUR_MS <= now_ms
            rows.append(Row(day, half, found, due, seen.get((day.strftime("%Y%m%d"), half))))
    return Sheet(month, sensors, tuple(rows))


def _told(value: Value | None) -> Value | None:
    if value is None or value.temperature is None or value.humidity is None:
        return None
    return value


def _mean(summary: Mapping[str, object], quantity: str) -> float | None:
    span = summary.get(quantity)
    mean = span.get("mean") if isinstance(span, Mapping) else None
    return float(mean) if isinstance(mean, int | float) else None


def _local(now_ms: int) -> datetime:
    return datetime.fromtimestamp(now_ms / 1000, UTC).astimezone(CHINA)
