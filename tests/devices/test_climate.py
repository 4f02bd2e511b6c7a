"""Room sensors over Modbus RTU against a pymodbus server on a pty."""

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from itertools import count, islice
from pathlib import Path

import pytest

from devices.climate import ClimateLine, Pace
from devices.driver import Fault, State
from devices.sensors import Sensor, load_models
from devices.simulators.far_end import tell
from devices.simulators.modbus import LineFault, ModbusBus
from edge.domain.climate import Missing, Reading
from edge.domain.errors import BadFrame, InvalidInput

PACE = Pace(interval_s=0.1, answer_within_s=0.3, quiet_s=0.4, tries=1, reopen_after_s=(0.05, 0.1))
TWO = (Sensor("甲", 1, "XY-MD02"), Sensor("乙", 2, "RS-WS-N01"))


@pytest.fixture
def bus(tmp_path: Path) -> Iterator[ModbusBus]:
    with ModbusBus(tmp_path / "tty", {1: "XY-MD02", 2: "RS-WS-N01"}) as bus:
        bus.set(1, 20.5, 50.0)
        bus.set(2, 18.0, 56.0)
        yield bus


@pytest.fixture
def line(bus: ModbusBus, tmp_path: Path) -> Iterator[ClimateLine]:
    with ClimateLine(tmp_path / "tty", TWO, count(1).__next__, PACE, baud=9600) as line:
        yield line


def until(line: ClimateLine, form: type, sensor: str = "甲") -> Reading | Missing:
    """Read on to a record of one form from one sensor."""
    for record in islice(line.readings(), 200):
        if not isinstance(record, Reading | Missing):
            continue
        if isinstance(record, form) and record.sensor == sensor:
            return record
    raise AssertionError(f"no {form.__name__} of {sensor}")


def until_health(line: ClimateLine, state: State) -> None:
    deadline = time.monotonic() + 10
    while line.health().state is not state:
        assert time.monotonic() < deadline, line.health()
        time.sleep(0.02)


def test_each_sensor_reads_by_its_own_model_with_the_time_of_the_clock(line: ClimateLine) -> None:
    first, second = islice(line.readings(), 2)
    assert first == Reading("甲", 1, 20.5, 50.0)
    assert second == Reading("乙", 2, 18.0, 56.0)
    until_health(line, State.READY)
    assert [found.model for found in line.discover()] == ["XY-MD02", "建大仁科 RS-WS-N01"]


def test_frost_is_read_below_zero(bus: ModbusBus, line: ClimateLine) -> None:
    bus.set(1, -3.5, 61.7)
    for record in islice(line.readings(), 50):
        if isinstance(record, Reading) and record.temperature == -3.5:
            assert record.humidity == 61.7
            return
    raise AssertionError("the frost was never read")


@pytest.mark.parametrize(
    ("mode", "faults"),
    [
        (LineFault.SILENT, {Fault.TIMEOUT}),
        (LineFault.CORRUPT, {Fault.LINE}),
        (LineFault.HALF, {Fault.LINE}),
        (LineFault.NOISE, {Fault.LINE}),
    ],
)
def test_a_spoilt_answer_is_missing_and_the_neighbour_is_still_read(
    bus: ModbusBus, line: ClimateLine, mode: LineFault, faults: set[Fault]
) -> None:
    bus.fault(mode, 1)
    missing = until(line, Missing)
    assert isinstance(missing, Missing)
    assert missing.fault in faults
    assert until(line, Reading, "乙").sensor == "乙"
    until_health(line, State.FAULT)
    assert line.health().detail.startswith("甲")
    bus.fault(LineFault.OK, 1)
    until(line, Reading)
    until_health(line, State.READY)


@pytest.mark.parametrize(("seconds", "passes_unheard"), [(0.5, True), (0.7, False), (0.9, False)])
def test_a_late_answer_is_never_taken_for_another_sensors(
    bus: ModbusBus, line: ClimateLine, seconds: float, passes_unheard: bool
) -> None:
    """The delays end within the quiet time, at its edge, and beyond it."""
    until(line, Reading)
    bus.fault(LineFault.DELAY, 1, seconds)
    until(line, Missing)
    records = list(islice(line.readings(), 6))
    missing = {record.sensor for record in records if isinstance(record, Missing)}
    for record in records:
        if isinstance(record, Reading):
            own = (20.5, 50.0) if record.sensor == "甲" else (18.0, 56.0)
            assert (record.temperature, record.humidity) == own
    assert "甲" in missing
    if passes_unheard:
        assert missing == {"甲"}


def test_one_lost_answer_is_asked_for_again(bus: ModbusBus, tmp_path: Path) -> None:
    patient = Pace(interval_s=5, answer_within_s=0.3, quiet_s=0.4, tries=3)
    bus.fault(LineFault.SILENT, 1)
    with ClimateLine(tmp_path / "tty", TWO, count(1).__next__, patient, baud=9600) as line:
        time.sleep(0.5)
        bus.fault(LineFault.OK, 1)
        assert isinstance(next(line.readings()), Reading)


@pytest.mark.parametrize("air", [(93.0, 50.0), (20.0, 0.0), (20.0, 100.1)])
def test_a_value_beyond_belief_is_missing(
    bus: ModbusBus, line: ClimateLine, air: tuple[float, float]
) -> None:
    bus.set(1, *air)
    missing = until(line, Missing)
    assert isinstance(missing, Missing)
    assert missing.fault == Fault.LINE


def test_an_unplugged_line_reports_every_sensor_missing_and_recovers(
    bus: ModbusBus, line: ClimateLine
) -> None:
    until(line, Reading)
    bus.unplug()
    for sensor in ("甲", "乙"):
        missing = until(line, Missing, sensor)
        assert isinstance(missing, Missing)
        assert missing.fault == Fault.ABSENT
    assert line.health().state is State.ABSENT
    assert line.discover() == []
    bus.replug()
    until(line, Reading, "乙")
    until_health(line, State.READY)


def test_a_line_that_was_never_there_is_missing_not_normal(tmp_path: Path) -> None:
    with ClimateLine(tmp_path / "none", TWO, count(1).__next__, PACE, baud=9600) as line:
        assert list(islice(line.readings(), 2)) == [
            Missing("甲", 1, Fault.ABSENT),
            Missing("乙", 2, Fault.ABSENT),
        ]


def test_readings_end_when_the_driver_is_closed(bus: ModbusBus, tmp_path: Path) -> None:
    line = ClimateLine(tmp_path / "tty", TWO[:1], count(1).__next__, PACE)
    line.start()
    line.close()
    assert len(list(line.readings())) <= 2


@pytest.mark.parametrize(
    ("sensors", "key"),
    [
        ((), "climate.sensors"),
        ((Sensor("甲", 1), Sensor("乙", 1)), "climate.sensors"),
        ((Sensor("甲", 1), Sensor("甲", 2)), "climate.sensors"),
        ((Sensor("甲", 1, "nothing"),), "climate.model"),
        (TWO, "climate.baud"),
    ],
)
def test_a_line_that_cannot_work_is_refused(
    tmp_path: Path, sensors: tuple[Sensor, ...], key: str
) -> None:
    with pytest.raises(InvalidInput) as caught:
        ClimateLine(tmp_path / "tty", sensors, count(1).__next__)
    assert caught.value.key == key


def test_every_model_spells_and_reads_its_own_values() -> None:
    for model in load_models().air.values():
        for register in (model.temperature, model.humidity):
            assert register.at < model.count
            block = [0] * model.count
            for value in (register.lowest, 23.4, register.highest):
                block[register.at] = register.raw(value)
                assert register.value(block) == value
            block[register.at] = register.raw(register.highest + 0.1)
            with pytest.raises(BadFrame):
                register.value(block)


def test_the_simulated_line_runs_by_itself_and_obeys_its_socket(tmp_path: Path) -> None:
    link = tmp_path / "tty"
    command = [sys.executable, "-m", "devices.simulators.modbus", "--link", str(link)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as far:
        assert far.stdout is not None
        assert far.stdout.readline().startswith("ready ")
        assert tell(link, "set 1 27.5 68") == "ok"
        assert tell(link, "set 9 27.5 68").startswith("error simulator.address")
        assert tell(link, "dance").startswith("error ")
        with ClimateLine(link, TWO[:1], count(1).__next__, PACE) as line:
            assert next(line.readings()) == Reading("甲", 1, 27.5, 68.0)
        far.send_signal(signal.SIGTERM)
        assert far.wait(10) == 0
    assert not link.is_symlink()
