"""A storage room's line for a day: 32 sensors, one line, no missed minute.

The whole path runs: driver, tty, far end, judging, record. A day's beats follow one another without
the pauses between them; a tty made of memory has no speed, so the time that the same octets take
on a wire at 9600 baud, and a sensor's own delay, are added by reckoning.
"""

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from devices.climate import ClimateLine, Pace
from devices.sensors import Sensor
from devices.simulators.modbus import LineFault, ModbusBus
from edge.domain.climate import Limits, Missing, Reading
from edge.domain.room_watch import Plan
from edge.workflows.room_keeping import KeptRoom, RoomKeeper
from tests.bench.figures import Figure, percentile
from tests.offices import NOON, Clock, office_in

SENSORS, DAY_MINUTES, QUICK_MINUTES = 32, 1440, 12
MINUTE_MS = 60_000
# Eight octets of question and nine of answer, ten bits each; two silences of 3.5 octets; and what
# the slower sensors take before they answer.
WIRE_S = (8 + 9) * 10 / 9600 + 2 * 3.5 * 11 / 9600
ANSWER_S = 0.05
# One sensor is dead for a while: its neighbours must not lose a minute by it.
DEAD, DEAD_ROUNDS = 7, 15
PACE = Pace(interval_s=0.0, answer_within_s=0.5, quiet_s=1.0, watch_s=1e9)


@dataclass
class _Silent:
    """Takes no command: this room has no switches."""

    def switch(self, name: str, on: bool) -> None:
        raise AssertionError(name)


class _Beat:
    """The clock of the box and the line: a minute a round, each begun when the last is recorded."""

    def __init__(self, clock: Clock) -> None:
        self._clock, self._asked = clock, 0
        self.may_begin = threading.Semaphore(1)

    def __call__(self) -> int:
        if self._asked % SENSORS == 0:
            self.may_begin.acquire()
        self._asked += 1
        self._clock.now = NOON + (self._asked - 1) // SENSORS * MINUTE_MS
        return self._clock.now


def measure_room(folder: Path, quick: bool) -> Iterator[Figure]:
    """Measure a day of polls."""
    folder.mkdir(parents=True, exist_ok=True)
    yield _day(folder, QUICK_MINUTES if quick else DAY_MINUTES)


def _day(folder: Path, minutes: int) -> Figure:
    clock = Clock()
    addresses = dict.fromkeys(range(1, SENSORS + 1), "XY-MD02")
    sensors = [Sensor(f"{number:02d}", number) for number in addresses]
    ends: list[float] = [time.perf_counter()]
    heard: dict[str, set[int]] = {sensor.name: set() for sensor in sensors}
    lost, kept = 0, 0
    with (
        office_in(folder / "office", clock=clock) as office,
        ModbusBus(folder / "tty", addresses) as bus,
    ):
        room = KeptRoom("1", "库房", Plan(tuple(each.name for each in sensors)), Limits())
        keeper = RoomKeeper(office, room, _Silent())
        beat = _Beat(clock)
        line = ClimateLine(folder / "tty", sensors, beat, PACE)
        with line:
            begun = time.process_time()
            round_: list[Reading | Missing] = []
            for record in line.readings():
                assert isinstance(record, Reading | Missing)
                round_.append(record)
                if len(round_) < SENSORS:
                    continue
                started = time.perf_counter()
                keeper.take(round_)
                kept += 1
                lost += sum(isinstance(each, Missing) for each in round_)
                for each in round_:
                    if isinstance(each, Reading):
                        heard[each.sensor].add(each.at_ms // MINUTE_MS)
                round_ = []
                ends.append(time.perf_counter())
                judged = ends[-1] - started
                beat.may_begin.release()
                if kept == minutes // 4:
                    bus.fault(LineFault.SILENT, DEAD)
                if kept == minutes // 4 + min(minutes // 4, DEAD_ROUNDS):
                    bus.fault(LineFault.OK, DEAD)
                if kept == minutes:
                    # The owner may wait for a round that nobody will take.
                    beat.may_begin.release(SENSORS)
                    break
        work = time.process_time() - begun
        with office.space.read() as town:
            hours = town.execute("select count(*) from climate_hour").fetchone()[0]
    first = NOON // MINUTE_MS
    whole = set(range(first, first + minutes))
    # The dead sensor's lost minutes are its own; none of the others may miss one.
    missed = sum(len(whole - got) for name, got in heard.items() if name != f"{DEAD:02d}")
    rounds = [after - before for before, after in pairwise(ends)]
    wire = SENSORS * (WIRE_S + ANSWER_S)
    slowest = max(rounds) + wire
    assert missed == 0, f"{missed} minutes missed"
    assert slowest < MINUTE_MS / 1000, f"a round takes {slowest:.1f} s"
    assert hours >= (minutes // 60 - 1) * SENSORS, hours
    return Figure(
        "room.32-sensors.round",
        "s",
        (percentile(rounds, 0.5) + wire, percentile(rounds, 0.99) + wire, slowest),
        None,
        {
            "minutes": minutes,
            "missed_minutes": missed,
            "dead_sensor_minutes": lost,
            "wire_s": wire,
            "software_s": percentile(rounds, 0.5),
            "record_s": judged,
            "cpu_s": work,
        },
    )
