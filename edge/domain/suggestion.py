"""What a material may be, by the text that a machine read on its pages: a guess for a clerk.

Titles are compared character by character, so that a few misread ones do no harm. The rules follow
the ten categories of 2018 as `domain.archive` has them.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

ALIKE = 0.75  # share of a title's characters that must stand where they should
SURE = 2  # characters up to which a word must be read without a fault
HEAD_LINES = 12  # of the first page; a title stands high

# Category and the titles that papers of it bear; the longest title found decides.
TITLES: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("1", ("干部履历表", "职工登记表", "流动人员登记表", "履历表", "简历表", "职工履历")),
    ("2", ("自传",)),
    ("3", ("年度考核登记表", "工作鉴定表", "考核登记表", "鉴定表")),
    ("4-1", (
        "高中毕业生登记表", "高等学校毕业生登记表", "毕业生登记表", "学生成绩登记表", "学习成绩表",
        "毕业证书", "学位证书", "报考登记表", "学籍卡",
    )),
    ("4-2", ("专业技术职务任职资格评审表", "职业资格证书", "职称评审表", "专业技术资格")),
    ("4-3", ("优秀论文证书", "科研成果", "论文证书")),
    ("4-4", ("岗位培训结业证书", "培训结业证书", "培训登记表", "结业证书")),
    ("5", ("政治审查表", "人事档案专项审核登记表", "政审表", "专项审核登记表")),
    ("6", ("入团志愿书", "入党申请书", "入党志愿书", "转正申请书", "团员登记表", "党员登记表")),
    ("7", ("先进工作者登记表", "表彰先进个人的通知", "先进个人", "荣誉证书", "奖励审批表")),
    ("8", ("给予警告处分的决定", "处分的决定", "处分决定", "撤销处分")),
    ("9-1", ("转正定级审批表", "工资变动审批表", "工资审批表", "工资套改", "工资登记表")),
    ("9-2", (
        "招工审批表", "就业报到证", "解除劳动合同证明书", "退休审批表", "录用审批表", "调动审批表",
        "任免审批表", "聘用合同", "劳动合同书",
    )),
    ("9-3", ("因私出国审批表", "出国（境）审批表", "出国审批表")),
    ("9-4", ("党代会代表登记表", "代表登记表")),
    ("10", ("体检表", "档案转递通知单", "失业登记表", "健康检查表")),
)  # fmt: skip

_DIGITS = {digit: number for number, digit in enumerate("〇一二三四五六七八九")} | {"零": 0, "○": 0}
_DATE = re.compile(
    r"(?<![0-9])((?:19|20)[0-9]{2})(?:年|[./-])([01]?[0-9])(?:月|[./-])?(?:([0-3]?[0-9])日?)?"
    r"|([一二][〇○零一二三四五六七八九]{3})年([一二三四五六七八九十]{1,2})月"
    r"(?:([一二三四五六七八九十]{1,3})日)?"
)
_BIRTH = re.compile(r"出生|生日|生于|年龄")
_NEAR_BIRTH = 8  # characters before a date within which it is one of birth


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A guess; parts of which nothing was read are empty. `formed_on` as `check_formed_on`."""

    category: str
    title: str
    formed_on: str


def suggest(pages: Sequence[str], today: date) -> Suggestion | None:
    """Guess category, title and date from the texts of a material's pages, in order.

    A date still to come, such as the end of a contract, is not when a material was formed.
    """
    category, title = _titled(pages[0]) if pages else ("", "")
    latest = today.strftime("%Y%m%d")
    dates = (found for page in pages for found in _dates(page) if found <= latest)
    formed_on = max(dates, default="")
    return Suggestion(category, title, formed_on) if category or formed_on else None


def _titled(page: str) -> tuple[str, str]:
    lines = [without_blanks(line) for line in page.splitlines()[:HEAD_LINES]]
    best = (0.0, "", "")
    for category, titles in TITLES:
        for title in titles:
            likeness = max((_alike(without_blanks(title), line) for line in lines), default=0.0)
            if likeness >= (1.0 if len(title) <= SURE else ALIKE):
                best = max(best, (likeness * len(title), category, title))
    return best[1], best[2]


def _alike(title: str, line: str) -> float:
    """The greatest share of a title's characters found in order at one place of a line."""
    length = len(title)
    return max(
        (
            sum(a == b for a, b in zip(title, line[at : at + length], strict=False)) / length
            for at in range(max(1, len(line) - length + 1))
        ),
        default=0.0,
    )


def written_dates(text: str) -> Iterator[tuple[int, int, str]]:
    """Every date in a text without blanks: where it stands, and as YYYYMM or YYYYMMDD."""
    for match in _DATE.finditer(text):
        year, month, day = match.group(1, 2, 3) if match[1] else match.group(4, 5, 6)
        parts = _number(year), _number(month), _number(day) if day else 0
        try:
            date(parts[0], parts[1], parts[2] or 1)
        except ValueError:
            continue
        said = f"{parts[0]:04d}{parts[1]:02d}" + (f"{parts[2]:02d}" if parts[2] else "")
        yield match.start(), match.end(), said


def _dates(page: str) -> Iterator[str]:
    """The dates of a page, those of birth left out, as YYYYMM or YYYYMMDD."""
    text = without_blanks(page)
    for start, _, said in written_dates(text):
        if not _BIRTH.search(text, max(0, start - _NEAR_BIRTH), start):
            yield said


def _number(text: str) -> int:
    if text.isdecimal():
        return int(text)
    if "十" in text:
        tens, _, ones = text.partition("十")
        return (_DIGITS[tens] if tens else 1) * 10 + (_DIGITS[ones] if ones else 0)
    return int("".join(str(_DIGITS[each]) for each in text))


def without_blanks(text: str) -> str:
    """Text as it is compared: one width of letters, no blanks."""
    return "".join(unicodedata.normalize("NFKC", text).split())
