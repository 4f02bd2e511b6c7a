"""What is filed beyond personnel dossiers: series, how long each is kept, when each is to be filed.

The rows of social-security business are those of 人社部、国家档案局令第3号 (2009) that could be
recovered; those of pensions and of collection are left to the county. A term is a text, since
places differ: `永久` or years. The county overrides a row by the rules `retention.<code>` and
`filing.<code>`, and adds one by `series.<code>`: category|name|term|cycle|classing.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

from edge.domain.errors import InvalidInput

FOR_EVER = "永久"
_PERIOD = re.compile(r"[12]\d{3}(\d{2}){0,2}", re.ASCII)
TERMS = (FOR_EVER, "100", "50", "30", "20", "10", "5")
# 门类 and its letters in a volume's number.
CATEGORY_CODES: Mapping[str, str] = {
    "文书": "WS",
    "会计": "KJ",
    "业务": "YW",
    "退休": "TX",
    "监察": "JC",
    "仲裁": "ZC",
}
CYCLES = ("日", "旬", "月", "季", "半年", "年")
BY_UNIT, BY_DAY = "年度-单位", "年度-日"
CLASSINGS = (BY_UNIT, BY_DAY)
# Days from the end of a period until it has to be filed; 机关 papers: by the end of June.
FILING_DAYS: Mapping[str, int] = {"日": 1, "旬": 3, "月": 10, "季": 15, "半年": 20, "年": 181}


@dataclass(frozen=True, slots=True)
class Series:
    """One row of the filing scope: `term` is `永久` or years, `classing` how volumes are parted."""

    code: str
    category: str
    name: str
    term: str
    cycle: str = "年"
    classing: str = BY_UNIT


SCHEDULE: tuple[Series, ...] = (
    Series("unit", "业务", "单位登记", FOR_EVER, "月"),
    Series("person", "业务", "个人登记", "100", "月"),
    Series("account", "业务", "个人账户", "100"),
    Series("card", "业务", "社保卡", "50", "月", BY_DAY),
    Series("check", "业务", "待遇资格核查", "50"),
    Series("licence", "业务", "登记证", "10"),
    Series("injury", "业务", "工伤认定、变动和伤残工亡核定", "50", "月"),
    Series("injury_note", "业务", "工伤备案", "10", "月"),
    Series("unemployment", "业务", "失业备案、转移、核定和就业补贴", "10", "月"),
    Series("medical", "业务", "医疗门诊、生育核定", "10", "月", BY_DAY),
    Series("payment", "业务", "支付明细", "30", "旬", BY_DAY),
    Series("totals", "业务", "年度汇总", FOR_EVER),
    Series("year", "业务", "年报", FOR_EVER),
    Series("analysis", "业务", "统计分析", "30", "半年"),
    Series("quarter", "业务", "月报、季报", "10", "季"),
    Series("audit", "监察", "稽核、监察和内控", "30"),
    Series("office", "文书", "机关文书", "30"),
    Series("office_ever", "文书", "机关文书（永久）", FOR_EVER),
    Series("vouchers", "会计", "会计凭证和账簿", "30", "月", BY_DAY),
    Series("accounts", "会计", "年度财务报告", FOR_EVER),
    Series("pension", "退休", "退休审批汇总", FOR_EVER, "月"),
    Series("arbitration", "仲裁", "劳动仲裁案卷", "30", "季"),
)


def schedule(rules: Mapping[str, str]) -> dict[str, Series]:
    """The filing scope by code, as the county has laid it down; what it wrote wrong is left out."""
    rows = {row.code: row for row in SCHEDULE}
    for name, value in sorted(rules.items()):
        word, _, code = name.partition(".")
        parts = [part.strip() for part in value.split("|")]
        if word == "series" and code and len(parts) == 5 and _is_row(*parts):
            rows[code] = Series(code, *parts)
    for code, row in rows.items():
        term, cycle = rules.get(f"retention.{code}", ""), rules.get(f"filing.{code}", "")
        rows[code] = replace(
            row,
            term=term if _is_term(term) else row.term,
            cycle=cycle if cycle in CYCLES else row.cycle,
        )
    return rows


def _is_row(category: str, name: str, term: str, cycle: str, classing: str) -> bool:
    known = category in CATEGORY_CODES and cycle in CYCLES and classing in CLASSINGS
    return known and bool(name) and _is_term(term)


def _is_term(text: str) -> bool:
    return text == FOR_EVER or (text.isascii() and text.isdecimal() and 0 < int(text) <= 200)


def term_code(term: str) -> str:
    """How a term stands in a volume's number (DA/T 13): Y for ever, D30 for thirty years."""
    return "Y" if term == FOR_EVER else f"D{term}"


def period_end(cycle: str, period: str) -> date:
    """The last day of the period that holds a written date: YYYY, YYYYMM or YYYYMMDD.

    Raises InvalidInput `volume.period` where it is no date, or too coarse for the cycle.
    """
    if not _PERIOD.fullmatch(period):
        raise InvalidInput("volume.period", cycle=cycle)
    year, month, day = int(period[:4]), int(period[4:6] or 0), int(period[6:8] or 0)
    if cycle == "年":
        return date(year, 12, 31)
    if not month or (cycle in ("日", "旬") and not day):
        raise InvalidInput("volume.period", cycle=cycle)
    if cycle == "日":
        return date(year, month, day)
    if cycle == "旬" and day <= 20:
        return date(year, month, 10 if day <= 10 else 20)
    months = {"旬": 1, "月": 1, "季": 3, "半年": 6}[cycle]
    return _end_of_month(year, -(-month // months) * months)


def _end_of_month(year: int, month: int) -> date:
    following = date(year + month // 12, month % 12 + 1, 1)
    return following - timedelta(days=1)


def filing_due(cycle: str, period: str, rules: Mapping[str, str]) -> date:
    """When what a period brought has to be filed; `filing_days.<cycle>` is the county's rule."""
    laid_down = rules.get(f"filing_days.{cycle}", "")
    known = laid_down.isascii() and laid_down.isdecimal() and int(laid_down) < 1_000
    days = int(laid_down) if known else FILING_DAYS[cycle]
    return period_end(cycle, period) + timedelta(days=days)


def expires(term: str, year: int) -> date | None:
    """The day from which a volume may be appraised: terms run from the next 1 January.

    None for what is kept for ever.
    """
    return None if term == FOR_EVER else date(year + 1 + int(term), 1, 1)
