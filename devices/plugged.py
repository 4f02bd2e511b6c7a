"""What is plugged into this machine, by the stable names that udev gives, and what it may be.

A serial adapter does not say what hangs on it. It is asked in turn as a card reader and as a line
of sensors; both questions only read, and neither means anything to the other. What answers neither
is told as what its name suggests.
"""

import re
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from devices.barcode_gun import BarcodeGun
from devices.camera import DocumentCamera
from devices.card_reader import CardReader, Pace
from devices.climate import ClimateLine
from devices.driver import Found, State
from devices.label_printer import LabelPrinter
from devices.line import SerialLine, Wiring
from devices.modbus import RtuBus
from devices.network import LABELS
from devices.sensors import Model, load_models
from edge.domain.errors import DeviceError

DEV, SYS = Path("/dev"), Path("/sys")
UNKNOWN = "serial"
_GUN = re.compile(r"bar.?code|scanner|honeywell|symbol|zebra|datalogic|newland|nls|netum", re.I)
_ANSWER_WITHIN_S = 0.4
# A sensor comes from its maker with the address 1.
_FIRST = 1


def plugged_devices(dev: Path = DEV, sys: Path = SYS) -> list[Found]:
    """List serial lines, guns that type, label printers and cameras; only cameras are opened."""
    return [*_cameras(dev), *_label_printers(dev, sys), *_guns(dev), *_serial_lines(dev)]


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
    for path in _present(dev, "v4l/by-id/*-video-index0"):
        yield from DocumentCamera(path).discover()


def _label_printers(dev: Path, sys: Path) -> Iterator[Found]:
    """Printers on USB that call themselves printers of labels, by what they told the kernel."""
    for path in _present(dev, "usb/lp*"):
        told = sys / "class/usbmisc" / path.name / "device/ieee1284_id"
        with suppress(OSError):
            said = _fields(told.read_text("utf-8", "replace"))
            model = " ".join(filter(None, (said.get("MFG"), said.get("MDL"))))
            if LABELS.search(model):
                name = ":".join(filter(None, (model, said.get("SN"))))
                yield Found(name, LabelPrinter.kind, model, str(path))


def _fields(said: str) -> dict[str, str]:
    """Read an IEEE 1284 device id, such as MFG:TSC;MDL:TE244;SN:123;"""
    long = {"MANUFACTURER": "MFG", "MODEL": "MDL", "SERN": "SN", "SERIALNUMBER": "SN"}
    pairs = (part.strip().partition(":") for part in said.split(";"))
    return {long.get(key.upper(), key.upper()): value.strip() for key, _, value in pairs if value}


def _guns(dev: Path) -> Iterator[Found]:
    for path in _present(dev, "input/by-id/*-event-kbd"):
        if _GUN.search(path.name):
            yield from BarcodeGun(path, keyboard=True).discover()


def _serial_lines(dev: Path) -> Iterator[Found]:
    for path in _present(dev, "serial/by-id/*"):
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


def _present(dev: Path, pattern: str) -> list[Path]:
    """List what is there now; udev takes a folder of names away with the last of them."""
    try:
        return sorted(dev.glob(pattern))
    except FileNotFoundError:
        return []
