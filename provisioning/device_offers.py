"""Devices that are there and that the settings do not name, each with what to write into them.

What a device says of itself comes from the net or a cable: it is quoted wherever it is shown.
"""

import json
import re
import shlex
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from zeroconf import InterfaceChoice

from devices.driver import Found
from devices.label_printer import PORT as LABEL_PORT
from devices.network import WITHIN_S, network_devices
from devices.plugged import DEV, SYS, UNKNOWN, plugged_devices, recognised
from devices.printer import CupsPrinter
from devices.sane_listing import backend_of, cabled_scanners
from edge.domain.errors import DeviceError
from edge.settings import Settings, UpsSettings
from edge.store.entries import now_ms
from edge.wiring import ups_of
from provisioning.checks import NAMES, Check

_QUEUE = "hall"
_LABEL_MODEL = "TSPL-203"


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Where to look: trees of devices and of what the kernel says of them, CUPS, upsd and SANE.

    `listen_s` is how long to listen to the net, 0 for not at all. `sane` is a SANE_CONFIG_DIR, the
    system's own where it is empty.
    """

    dev: Path = DEV
    sys: Path = SYS
    listen_s: float = WITHIN_S
    cups: tuple[str, int] = ("localhost", 631)
    upsd: tuple[str, int] = ("127.0.0.1", 3493)
    sane: str = ""


def device_offers(settings: Settings | None, around: Surroundings) -> Iterator[Check]:
    """Offer what was found and is not set up; then name each kind of which there is nothing."""
    named = _addresses(settings) if settings else frozenset()
    known = {kind for kind in NAMES if settings and getattr(settings, kind) is not None}
    found: list[Found] = []
    try:
        found += _heard(settings, around)
    except OSError as error:
        yield Check("网络查找", False, error.strerror or str(error), "请看网线和网卡：ip addr")
    found += [
        each
        for each in plugged_devices(around.dev, around.sys)
        if str(Path(each.address)) not in named
    ]
    found = [recognised(each) if each.kind == UNKNOWN else each for each in found]
    # Some backends look around the net as well.
    if "scanner" not in known and around.listen_s:
        found += cabled_scanners(around.sane)
    if "printer" not in known:
        found += _queues(around)
    if "ups" not in known:
        host, port = around.upsd
        found += ups_of(UpsSettings(host=host, port=port), now_ms).discover()
    new = [each for each in found if not named.intersection(_places(each))]
    yield from map(_offer, sorted(new, key=_order))
    for kind in NAMES:
        if kind not in known | {each.kind for each in new}:
            yield Check(NAMES[kind], True, "没有设置，也没有找到", set_up=False)


def _heard(settings: Settings | None, around: Surroundings) -> list[Found]:
    if not around.listen_s:
        return []
    interfaces = settings.interfaces if settings else ()
    return network_devices(around.listen_s, interfaces or InterfaceChoice.All)


def _order(found: Found) -> int:
    return [*NAMES, UNKNOWN].index(found.kind)


def _addresses(settings: Settings) -> frozenset[str]:
    """Every address that the settings name, as those who are found are called."""
    paths = [
        getattr(section, "path", None)
        for section in (
            settings.card_reader,
            settings.barcode_gun,
            settings.climate,
            settings.camera,
            settings.label_printer,
        )
    ]
    said = [str(path) for path in paths if path]
    if settings.scanner and settings.scanner.url:
        said.append(_host(settings.scanner.url))
    if settings.label_printer and settings.label_printer.host:
        said.append(_host(f"socket://{settings.label_printer.host}:{settings.label_printer.port}"))
    if settings.printer:
        said += [settings.printer.queue, _host(settings.printer.uri)]
    return frozenset(filter(None, said))


def _places(found: Found) -> set[str]:
    return {found.address, _host(found.address), _host(found.stable_id)} - {""}


def _host(url: str) -> str:
    """Who is meant, whatever the way: a scanner may be met by http and by https."""
    parts = urlsplit(url)
    return f"{parts.scheme[:3]}:{parts.hostname}:{parts.port or ''}" if parts.hostname else ""


def _queues(around: Surroundings) -> list[Found]:
    host, port = around.cups
    printer = CupsPrinter(host, port, "")
    try:
        return printer.discover()
    except DeviceError:
        return []
    finally:
        printer.close()


def _offer(found: Found) -> Check:
    name = NAMES.get(found.kind, "串口设备")
    toml, mend = _OFFERS[found.kind](found)
    detail = f"{_plain(found.model)}  {_plain(found.stable_id)}  {_plain(found.address)}"
    return Check(name, True, detail, mend, set_up=False, toml=toml)


def _section(section: str, /, **values: str | int | bool) -> str:
    return "\n".join([f"[{section}]", *(f"{key} = {_toml(it)}" for key, it in values.items())])


def _toml(value: str | int | bool) -> str:
    """Write a value; JSON is TOML where a text holds nothing that cannot be printed."""
    return json.dumps(_plain(value) if isinstance(value, str) else value, ensure_ascii=False)


def _plain(text: str) -> str:
    return "".join(each for each in text if each.isprintable())


_PASTE = "把下面几行写进 box.toml，再启动本程序"


def _scanner(found: Found) -> tuple[str, str]:
    if found.stable_id.startswith("sane:"):
        match = re.escape(found.options["serial"] or found.model)
        return _section("scanner", backend=backend_of(found), match=match), _PASTE
    return _section("scanner", url=found.address), _PASTE + "；请在路由器上给它固定地址"


def _printer(found: Found) -> tuple[str, str]:
    if "://" not in found.address:
        uri = found.stable_id if found.stable_id.startswith(("ipp://", "ipps://")) else ""
        return _section("printer", queue=found.address, uri=uri), _PASTE
    command = f"lpadmin -p {_QUEUE} -E -v {shlex.quote(found.address)} -m everywhere"
    return _section("printer", queue=_QUEUE, uri=found.address), f"先建队列：{command}；再{_PASTE}"


def _label_printer(found: Found) -> tuple[str, str]:
    mend = _PASTE + "；model 照机器选（docs/technician.md），size 照里面的纸"
    place = urlsplit(found.address)
    if place.hostname:
        port = place.port or LABEL_PORT
        toml = _section("label_printer", model=_LABEL_MODEL, host=place.hostname, port=port)
        return toml, mend
    return _section("label_printer", model=_LABEL_MODEL, path=found.address), mend


def _climate(found: Found) -> tuple[str, str]:
    address, model = int(found.options["address"]), _toml(found.options["model"])
    row = f'sensors = [{{ name = "一号", address = {address}, model = {model} }}]'
    mend = _PASTE + "；别的传感器照样加一段，地址各不相同"
    return _section("climate", path=found.address) + "\n" + row, mend


def _barcode_gun(found: Found) -> tuple[str, str]:
    if found.model == "HID":
        return _section("barcode_gun", path=found.address, keyboard=True), _PASTE
    return _section("barcode_gun", path=found.address), _PASTE


def _ups(found: Found) -> tuple[str, str]:
    host, _, port = found.address.rpartition(":")
    name = found.stable_id.rpartition("/")[2]
    return _section("ups", name=name, host=host, port=int(port)), _PASTE


def _unknown(found: Found) -> tuple[str, str]:
    either = "\n".join(
        f"# {line}" for line in _section("card_reader", path=found.address).splitlines()
    )
    mend = "没有应答，认不出是什么。是扫码枪就写下面几行；是读卡器或库房线路，先看它的电源和接线"
    return _section("barcode_gun", path=found.address) + "\n" + either, mend


_OFFERS: dict[str, Callable[[Found], tuple[str, str]]] = {
    "scanner": _scanner,
    "camera": lambda found: (_section("camera", path=found.address), _PASTE),
    "printer": _printer,
    "label_printer": _label_printer,
    "card_reader": lambda found: (_section("card_reader", path=found.address), _PASTE),
    "barcode_gun": _barcode_gun,
    "climate": _climate,
    "ups": _ups,
    UNKNOWN: _unknown,
}
