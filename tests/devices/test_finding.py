"""Finding devices: what announces itself on the net, and what is plugged in."""

import socket
from pathlib import Path

import pytest
from PIL import Image
from zeroconf import ServiceInfo, Zeroconf

from devices.driver import Found
from devices.network import network_devices
from devices.plugged import UNKNOWN, plugged_devices, recognised
from devices.simulators.barcode_gun import BarcodeGunFarEnd
from devices.simulators.camera import SimulatedCamera
from devices.simulators.card_reader import CardReaderFarEnd
from devices.simulators.far_end import PluggableTty
from devices.simulators.modbus import ModbusBus
from devices.simulators.scanner import SimulatedScanner

LOOPBACK = ["127.0.0.1"]
UUID = "4509A320-00A0-008F-00B6-002507510ECA"


def announced(zeroconf: Zeroconf, service: str, name: str, port: int, **said: str | bytes) -> None:
    about = ServiceInfo(
        service,
        f"{name}.{service}",
        port=port,
        addresses=[socket.inet_aton("127.0.0.1")],
        properties=said,
        server=f"{name.replace(' ', '-')}.local.",
    )
    zeroconf.register_service(about, cooperating_responders=True)  # no probing: it takes a second


def test_scanners_and_printers_are_found_once_each_by_what_stays_the_same(tmp_path: Path) -> None:
    Image.new("RGB", (10, 10)).save(tmp_path / "1.jpg")
    with SimulatedScanner(tmp_path) as scanner, Zeroconf(interfaces=LOOPBACK) as zeroconf:
        scanner.announce()
        for service, port in (("_ipps._tcp.local.", 443), ("_ipp._tcp.local.", 631)):
            announced(zeroconf, service, "Hall printer", port, ty="Office 9", rp="ipp/print",
                      UUID=UUID)  # fmt: skip
        for name, port in (("Zebra GK420 label", 9100), ("Office 9 raw", 9101)):
            announced(zeroconf, "_pdl-datastream._tcp.local.", name, port, ty=name, UUID=name)
        announced(zeroconf, "_uscan._tcp.local.", "old one", 8080, adminurl="http://192.0.2.9/")
        # What a hostile or broken thing may say: no port, bytes that are no text, far too long.
        announced(zeroconf, "_ipp._tcp.local.", "nowhere", 0, ty="x", UUID="0")
        announced(
            zeroconf, "_uscan._tcp.local.", "odd", 81, ty=b"\xff\x07A\nB" + b"x" * 240, UUID="odd"
        )
        found = network_devices(1.5, LOOPBACK)
    named = {each.stable_id: each for each in found}
    assert len(found) == len(named) == 5
    labels = named["zebra gk420 label"]
    assert (labels.kind, labels.address) == ("label_printer", "socket://127.0.0.1:9100/")
    assert named[scanner.uuid].address == scanner.url
    assert named[scanner.uuid].model == scanner.model
    printer = named[UUID.lower()]
    assert (printer.kind, printer.model) == ("printer", "Office 9")
    assert printer.address == "ipp://127.0.0.1:631/ipp/print"
    old = named["http://192.0.2.9/"]
    assert (old.model, old.address) == ("old one", "http://127.0.0.1:8080/eSCL")
    assert named["odd"].model.isprintable()
    assert len(named["odd"].model) < 250


@pytest.fixture
def dev(tmp_path: Path) -> Path:
    """A /dev with the stable names that udev gives."""
    for folder in ("serial/by-id", "input/by-id", "v4l/by-id"):
        (tmp_path / folder).mkdir(parents=True)
    return tmp_path


def by_kind(found: list[Found]) -> dict[str, Found]:
    return {each.kind: each for each in found}


def test_what_is_plugged_in_is_known(dev: Path) -> None:
    Image.new("RGB", (640, 480)).save(dev / "desk.jpg")
    names = {
        "a": "serial/by-id/usb-SDT_Reader_01-if00",
        "b": "serial/by-id/usb-FTDI_RS485_02-if00-port0",
        "c": "serial/by-id/usb-Honeywell_1902_03-if00",
        "d": "input/by-id/usb-NLS_HR22_Barcode-event-kbd",
        "e": "v4l/by-id/usb-Cam-video-index0",
        "f": "serial/by-id/usb-1a86_USB_Serial-if00-port0",
        "g": "input/by-id/usb-Dell_Keyboard-event-kbd",
    }
    for end, name in names.items():
        (dev / name).symlink_to(dev / end)
    keyboard = dev / names["d"]
    for lp, said in (("lp0", "MFG:TSC;CMD:TSPL;MDL:TE244;SN:77;"), ("lp1", "MFG:HP;MDL:LaserJet;")):
        (dev / "usb").mkdir(exist_ok=True)
        (dev / "usb" / lp).touch()
        (dev / "class/usbmisc" / lp / "device").mkdir(parents=True)
        (dev / "class/usbmisc" / lp / "device/ieee1284_id").write_text(said)
    silent = PluggableTty(dev / "f")
    silent.plug()
    (dev / "g").touch()
    with (
        CardReaderFarEnd(dev / "a"),
        ModbusBus(dev / "b"),
        BarcodeGunFarEnd(dev / "c"),
        BarcodeGunFarEnd(dev / "d", types=True),
        SimulatedCamera(dev / "e", dev / "desk.jpg"),
    ):
        found = plugged_devices(dev, sys=dev)
        kinds = sorted(each.kind for each in found)
        assert kinds == ["barcode_gun", "barcode_gun", "camera", "label_printer", *[UNKNOWN] * 3]
        assert by_kind(found)["label_printer"].stable_id == "TSC TE244:77"
        assert next(each for each in found if each.model == "HID").address == str(keyboard)
        asked = by_kind([recognised(each) for each in found if each.kind == UNKNOWN])
    assert asked["card_reader"].stable_id == "usb-SDT_Reader_01-if00"
    assert asked["climate"].options == {"model": "XY-MD02", "address": "1"}
    assert asked[UNKNOWN].model == "1a86 USB Serial"
    silent.unplug()
    assert by_kind(plugged_devices(dev / "nothing")) == {}
