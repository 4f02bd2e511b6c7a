"""Checking a machine and its devices: what is well, what is not, and how to mend it."""

import json
import shutil
import socket
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import crsqlite

from devices.card_reader import CardReader
from devices.driver import Health, State
from devices.printer import CupsPrinter
from devices.scanner import SaneScanner
from edge.domain.errors import DangxiaError
from edge.settings import ClimateSettings, Settings
from edge.store.entries import now_ms
from edge.wiring import ups_of

LEAST_FREE_BYTES = 2_000_000_000
_CONNECT_WITHIN_S = 3.0
# Command → (what it is for, Debian package).
TOOLS = {
    "scanimage": ("扫描", "sane-utils"),
    "pdftoppm": ("读取 PDF", "poppler-utils"),
    "tesseract": ("文字识别", "tesseract-ocr tesseract-ocr-chi-sim"),
    "lpadmin": ("打印队列", "cups-client"),
    "fc-list": ("字体", "fontconfig"),
}
FONT = "Noto Serif CJK SC"


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at; `mend` says what to do where it is not well."""

    name: str
    well: bool
    detail: str
    mend: str = ""


def examine(settings: Settings | None) -> list[Check]:
    """Look at the machine and, where settings are given, at each device they name."""
    checks = [_extension(), *_tools(), _font()]
    if settings is not None:
        checks += [_disk(settings.folder), *_devices(settings)]
    return checks


def as_text(checks: list[Check]) -> str:
    """The findings for a person."""
    lines = []
    for check in checks:
        lines.append(f"{'✓' if check.well else '✗'} {check.name}  {check.detail}")
        if not check.well and check.mend:
            lines.append(f"    → {check.mend}")
    return "\n".join(lines)


def as_json(checks: list[Check]) -> str:
    """The findings for a program."""
    return json.dumps([asdict(check) for check in checks], ensure_ascii=False, indent=1)


def _extension() -> Check:
    try:
        crsqlite.check()
    except crsqlite.CrsqliteError as error:
        return Check("cr-sqlite", False, str(error), "make setup")
    return Check("cr-sqlite", True, crsqlite.loadable_path())


def _tools() -> Iterator[Check]:
    for command, (purpose, package) in TOOLS.items():
        found = shutil.which(command)
        mend = f"apt-get install -y --no-install-recommends {package}"
        yield Check(f"{purpose} ({command})", found is not None, found or "没有找到", mend)


def _font() -> Check:
    mend = "apt-get install -y --no-install-recommends fonts-noto-cjk"
    if shutil.which("fc-list") is None:
        return Check(f"字体 {FONT}", False, "无法查询", mend)
    listed = subprocess.run(["fc-list", FONT], capture_output=True, text=True, check=False)
    return Check(f"字体 {FONT}", bool(listed.stdout.strip()), FONT, mend)


def _disk(folder: Path) -> Check:
    place = folder if folder.exists() else folder.parent
    free = shutil.disk_usage(place).free
    detail = f"可用 {free // 1_000_000} MB"
    return Check("磁盘", free > LEAST_FREE_BYTES, detail, "请清理磁盘，或换更大的磁盘")


_MENDS = {
    "absent": "请检查电源和连线，以及设置中的地址",
    "busy": "请等它空闲，或关掉占用它的程序",
    "permission": "请把运行用户加入 dialout、lp、scanner 组",
    "timeout": "请检查连线；仍不行请重启设备",
    "line": "请检查线路和波特率",
    "paused": "队列停用：cupsenable 队列名",
}


def _devices(settings: Settings) -> Iterator[Check]:
    if settings.scanner:
        yield _health("扫描仪", SaneScanner(settings.scanner.url).health)
    if settings.printer:
        chosen = settings.printer
        printer = CupsPrinter(chosen.host, chosen.port, chosen.queue, chosen.uri or None)
        yield _health("打印机", printer.health)
        printer.close()
    if settings.card_reader:
        path = settings.card_reader.path
        plugged = bool(CardReader(path).discover())
        yield Check("读卡器", plugged, str(path), _MENDS["absent"])
    if settings.climate:
        yield _room_line(settings.climate)
    if settings.ups:
        found = ups_of(settings.ups, now_ms).discover()
        known = any(each.stable_id.endswith(f"/{settings.ups.name}") for each in found)
        place = f"{settings.ups.name}@{settings.ups.host}:{settings.ups.port}"
        yield Check("UPS", known, place, "请看 nut-server 是否在运行：upsc " + place)
    if settings.hot_folder:
        inbox = settings.hot_folder.inbox
        yield Check("收件文件夹", inbox.is_dir(), str(inbox), f"mkdir -p {inbox}")


def _room_line(chosen: ClimateSettings) -> Check:
    if chosen.path is not None:
        there, place = chosen.path.exists(), str(chosen.path)
    else:
        place = f"{chosen.host}:{chosen.port}"
        try:
            socket.create_connection((chosen.host, chosen.port), _CONNECT_WITHIN_S).close()
            there = True
        except OSError:
            there = False
    return Check("库房线路", there, place, _MENDS["absent"])


def _health(name: str, ask: Callable[[], Health]) -> Check:
    try:
        health = ask()
    except DangxiaError as error:
        return Check(name, False, str(error), _MENDS["absent"])
    well = health.state in (State.READY, State.BUSY)
    mend = _MENDS.get(str(health.fault or ""), "请看设备的提示")
    return Check(name, well, f"{health.state} {health.detail}".strip(), mend)
