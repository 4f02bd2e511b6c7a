"""Plugged in again: opened within seconds, whatever number the kernel gave, and told to the log."""

import os
import time
from collections.abc import Callable
from contextlib import ExitStack
from itertools import count
from pathlib import Path

import pytest

from devices.barcode_gun import BarcodeGun
from devices.barcode_gun import Pace as GunPace
from devices.card_reader import CardReader
from devices.card_reader import Pace as CardPace
from devices.climate import ClimateLine, Pace
from devices.driver import Driver, State
from devices.hotplug import PlugWatch
from devices.sensors import Sensor
from devices.simulators.barcode_gun import BarcodeGunFarEnd
from devices.simulators.card_reader import CardReaderFarEnd
from devices.simulators.modbus import ModbusBus

READER, GUN, LINE = "usb-SDT_Reader-if00", "usb-Gun_0001-if00", "usb-FTDI_RS485-if00-port0"


def until(true: Callable[[], bool], seconds: float) -> float:
    begun = time.monotonic()
    while not true():
        assert time.monotonic() - begun < seconds
        time.sleep(0.02)
    return time.monotonic() - begun


@pytest.fixture
def by_id(tmp_path: Path) -> Path:
    """A directory of stable names as udev keeps it, each a link to a tty."""
    folder = tmp_path / "dev/serial/by-id"
    folder.mkdir(parents=True)
    return folder


def test_three_devices_lost_for_long_are_back_within_seconds(
    tmp_path: Path, by_id: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """By themselves they would look again after a minute, as they do when long away."""
    caplog.set_level("INFO")
    slow = (60.0,)
    for name in (READER, GUN, LINE):
        (by_id / name).symlink_to(tmp_path / name)
    with ExitStack() as ends:
        far: list[CardReaderFarEnd | BarcodeGunFarEnd | ModbusBus] = [
            ends.enter_context(CardReaderFarEnd(tmp_path / READER)),
            ends.enter_context(BarcodeGunFarEnd(tmp_path / GUN)),
            ends.enter_context(ModbusBus(tmp_path / LINE)),
        ]
        reader = CardReader(by_id / READER, CardPace(reopen_after_s=slow))
        gun = BarcodeGun(by_id / GUN, pace=GunPace(reopen_after_s=slow))
        sensors, pace = [Sensor("东墙", 1)], Pace(reopen_after_s=slow)
        line = ClimateLine(by_id / LINE, sensors, count(1).__next__, pace)
        drivers: list[Driver] = [
            ends.enter_context(reader), ends.enter_context(gun), ends.enter_context(line)
        ]  # fmt: skip
        plugs = {by_id / READER: reader.came, by_id / GUN: gun.came, by_id / LINE: line.came}
        ends.enter_context(PlugWatch(plugs, look_every_s=0.1))
        until(lambda: all(each.health().state is State.READY for each in drivers), 20)
        for each in far:
            each.unplug()
        line.came()  # else it would not look before its next minute
        until(lambda: all(each.health().state is State.ABSENT for each in drivers), 20)
        for each in far:
            each.replug()
        assert until(lambda: all(each.health().state is State.READY for each in drivers), 20) < 5
    for name in (READER, GUN, LINE):
        told = [each.message for each in caplog.records if f"line {name}" in each.message]
        assert len(told) == 2, told
        assert "recovered" in told[1]


def test_another_number_under_the_same_name_is_the_device_come_back(by_id: Path) -> None:
    told: list[str] = []
    path = by_id / GUN
    first, second = os.openpty(), os.openpty()
    watch = PlugWatch({path: lambda: told.append("came")}, udev=by_id / "no-udev")
    watch.look()
    path.symlink_to(os.ttyname(first[1]))
    watch.look()
    watch.look()
    assert told == ["came"]
    # ttyUSB0 is still held by somebody, so that the gun comes back as ttyUSB1.
    path.unlink()
    path.symlink_to(os.ttyname(second[1]))
    watch.look()
    assert told == ["came", "came"]
    path.unlink()
    watch.look()
    assert told == ["came", "came"]
    for descriptor in (*first, *second):
        os.close(descriptor)


@pytest.mark.parametrize("udev", [True, False], ids=["udev", "looking"])
def test_who_waits_is_told_within_a_second_with_udev_and_without(by_id: Path, udev: bool) -> None:
    told: list[str] = []
    running = by_id / "udev-runs"
    if udev:
        running.touch()
    far, near = os.openpty()
    path = by_id / READER
    with PlugWatch({path: lambda: told.append("came")}, look_every_s=0.2, udev=running):
        path.symlink_to(os.ttyname(near))
        assert until(lambda: told == ["came"], 10) < 5
    for descriptor in (far, near):
        os.close(descriptor)
