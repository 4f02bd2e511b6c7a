"""The dossier's classification scheme: ten categories and their subdivisions.

Source: 干部人事档案工作条例 (November 2018), articles on the content of dossiers; flowing personnel
dossiers follow it by the regulation of 2021-12-29. Schemes are versioned, since older dossiers
were sorted by older rules.
"""

import re
import unicodedata
from datetime import date

from edge.domain.errors import InvalidInput
from edge.domain.scheme import Category, Scheme

SCHEME = "2018"


CATEGORIES: tuple[Category, ...] = (
    Category("1", "履历材料", "Résumés"),
    Category("2", "自传和思想类材料", "Autobiography"),
    Category("3", "考核鉴定类材料", "Appraisals"),
    Category("4", "学历学位、职称、学术和培训类材料", "Education and titles"),
    Category("5", "政审、审计和审核类材料", "Reviews"),
    Category("6", "党、团类材料", "Party and League"),
    Category("7", "表彰奖励类材料", "Honours"),
    Category("8", "违规违纪违法处理处分类材料", "Discipline"),
    Category("9", "工资、任免、出国和会议代表类材料", "Pay and posts"),
    Category("10", "其他可供参考的材料", "Other"),
)

SUBDIVISIONS: tuple[Category, ...] = (
    Category("4-1", "学历学位", "Degrees", "4"),
    Category("4-2", "职业资格与职称", "Professional titles", "4"),
    Category("4-3", "科研学术", "Research", "4"),
    Category("4-4", "培训", "Training", "4"),
    Category("9-1", "工资", "Pay", "9"),
    Category("9-2", "任免", "Appointments", "9"),
    Category("9-3", "出国（境）", "Travel abroad", "9"),
    Category("9-4", "会议代表", "Delegates", "9"),
)

# What a dossier of each class is expected to hold; gaps are shown as warnings and never block
# an act (人社厅发〔2016〕75号 lets a dossier be received with materials missing).
EXPECTED: dict[str, tuple[str, ...]] = {
    "流动": ("1", "4-1", "6"),
    "退休": ("1", "9-1", "10"),
    "失业": ("1", "10"),
}

BUILT_IN = Scheme(SCHEME, "干部人事档案工作条例（2018年）", CATEGORIES + SUBDIVISIONS, EXPECTED)

DOSSIER_CLASSES = ("流动", "退休", "失业")

_WRITTEN_DATE = re.compile(
    r"([0-9]{4})(?:([0-9]{2})([0-9]{2})?)?"
    r"|([0-9]{4})[-./年]([0-9]{1,2})(?:[-./月]([0-9]{1,2})日?|月)?|([0-9]{4})年"
)


def category_of(code: str) -> Category:
    """Look a category of the built-in scheme up; raises InvalidInput `category.unknown`."""
    return BUILT_IN.category(code)


def check_formed_on(text: str) -> str:
    """Accept a year, a month or a day and give YYYY, YYYYMM or YYYYMMDD.

    Parts may be parted by `-`, `.`, `/` or 年月日; raises InvalidInput `date.partial` (text).
    """
    written = _WRITTEN_DATE.fullmatch("".join(unicodedata.normalize("NFKC", text).split()))
    parts = [part.zfill(2) for part in written.groups() if part] if written else []
    year, month, day = [*(int(part) for part in parts), 1, 1, 1][:3]
    if not parts or not 1900 <= year <= 2100:
        raise InvalidInput("date.partial", text=text)
    try:
        date(year, month, day)
    except ValueError as error:
        raise InvalidInput("date.partial", text=text) from error
    return "".join(parts)
