"""One calm list of what waits: alarms and overdue first, then what is near, then the rest."""

import re

import pytest

from edge.workflows.lending import lend
from edge.workflows.matters import Opening, open_matter, take_step
from edge.workflows.office import Office
from tests.edge.web.conftest import Desk
from tests.offices import CLERK, READER, Clock, id_number, receive_person

DAY_MS = 86_400_000


def begin(office: Office, flow: str, **fields: str) -> str:
    return open_matter(office, CLERK, Opening(flow, fields=fields)).id


def titles(desk: Desk) -> list[str]:
    page = desk.get("/todo").text
    return re.findall(r'class="row"[^>]*><b>(.*?)</b>', page)


@pytest.mark.checklist("004-13", "004-11", "000-14", "004-05", "003-17")
def test_everything_that_waits_stands_in_one_list_by_urgency(desk: Desk, clock: Clock) -> None:
    office = desk.office
    room = {"name": "一号库", "shelf": "1库", "sort": "退休", "tenure": "自有", "capacity": "40"}
    begin(office, "room", **room)
    begin(office, "equipment", sort="灭火器", name="MFZ-4", due="20270110")
    post = begin(office, "post", who=CLERK.id, duty="档案员", tenure="专职", since="20260101")
    training = begin(office, "training", topic="档案法")
    held = {"on": "20261120", "hours": "4", "people": "单喆"}
    take_step(office, CLERK, training, "hold", held)
    begin(office, "rule_document", title="库房管理制度")
    begin(office, "volume", series="机关文书", title="2026年发文", period="2026")
    one = receive_person(office, "王建国", id_number(1))
    lend(office, CLERK, one.dossier, "赵六", "", "20270101", 1)
    desk.sign_in()
    first = desk.get("/todo").text
    # Of what is far away nothing is said; what can wait stands in its own part.
    assert "MFZ-4" not in first
    assert titles(desk) == ["制度文件《库房管理制度》还没读"]
    assert first.index("有空时办") < first.index("制度文件")
    clock.forward(50 * DAY_MS)
    take_step(office, CLERK, post, "end", {"on": "20270109"})
    desk.sign_in()
    waiting = titles(desk)
    assert waiting[:2] == ["借阅逾期 王建国", "一号库"]
    assert {"MFZ-4", "青山县柳河镇人民政府 没有档案员", "一号库 该巡查了"} <= set(waiting)
    # Each is begun by one tap, with what is known filled in; a round given up is no round.
    page = desk.get("/todo").text
    assert "/matters/new/post?duty=" in page
    assert "设备登记 · 该保养" in page
    begun = re.search(r'href="(/matters/new/inspection[^"]*)"', page)
    assert begun is not None
    assert 'name="place" type="text" value="1库"' in desk.get(begun[1]).text
    planned = begin(office, "inspection", sort="每月检查", place="1库")
    assert "一号库 该巡查了" not in titles(desk)
    take_step(office, CLERK, planned, "drop", {"why": "停电"})
    assert "一号库 该巡查了" in titles(desk)
    assert waiting.index("MFZ-4") < waiting.index("制度文件《库房管理制度》还没读")
    assert f'<span class="tag care">{len(waiting)}</span>' in desk.get("/").text
    clock.forward(400 * DAY_MS)
    desk.sign_in("oujing")
    later = titles(desk)
    assert {"2026年发文", "该培训了", "一号库 该清点了"} <= set(later)
    assert 'href="/matters?flow=inspection"' in desk.get("/todo").text
    assert "登记一件" not in desk.get("/matters?flow=inspection").text
    rule = open_rule(office)
    take_step(office, READER, rule, "acknowledge", {})
    assert "制度文件《库房管理制度》还没读" not in titles(desk)


def open_rule(office: Office) -> str:
    with office.space.read() as town:
        return str(town.execute("select id from matter where flow = 'rule_document'").fetchone()[0])
