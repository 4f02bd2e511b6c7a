"""What a page of a dossier states: which kinds of statement are noted down, and in what form.

A statement is kept with its page and its words, beside others that contradict it: birth above all
is recorded in many places, and the one written first decides (劳社部发〔1999〕8号).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from edge.domain.archive import check_formed_on
from edge.domain.errors import InvalidInput
from edge.domain.suggestion import without_blanks, written_dates
from edge.domain.timely import When, require_timely

LONGEST_VALUE, LONGEST_WORDS, LONGEST_TITLE = 300, 200, 60
LAST_PAGE = 9_999


class Form(StrEnum):
    """How a statement is written: a date (YYYY[MM[DD]]), a span (YYYYMM-YYYYMM), or words."""

    DATE = "date"
    SPAN = "span"
    WORDS = "words"


@dataclass(frozen=True, slots=True)
class Statement:
    """One kind of statement; `name` is Chinese and the id of its English."""

    code: str
    name: str
    form: Form


STATEMENTS: Mapping[str, Statement] = {
    each.code: each
    for each in (
        Statement("birth", "出生日期", Form.DATE),
        Statement("work_start", "参加工作时间", Form.DATE),
        Statement("service", "工作时段", Form.SPAN),
        Statement("deemed", "视同缴费年限", Form.SPAN),
        Statement("special", "特殊工种", Form.SPAN),
        Statement("experience", "学习工作经历", Form.WORDS),
        Statement("education", "学历学位", Form.WORDS),
        Statement("kinship", "家庭成员和亲属关系", Form.WORDS),
        Statement("conduct", "现实表现", Form.WORDS),
        Statement("party", "入党时间", Form.DATE),
    )
}

_DATE = re.compile(r"\d{4}(\d{2}){0,2}", re.ASCII)
_SPAN_OF_MONTHS = re.compile(r"(\d{6})-(\d{6})", re.ASCII)
_SPAN = re.compile(r"(\d{4})[-./年]?(\d{1,2})月?(?:[-—–~至到]+)(\d{4})[-./年]?(\d{1,2})月?")


def statement_of(code: str) -> Statement:
    """Look a kind of statement up; raises InvalidInput `record.field_unknown`."""
    if code not in STATEMENTS:
        raise InvalidInput("record.field_unknown")
    return STATEMENTS[code]


def check_value(code: str, text: str, today: date) -> str:
    """Give a statement's value in its one form; a page tells of what has been.

    Raises InvalidInput: `record.value_missing`, `record.value_long` (limit, length), `record.span`,
    `date.partial`, `date.not_yet`.
    """
    statement, value = statement_of(code), text.strip()
    if not value:
        raise InvalidInput("record.value_missing", label=statement.name)
    if len(value) > LONGEST_VALUE:
        raise InvalidInput(
            "record.value_long", label=statement.name, limit=LONGEST_VALUE, length=len(value)
        )
    match statement.form:
        case Form.DATE:
            written = check_formed_on(value)
        case Form.SPAN:
            written = _span(value)
        case Form.WORDS:
            return value
    require_timely(statement.name, written.rpartition("-")[2], When.HAS_BEEN, today)
    return written


def months_of(span: str) -> range:
    """The months of a span, counted from year 0, its last one among them."""
    written = _SPAN_OF_MONTHS.fullmatch(span)
    if written is None:  # another box may have said anything
        return range(0)
    return range(_month(written[1]), _month(written[2]) + 1)


def spelt_month(month: int) -> str:
    """Write a month that was counted from year 0 as YYYYMM."""
    return f"{month // 12:04d}{month % 12 + 1:02d}"


def spoken(code: str, value: str) -> str:
    """Say a value in Chinese, as it stands on papers."""
    statement = STATEMENTS.get(code)
    match statement.form if statement else Form.WORDS:
        case Form.DATE:
            return spoken_date(value)
        case Form.SPAN if _SPAN_OF_MONTHS.fullmatch(value):
            first, _, last = value.partition("-")
            return f"{spoken_date(first)}至{spoken_date(last)}"
    return value


def spoken_date(written: str) -> str:
    """1965年3月; what another box calls a date and is none stays as it is."""
    if not written:
        return "日期未记载"
    if not _DATE.fullmatch(written):
        return written
    year, month, day = written[:4], written[4:6], written[6:8]
    return f"{year}年" + (f"{int(month)}月" if month else "") + (f"{int(day)}日" if day else "")


def _span(text: str) -> str:
    written = _SPAN.fullmatch("".join(text.split()))
    if written is None:
        raise InvalidInput("record.span", text=text)
    years_and_months = written.groups()
    first = check_formed_on("".join(part.zfill(2) for part in years_and_months[:2]))
    last = check_formed_on("".join(part.zfill(2) for part in years_and_months[2:]))
    if first > last:
        raise InvalidInput("record.span", text=text)
    return f"{first}-{last}"


def _month(text: str) -> int:
    return int(text[:4]) * 12 + int(text[4:6]) - 1


@dataclass(frozen=True, slots=True)
class Found:
    """What a machine read on a page and takes for a statement: a guess for a clerk to look at."""

    code: str
    value: str
    words: str


# What stands before a date that states something, within so many characters.
_LABELS = (
    ("birth", re.compile(r"出生(?:年月日?|日期)?|生于|生日")),
    ("work_start", re.compile(r"参加(?:革命)?工作(?:时间|年月)?")),
    ("party", re.compile(r"入党(?:时间|年月)?")),
)
_NEAR = 12


def statements_in(page: str) -> list[Found]:
    """Find the dates that a page's text seems to state, in the order of the text."""
    text = without_blanks(page)
    found = []
    for start, end, value in written_dates(text):
        before = text[max(0, start - _NEAR) : start]
        labels = [
            (match.start(), code) for code, label in _LABELS for match in label.finditer(before)
        ]
        if labels:
            at, code = max(labels)
            found.append(Found(code, value, before[at:] + text[start:end]))
    return found
