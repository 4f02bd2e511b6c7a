"""The legal age of retirement, by the policy in force: a table of versions, not a formula in code.

Source of the second: 《国务院关于渐进式延迟法定退休年龄的办法》, adopted with the decision of the
National People's Congress' Standing Committee on 2024-09-13, in force since 2025-01-01. The month
of retirement is that of birth moved on by the age; who decides is 社保. Special work has ages of
its own, which are not reckoned here: its spells are listed with their pages, 县人社局 decides.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from edge.domain.errors import InvalidInput
from edge.domain.recorded import spelt_month

APPLY_AHEAD_MONTHS = 1
_BIRTH = re.compile(r"[12]\d{5}(\d{2})?", re.ASCII)


class Group(StrEnum):
    """Whose age it is, in the words of the policy."""

    MEN = "男职工"
    WOMEN_55 = "女职工（原55周岁退休）"
    WOMEN_50 = "女职工（原50周岁退休）"


@dataclass(frozen=True, slots=True)
class Delay:
    """One group's age in months: `before`, then from those born in `since` (YYYYMM) one month more
    for every `every` months of birth, up to `until`.
    """

    before: int
    since: str = ""
    every: int = 0
    until: int = 0

    def age_of(self, born: str) -> int:
        """The age in months for a month of birth (YYYYMM)."""
        if not self.since or born < self.since:
            return self.before
        later = (_month(born) - _month(self.since)) // self.every + 1
        return min(self.before + later, self.until)


@dataclass(frozen=True, slots=True)
class Policy:
    """One version of the rule; `in_force` YYYYMMDD."""

    name: str
    in_force: str
    delays: Mapping[Group, Delay]


POLICIES: tuple[Policy, ...] = (
    Policy(
        "《国务院关于工人退休、退职的暂行办法》（国发〔1978〕104号）",
        "19780602",
        {
            Group.MEN: Delay(60 * 12),
            Group.WOMEN_55: Delay(55 * 12),
            Group.WOMEN_50: Delay(50 * 12),
        },
    ),
    Policy(
        "《国务院关于渐进式延迟法定退休年龄的办法》",
        "20250101",
        {
            Group.MEN: Delay(60 * 12, "196501", 4, 63 * 12),
            Group.WOMEN_55: Delay(55 * 12, "197001", 4, 58 * 12),
            Group.WOMEN_50: Delay(50 * 12, "197501", 2, 55 * 12),
        },
    ),
)


@dataclass(frozen=True, slots=True)
class Retirement:
    """When a person reaches the age: months of age, YYYYMM of retirement and of applying."""

    policy: str
    group: Group
    age: int
    month: str
    apply_from: str


def policy_on(day: str) -> Policy:
    """The policy in force on a day (YYYYMMDD)."""
    return max((each for each in POLICIES if each.in_force <= day), key=lambda each: each.in_force)


def retirement_of(birth: str, group: Group, day: str) -> Retirement:
    """Compute when somebody born then retires by the policy in force on `day`.

    Raises InvalidInput `retirement.month_unknown` for a date of birth without its month.
    """
    if not _BIRTH.fullmatch(birth):
        raise InvalidInput("retirement.month_unknown")
    policy = policy_on(day)
    age = policy.delays[group].age_of(birth[:6])
    due = _month(birth) + age
    return Retirement(
        policy.name, group, age, spelt_month(due), spelt_month(due - APPLY_AHEAD_MONTHS)
    )


def least_months(year: int) -> int:
    """The least months of contributions in a year: 15 years, from 2030 half a year more each year
    until 20 (Article 2 of the 2024 policy).
    """
    return 15 * 12 + 6 * min(max(year - 2029, 0), 10)


def _month(text: str) -> int:
    return int(text[:4]) * 12 + int(text[4:6]) - 1
