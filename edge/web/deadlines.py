"""What a matter's day says: overdue, days left, or until when a volume is kept."""

from dataclasses import dataclass
from datetime import date, datetime

from edge.domain.keeping import Stage, keeping_of
from edge.domain.workdays import days_left
from edge.store.matters import Matter
from edge.store.volumes import FLOW as VOLUME
from edge.web.locale import day, gettext

SOON_DAYS = 3


@dataclass(frozen=True, slots=True)
class Day:
    """The words and their tone, both empty where no day is set.

    `come`: it is here or over; `deadline`: something has to be done by it.
    """

    words: str = ""
    tone: str = ""
    come: bool = False
    deadline: bool = False


def day_of(matter: Matter, today: date) -> Day:
    """Say it; of what is closed, or where an entry from elsewhere names no day, nothing."""
    if matter.flow == VOLUME and matter.state == "kept":
        return _kept(matter, today.strftime("%Y%m%d"))
    try:
        due = datetime.strptime(matter.due, "%Y%m%d").date()
    except ValueError:
        return Day()
    left = days_left(today, due)
    if left < 0:
        return Day(gettext("逾期 %(n)s 天") % {"n": -left}, "alarm", come=True, deadline=True)
    tone = "care" if left <= SOON_DAYS else ""
    return Day(gettext("还有 %(n)s 天") % {"n": left}, tone, come=left == 0, deadline=True)


def _kept(matter: Matter, today: str) -> Day:
    keeping = keeping_of(matter.fields, matter.due, today)
    until = {"day": day(keeping.until)}
    match keeping.stage:
        case Stage.AWAITS:
            return Day(gettext("保管期满，待鉴定"), "alarm", come=True)
        case Stage.KEPT_ON:
            return Day(gettext("续存到%(day)s") % until)
        case Stage.TERM:
            return Day(gettext("保管到%(day)s") % until)
        case Stage.RIPE:
            return Day(gettext("永久保存，可以移交进馆"))
        case Stage.FOR_EVER:
            return Day(gettext("永久保存"))
