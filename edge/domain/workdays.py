"""Working days in China, for deadlines that the law counts in them (工作日).

The holidays of a year are decreed at the end of the one before; for years that the calendar does
not know yet, Mondays to Fridays count.
"""

from datetime import date, timedelta

import chinese_calendar


def is_working(day: date) -> bool:
    """Say whether offices work on a day, weekends moved by decree among them."""
    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:
        return day.weekday() < 5


def after_days(day: date, days: int, working: bool = False) -> date:
    """Give the day so many days, or working days, later; the first day is not counted."""
    if not working:
        return day + timedelta(days=days)
    while days > 0:
        day += timedelta(days=1)
        days -= is_working(day)
    return day


def days_left(today: date, due: date) -> int:
    """Count the days to a deadline; negative once it is over."""
    return (due - today).days
