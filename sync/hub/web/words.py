"""How boxes and counts are said: honest about silence, promising nothing unconfirmed."""

from collections.abc import Sequence
from dataclasses import dataclass

from edge.web.locale import gettext, ngettext
from edge.web.wording import moment
from sync.hub.web.standings import BoxStanding, BoxState

DAY_MS = 86_400_000
LONG_SILENCE_DAYS = 7


@dataclass(frozen=True, slots=True)
class Words:
    """A state as a tone (done, care, alarm or none), a sign and a sentence."""

    tone: str
    sign: str
    text: str


def silent_days(box: BoxStanding, now: int) -> int:
    """Whole days since the last confirmed exchange; 0 where there has been none."""
    return max(now - box.confirmed_at, 0) // DAY_MS if box.confirmed_at else 0


def words_of_box(box: BoxStanding, now: int) -> Words:
    """Say how one box stands."""
    if box.state is BoxState.REVOKED:
        return Words("", "×", gettext("已停用，不再接收"))
    if box.refused:
        said = ngettext("%(n)s 包没有收，要查看", "%(n)s 包没有收，要查看", len(box.refused))
        return Words("alarm", "!", said % {"n": len(box.refused)})
    if box.twin_at:
        return Words("alarm", "!", gettext("有两台机器在用它的钥匙"))
    if not box.confirmed_at:
        return Words("care", "●", gettext("还没有同步过"))
    days = silent_days(box, now)
    if not days:
        return Words("done", "✓", f"{moment(box.confirmed_at, now)} {gettext('已同步')}")
    said = ngettext("%(n)s 天没有消息", "%(n)s 天没有消息", days) % {"n": days}
    if days < LONG_SILENCE_DAYS:
        return Words("care", "●", said)
    return Words("alarm", "▲", f"{said}{gettext('，请联系该镇')}")


def words_of_county(boxes: Sequence[BoxStanding], waiting: int, now: int) -> Words:
    """Say the one thing about all boxes that matters most now."""
    working = [box for box in boxes if box.state is BoxState.ADMITTED]
    twinned = sum(1 for box in working if box.twin_at)
    if twinned:
        said = ngettext("%(n)s 台盒子有两台机器", "%(n)s 台盒子有两台机器", twinned)
        return Words("alarm", "!", said % {"n": twinned})
    silent = sum(1 for box in working if silent_days(box, now) or not box.confirmed_at)
    if any(silent_days(box, now) >= LONG_SILENCE_DAYS for box in working):
        said = ngettext("%(n)s 台盒子没有消息", "%(n)s 台盒子没有消息", silent)
        return Words("alarm", "▲", said % {"n": silent})
    if waiting:
        said = ngettext("%(n)s 台盒子等待接纳", "%(n)s 台盒子等待接纳", waiting)
        return Words("care", "●", said % {"n": waiting})
    if silent:
        said = ngettext("%(n)s 台盒子没有消息", "%(n)s 台盒子没有消息", silent)
        return Words("care", "●", said % {"n": silent})
    if not working:
        return Words("", "·", gettext("还没有盒子"))
    said = ngettext("%(n)s 台盒子一天内都同步过", "%(n)s 台盒子一天内都同步过", len(working))
    return Words("done", "✓", said % {"n": len(working)})
