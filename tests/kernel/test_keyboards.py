"""Guns that type: a USB keyboard and its events as the kernel gives them, for us alone."""

import os
import subprocess
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import evdev
import pytest

from devices.barcode_gun import BarcodeGun, Pace
from devices.driver import Fault, State
from devices.hotplug import PlugWatch
from devices.keystrokes import EVENT, SYN, typed
from tests.kernel.guest import Host, until

KEYBOARD = Path("/dev/input/by-id/usb-QEMU_QEMU_USB_Keyboard_BarCodeKeys1-event-kbd")
NUMBER = "HNCD-430703-2023-00127"
# The host's keys come one at a time through an emulated cable; a real gun has no such pauses.
USB_BEAT_S = 0.001
SLOW = Pace(half_s=5.0, reopen_after_s=(600.0,))


@pytest.fixture
def gun(host: Host) -> Iterator[BarcodeGun]:
    """A gun that is plugged and ready, and comes back only when udev says so."""
    host.plug("keyboard")
    until(KEYBOARD.exists)
    with (
        BarcodeGun(KEYBOARD, keyboard=True, pace=SLOW) as gun,
        PlugWatch({KEYBOARD: gun.came}),
    ):
        until(lambda: gun.health().state is State.READY)
        yield gun


def test_what_is_typed_is_read_and_reaches_nobody_else(host: Host, gun: BarcodeGun) -> None:
    other = evdev.InputDevice(str(KEYBOARD))
    host.type(f"{NUMBER}\n")
    assert next(gun.codes()) == NUMBER
    assert other.read_one() is None
    other.close()


def test_a_keyboard_that_is_taken_is_busy(gun: BarcodeGun) -> None:
    with BarcodeGun(KEYBOARD, keyboard=True) as second:
        until(lambda: second.health().fault is not None)
        assert second.health().fault is Fault.BUSY
    assert gun.health().state is State.READY


def test_pulled_out_in_the_middle_of_a_code_it_is_told_and_comes_back(
    host: Host, gun: BarcodeGun
) -> None:
    host.type("430703")
    host.unplug("keyboard")
    until(lambda: gun.health().fault is Fault.ABSENT)
    until(lambda: gun.discover() == [])
    host.plug("keyboard")
    until(lambda: gun.health().state is State.READY)
    host.type("2023-00127\n")
    # Half of the code before and half of the one after would be a third.
    assert next(code for code in gun.codes() if code) == "2023-00127"


def test_whatever_a_keyboard_can_type_comes_through_the_kernel_at_the_pace_of_usb() -> None:
    subprocess.run(["modprobe", "uinput"], check=True, timeout=60)
    until(Path("/dev/uinput").exists)
    codes = ["".join(map(chr, range(33, 127))), "https://example.cn/?a=1&b=%7E#~", NUMBER.lower()]
    keys = [evdev.ecodes.ecodes[name] for name in evdev.ecodes.ecodes if name.startswith("KEY_")]
    can: dict[int, Sequence[int]] = {
        evdev.ecodes.EV_KEY: sorted({key for key in keys if key < 128})
    }
    with evdev.UInput(can, name="BarCode Gun") as fast:
        assert fast.device is not None
        path = Path(os.fsdecode(fast.device.path))
        with BarcodeGun(path, keyboard=True) as gun:
            until(lambda: gun.health().state is State.READY)
            heard = gun.codes()
            for code in codes:
                type_on(fast, code, pause_s=USB_BEAT_S)
                assert next(heard) == code
            # Faster than it can be taken, the kernel drops what is too much: told, and not guessed.
            type_on(fast, codes[0], pause_s=0.0)
            assert next(heard) in ("", codes[0])


def type_on(keyboard: evdev.UInput, code: str, pause_s: float) -> None:
    for _, _, kind, key, value in EVENT.iter_unpack(typed(code)):
        keyboard.write(kind, key, value)
        if kind == SYN:
            time.sleep(pause_s)  # the beat of a USB cable
