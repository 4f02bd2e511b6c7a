"""Checking a machine and its devices: what is well, what is not and how to mend it, what is new."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import crsqlite

from edge.settings import Settings
from provisioning.checks import Check
from provisioning.device_checks import device_checks
from provisioning.device_offers import Surroundings, device_offers

LEAST_FREE_BYTES = 2_000_000_000
# Command → (what it is for, Debian package).
TOOLS = {
    "scanimage": ("扫描", "sane-utils"),
    "pdftoppm": ("读取 PDF", "poppler-utils"),
    "tesseract": ("文字识别", "tesseract-ocr tesseract-ocr-chi-sim"),
    "lpadmin": ("打印队列", "cups-client"),
    "fc-list": ("字体", "fontconfig"),
}
FONT = "Noto Serif CJK SC"


def examine(settings: Settings | None, around: Surroundings | None = None) -> list[Check]:
    """Look at the machine, at each device that the settings name, and at what else is there."""
    checks = [_extension(), *_tools(), _font()]
    if settings is not None:
        checks += [_disk(settings.folder), *device_checks(settings)]
    return [*checks, *device_offers(settings, around or Surroundings())]


def as_text(checks: list[Check]) -> str:
    """The findings for a person."""
    lines = []
    for check in checks:
        lines.append(f"{check.sign} {check.name}  {check.detail}")
        if check.mend and (not check.well or check.toml):
            lines.append(f"    → {check.mend}")
        lines += [f"        {line}" for line in check.toml.splitlines()]
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
