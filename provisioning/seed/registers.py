"""An office's registers as they look after a year of use, kept by the counter's own workflows.

Every act is told by how many days ago it was and which of two clerks took it, and is done in the
order of time; so numbers, deadlines, the second pair of eyes and what follows from an act are real.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta
from functools import partial

from edge.domain.access import Clerk
from edge.domain.office_time import CHINA
from edge.domain.rooms import PROTECTIONS
from edge.store.database import Connection
from edge.store.entries import Author
from edge.store.matters import open_matters
from edge.workflows.acting import day_of
from edge.workflows.matters import Opening, open_matter, take_step
from edge.workflows.office import Office
from provisioning.seed.people import SeedPerson

DAY_MS = 86_400_000
OPEN = "open"


@dataclass(frozen=True, slots=True)
class Act:
    """One act of a matter, `ago` in days; by the colleague where two pairs of eyes are wanted."""

    ago: int
    step: str
    fields: Mapping[str, str] = field(default_factory=dict)
    colleague: bool = False


@dataclass(frozen=True, slots=True)
class Story:
    """One line of a register from its beginning; about a dossier, a person, or the office."""

    flow: str
    acts: tuple[Act, ...]
    dossier: str = ""
    person: str = ""


def fill_registers(
    office: Office, clerk: Clerk, colleague: Clerk, visitors: Sequence[SeedPerson]
) -> None:
    """Keep an office's registers for a year; a dozen dossiers must be there, and three visitors."""
    now = office.author.clock()
    opens = datetime.combine(day_of(now), time(9, 40), CHINA)
    morning = int(opens.timestamp() * 1000)

    def day(ago: int) -> str:
        return (day_of(now) - timedelta(days=ago)).strftime("%Y%m%d")

    with office.space.read() as town:
        stories = [*_rooms(day, town), *_people(day, clerk), *_asked(day, town, visitors)]
    told = sorted(
        ((act, at, story) for story in stories for at, act in enumerate(story.acts)),
        key=lambda each: (-each[0].ago, each[1]),
    )
    begun: dict[int, str] = {}
    for act, at, story in told:
        moment = morning - act.ago * DAY_MS + at * 60_000
        then = replace(office, author=Author(office.author.box, partial(int, moment)))
        who = colleague if act.colleague else clerk
        if act.step == OPEN:
            opening = Opening(story.flow, story.dossier, story.person, act.fields)
            begun[id(story)] = open_matter(then, who, opening).id
        else:
            take_step(then, who, begun[id(story)], act.step, act.fields)
    _put_right(office, clerk, colleague)


def _put_right(office: Office, clerk: Clerk, colleague: Clerk) -> None:
    """Put right within days what the rounds found; the last still waits for a colleague's look."""
    with office.space.read() as town:
        found = sorted(open_matters(town, "rectification"), key=lambda each: each.at)
    for each in found:
        then = replace(office, author=Author(office.author.box, partial(int, each.at + 4 * DAY_MS)))
        take_step(then, clerk, each.id, "mend", {"done": "已修好，三天后复查过一次"})
        if each is not found[-1]:
            take_step(then, colleague, each.id, "accept", {})


def _round(day: Callable[[int], str], ago: int, sort: str, wrong: Mapping[str, str]) -> Story:
    found = (f"{p}：有问题：{wrong[p]}" if p in wrong else f"{p}：合格" for p in PROTECTIONS)
    planned = {"sort": sort, "place": "1库", "due": day(ago)}
    done = {"results": "\n".join(found), "others": "库管员"}
    return Story("inspection", (Act(ago + 2, OPEN, planned), Act(ago, "record", done)))


def _rooms(day: Callable[[int], str], town: Connection) -> list[Story]:
    numbers = [row[0] for row in town.execute("select number from dossier order by number limit 6")]
    room = {
        "name": "一号库房",
        "shelf": "1库",
        "sort": "综合",
        "tenure": "自有",
        "capacity": "2400",
    }
    apart = {"office": "是", "reading": "是", "desk": "是"}
    leak = {
        "sort": "水浸", "happened": day(160), "place": "1库",
        "what": "空调排水管脱落，墙角渗水，没有湿到档案",
        "first": "关空调，移开最下层档案，擦干地面",
    }  # fmt: skip
    ending = {"cause": "管箍老化", "liable": "维保单位", "measures": "换管箍，每月巡查时查看"}
    batch = {"numbers": "\n".join(numbers), "method": "低温冷冻"}
    machines = (
        ("除湿机", "CFZ-5.0S", "清洗滤网，倒空水箱", 40),
        ("灭火器", "MFZ/ABC4 六具", "压力正常，换铅封", 75),
        ("消毒柜", "DX-200", "换紫外灯管", 120),
    )
    kept = [
        Story("equipment", (
            Act(330, OPEN, {"sort": sort, "name": name, "place": "1库", "bought": day(700)[:6]}),
            Act(ago, "maintain", {"done": done}),
        ))
        for sort, name, done, ago in machines
    ]  # fmt: skip
    return [
        Story("room", (Act(340, OPEN, room), Act(35, "separate", apart))),
        Story("container", (Act(338, OPEN, {"sort": "密集架", "count": "6", "each": "400",
                                            "place": "1库", "bought": "2019"}),)),
        *kept,
        Story("disinfection", (
            Act(150, OPEN, batch),
            Act(149, "finish", {"minutes": "4320", "note": "零下三十度冷冻三天，未见活虫"}),
        )),
        Story("incident", (
            Act(160, OPEN, leak),
            Act(159, "report", {"told": "青山县档案局"}),
            Act(152, "conclude", ending, colleague=True),
        )),
        _round(day, 96, "每月检查", {"防潮": "东墙返潮，湿度 64%"}),
        _round(day, 65, "每月检查", {}),
        _round(day, 33, "每月检查", {}),
        _round(day, 8, "日常巡查", {"防光": "西窗窗帘脱钩"}),
        Story("inspection", (Act(1, OPEN, {"sort": "每月检查", "place": "1库", "due": day(-3)}),)),
    ]  # fmt: skip


def _people(day: Callable[[int], str], clerk: Clerk) -> list[Story]:
    post = {"who": clerk.id, "duty": "档案员", "tenure": "专职", "since": day(330)}
    course = {"topic": "流动人员人事档案管理", "organiser": "县人社局", "due": day(110)}
    held = {"on": day(110), "hours": "8", "people": clerk.name, "result": "合格"}
    rules = (
        ("档案库房管理制度", "人社所〔2025〕3号", 300),
        ("档案查阅利用制度", "人社所〔2025〕4号", 299),
    )
    return [
        Story("post", (Act(328, OPEN, post),)),
        Story("training", (
            Act(118, OPEN, course),
            Act(110, "hold", held),
        )),
        Story("training", (
            Act(6, OPEN, {"topic": "消防器材使用", "organiser": "本所", "due": day(-20)}),
        )),
        *(
            Story("rule_document", (
                Act(ago, OPEN, {"title": title, "letter": letter, "issued": day(ago + 5)}),
                Act(ago - 1, "acknowledge"),
                Act(ago - 2, "acknowledge", colleague=True),
            ))
            for title, letter, ago in rules
        ),
        Story("volume", (
            Act(290, OPEN, {"series": "机关文书（永久）", "title": "本所年度工作文件",
                            "period": str(int(day(290)[:4]) - 1)}),
            Act(280, "file", {"pieces": "26", "pages": "143", "shelf": "1库6列1节1层",
                              "checker": clerk.name}),
        )),
        *_volumes(day, clerk),
    ]  # fmt: skip


def _volumes(day: Callable[[int], str], clerk: Clerk) -> list[Story]:
    """One that an appraisal kept on, two in their term, and one that is being put together."""
    this_year, last = day(20)[:4], str(int(day(210)[:4]) - 1)
    kept_on = {"due": day(-1800), "why": "有两件伤残待遇还在发放，核对时要用"}
    made = (
        (210, "工伤备案", "工伤备案及附件", str(int(last) - 11) + "03", "9", "52", kept_on),
        (
            205,
            "失业备案、转移、核定和就业补贴",
            "失业登记和补贴核定",
            last + "11",
            "31",
            "96",
            None,
        ),
        (190, "会计凭证和账簿", "工作经费凭证", last + "12", "18", "74", None),
    )
    stories = [
        Story("volume", (
            Act(ago, OPEN, {"series": series, "title": title, "period": period}),
            Act(ago - 8, "file", {"pieces": pieces, "pages": pages, "checker": clerk.name,
                                  "shelf": f"1库6列1节{2 + at}层"}),
            *((Act(ago - 20, "extend", extended, colleague=True),) if extended else ()),
        ))
        for at, (ago, series, title, period, pieces, pages, extended) in enumerate(made)
    ]  # fmt: skip
    forming = {"series": "机关文书", "title": "本所本年收发文", "period": this_year}
    return [*stories, Story("volume", (Act(20, OPEN, forming),))]


def _asked(
    day: Callable[[int], str], town: Connection, visitors: Sequence[SeedPerson]
) -> list[Story]:
    rows = town.execute("select id, person from dossier order by number limit 12").fetchall()
    one, two, three = (row for row in (rows[3], rows[7], rows[11]))
    first, second, bearer = visitors[:3]
    readers = {
        "unit": "青山县委组织部", "letter": "青组函18号",
        "reader": first.name, "reader_id": first.id_number,
        "reader2": second.name, "reader2_id": second.id_number,
        "purpose": "考察任免", "party": "是", "unrelated": "是", "no_photos": "是",
    }  # fmt: skip
    query = {
        "unit": "柳河供销社", "letter": "供介7号", "bearer": bearer.name,
        "bearer_id": bearer.id_number, "extent": "是否存档", "purpose": "核对存档",
    }  # fmt: skip
    right = {
        "unit": "青山县社会保险中心",
        "extent": "目录",
        "basis": "县局工作函",
        "due": day(-120),
    }
    return [
        Story("consultation", (
            Act(54, OPEN, readers),
            Act(54, "approve", {"categories": "1 3 9"}, colleague=True),
            Act(53, "begin"),
            Act(53, "return"),
        ), dossier=one[0]),
        Story("consultation", (
            Act(1, OPEN, {**readers, "letter": "青组函25号", "purpose": "核对信息"}),
        ), dossier=two[0]),
        Story("unit_query", (
            Act(27, OPEN, query),
            Act(27, "approve", colleague=True),
            Act(26, "answer", {"answer": "该同志人事档案存于本所。"}),
        ), person=three[1]),
        Story("query_right", (Act(245, OPEN, right),)),
        Story("hotline", (
            Act(15, OPEN, {"order": "HJ0731", "content": "问存档证明怎么开", "due": day(12)}),
            Act(14, "answer", {"answer": "带身份证当场可开，已电话告知"}),
            Act(13, "close", {"pleased": "满意"}),
        )),
        Story("hotline", (
            Act(1, OPEN, {"order": "HJ0809", "content": "问档案转到本所没有", "due": day(-2)}),
        )),
    ]  # fmt: skip
