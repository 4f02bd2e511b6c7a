"""Guesses by the text of a page: right where it is clear, silent where it is not."""

from datetime import date

import pytest

from edge.domain.archive import category_of, check_formed_on
from edge.domain.suggestion import TITLES, suggest

TODAY = date(2026, 11, 20)


@pytest.mark.parametrize(
    ("text", "category", "title", "formed_on"),
    [
        ("广1\n干部履历表\n填表日期:2018年8月18晶\n姓名魏欣慧", "1", "干部履历表", "20180818"),
        ("高 中 毕 业 生 登 记 表\n填表日期:2007年5月1日", "4-1", "高中毕业生登记表", "20070501"),
        ("岗位培训结亚证书\n魏欣慧，女，1988年10月生", "4-4", "岗位培训结业证书", "198810"),
        ("关于给予警告处分的决定\n一九九八年七月十二日", "8", "给予警告处分的决定", "19980712"),
        ("自传\n我出生在一个农民家庭", "2", "自传", ""),
        ("因私出国（境）审批表\n2011.3.5", "9-3", "出国（境）审批表", "20110305"),
    ],
)
def test_titles_and_dates_are_read_through_misread_characters(
    text: str, category: str, title: str, formed_on: str
) -> None:
    guess = suggest([text], TODAY)
    assert guess is not None
    assert (guess.category, guess.title, guess.formed_on) == (category, title, formed_on)


def test_the_date_is_the_latest_on_any_page_and_never_one_of_birth() -> None:
    guess = suggest(["职工登记表\n出生年月1988.10\n2007年5月1日", "单位意见\n2007年6月30日"], TODAY)
    assert guess is not None
    assert guess.formed_on == "20070630"
    assert suggest(["出生年月：1988年10月12日"], TODAY) is None
    contract = suggest(["劳动合同书\n2025年3月1日\n合同期至2028年2月29日"], TODAY)
    assert contract is not None
    assert contract.formed_on == "20250301"


@pytest.mark.parametrize(
    "pages", [[], [""], ["姓名王建国，身份证号330199198810081165"], ["1999年13月"]]
)
def test_nothing_clear_gives_no_guess(pages: list[str]) -> None:
    assert suggest(pages, TODAY) is None


def test_every_rule_leads_to_a_category_that_there_is() -> None:
    for code, titles in TITLES:
        assert category_of(code).code == code
        assert all(titles)


def test_a_guess_can_be_filed_as_it_stands() -> None:
    guess = suggest(["履历表\n二〇〇三年十一月"], TODAY)
    assert guess is not None
    assert check_formed_on(guess.formed_on) == "200311"
