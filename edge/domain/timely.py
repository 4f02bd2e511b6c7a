"""Where a date that somebody writes down may lie, seen from the office's day."""

from datetime import date, timedelta
from enum import StrEnum

from edge.domain.errors import InvalidInput

# A box whose clock is a day behind must not refuse what happened today.
GRACE = timedelta(days=1)


class When(StrEnum):
    """What a date tells of: what HAS_BEEN, what is still TO_COME, or ANY day."""

    HAS_BEEN = "has_been"
    TO_COME = "to_come"
    ANY = "any"


def require_timely(label: str, written: str, when: When, today: date) -> None:
    """Refuse a date (YYYY[MM[DD]]) that lies where it cannot.

    Raises InvalidInput `date.not_yet` or `date.over`, each with `label`, `day` and `today`; a year
    or a month counts by its first day of what has been, by its last of what is to come.
    """
    said = today.strftime("%Y%m%d")
    latest = (today + GRACE).strftime("%Y%m%d")
    if when is When.HAS_BEEN and written > latest[: len(written)]:
        raise InvalidInput("date.not_yet", label=label, day=written, today=said)
    if when is When.TO_COME and written < said[: len(written)]:
        raise InvalidInput("date.over", label=label, day=written, today=said)
