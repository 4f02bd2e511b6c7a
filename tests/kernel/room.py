"""What stands on the host's side of the guest's plugs: our simulated devices, and hands."""

import time
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Self

from devices.simulators.barcode_gun import BarcodeGunFarEnd
from devices.simulators.card_reader import CardReaderFarEnd
from devices.simulators.far_end import tell
from devices.simulators.modbus import ModbusBus

if TYPE_CHECKING:
    from tests.kernel.machine import Monitor

_ADAPTER = {"driver": "usb-serial", "bus": "usb.0"}
# What can be plugged, as QEMU makes it; the serial numbers become part of udev's stable names.
PLUGS = {
    "reader": {**_ADAPTER, "chardev": "reader", "serial": "READER1"},
    "line": {**_ADAPTER, "chardev": "line", "serial": "LINE1"},
    "gun": {**_ADAPTER, "chardev": "gun", "serial": "BarCode1"},
    "keyboard": {"driver": "usb-kbd", "bus": "usb.0", "serial": "BarCodeKeys1"},
}
_QCODES = {"-": "minus", "\n": "ret"}
_TAP_MS, _FREED_WITHIN_S = 10, 5.0


class Room:
    """The far ends behind QEMU's serial lines, by the names of `PLUGS`."""

    monitor: "Monitor"

    def __init__(self, folder: Path) -> None:
        self.lines = {name: folder / name for name in ("reader", "line", "gun")}
        self._ends = ExitStack()

    def __enter__(self) -> Self:
        """Switch the far ends on."""
        with ExitStack() as ends:
            ends.enter_context(CardReaderFarEnd(self.lines["reader"]))
            ends.enter_context(ModbusBus(self.lines["line"]))
            ends.enter_context(BarcodeGunFarEnd(self.lines["gun"]))
            self._ends = ends.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        """Switch them off."""
        self._ends.close()

    def obey(self, verb: str, name: str, text: str = "") -> str:
        """Do what a test in the guest asks; raises ValueError or KeyError for what cannot be.

        `plug NAME`, `unplug NAME`; `tell NAME COMMAND`, a command of that simulator; `type NAME
        CHARACTER`, a key pressed at the keyboard that was plugged last.
        """
        match verb:
            case "plug":
                self._plug(name)
            case "unplug":
                self.monitor.do("device_del", id=name)
            case "tell":
                return tell(self.lines[name], text)
            case "type":
                self._tap(text)
            case _:
                raise ValueError(f"unknown verb {verb!r}")
        return "ok"

    def _plug(self, name: str) -> None:
        deadline = time.monotonic() + _FREED_WITHIN_S
        while True:
            try:
                return self.monitor.do("device_add", id=name, **PLUGS[name])
            except ValueError:
                # QEMU frees the line of a device pulled out a moment later, and says not when.
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.05)

    def _tap(self, character: str) -> None:
        keys = [_QCODES.get(character, character.lower())]
        if character.isupper():
            keys.insert(0, "shift")
        pressed = [{"type": "qcode", "data": key} for key in keys]
        self.monitor.do("send-key", keys=pressed, **{"hold-time": _TAP_MS})
