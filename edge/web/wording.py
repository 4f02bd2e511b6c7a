"""How dates, spans, sizes and numbers are said on the screen; the office keeps China time."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from edge.domain.archive import check_formed_on
from edge.domain.errors import InvalidInput
from edge.domain.office_time import CHINA
from edge.domain.recorded import STATEMENTS, Form, spoken
from edge.web.locale import day, gettext, language


def local(at: int) -> datetime:
    """The office's time of a moment in milliseconds since 1970."""
    return datetime.fromtimestamp(at / 1000, UTC).astimezone(CHINA)


def listed(text: str) -> str:
    """Say a cell of a list that was frozen: a day as elsewhere, anything else as it stands."""
    if len(text) != len("20261128") or not (text.isascii() and text.isdecimal()):
        return text
    try:
        return day(check_formed_on(text))
    except InvalidInput:
        return text


def stated(value: str, field: str) -> str:
    """Say what a page states, by its kind of statement."""
    statement = STATEMENTS.get(field)
    if statement is None or statement.form is Form.WORDS:
        return value
    if language() == "en":
        return " – ".join(day(part) for part in value.split("-"))
    return spoken(field, value)


def moment(at: int | None, now: int | None = None) -> str:
    """Say a moment as today, yesterday or a date, with hour and minute."""
    if not at:
        return gettext("还没有")
    then = local(at)
    today = (local(now) if now else datetime.now(CHINA)).date()
    clock = then.strftime("%H:%M")
    if then.date() == today:
        return f"{gettext('今天')} {clock}"
    if then.date() == today - timedelta(days=1):
        return f"{gettext('昨天')} {clock}"
    if language() == "en":
        return then.strftime("%Y-%m-%d %H:%M")
    near = f"{then.month}月{then.day}日 {clock}"
    return near if then.year == today.year else f"{then.year}年{near}"


def masked(number: str | None) -> str:
    """Show an ID number without its middle."""
    if not number:
        return gettext("无证件号")
    return number[:6] + "*" * max(len(number) - 10, 4) + number[-4:]


def number(value: float | None, digits: int = 1) -> str:
    """Show a measured value, or a dash where there is none."""
    return "—" if value is None else f"{value:.{digits}f}"


def filters() -> dict[str, Callable[..., str]]:
    """The template filters of this module."""
    return {
        "day": day,
        "listed": listed,
        "stated": stated,
        "moment": moment,
        "masked": masked,
        "number": number,
    }
