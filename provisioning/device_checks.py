"""Testing the devices that a box's settings name.

Some devices have one owner at a time. While the box runs, it is asked how they are; else each is
opened here, asked, and closed again. Nothing is scanned, printed or switched.
"""

import time
from collections.abc import Callable, Iterator, Mapping
from functools import partial

import httpx

from devices.barcode_gun import BarcodeGun
from devices.camera import DocumentCamera
from devices.card_reader import CardReader
from devices.card_reader import Pace as CardPace
from devices.climate import ClimateLine
from devices.driver import Fault, Health, State
from devices.printer import CupsPrinter
from edge.box import hold_folder
from edge.domain.errors import Conflict, DangxiaError
from edge.settings import ClimateSettings, Settings
from edge.store.entries import now_ms
from edge.web.locale import sentence
from edge.wiring import climate_line_of, label_printer_of, scanner_of, ups_of
from provisioning.checks import NAMES, Check

PATIENCE_S = 10.0
_LINE_LOST = (Fault.ABSENT, Fault.BUSY, Fault.PERMISSION)
_MENDS = {
    Fault.ABSENT: "请检查电源和连线，以及设置中的地址；ls /dev/serial/by-id",
    Fault.BUSY: "请等它空闲，或关掉占用它的程序：fuser 设备",
    Fault.PERMISSION: "请把运行用户加入 dialout、input、video、lp、scanner 组，再重启本程序",
    Fault.TIMEOUT: "请检查连线；仍不行请重启设备",
    Fault.LINE: "请检查线路和波特率",
    Fault.PAUSED: "已停用：打印队列用 cupsenable 队列名；读卡器请重新插拔",
}
_OWN_MENDS = {
    ("barcode_gun", Fault.LINE): "请用厂家手册上的设置码把后缀设成回车（CR）",
    ("barcode_gun", Fault.BUSY): "别的程序独占着它，请关掉；同一把枪只能写在一处",
    ("card_reader", Fault.TIMEOUT): "读卡器没有应答：请核对 baud（出厂多为 115200），重新插拔",
    ("camera", Fault.BUSY): "别的程序开着摄像头：fuser /dev/video*",
    ("scanner", Fault.JAM): "卡纸：打开盖子取出纸",
    ("scanner", Fault.COVER_OPEN): "请合上盖子",
    ("printer", Fault.PAPER_OUT): "请加纸",
    ("label_printer", Fault.PAPER_OUT): "请装标签纸；热转印的还要看碳带",
    ("label_printer", Fault.COVER_OPEN): "请合上打印头的盖子",
    ("label_printer", Fault.PAUSED): "请按一下送纸键",
    ("label_printer", Fault.TIMEOUT): "它不答状态查询：ESC/POS 机型请把 model 改成 ESCPOS-203",
}


def device_checks(settings: Settings) -> Iterator[Check]:
    """Test each device that the settings name."""
    running = _told_by_box(settings)
    for kind, test in _tests(settings).items():
        if kind in running:
            said = "本机程序正在用它" + ("" if running[kind] else "，没有就绪，请看“同步”屏幕")
            yield Check(NAMES[kind], running[kind], said, _MENDS[Fault.ABSENT])
        else:
            yield from test()


def _tests(settings: Settings) -> dict[str, Callable[[], Iterator[Check]]]:
    """How each device named is tested, by its kind."""
    tests: dict[str, Callable[[], Iterator[Check]]] = {}
    scanner = scanner_of(settings)
    if scanner:
        tests["scanner"] = partial(_asked, "scanner", scanner.health)
    if settings.camera:
        tests["camera"] = partial(_asked, "camera", DocumentCamera(settings.camera.path).health)
    if settings.printer:
        tests["printer"] = partial(_printer, settings)
    labels = label_printer_of(settings)
    if labels:
        tests["label_printer"] = partial(_asked, "label_printer", labels.health)
    if settings.card_reader:
        tests["card_reader"] = partial(_card_reader, settings)
    if settings.barcode_gun:
        tests["barcode_gun"] = partial(_barcode_gun, settings)
    if settings.climate:
        tests["climate"] = partial(_room, settings, settings.climate)
    if settings.ups:
        tests["ups"] = partial(_ups, settings)
    if settings.hot_folder:
        inbox = settings.hot_folder.inbox
        found = Check(NAMES["hot_folder"], inbox.is_dir(), str(inbox), f"mkdir -p {inbox}")
        tests["hot_folder"] = lambda: iter([found])
    return tests


def _told_by_box(settings: Settings) -> Mapping[str, bool]:
    """Whether each device is ready, as the running box says; empty where no box runs."""
    if not settings.folder.is_dir():
        return {}
    try:
        with hold_folder(settings.folder):
            return {}
    except Conflict:
        host = "127.0.0.1" if settings.host == "0.0.0.0" else settings.host
        return _metrics(f"http://{host}:{settings.port}/metrics")


def _metrics(url: str) -> Mapping[str, bool]:
    try:
        said = httpx.get(url, timeout=5, trust_env=False).raise_for_status().text
    except httpx.HTTPError:
        return {}
    begins = 'dangxia_device_ready{device="'
    rows = [line.removeprefix(begins) for line in said.splitlines() if line.startswith(begins)]
    return {name: value == "1" for name, _, value in (row.partition('"} ') for row in rows)}


def _printer(settings: Settings) -> Iterator[Check]:
    assert settings.printer is not None
    chosen = settings.printer
    printer = CupsPrinter(chosen.host, chosen.port, chosen.queue, chosen.uri or None)
    yield from _asked("printer", printer.health)
    printer.close()


def _card_reader(settings: Settings) -> Iterator[Check]:
    assert settings.card_reader is not None
    chosen = settings.card_reader
    pace = CardPace(interval_s=0.1, answer_within_s=0.8, quiet_s=0.1)
    with CardReader(chosen.path, pace, chosen.baud) as reader:
        yield from _asked("card_reader", lambda: _settled(reader.health), str(chosen.path))


def _barcode_gun(settings: Settings) -> Iterator[Check]:
    assert settings.barcode_gun is not None
    chosen = settings.barcode_gun
    with BarcodeGun(chosen.path, chosen.keyboard, chosen.baud) as gun:
        yield from _asked("barcode_gun", lambda: _settled(gun.health), str(chosen.path))


def _ups(settings: Settings) -> Iterator[Check]:
    assert settings.ups is not None
    found = ups_of(settings.ups, now_ms).discover()
    known = any(each.stable_id.endswith(f"/{settings.ups.name}") for each in found)
    place = f"{settings.ups.name}@{settings.ups.host}:{settings.ups.port}"
    mend = "请看 nut-server 是否在运行：upsc " + place
    yield Check(NAMES["ups"], known, place, mend)


def _room(settings: Settings, chosen: ClimateSettings) -> Iterator[Check]:
    """Test the line, then each sensor, contact and switch on it by one round of questions."""
    name = NAMES["climate"]
    try:
        line = climate_line_of(settings, now_ms)
    except DangxiaError as error:
        yield Check(name, False, str(error), "请核对 box.toml 里 [climate] 的型号、地址和通道")
        return
    assert line is not None
    place = str(chosen.path or f"{chosen.host}:{chosen.port}")
    with line:
        parts = _round(line)
        health = line.health()
    if any(part.state is State.READY for part in parts.values()):
        health = Health(State.READY)
    yield from _asked("climate", lambda: health, place)
    named = [(each.name, each.model, each.address) for each in chosen.sensors]
    named += [(each.name, each.model, each.address) for each in chosen.switches]
    for part, model, address in named:
        yield _part(part, f"{model} 地址 {address}", parts[part])


def _round(line: ClimateLine) -> Mapping[str, Health]:
    """How each part of a line answers, once all were asked or patience ends."""
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline and line.health().fault not in _LINE_LOST:
        if all(part.state is not State.FOUND for part in line.parts().values()):
            break
        time.sleep(0.05)  # the driver's own thread asks
    return line.parts()


def _part(name: str, place: str, health: Health) -> Check:
    mend = "请看它的电源、A/B 线、地址和波特率；别的都应答就是这一个"
    well = health.state is State.READY
    said = "" if well else sentence(f"fault.{health.fault or Fault.TIMEOUT}")
    return Check(f"库房 {name}", well, f"{place} {said}".strip(), mend)


def _settled(ask: Callable[[], Health]) -> Health:
    """Wait until a device that was just opened is ready or at fault."""
    deadline = time.monotonic() + PATIENCE_S
    while True:
        health = ask()
        if health.state is State.READY or health.fault is not None or time.monotonic() > deadline:
            return health
        time.sleep(0.02)  # the driver's own thread asks


def _asked(kind: str, ask: Callable[[], Health], place: str = "") -> Iterator[Check]:
    try:
        health = ask()
    except DangxiaError as error:
        yield Check(NAMES[kind], False, str(error), _MENDS[Fault.ABSENT])
        return
    well = health.state in (State.READY, State.BUSY)
    fault = health.fault
    mend = _OWN_MENDS.get((kind, fault), _MENDS.get(fault, "请看设备的提示")) if fault else ""
    said = sentence(f"fault.{fault}") if fault else "" if well else "没有应答"
    detail = "" if place and place in health.detail else health.detail
    words = " ".join(filter(None, (place, said, detail)))
    yield Check(NAMES[kind], well, words, mend or _MENDS[Fault.TIMEOUT])
