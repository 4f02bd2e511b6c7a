"""The state of the exchange, in words that promise nothing the county has not confirmed."""

from dataclasses import dataclass
from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, URLEncodedBody
from litestar.response import Template

from edge.domain.access import Clerk, Right
from edge.store.conflicts import for_the_office
from edge.web.locale import gettext, ngettext
from edge.web.parts import Parts, SyncStanding
from edge.web.rendering import go, page
from edge.web.wording import moment

DAY_MS = 86_400_000
LONG_SILENCE_DAYS = 7


@dataclass(frozen=True, slots=True)
class Words:
    """A state as a tone (done, care, alarm or none), a sign and a sentence."""

    tone: str
    sign: str
    text: str


@dataclass(frozen=True, slots=True)
class ChosenStick:
    """The stick of a form, by where it is mounted; `receiver` at the county alone."""

    stick: str
    receiver: str = ""


def words_of(standing: SyncStanding, now: int, conflicts: int = 0) -> Words:
    """Say the one thing that matters most now; `conflicts` wait for somebody at the counter."""
    count = standing.quarantined + conflicts
    if count:
        return Words(
            "alarm" if standing.quarantined else "care",
            "!",
            ngettext("有 %(n)s 件要您处理", "有 %(n)s 件要您处理", count) % {"n": count},
        )
    if standing.damaged:
        return Words("alarm", "!", gettext("资料库有损坏，请告诉技术员"))
    if standing.twin_at:
        return Words("alarm", "!", gettext("有两台机器在用本机的钥匙"))
    if standing.clock_ahead:
        return Words("care", "●", _clock(standing.clock_ahead))
    silent_days = (now - standing.confirmed_at) // DAY_MS if standing.confirmed_at else 0
    if silent_days >= LONG_SILENCE_DAYS:
        said = gettext("已 %(days)s 天没同步，请联系县档案局") % {"days": silent_days}
        return Words("alarm", "▲", said)
    if standing.sending:
        done, every = standing.sending
        return Words("", "↑", gettext("正在上传 %(done)s/%(all)s") % {"done": done, "all": every})
    if not standing.online:
        return Words("care", "●", _offline(standing, now))
    if standing.error:
        return _refused(standing)
    if standing.unsent:
        return Words("", "↑", _waiting(standing.unsent))
    if not standing.confirmed_at:
        return Words("", "·", gettext("还没有和县里同步过"))
    return Words("done", "✓", f"{gettext('已同步')} {moment(standing.confirmed_at, now)}")


def _refused(standing: SyncStanding) -> Words:
    """Say that the county answers and the exchange does not end well; why stands on the screen."""
    if standing.error == "sync.revoked":
        return Words("alarm", "▲", gettext("县里已停用本机，请联系县档案局"))
    if standing.error == "sync.schema_ahead":
        return Words("care", "●", gettext("本机的程序要更新，照常上传"))
    return Words("care", "●", gettext("县里暂时没有收，照常办理"))


def _clock(ahead: int) -> str:
    """Say by how much the clock is wrong; until it is set right, times on the screen are too."""
    apart = _span(abs(ahead))
    if ahead > 0:
        return gettext("本机的时钟比县里快%(span)s，请技术员校准") % {"span": apart}
    return gettext("本机的时钟比县里慢%(span)s，请技术员校准") % {"span": apart}


def _span(ms: int) -> str:
    days, hours, minutes = ms // DAY_MS, ms // 3_600_000, ms // 60_000
    if days:
        return ngettext("%(n)s 天", "%(n)s 天", days) % {"n": days}
    if hours:
        return ngettext("%(n)s 小时", "%(n)s 小时", hours) % {"n": hours}
    return ngettext("%(n)s 分钟", "%(n)s 分钟", minutes) % {"n": minutes}


def _offline(standing: SyncStanding, now: int) -> str:
    if not standing.unsent:
        return gettext("未联网，照常办理")
    said = f"{gettext('未联网，照常办理。')}{_waiting(standing.unsent)}"
    if standing.oldest_unsent_at:
        oldest = moment(standing.oldest_unsent_at, now)
        said += gettext("（最早%(oldest)s）") % {"oldest": oldest}
    return said


def _waiting(count: int) -> str:
    return ngettext("%(n)s 件待上传", "%(n)s 件待上传", count) % {"n": count}


def _conflicts(parts: Parts) -> int:
    with parts.office.space.read() as town:
        return len(for_the_office(town))


def _troubles(parts: Parts) -> list[str]:
    """What of the program is down, in the office's words."""
    words = {
        "seal": gettext("链封"),
        "sync": gettext("同步显示"),
        "discovery": gettext("找邻机"),
        "reading": gettext("文字识别"),
        "card": gettext("读身份证"),
        "climate": gettext("温湿度"),
        "hot": gettext("收件夹"),
    }
    down = [name.partition("-")[0] for name, trouble in parts.loops().items() if trouble]
    return sorted({words.get(name, gettext("后台任务")) for name in down})


def _sticks(parts: Parts) -> dict[str, Any]:
    sticks = parts.sticks
    return {
        "base": "/sync/sticks",
        "sticks": sticks.plugged(),
        "carriage": sticks.carriage,
        "towns": (),
    }


class SyncController(Controller):
    """The state in the bar, and the screen behind it."""

    path = "/sync"

    @get("/words", sync_to_thread=True)
    def words(
        self,
        request: Request[Any, Any, Any],
        clerk: NamedDependency[Clerk],
        parts: NamedDependency[Parts],
    ) -> Template:
        """The words in the bar."""
        words = words_of(parts.sync(), parts.now, _conflicts(parts))
        return page(request, "parts/sync_words.html", words=words)

    @get("/", sync_to_thread=True)
    def show(
        self,
        request: Request[Any, Any, Any],
        clerk: NamedDependency[Clerk],
        parts: NamedDependency[Parts],
    ) -> Template:
        """What the county has and has not got."""
        standing = parts.sync()
        now = parts.now
        conflicts = _conflicts(parts)
        devices = [(name, health()) for name, health in parts.drivers.items()]
        return page(
            request,
            "sync.html",
            standing=standing,
            words=words_of(standing, now, conflicts),
            conflicts=conflicts,
            devices=devices,
            troubles=_troubles(parts),
            may_carry=clerk.may(Right.CARRY),
            **_sticks(parts),
        )

    @get("/sticks", sync_to_thread=True)
    def sticks(
        self,
        request: Request[Any, Any, Any],
        clerk: NamedDependency[Clerk],
        parts: NamedDependency[Parts],
    ) -> Template:
        """The sticks that are plugged in, and how far a carrying has come."""
        clerk.require(Right.CARRY)
        return page(request, "parts/sticks.html", **_sticks(parts))

    @post("/sticks/{act:str}", status_code=303, sync_to_thread=True)
    def carry(
        self,
        request: Request[Any, Any, Any],
        clerk: NamedDependency[Clerk],
        parts: NamedDependency[Parts],
        act: FromPath[str],
        data: URLEncodedBody[ChosenStick],
    ) -> Response[Any]:
        """Begin to export to a stick or to import from it; errors as `Sticks.start`."""
        clerk.require(Right.CARRY)
        parts.sticks.start(act, data.stick)
        return go(request, "/sync")
