"""The air of a storage room: readings, limits, what breaks them, and the summary of an hour."""

import math
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from edge.domain.errors import InvalidInput

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS


class Quantity(StrEnum):
    """What a sensor measures: temperature in °C, relative humidity in %."""

    TEMPERATURE = "temperature"
    HUMIDITY = "humidity"


class BreachKind(StrEnum):
    """How the air of a room, or the watch over it, can fail."""

    TOO_HOT = "too_hot"
    TOO_COLD = "too_cold"
    TOO_HUMID = "too_humid"
    TOO_DRY = "too_dry"
    DAILY_CHANGE = "daily_change"
    SILENT = "silent"
    SMOKE = "smoke"
    LEAK = "leak"
    DOOR_OPEN = "door_open"
    MISMATCH = "mismatch"
    NO_ANSWER = "no_answer"
    ON_BATTERY = "on_battery"
    POWER_UNKNOWN = "power_unknown"


@dataclass(frozen=True, slots=True)
class Reading:
    """One answer of one sensor: °C and %RH, each to one decimal; `at_ms` since the epoch, UTC."""

    sensor: str
    at_ms: int
    temperature: float
    humidity: float


@dataclass(frozen=True, slots=True)
class Missing:
    """An answer that did not come or could not be believed; `fault` is a device fault's value."""

    sensor: str
    at_ms: int
    fault: str


@dataclass(frozen=True, slots=True)
class Limits:
    """What the air of a room may be; the defaults are JGJ 25-2010 for paper.

    A breach begins beyond the limit and ends only `margin` within it. The change of a day and
    night is the distance between the highest and the lowest reading of 24 hours. A sensor is
    silent after `silent_after` missing readings in a row, or `silent_after_ms` without any.
    """

    temperature_min: float = 14.0
    temperature_max: float = 24.0
    temperature_daily: float = 2.0
    temperature_margin: float = 0.5
    humidity_min: float = 45.0
    humidity_max: float = 60.0
    humidity_daily: float = 5.0
    humidity_margin: float = 2.0
    silent_after: int = 3
    silent_after_ms: int = 15 * 60_000

    def __post_init__(self) -> None:
        """Refuse limits that no air can keep."""
        for low, high, margin in (
            (self.temperature_min, self.temperature_max, self.temperature_margin),
            (self.humidity_min, self.humidity_max, self.humidity_margin),
        ):
            if not (low + margin <= high - margin and margin >= 0):
                raise InvalidInput("climate.limits", low=low, high=high, margin=margin)


@dataclass(frozen=True, slots=True)
class Breach:
    """A limit that is broken now: since when, the latest value, and the limit it breaks.

    At most one stands for each (`sensor`, `kind`, `quantity`). For `silent` there is no quantity;
    `value` is the number of missing readings in a row.
    """

    sensor: str
    kind: BreachKind
    quantity: Quantity | None
    since_ms: int
    at_ms: int
    value: float
    limit: float


@dataclass(frozen=True, slots=True)
class Span:
    """Lowest, highest and mean of one quantity; the mean to two decimals."""

    min: float
    max: float
    mean: float


@dataclass(frozen=True, slots=True)
class HourSummary:
    """One hour of one sensor; a quantity without a single reading has no span."""

    sensor: str
    hour_ms: int
    temperature: Span | None
    humidity: Span | None
    count: int
    missing: int


_Point = tuple[int, float]


def judge(
    records: Iterable[Reading | Missing], limits: Limits, now_ms: int | None = None
) -> list[Breach]:
    """List the breaches that stand after these records, of any sensors and in any order.

    Give at least the last 24 hours. `now_ms` shows the silence of a line that reports nothing
    at all; without it the latest record is taken for now.
    """
    by_sensor: dict[str, list[Reading | Missing]] = {}
    for record in records:
        by_sensor.setdefault(record.sensor, []).append(record)
    if not by_sensor:
        return []
    now = max(record.at_ms for own in by_sensor.values() for record in own)
    now = now if now_ms is None else max(now, now_ms)
    breaches: list[Breach] = []
    for sensor in sorted(by_sensor):
        own = sorted(by_sensor[sensor], key=lambda record: record.at_ms)
        breaches += _judge_sensor(sensor, own, limits, now)
    return breaches


def summarise(records: Sequence[Reading | Missing]) -> HourSummary:
    """Sum up the records of one sensor within one hour; raises `ValueError` on any other mix."""
    keys = {(record.sensor, record.at_ms // HOUR_MS * HOUR_MS) for record in records}
    if len(keys) != 1:
        raise ValueError(f"one sensor and one hour expected, not {len(keys)}")
    ((sensor, hour_ms),) = keys
    readings = [record for record in records if isinstance(record, Reading)]
    return HourSummary(
        sensor,
        hour_ms,
        _span([reading.temperature for reading in readings]),
        _span([reading.humidity for reading in readings]),
        len(readings),
        len(records) - len(readings),
    )


def _span(values: list[float]) -> Span | None:
    if not values:
        return None
    # fsum is exact, so the order of arrival cannot show in the mean.
    return Span(min(values), max(values), round(math.fsum(values) / len(values), 2))


def _judge_sensor(
    sensor: str, records: list[Reading | Missing], limits: Limits, now: int
) -> list[Breach]:
    readings = [record for record in records if isinstance(record, Reading)]
    found = [
        *_judge_quantity(
            sensor,
            Quantity.TEMPERATURE,
            [(reading.at_ms, reading.temperature) for reading in readings],
            (BreachKind.TOO_COLD, limits.temperature_min),
            (BreachKind.TOO_HOT, limits.temperature_max),
            limits.temperature_daily,
            limits.temperature_margin,
        ),
        *_judge_quantity(
            sensor,
            Quantity.HUMIDITY,
            [(reading.at_ms, reading.humidity) for reading in readings],
            (BreachKind.TOO_DRY, limits.humidity_min),
            (BreachKind.TOO_HUMID, limits.humidity_max),
            limits.humidity_daily,
            limits.humidity_margin,
        ),
        _judge_silence(sensor, records, limits, now),
    ]
    return [breach for breach in found if breach is not None]


def _judge_quantity(
    sensor: str,
    quantity: Quantity,
    points: list[_Point],
    floor: tuple[BreachKind, float],
    ceiling: tuple[BreachKind, float],
    daily: float,
    margin: float,
) -> list[Breach | None]:
    low_kind, low = floor
    high_kind, high = ceiling
    # A room cannot swing back further than to no change at all.
    calm = max(daily - margin, daily / 2)
    return [
        _stand(
            Breach(sensor, low_kind, quantity, 0, 0, 0.0, low),
            points,
            begins=lambda value: value < low,
            ends=lambda value: value >= low + margin,
        ),
        _stand(
            Breach(sensor, high_kind, quantity, 0, 0, 0.0, high),
            points,
            begins=lambda value: value > high,
            ends=lambda value: value <= high - margin,
        ),
        _stand(
            Breach(sensor, BreachKind.DAILY_CHANGE, quantity, 0, 0, 0.0, daily),
            _daily_spans(points),
            begins=lambda value: value > daily,
            ends=lambda value: value <= calm,
        ),
    ]


def _stand(
    form: Breach,
    points: Iterable[_Point],
    begins: Callable[[float], bool],
    ends: Callable[[float], bool],
) -> Breach | None:
    standing: Breach | None = None
    for at_ms, value in points:
        if standing is None:
            if begins(value):
                standing = replace(form, since_ms=at_ms, at_ms=at_ms, value=value)
        elif ends(value):
            standing = None
        else:
            standing = replace(standing, at_ms=at_ms, value=value)
    return standing


def _daily_spans(points: list[_Point]) -> list[_Point]:
    spans: list[_Point] = []
    rising: deque[_Point] = deque()
    falling: deque[_Point] = deque()
    for at_ms, value in points:
        while rising and rising[-1][1] >= value:
            rising.pop()
        while falling and falling[-1][1] <= value:
            falling.pop()
        rising.append((at_ms, value))
        falling.append((at_ms, value))
        for window in (rising, falling):
            while window[0][0] <= at_ms - DAY_MS:
                window.popleft()
        spans.append((at_ms, round(falling[0][1] - rising[0][1], 2)))
    return spans


def _judge_silence(
    sensor: str, records: list[Reading | Missing], limits: Limits, now: int
) -> Breach | None:
    last_good = max(
        (index for index, record in enumerate(records) if isinstance(record, Reading)), default=-1
    )
    missing = len(records) - 1 - last_good
    since = records[last_good + 1].at_ms if missing else records[-1].at_ms
    heard = records[last_good].at_ms if last_good >= 0 else records[0].at_ms
    if missing < limits.silent_after and now - heard < limits.silent_after_ms:
        return None
    limit = float(limits.silent_after)
    return Breach(sensor, BreachKind.SILENT, None, since, now, float(missing), limit)
