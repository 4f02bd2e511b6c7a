"""Rules of rooms, schedules and archives that no screen is needed for."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.domain.errors import InvalidInput
from edge.domain.fill import Fill
from edge.domain.four_properties import File, Piece, check, gaps_in
from edge.domain.retention import (
    CYCLES,
    FOR_EVER,
    SCHEDULE,
    expires,
    filing_due,
    period_end,
    schedule,
    term_code,
)
from edge.domain.rooms import PROTECTIONS, Finding, points_of, read_findings, written

DAYS = st.dates(date(2000, 1, 1), date(2090, 12, 31))


@given(DAYS, st.sampled_from(CYCLES))
def test_a_day_lies_within_its_period_and_is_due_after_it(day: date, cycle: str) -> None:
    text = day.strftime("%Y%m%d")
    end = period_end(cycle, text)
    assert end >= day
    longest = {"日": 0, "旬": 10, "月": 30, "季": 91, "半年": 183, "年": 365}[cycle]
    assert end - day <= timedelta(days=longest)
    assert filing_due(cycle, text, {}) > end
    assert period_end(cycle, end.strftime("%Y%m%d")) == end


@pytest.mark.checklist("003-03", "003-04", "003-11")
def test_terms_and_cycles_are_the_countys_to_change() -> None:
    rows = schedule(
        {
            "retention.card": "70",
            "filing.card": "旬",
            "retention.unit": "for ever",
            "series.pay": "业务|养老金支付|50|月|年度-日",
            "series.wrong": "没有|这种|门类|月|年度-日",
        }
    )
    assert (rows["card"].term, rows["card"].cycle) == ("70", "旬")
    assert rows["unit"].term == FOR_EVER
    assert rows["pay"].classing == "年度-日"
    assert "wrong" not in rows
    assert {row.term for row in SCHEDULE} >= {FOR_EVER, "100", "50", "30", "10"}
    assert expires("10", 2015) == date(2026, 1, 1)
    assert expires(FOR_EVER, 2015) is None
    assert (term_code("30"), term_code(FOR_EVER)) == ("D30", "Y")
    assert filing_due("年", "2025", {}) == date(2026, 6, 30)
    assert filing_due("月", "202602", {"filing_days.月": "5"}) == date(2026, 3, 5)
    with pytest.raises(InvalidInput, match=r"volume\.period"):
        period_end("旬", "202602")


@given(
    st.lists(
        st.tuples(st.sampled_from(PROTECTIONS), st.sampled_from(["合格", "不适用"])), unique=True
    )
)
def test_findings_are_read_as_they_were_written(answers: list[tuple[str, str]]) -> None:
    findings = [Finding(*answer) for answer in dict(answers).items()]
    points = tuple(each.point for each in findings)
    assert read_findings(written(findings), points) == findings


def test_a_round_leaves_no_point_out_and_no_fault_unsaid() -> None:
    assert points_of({"inspection.points": "防火，防水, 防火"}) == ("防火", "防水")
    assert points_of({}) == PROTECTIONS
    with pytest.raises(InvalidInput, match=r"inspection\.unanswered"):
        read_findings("防火：合格", ("防火", "防水"))
    with pytest.raises(InvalidInput, match=r"inspection\.what_is_wrong"):
        read_findings("防火：有问题", ("防火",))
    with pytest.raises(InvalidInput, match=r"inspection\.unread"):
        read_findings("随便写写", ("防火",))


@pytest.mark.checklist("001-17")
def test_a_room_tells_when_it_will_be_full() -> None:
    today = date(2026, 11, 20)
    assert Fill(4_000, 3_000, 600, 100).full_on(today) == today + timedelta(days=730)
    assert Fill(4_000, 3_000, 60, 10, days=30).a_year == pytest.approx(608, abs=1)
    assert Fill(4_000, 4_100, 10, 0).full_on(today) == today
    assert Fill(4_000, 3_000, 10, 20).full_on(today) is None
    assert Fill(40_000, 0, 1, 0).full_on(today) is None


def judged(*pieces: Piece, gaps: tuple[str, ...] = ()) -> dict[str, bool | None]:
    return {each.name: each.passed for each in check(pieces, gaps)}


def test_each_property_has_a_check_that_fails() -> None:
    number = "990101001-YW·2015-D10-01-0001"
    file = File("001.pdf", "a", "a", b"%PDF-1.7", 9)
    sound = Piece(number, "工伤备案", (("件数", "3"),), (file,))
    passed = judged(sound)
    assert set(passed.values()) == {True, None}
    for worse in (
        Piece("随便", "工伤备案", sound.required, (file,)),
        Piece(number, "工伤\x07", sound.required, (file,)),
        Piece(number, "工伤备案", (("件数", ""),), (file,)),
        Piece(number, "工伤备案", sound.required, (File("001.pdf", "a", "b", b"%PDF-1.7", 9),)),
        Piece(number, "工伤备案", sound.required, (File("001.pdf", "a", "", b"", 0),)),
        Piece(number, "工伤备案", sound.required, (File("001.doc", "a", "a", b"\xd0\xcf", 9),)),
        Piece(number, "工伤备案", sound.required, (File("001.pdf", "a", "a", b"%PDF-", 0),)),
    ):
        assert list(judged(worse).values()).count(False) == 1
    assert list(judged(sound, sound).values()).count(False) == 1
    assert list(judged(sound, gaps=("x",)).values()).count(False) == 1
    assert gaps_in(["a-01-0001", "a-01-0004", "b-01-0009"]) == ["a-01-0002", "a-01-0003"]
