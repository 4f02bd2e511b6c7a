"""Deadlines in working days, holidays and moved weekends counted as decreed."""

from datetime import date

from edge.domain.workdays import after_days, days_left, is_working


def test_a_deadline_skips_weekends_and_holidays() -> None:
    # The National Day week of 2025 ran from 1 to 8 October; Saturday the 11th was worked.
    assert not is_working(date(2025, 10, 8))
    assert is_working(date(2025, 10, 11))
    assert after_days(date(2025, 9, 30), 3, working=True) == date(2025, 10, 11)
    assert after_days(date(2025, 9, 30), 3) == date(2025, 10, 3)
    assert days_left(date(2025, 10, 3), date(2025, 9, 30)) == -3


def test_a_year_that_nobody_has_decreed_yet_has_plain_weeks() -> None:
    assert after_days(date(2094, 1, 1), 1, working=True) == date(2094, 1, 4)
