"""A serial line: exclusive, reopened after loss, quiet about its troubles."""

import logging
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from devices.driver import Fault, State
from devices.line import Outbox, SerialLine, Standing, Wiring
from devices.simulators.far_end import PluggableTty
from edge.domain.errors import DeviceUnavailable

WIRING = Wiring(115200, read_within_s=0.1)
QUICK = (0.05,)


@pytest.fixture
def far(tmp_path: Path) -> Iterator[PluggableTty]:
    far = PluggableTty(tmp_path / "tty")
    far.plug()
    yield far
    far.unplug()


def fault_of(line: SerialLine) -> Fault:
    with pytest.raises(DeviceUnavailable) as caught, line.use():
        pass
    assert caught.value.key == f"device.climate.{caught.value.fields['fault']}"
    return Fault(str(caught.value.fields["fault"]))


def test_a_line_that_is_not_there_is_absent(tmp_path: Path) -> None:
    line = SerialLine(tmp_path / "tty", "climate", WIRING, QUICK)
    assert fault_of(line) is Fault.ABSENT
    assert line.health.state is State.ABSENT


def test_bytes_travel_both_ways(far: PluggableTty) -> None:
    line = SerialLine(far.link, "climate", WIRING)
    with line.use() as port:
        port.write(b"\x01\x00\xff\n")
        time.sleep(0.05)
        assert far.read() == b"\x01\x00\xff\n"
        far.write(b"\x00\r\x03")
        assert port.read(3) == b"\x00\r\x03"
    assert line.health.state is State.READY
    line.close()


def test_a_line_in_use_is_busy_for_everybody_else(far: PluggableTty) -> None:
    first = SerialLine(far.link, "climate", WIRING)
    second = SerialLine(far.link, "climate", WIRING, QUICK)
    with first.use():
        assert fault_of(second) is Fault.BUSY
    first.close()
    time.sleep(QUICK[0])
    with second.use():
        pass
    second.close()


def test_a_lost_line_is_not_tried_again_before_its_time(far: PluggableTty) -> None:
    line = SerialLine(far.link, "climate", WIRING, (0.3, 60.0))
    far.unplug()
    assert fault_of(line) is Fault.ABSENT
    far.plug()
    assert fault_of(line) is Fault.ABSENT
    time.sleep(0.3)
    with line.use() as port:
        assert port.is_open
    line.close()


def test_loss_and_recovery_are_logged_once_each(
    far: PluggableTty, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "devices.line")
    line = SerialLine(far.link, "climate", WIRING, (0.01,))
    with line.use():
        pass
    far.unplug()
    with pytest.raises(DeviceUnavailable), line.use() as port:
        port.read(1)
    for _ in range(4):
        time.sleep(0.02)
        assert fault_of(line) is Fault.ABSENT
    far.plug()
    time.sleep(0.02)
    for _ in range(3):
        with line.use():
            pass
    line.close()
    levels = [record.levelname for record in caplog.records]
    assert levels == ["WARNING", "INFO"]


def test_only_the_owner_may_touch_the_line(far: PluggableTty) -> None:
    line = SerialLine(far.link, "climate", WIRING)
    turns: list[str] = []
    ran = threading.Event()

    def turn() -> float:
        with line.use() as port:
            turns.append(str(port.name))
        ran.set()
        return 0.01

    line.start(turn)
    assert ran.wait(5)
    with pytest.raises(RuntimeError), line.use():
        pass
    with pytest.raises(RuntimeError):
        line.start(turn)
    line.close()
    assert set(turns) == {str(far.link)}


def test_a_failing_turn_does_not_end_the_owner(
    far: PluggableTty, caplog: pytest.LogCaptureFixture
) -> None:
    line = SerialLine(far.link, "climate", WIRING, (0.01,))
    calls: list[int] = []
    again = threading.Event()

    def turn() -> float:
        calls.append(1)
        if len(calls) > 1:
            again.set()
            return 60.0
        raise ZeroDivisionError

    line.start(turn)
    assert again.wait(5)
    started = time.monotonic()
    line.close()
    # Nor does closing wait for the next turn, a minute away.
    assert time.monotonic() - started < 30
    assert "turn failed" in caplog.text


def test_draining_throws_away_what_comes_late(far: PluggableTty) -> None:
    line = SerialLine(far.link, "climate", WIRING)
    with line.use() as port:
        late = threading.Timer(0.15, far.write, (b"late answer",))
        late.start()
        started = time.monotonic()
        line.drain(port, 0.3)
        assert time.monotonic() - started > 0.29
        assert port.in_waiting == 0
        late.join()
    line.close()


def test_an_outbox_keeps_the_newest_in_order_and_ends_when_closed() -> None:
    outbox: Outbox[int] = Outbox(3)
    for number in range(5):
        outbox.put(number)
    outbox.close()
    assert list(outbox) == [2, 3, 4]


def test_an_outbox_wakes_its_reader() -> None:
    outbox: Outbox[str] = Outbox(2)

    def put() -> None:
        outbox.put("late")
        outbox.close()

    later = threading.Timer(0.05, put)
    later.start()
    assert list(outbox) == ["late"]
    later.join()


def test_a_new_reason_for_a_device_that_is_down_is_shown_but_not_logged(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO, "devices.line")
    standing = Standing("sensor 1")
    standing.bad(Fault.TIMEOUT, "no answer")
    standing.bad(Fault.LINE, "checksum")
    assert standing.health.fault is Fault.LINE
    assert len(caplog.records) == 1
    standing.good()
    assert standing.health.state is State.READY
    assert len(caplog.records) == 2
