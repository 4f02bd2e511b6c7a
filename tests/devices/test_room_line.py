"""Contacts and switches of a storage room on one line, over a tty and over a TCP gateway."""

import time
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest

from devices.climate import ClimateLine, Gateway, Pace
from devices.driver import Fault, State
from devices.sensors import Sensor, Switch
from devices.simulators.modbus import LineFault, ModbusBus
from edge.domain.climate import Missing, Reading
from edge.domain.errors import InvalidInput
from edge.domain.room import Contact, ContactKind, Record, Switched, SwitchKind

PACE = Pace(
    interval_s=0.2, answer_within_s=0.5, quiet_s=0.2, tries=1, reopen_after_s=(0.05, 0.1),
    watch_s=0.1, guard_s=0.05,
)  # fmt: skip
PARTS = {1: "XY-MD02", 3: "RS-YG-N01", 4: "DI-8", 5: "WAVESHARE-8"}
SENSORS = (
    Sensor("东墙", 1),
    Sensor("烟感", 3, "RS-YG-N01"),
    Sensor("门", 4, "DI-8", 0, "door"),
    Sensor("红外", 4, "DI-8", 2, "presence"),
    Sensor("水浸", 4, "DI-8", 5, "leak", closed="off"),
)
DRYER = Switch("除湿机", SwitchKind.DEHUMIDIFIER, 5, 0)
LAMP = Switch("报警灯", SwitchKind.LAMP, 5, 3)
AISLE = Switch("一号列", SwitchKind.AISLE, 5, 7, guards=("红外",), pulse_s=20.0)


@pytest.fixture(params=["rtu", "tcp"])
def place(request: pytest.FixtureRequest, bus: ModbusBus, tmp_path: Path) -> Path | Gateway:
    if request.param == "rtu":
        return tmp_path / "tty"
    return Gateway("127.0.0.1", bus.tcp_port)


@pytest.fixture
def bus(tmp_path: Path) -> Iterator[ModbusBus]:
    with ModbusBus(tmp_path / "tty", PARTS, tcp_port=0) as bus:
        bus.contact(4, 1, 5)
        yield bus


@pytest.fixture
def line(place: Path | Gateway, bus: ModbusBus) -> Iterator[ClimateLine]:
    clock = count(1).__next__
    switches = (DRYER, LAMP, AISLE)
    with ClimateLine(place, SENSORS, clock, PACE, baud=9600, switches=switches) as line:
        yield line


def until(line: ClimateLine, wanted: Callable[[Record], bool], seconds: float = 60) -> Record:
    deadline = time.monotonic() + seconds
    for record in line.readings():
        if wanted(record):
            return record
        assert time.monotonic() < deadline
    raise AssertionError("the line was closed")


def contact(name: str, on: bool) -> Callable[[Record], bool]:
    return lambda record: isinstance(record, Contact) and record.sensor == name and record.on is on


def switched(name: str, actual: bool | None) -> Callable[[Record], bool]:
    return lambda record: (
        isinstance(record, Switched) and record.switch == name and record.actual is actual
    )


def wanted(name: str, on: bool) -> Callable[[Record], bool]:
    return lambda record: (
        isinstance(record, Switched) and record.switch == name and record.wanted is on
    )


def test_each_contact_says_its_own(bus: ModbusBus, line: ClimateLine) -> None:
    for name in ("烟感", "门", "红外", "水浸"):
        until(line, contact(name, False))
    bus.contact(3, 1)
    smoke = until(line, contact("烟感", True))
    assert isinstance(smoke, Contact)
    assert smoke.kind is ContactKind.SMOKE
    bus.contact(4, 1, 0)
    until(line, contact("门", True))
    until(line, contact("红外", False))
    # A contact that opens in alarm also tells of a cut wire.
    bus.contact(4, 0, 5)
    until(line, contact("水浸", True))
    air = until(line, lambda each: isinstance(each, Reading))
    assert isinstance(air, Reading)
    assert air.sensor == "东墙"


def test_a_contact_that_says_what_it_cannot_say_is_missing(
    bus: ModbusBus, line: ClimateLine
) -> None:
    bus.contact(3, 7)
    gone = until(line, lambda each: isinstance(each, Missing) and each.sensor == "烟感")
    assert isinstance(gone, Missing)
    assert gone.fault == Fault.LINE


def test_a_switch_is_set_and_read_back(bus: ModbusBus, line: ClimateLine) -> None:
    until(line, switched("除湿机", False))
    line.switch("除湿机", True)
    on = until(line, switched("除湿机", True))
    assert isinstance(on, Switched)
    assert on.wanted is True
    assert bus.relays(5)[0]
    line.switch("除湿机", False)
    until(line, switched("除湿机", False))
    assert not any(bus.relays(5))


def test_a_welded_relay_is_told_from_what_was_asked(bus: ModbusBus, line: ClimateLine) -> None:
    line.switch("除湿机", True)
    until(line, switched("除湿机", True))
    bus.stick(5, 0)
    line.switch("除湿机", False)
    welded = until(line, lambda each: isinstance(each, Switched) and each.wanted is False)
    assert isinstance(welded, Switched)
    assert welded.actual is True


def test_nothing_is_written_at_the_start(bus: ModbusBus, line: ClimateLine) -> None:
    first = until(line, lambda each: isinstance(each, Switched))
    assert isinstance(first, Switched)
    assert (first.actual, first.wanted, first.fault) == (False, None, "")


def test_a_switch_that_gives_no_answer_is_unknown_not_off(
    bus: ModbusBus, line: ClimateLine
) -> None:
    until(line, switched("除湿机", False))
    bus.fault(LineFault.SILENT, 5)
    unknown = until(line, switched("除湿机", None))
    assert isinstance(unknown, Switched)
    assert unknown.fault == Fault.TIMEOUT
    assert line.health().state is State.FAULT
    bus.fault(LineFault.OK, 5)
    until(line, switched("除湿机", False))


def test_an_aisle_is_not_moved_while_somebody_is_in(bus: ModbusBus, line: ClimateLine) -> None:
    bus.contact(4, 1, 2)
    line.switch("一号列", True)
    refused = until(line, lambda each: isinstance(each, Switched) and each.fault == Fault.PAUSED)
    assert isinstance(refused, Switched)
    assert refused.switch == "一号列"
    assert not bus.relays(5)[7]


def test_an_aisle_is_not_moved_while_its_guard_is_silent(bus: ModbusBus, line: ClimateLine) -> None:
    until(line, contact("红外", False))
    bus.fault(LineFault.SILENT, 4)
    line.switch("一号列", True)
    until(line, lambda each: isinstance(each, Switched) and each.fault == Fault.PAUSED)
    assert not bus.relays(5)[7]


def test_a_moving_aisle_stops_when_somebody_steps_in(bus: ModbusBus, line: ClimateLine) -> None:
    line.switch("一号列", True)
    until(line, switched("一号列", True))
    bus.contact(4, 1, 2)
    until(line, switched("一号列", False), seconds=15)
    assert not bus.relays(5)[7]


def test_a_relay_left_alone_opens_by_itself_and_a_lamp_stays(
    bus: ModbusBus, place: Path | Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The line is lost, or the box has died: what was held on falls off, what warns stays on."""
    monkeypatch.setattr("devices.actuators.HOLD_S", 1.5)
    line = ClimateLine(place, SENSORS, count(1).__next__, PACE, baud=9600, switches=(DRYER, LAMP))
    with line:
        line.switch("报警灯", True)
        line.switch("除湿机", True)
        until(line, switched("除湿机", True))
        bus.fault(LineFault.SILENT)
        deadline = time.monotonic() + 30
        while bus.relays(5)[0]:
            assert time.monotonic() < deadline
            time.sleep(0.05)
        assert bus.relays(5)[3]
        bus.fault(LineFault.OK)


def test_what_is_held_is_let_go_when_the_box_stops(bus: ModbusBus, place: Path | Gateway) -> None:
    line = ClimateLine(place, SENSORS, count(1).__next__, PACE, baud=9600, switches=(DRYER, LAMP))
    with line:
        line.switch("报警灯", True)
        line.switch("除湿机", True)
        until(line, switched("除湿机", True))
        assert bus.relays(5)[0]
    assert [bus.relays(5)[0], bus.relays(5)[3]] == [False, True]


def test_a_gateway_that_goes_and_comes_back_is_found_again(tmp_path: Path) -> None:
    with ModbusBus(tmp_path / "tty", PARTS, tcp_port=0) as bus:
        port = bus.tcp_port
        line = ClimateLine(Gateway("127.0.0.1", port), SENSORS, count(1).__next__, PACE)
        line.start()
        until(line, lambda each: isinstance(each, Reading))
    gone = until(line, lambda each: isinstance(each, Missing) and each.sensor == "东墙")
    assert isinstance(gone, Missing)
    assert gone.fault == Fault.ABSENT
    assert line.discover() == []
    with ModbusBus(tmp_path / "tty", PARTS, tcp_port=port):
        until(line, lambda each: isinstance(each, Reading))
        line.close()


def test_a_jump_is_believed_only_when_it_repeats_itself(tmp_path: Path) -> None:
    with ModbusBus(tmp_path / "tty") as bus:
        bus.set(1, 20.0, 50.0)
        line = ClimateLine(tmp_path / "tty", (Sensor("东墙", 1),), count(1).__next__, PACE)
        with line:
            until(line, lambda each: isinstance(each, Reading))
            bus.set(1, 45.0, 50.0)
            seen = [until(line, _not_old(20.0)) for _ in range(3)]
    assert [type(each) for each in seen] == [Missing, Missing, Reading]


def _not_old(temperature: float) -> Callable[[Record], bool]:
    return lambda each: not (isinstance(each, Reading) and each.temperature == temperature)


@pytest.mark.parametrize(
    ("sensors", "switch", "key"),
    [
        (SENSORS, Switch("x", SwitchKind.LAMP, 5, 8), "climate.model"),
        (SENSORS, Switch("x", SwitchKind.LAMP, 5, 0, "nothing"), "climate.model"),
        (SENSORS, Switch("x", SwitchKind.AISLE, 5, 0), "climate.guards"),
        (SENSORS, Switch("x", SwitchKind.AISLE, 5, 0, guards=("东墙",)), "climate.guards"),
        (SENSORS, Switch("x", SwitchKind.AISLE, 5, 0, "RELAY-8", ("红外",)), "climate.aisle"),
        (SENSORS, Switch("门", SwitchKind.LAMP, 5, 0), "climate.sensors"),
        ((Sensor("门", 4, "DI-8", 0, "gate"),), DRYER, "climate.kind"),
        ((Sensor("门", 4, "DI-8", 0, ""),), DRYER, "climate.kind"),
    ],
)
def test_a_line_that_cannot_work_safely_is_refused(
    tmp_path: Path, sensors: tuple[Sensor, ...], switch: Switch, key: str
) -> None:
    with pytest.raises(InvalidInput) as caught:
        ClimateLine(tmp_path / "tty", sensors, count(1).__next__, baud=9600, switches=(switch,))
    assert caught.value.key == key


def test_an_aisle_asked_for_while_switches_are_read_is_guarded_all_the_same(
    bus: ModbusBus, line: ClimateLine
) -> None:
    """The request may fall between two exchanges of the owner."""
    for _ in range(6):
        line.switch("一号列", True)
        until(line, switched("一号列", True))
        bus.contact(4, 1, 2)
        until(line, switched("一号列", False), seconds=15)
        bus.contact(4, 0, 2)
        until(line, contact("红外", False))


def test_a_wish_is_told_as_wanted_only_once_it_has_been_written(
    bus: ModbusBus, line: ClimateLine
) -> None:
    """Else a reading from before would look like a relay that does not obey."""
    for on in (True, False, True, False, True, False):
        line.switch("除湿机", on)
        told = until(line, wanted("除湿机", on))
        assert isinstance(told, Switched)
        assert told.actual is on
