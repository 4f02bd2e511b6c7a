"""What is told to a clerk about a page."""

from typing import Any

import pytest

from edge.domain.findings import findings_on

GOOD: dict[str, Any] = {"number": 3, "dpi": 300, "skew": 0.4}


def test_a_good_page_is_passed_without_a_word() -> None:
    assert findings_on(GOOD) == []
    assert findings_on({**GOOD, "turn": 180}, turn_read=180) == []


@pytest.mark.parametrize(
    ("measured", "told"),
    [
        ({"blank": True}, "blank"),
        ({"twin": 2}, "twin"),
        ({"blurred": True}, "blurred"),
        ({"dark": True}, "dark"),
        ({"dpi": 200}, "coarse"),
        ({"skew": -3.4}, "skewed"),
    ],
)
def test_each_fault_is_told_with_the_pages_number(measured: dict[str, Any], told: str) -> None:
    (notice,) = findings_on({**GOOD, **measured})
    assert (notice.finding, notice.fields["number"]) == (told, 3)


def test_a_page_read_upside_down_is_told_until_it_is_turned() -> None:
    assert [each.finding for each in findings_on(GOOD, turn_read=180)] == ["turned"]


def test_a_resolution_that_the_image_does_not_tell_is_not_held_against_it() -> None:
    assert findings_on({**GOOD, "dpi": 0}) == []
    assert findings_on({**GOOD, "dpi": 296}) == []
