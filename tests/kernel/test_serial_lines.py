"""Serial adapters on USB: ftdi_sio in the kernel, udev's stable names, our simulators beyond."""

import json
import time
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from devices.barcode_gun import BarcodeGun
from devices.card_reader import Card, CardReader, Pace
from devices.climate import ClimateLine
from devices.climate import Pace as RoomPace
from devices.driver import Fault, State
from devices.hotplug import PlugWatch
from devices.sensors import Sensor
from edge.domain.climate import Missing, Reading
from tests.kernel.guest import Host, until

BY_ID = Path("/dev/serial/by-id")
READER = BY_ID / "usb-QEMU_QEMU_USB_SERIAL_READER1-if00-port0"
LINE = BY_ID / "usb-QEMU_QEMU_USB_SERIAL_LINE1-if00-port0"
GUN = BY_ID / "usb-QEMU_QEMU_USB_SERIAL_BarCode1-if00-port0"
CARD = {"name": "张桂英", "id_number": "430703197806150024", "address": "柳河镇"}
# Longer than any test: whoever comes back sooner was called by udev.
NEVER_S = 600.0
LIFTED_S = 1.5


def lay(host: Host) -> None:
    host.tell("reader", "lift")
    time.sleep(LIFTED_S)  # shorter than the reader is asked, a lift is not seen
    host.tell("reader", "present " + json.dumps(CARD))


@pytest.fixture
def reader(host: Host) -> Iterator[CardReader]:
    """A reader that is plugged and ready, and comes back only when udev says so."""
    host.plug("reader")
    until(READER.exists)
    pace = Pace(0.1, answer_within_s=3.0, quiet_s=0.3, reopen_after_s=(NEVER_S,))
    with CardReader(READER, pace) as reader, PlugWatch({READER: reader.came}):
        until(lambda: reader.health().state is State.READY)
        yield reader
    host.tell("reader", "fault ok")


def test_a_card_is_read_over_a_real_adapter(host: Host, reader: CardReader) -> None:
    swipes = reader.swipes()
    for mode in ("ok", "chunked", "noise"):
        host.tell("reader", f"fault {mode}")
        lay(host)
        card = next(swipes)
        assert isinstance(card, Card)
        assert (card.name, card.id_number) == (CARD["name"], CARD["id_number"])


def test_a_reader_pulled_out_is_told_and_plugged_again_it_reads(
    host: Host, reader: CardReader
) -> None:
    for _ in range(2):
        host.unplug("reader")
        until(lambda: reader.health().fault is Fault.ABSENT)
        until(lambda: not READER.exists())
        assert reader.discover() == []
        host.plug("reader")
        until(lambda: reader.health().state is State.READY)
        lay(host)
        assert isinstance(next(reader.swipes()), Card)


def test_a_mute_reader_is_told_as_that_and_not_as_absent(host: Host, reader: CardReader) -> None:
    host.tell("reader", "fault mute")
    until(lambda: reader.health().fault is Fault.TIMEOUT)
    host.tell("reader", "fault ok")
    until(lambda: reader.health().state is State.READY)


def test_one_line_is_for_one_driver(reader: CardReader) -> None:
    with CardReader(READER) as second:
        until(lambda: second.health().fault is not None)
        assert second.health().fault is Fault.BUSY
    assert reader.health().state is State.READY


def test_the_air_of_the_room_is_read_lost_spoilt_and_read_again(host: Host) -> None:
    host.plug("line")
    until(LINE.exists)
    host.tell("line", "set 1 21.5 48.0")
    pace = RoomPace(0.3, answer_within_s=2.0, quiet_s=0.5, tries=1, reopen_after_s=(NEVER_S,))
    room = ClimateLine(LINE, [Sensor("东墙", 1)], count(1).__next__, pace)
    with room, PlugWatch({LINE: room.came}):
        records = room.readings()
        first = next(records)
        assert isinstance(first, Reading)
        assert (first.temperature, first.humidity) == (21.5, 48.0)
        host.tell("line", "fault corrupt")
        assert told(records) is Fault.LINE
        host.tell("line", "fault ok")
        until(lambda: isinstance(next(records), Reading))
        host.unplug("line")
        until(lambda: told(records) is Fault.ABSENT)
        host.tell("line", "set 1 19.5 55.0")
        host.plug("line")
        until(lambda: (read := next(records)) and getattr(read, "temperature", 0) == 19.5)
        assert room.health().state is State.READY


def told(records: Iterator[object]) -> str:
    """The fault of the next reading that is missing."""
    return next(each.fault for each in records if isinstance(each, Missing))


def test_codes_come_from_a_gun_on_a_line_and_after_it_was_pulled_out(host: Host) -> None:
    host.plug("gun")
    until(GUN.exists)
    with BarcodeGun(GUN) as gun, PlugWatch({GUN: gun.came}):
        until(lambda: gun.health().state is State.READY)
        codes = gun.codes()
        host.tell("gun", "read HNCD-430703-2023-00127")
        assert next(codes) == "HNCD-430703-2023-00127"
        host.unplug("gun")
        until(lambda: gun.health().fault is Fault.ABSENT)
        host.plug("gun")
        until(lambda: gun.health().state is State.READY)
        host.tell("gun", "read 1库2列1节3层5位")
        assert next(codes) == "1库2列1节3层5位"
