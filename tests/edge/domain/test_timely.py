"""Where a date may lie, seen from the office's day."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.domain.errors import InvalidInput
from edge.domain.timely import When, require_timely

TODAY = date(2026, 11, 20)
WRITTEN = {8: "%Y%m%d", 6: "%Y%m", 4: "%Y"}


def refused(written: str, when: When) -> str:
    try:
        require_timely("日期", written, when, TODAY)
    except InvalidInput as error:
        return error.key
    return ""


def test_the_refusal_names_field_date_and_limit() -> None:
    with pytest.raises(InvalidInput) as caught:
        require_timely("日期", "2099", When.HAS_BEEN, TODAY)
    assert caught.value.fields == {"label": "日期", "day": "2099", "today": "20261120"}


@pytest.mark.parametrize(
    ("written", "has_been", "to_come"),
    [
        ("20261119", "", "date.over"),
        ("20261120", "", ""),
        ("20261121", "", ""),  # the box's clock may be behind by a day
        ("20261122", "date.not_yet", ""),
        ("202610", "", "date.over"),
        ("202611", "", ""),
        ("202612", "date.not_yet", ""),
        ("2025", "", "date.over"),
        ("2026", "", ""),
        ("2099", "date.not_yet", ""),
    ],
)
def test_a_date_lies_where_it_can(written: str, has_been: str, to_come: str) -> None:
    assert refused(written, When.HAS_BEEN) == has_been
    assert refused(written, When.TO_COME) == to_come
    assert not refused(written, When.ANY)


@given(st.dates(date(1900, 1, 1), date(2100, 12, 31)), st.sampled_from((4, 6, 8)))
def test_no_date_is_refused_both_ways_nor_what_is_right(day: date, length: int) -> None:
    written = day.strftime(WRITTEN[length])
    assert not (refused(written, When.HAS_BEEN) and refused(written, When.TO_COME))
    if day <= TODAY + timedelta(days=1):
        assert not refused(written, When.HAS_BEEN)
    if day >= TODAY:
        assert not refused(written, When.TO_COME)
