"""The four properties of records on their way to an archive (四性检测, DA/T 70-2018, 移交环节).

What a township's box can judge is judged; what it cannot (viruses, the carrier's own state) is said
to be unjudged rather than passed.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

# 真实性、完整性、可用性、安全性
TRUE, WHOLE, USABLE, SAFE = "真实性", "完整性", "可用性", "安全性"
OPEN_FORMATS = {b"%PDF-": "PDF", b"\xff\xd8\xff": "JPEG", b"II*\x00": "TIFF", b"MM\x00*": "TIFF"}
_NUMBER = re.compile(r"[0-9A-Z]+-(?:[A-Z]{2}·[0-9]{4}-(?:Y|D[0-9]{1,3})-)?[0-9]{2}-[0-9]{4,5}")
_STRANGE = re.compile(r"[\x00-\x1f\x7f/\\:*?\"<>|\ufffd]")


@dataclass(frozen=True, slots=True)
class File:
    """One file that goes along; `digest` as recorded, `found` as it is, empty where it is not here.

    `start` are its first bytes.
    """

    name: str
    digest: str
    found: str
    start: bytes
    size: int


@dataclass(frozen=True, slots=True)
class Piece:
    """One volume or dossier that goes; `required` are the fields that must be filled."""

    number: str
    title: str
    required: tuple[tuple[str, str], ...]
    files: tuple[File, ...] = ()


@dataclass(frozen=True, slots=True)
class Check:
    """One check; `passed` is None for what cannot be judged here. `faults` name what failed."""

    property: str
    name: str
    passed: bool | None
    faults: tuple[str, ...] = ()


def format_of(start: bytes) -> str:
    """Name an open format by how its files begin; empty for any other."""
    return next((name for mark, name in OPEN_FORMATS.items() if start.startswith(mark)), "")


def check(pieces: Sequence[Piece], missing_numbers: Sequence[str] = ()) -> list[Check]:
    """Judge what goes; `missing_numbers` are numbers of the register that nothing on record has."""
    files = [(piece, each) for piece in pieces for each in piece.files]
    numbers = Counter(piece.number for piece in pieces)
    empty = [f"{p.number} {f.name}" for p, f in files if f.found and not f.size]
    return [
        _judged(TRUE, "固化信息（SHA-256）一致", [
            f"{p.number} {f.name}" for p, f in files if f.found and f.found != f.digest
        ]),
        _judged(TRUE, "档号合规", [p.number for p in pieces if not _NUMBER.fullmatch(p.number)]),
        _judged(TRUE, "档号不重复", [number for number, times in numbers.items() if times > 1]),
        _judged(TRUE, "题名没有特殊字符", [p.number for p in pieces if _STRANGE.search(p.title)]),
        _judged(WHOLE, "必填项已填", [
            f"{p.number} {name}" for p in pieces for name, value in p.required if not value.strip()
        ]),
        _judged(WHOLE, "编号连续", list(missing_numbers)),
        _judged(WHOLE, "内容文件齐全", [f"{p.number} {f.name}" for p, f in files if not f.found]),
        _judged(USABLE, "格式开放（PDF、JPEG、TIFF）", [
            f"{p.number} {f.name}" for p, f in files if f.found and not format_of(f.start)
        ]),
        _judged(USABLE, "文件不空", empty),
        Check(SAFE, "病毒查杀（请接收单位查杀）", None),
    ]  # fmt: skip


def _judged(kind: str, name: str, faults: Sequence[str]) -> Check:
    return Check(kind, name, not faults, tuple(faults))


def gaps_in(numbers: Sequence[str]) -> list[str]:
    """The running numbers that are missing between the first and the last of each series."""
    series: dict[str, list[int]] = {}
    for number in numbers:
        stem, _, running = number.rpartition("-")
        if running.isascii() and running.isdecimal():
            series.setdefault(stem, []).append(int(running))
    return [
        f"{stem}-{number:04d}"
        for stem, known in sorted(series.items())
        for number in sorted(set(range(min(known), max(known) + 1)) - set(known))
    ]
