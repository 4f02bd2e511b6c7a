"""What is plugged into this machine, by the stable names that udev gives, and what it may be.

A serial adapter does not say what hangs on it. It is asked in turn as a card reader and as a line
of sensors; both questions only read, and neither means anything to the other. What answers neither
is told as what its name suggests.
"""

import re
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from devices.barcode_gun import BarcodeGun
from devices.camera import DocumentCamera
from devices.card_reader import CardReader, Pace
from devices.climate import ClimateLine
from devices.driver import Found, State
from devices.line import SerialLine, Wiring
from devices.modbus import RtuBus
from devices.sensors import Model, load_models
from edge.domain.errors import DeviceError

DEV = Path("/dev")
UNKNOWN = "serial"
_GUN = re.compile(r"bar.?code|scanner|honeywell|symbol|zebra|datalogic|newland|nls|netum", re.I)
_ANSWER_WITHIN_S = 0.4
# A sensor comes from its maker with the address 1.
_FIRST = 1


def plugged_devices(dev: Path = DEV) -> list[Found]:
    """List serial lines, guns that type, and cameras; nothing is opened but the cameras."""
    return [*_cameras(dev), *_guns(dev), *_serial_lines(dev)]


def recognised(found: Found) -> Found:
    """Ask a serial line what it is; what is in use or does not answer comes back as it was.

    A line of sensors has in `options` the key of the model and the address that answered.
    """
    path = Path(found.address)
    if _is_card_reader(path):
        return replace(found, kind=CardReader.kind, model=CardReader.model)
    for key, model in load_models().air.items():
        if _answers(path, model):
            told = {"model": key, "address": str(_FIRST)}
            return replace(found, kind=ClimateLine.kind, model=model.name, options=told)
    return found


def _cameras(dev: Path) -> Iterator[Found]:
    for path in sorted(dev.glob("v4l/by-id/*-video-index0")):
        yield from DocumentCamera(path).discover()


def _guns(dev: Path) -> Iterator[Found]:
    for path in sorted(dev.glob("input/by-id/*-event-kbd")):
        if _GUN.search(path.name):
            yield from BarcodeGun(path, keyboard=True).discover()


def _serial_lines(dev: Path) -> Iterator[Found]:
    for path in sorted(dev.glob("serial/by-id/*")):
        kind = BarcodeGun.kind if _GUN.search(path.name) else UNKNOWN
        yield Found(path.name, kind, _spelt(path.name), str(path))


def _is_card_reader(path: Path) -> bool:
    pace = Pace(0.05, _ANSWER_WITHIN_S, _ANSWER_WITHIN_S, quiet_s=0.05)
    deadline = time.monotonic() + 4 * _ANSWER_WITHIN_S
    with CardReader(path, pace) as reader:
        while reader.health().state is not State.READY:
            if reader.health().fault is not None or time.monotonic() > deadline:
                return False
            time.sleep(0.02)  # the reader's own thread asks
    return True


def _answers(path: Path, model: Model) -> bool:
    line = SerialLine(path, ClimateLine.kind, Wiring(model.baud, read_within_s=_ANSWER_WITHIN_S))
    try:
        RtuBus(line, ClimateLine.kind, 0.05).registers(
            _FIRST, model.function, model.start, model.count
        )
    except DeviceError:
        return False
    finally:
        line.close()
    return True


def _spelt(name: str) -> str:
    return name.removeprefix("usb-").split("-if")[0].replace("_", " ")
