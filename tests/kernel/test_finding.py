"""What is plugged in, found by the names that a real udev gives, and asked what it is."""

from devices.barcode_gun import BarcodeGun
from devices.card_reader import CardReader
from devices.climate import ClimateLine
from devices.plugged import UNKNOWN, plugged_devices, recognised
from tests.kernel.guest import Host, until


def kinds() -> dict[str, str]:
    return {each.address: each.kind for each in plugged_devices()}


def test_lines_are_told_apart_by_asking_and_guns_by_their_names(host: Host) -> None:
    wanted = {
        "READER1-if00-port0": UNKNOWN,
        "LINE1-if00-port0": UNKNOWN,
        "BarCode1-if00-port0": BarcodeGun.kind,
        "BarCodeKeys1-event-kbd": BarcodeGun.kind,
    }
    for name in ("reader", "line", "gun", "keyboard"):
        host.plug(name)
    until(lambda: len(kinds()) == len(wanted))
    found = {each.address.rpartition("_")[2]: each for each in plugged_devices()}
    assert {name: each.kind for name, each in found.items()} == wanted
    assert recognised(found["READER1-if00-port0"]).kind == CardReader.kind
    line = recognised(found["LINE1-if00-port0"])
    assert (line.kind, line.options) == (ClimateLine.kind, {"model": "XY-MD02", "address": "1"})
    host.unplug("reader")
    until(lambda: len(kinds()) == len(wanted) - 1)
