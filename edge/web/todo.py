"""What waits for somebody, in one list: the most urgent first, in few words, a tap away."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlencode

from edge.domain.access import Clerk, Right
from edge.domain.matters.moves import LENDING
from edge.domain.matters.registry import FLOWS
from edge.domain.matters.way import may_sign, signed_before
from edge.store import captures, conflicts, dossiers, matters, persons, room, stock, transfers
from edge.store.database import Connection
from edge.store.volumes import FLOW as VOLUME
from edge.web.deadlines import SOON_DAYS
from edge.web.locale import day, gettext, sentence
from edge.web.matters import Line, lines_of
from edge.web.parts import Parts
from edge.web.wording import local, moment
from edge.workflows.reminders import ARCHIVIST, Cause, Reminder, reminders

NOW, SOON, SOMETIME = 0, 1, 2
# Of more volumes that wait for the same, the list says how many.
MOST_VOLUMES = 3


@dataclass(frozen=True, slots=True)
class Item:
    """One line: what it is, more about it, where it is done; a tag with its tone."""

    urgency: int
    title: str
    about: str
    address: str
    tag: str = ""
    tone: str = ""


def items_of(parts: Parts, town: Connection, clerk: Clerk) -> list[Item]:
    """Everything that waits; who may not read dossiers sees the room's alarms alone."""
    found = [
        Item(NOW, sentence(f"breach.{each.breach}", each.fields), gettext("库房报警"), "/room",
             moment(each.at), "alarm")
        for each in room.open_alerts(town)
    ]  # fmt: skip
    if clerk.may(Right.READ):
        found += [
            *_loans(parts, town),
            *_matters(parts, town, clerk),
            *_conflicts(town),
            *_arrived(town),
            *_captures(town),
            *_placeless(town, clerk),
            *(_reminder(each, clerk) for each in reminders(parts.office, town, clerk)),
        ]
    return sorted(found, key=lambda item: item.urgency)


def overdue(town: Connection, now: int) -> list[dossiers.Loan]:
    """The loans whose day of return is over."""
    today = local(now).strftime("%Y%m%d")
    return [loan for loan in dossiers.open_loans(town) if loan.due < today]


def arrived(town: Connection) -> list[transfers.Transfer]:
    """The transfers that came in and wait to be received."""
    return [
        each
        for each in transfers.transfers(town)
        if "arrived" in each.steps and "received" not in each.steps
    ]


def _matters(parts: Parts, town: Connection, clerk: Clerk) -> list[Item]:
    under_way = matters.open_matters(town)
    pressed = pressing(town, under_way, parts.now)
    known = {each.id for each in pressed}
    others = (each for each in under_way if each.id not in known)
    to_sign = [each for each in others if _waits_for(town, each, clerk)]
    return [
        *_gathered(lines_of(parts, pressed)),
        *(_to_sign(line) for line in lines_of(parts, to_sign)),
    ]


def _waits_for(town: Connection, matter: matters.Matter, clerk: Clerk) -> bool:
    """Whether it stands until a second person has looked at it, and this clerk may be the one.

    A signature waits for whom the matter names alone.
    """
    flow = FLOWS.get(matter.flow)
    if flow is None:
        return False
    steps = flow.steps_from(matter.state)
    step = next((each for each in steps if each.unlike or each.signer), None)
    if step is None or not clerk.may(step.right) or not may_sign(step, matter.fields, clerk.id):
        return False
    return not signed_before(flow, matters.standing_of(town, matter), step, clerk.id)


def pressing(town: Connection, under_way: list[matters.Matter], now: int) -> list[matters.Matter]:
    """The matters whose deadline is over or near, and those that two offices acted on apart.

    A loan that ran over stands among the loans.
    """
    late = {each.dossier for each in overdue(town, now)}
    soon = (local(now) + timedelta(days=SOON_DAYS)).strftime("%Y%m%d")
    pressed = [each for each in under_way if (each.due and each.due <= soon) or each.aside]
    return [each for each in pressed if not (_lent(each) and each.dossier in late)]


def _lent(matter: matters.Matter) -> bool:
    return matter.flow == LENDING.code and matter.state == "out" and not matter.aside


def _loans(parts: Parts, town: Connection) -> list[Item]:
    late = overdue(town, parts.now)
    names = persons.names_of_dossiers(town, [each.dossier for each in late])
    return [
        Item(NOW, f"{gettext('借阅逾期')} {names.get(each.dossier, '')}",
             f"{gettext('借给')} {each.unit} {each.borrower}", f"/loans/{each.dossier}",
             f"{gettext('应还')} {day(each.due)}", "care")
        for each in late
    ]  # fmt: skip


def _to_sign(line: Line) -> Item:
    flow = gettext(line.flow.name) if line.flow else line.matter.number
    about = f"{flow} · {gettext(line.state)}"
    signed = line.flow and any(each.signer for each in line.flow.steps_from(line.matter.state))
    wanted = gettext("等您签名") if signed else gettext("等您复核")
    return Item(SOON, line.title, about, f"/matters/{line.matter.id}", wanted)


def _gathered(lines: list[Line]) -> list[Item]:
    """One item for each matter; where many volumes wait for the same, one for all of them."""
    alike = defaultdict[str, list[Line]](list)
    for line in lines:
        alike[line.day.words if line.matter.flow == VOLUME else line.matter.id].append(line)
    found = list[Item]()
    for words, same in alike.items():
        one = _matter(same[0])
        if len(same) > MOST_VOLUMES:
            count = gettext("%(n)s 卷") % {"n": len(same)}
            found.append(Item(one.urgency, words, count, f"/matters?flow={VOLUME}", "", one.tone))
        else:
            found += [_matter(each) for each in same]
    return found


def _matter(line: Line) -> Item:
    flow = gettext(line.flow.name) if line.flow else line.matter.number
    waits = line.flow.state(line.matter.state).waits if line.flow and line.day.deadline else ""
    about, title = f"{flow} · {gettext(waits or line.state)}", line.title
    address = f"/matters/{line.matter.id}"
    if not line.day.words:
        return Item(SOON, title, about, address, gettext("两处同时办过"), "care")
    urgency = {"alarm": NOW, "care": SOON}.get(line.day.tone, SOMETIME)
    return Item(urgency, title, about, address, line.day.words, line.day.tone)


def _conflicts(town: Connection) -> list[Item]:
    count = len(conflicts.for_the_office(town))
    words = gettext("%(n)s 件记录对不上") % {"n": count}
    return [Item(SOON, words, gettext("两边都留着，请看一看"), "/conflicts")] if count else []


def _arrived(town: Connection) -> list[Item]:
    found = []
    for each in arrived(town):
        person = (transfers.arrival_of(town, each.id) or {}).get("person") or {}
        title = f"{gettext('转来的档案')} {person.get('name', '')}"
        found.append(Item(SOON, title, gettext("等着收下"), "/transfers", moment(each.at)))
    return found


def _captures(town: Connection) -> list[Item]:
    waiting = captures.waiting_captures(town)
    names = persons.names_of_dossiers(town, [each.dossier for each in waiting])
    sources = {"hot_folder": gettext("收件文件夹"), "camera": gettext("高拍仪")}
    return [
        Item(SOON, f"{gettext('扫好还没有归档')} {names.get(each.dossier, '')}".strip(),
             gettext("%(n)s 页") % {"n": each.waiting}
             + " · " + sources.get(each.source, gettext("扫描仪")),
             f"/captures/{each.id}", moment(each.at))
        for each in waiting
    ]  # fmt: skip


def _placeless(town: Connection, clerk: Clerk) -> list[Item]:
    lost = len(stock.placeless(town)) if clerk.may(Right.FILE) else 0
    words = gettext("待定位的 %(n)s 份") % {"n": lost}
    return [Item(SOMETIME, words, gettext("找到后扫一下放好"), "/storage")] if lost else []


def _begin(clerk: Clerk, flow: str, **told: str) -> str:
    """Where it is begun, with what is known filled in; who may not begin it sees the list."""
    if not clerk.may(FLOWS[flow].right):
        return f"/matters?flow={flow}"
    filled = urlencode({name: value for name, value in told.items() if value})
    return f"/matters/new/{flow}?{filled}" if filled else f"/matters/new/{flow}"


def _reminder(each: Reminder, clerk: Clerk) -> Item:
    days = gettext("已经 %(n)s 天") % {"n": each.days}
    match each.cause:
        case Cause.VACANT:
            words = gettext("%(site)s 没有档案员") % {"site": each.subject}
            return Item(
                SOON,
                words,
                gettext("请登记岗位"),
                _begin(clerk, "post", site=each.place, duty=ARCHIVIST),
            )
        case Cause.UNREAD:
            words = gettext("制度文件《%(title)s》还没读") % {"title": each.subject}
            return Item(SOMETIME, words, gettext("读过后点一下"), f"/matters/{each.matter}")
        case Cause.TRAINING:
            return Item(SOMETIME, gettext("该培训了"), days, _begin(clerk, "training"))
        case Cause.ROUND:
            words = gettext("%(room)s 该巡查了") % {"room": each.subject}
            return Item(SOON, words, days, _begin(clerk, "inspection", place=each.place))
    words = gettext("%(room)s 该清点了") % {"room": each.subject}
    return Item(SOMETIME, words, days, _begin(clerk, "stocktaking", shelf=each.place))
