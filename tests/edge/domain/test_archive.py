"""The ten categories, the dates of papers, and who may do what."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.domain.access import ROLES, Clerk, Right
from edge.domain.archive import (
    BUILT_IN,
    DOSSIER_CLASSES,
    EXPECTED,
    category_of,
    check_formed_on,
)
from edge.domain.errors import Denied, InvalidInput
from edge.domain.scheme import UNLISTED, Scheme, check_categories


def test_the_scheme_has_ten_categories_and_every_part_belongs_to_one() -> None:
    assert [category.code for category in BUILT_IN.tops] == [str(code) for code in range(1, 11)]
    assert {BUILT_IN.top(part.code).code for part in BUILT_IN.parts} == {"4", "9"}
    assert all(BUILT_IN.top(each.code) == each for each in BUILT_IN.tops)
    for code in ("0", "11", "4-9", "", "１"):
        assert BUILT_IN.top(code) == UNLISTED
        with pytest.raises(InvalidInput) as caught:
            category_of(code)
        assert caught.value.key == "category.unknown"


def test_gaps_are_what_is_expected_and_not_there() -> None:
    def gaps(kind: str, *codes: str) -> list[str]:
        return [gap.code for gap in BUILT_IN.gaps(kind, codes)]

    assert gaps("流动") == ["1", "4-1", "6"]
    assert gaps("流动", "1", "4-2", "4-1") == ["6"]
    assert gaps("退休", "9-2", "10") == ["1", "9-1"]
    assert gaps("别的") == []
    assert set(EXPECTED) == set(DOSSIER_CLASSES)


OWN = [
    {"code": "甲", "name": "本人材料", "english": "Own"},
    {"code": "甲-2", "name": "申请", "parent": "甲"},
    {"code": "乙", "name": "单位材料"},
    {"code": "甲-1", "name": "履历", "parent": "甲"},
]


def test_a_countys_scheme_orders_its_parts_below_their_categories() -> None:
    scheme = Scheme("own", "本县", check_categories(OWN), {})
    codes = sorted(("甲", "甲-1", "乙", "甲-2", "9-1"), key=scheme.order)
    assert codes == ["甲", "甲-2", "甲-1", "乙", "9-1"]
    assert scheme.category("乙").english == "单位材料"


@pytest.mark.parametrize(
    "wrong",
    [
        {"code": "甲", "name": "又一个"},
        {"code": "丙", "name": ""},
        {"code": "", "name": "丙"},
        {"code": "a b", "name": "丙"},
        {"code": "丙", "name": "丙", "parent": "丁"},
        {"code": "丙", "name": "丙", "parent": "甲-1"},
    ],
)
def test_a_scheme_that_makes_no_sense_is_not_published(wrong: dict[str, str]) -> None:
    with pytest.raises(InvalidInput, match=r"scheme\.category"):
        check_categories([*OWN, wrong])


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("1998", "1998"), ("199805", "199805"), ("19980512", "19980512"),
        ("1998-05-12", "19980512"), ("1998.5", "199805"), ("1998/5/2", "19980502"),
        ("1998年", "1998"), ("1998年5月", "199805"), ("1998 年 5 月 2 日", "19980502"),
        ("１９９８", "1998"), ("2026-1-1", "20260101"), ("20000229", "20000229"),
    ],
)  # fmt: skip
def test_a_date_is_kept_as_exactly_as_it_is_known(written: str, kept: str) -> None:
    assert check_formed_on(written) == kept


@pytest.mark.parametrize(
    "written",
    ["", "98", "1899", "2101", "199813", "19980230", "19990229", "1998051", "1998-", "١٩٩٨",
     "1998-05-12-01", "19-98", "一九九八", "1998-0512"],
)  # fmt: skip
def test_what_is_no_date_is_refused(written: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        check_formed_on(written)
    assert (caught.value.key, caught.value.fields) == ("date.partial", {"text": written})


@given(st.dates(date(1900, 1, 1), date(2100, 12, 31)))
def test_every_day_is_accepted_in_every_spelling(day: date) -> None:
    kept = day.strftime("%Y%m%d")
    for spelling in (kept, day.isoformat(), f"{day.year}年{day.month}月{day.day}日"):
        assert check_formed_on(spelling) == kept


def clerk(*roles: str) -> Clerk:
    return Clerk("u", "", "", frozenset(roles))


def test_nobody_may_anything_but_by_a_role() -> None:
    for right in Right:
        for stranger in (clerk(), clerk("owner"), clerk("")):
            assert not stranger.may(right)
            with pytest.raises(Denied) as caught:
                stranger.require(right)
            assert (caught.value.key, caught.value.fields) == (
                "access.denied",
                {"right": str(right)},
            )


def test_whoever_keeps_the_machines_or_the_accounts_reads_no_dossier() -> None:
    for role in ("technician", "administrator"):
        assert not any(clerk(role).may(right) for right in (Right.READ, Right.FILE, Right.PROVE))
    assert not clerk("supervisor").may(Right.ADMINISTER)
    assert not clerk("administrator").may(Right.SUPERVISE)


def test_every_right_is_somebodys_and_roles_add_up() -> None:
    assert all(any(clerk(role).may(right) for role in ROLES) for right in Right)
    both = clerk("reader", "technician")
    assert both.may(Right.READ)
    assert both.may(Right.ROOM)
    assert not both.may(Right.FILE)
