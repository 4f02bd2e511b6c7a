"""The scanning line by its screen: a code read at each station leads to what comes next."""

import html
import re

import pytest

from edge.domain.cover_code import cover_code
from edge.web import gaps
from edge.workflows.matters import Opening, open_matter, take_step
from edge.workflows.stations import read_at
from tests.edge.web.conftest import Desk
from tests.edge.workflows.test_line import COLLEAGUE, LOOSE
from tests.offices import CLERK, id_number, receive_person, scan


@pytest.mark.checklist("001-06")
def test_the_code_read_when_a_bag_is_closed_opens_its_dossier(desk: Desk) -> None:
    desk.sign_in()
    received = receive_person(desk.office, "王秀英")
    code = cover_code(received.dossier)
    slip = desk.post("/line/register/read", code=code, cart="1号车").headers["location"]
    assert slip.startswith("/papers/")
    # The next one goes on the same cart, unless another is typed.
    assert 'value="1号车"' in desk.get("/line?at=register").text
    sorting = desk.post("/line/sort/read", code=code, pages="1", feed=LOOSE)
    assert sorting.headers["location"] == "/line?at=sort"
    # Nothing is scanned yet: the code leads to the scanner, and filing leads back to the station.
    to_scan = desk.post("/line/scan/read", code=code).headers["location"]
    assert to_scan == f"/dossiers/{received.dossier}/supplement"
    capture = scan(desk.office, "a")
    told = {"dossier": received.dossier, "category": "1", "title": "履历表", "page": "1"}
    filed = desk.post(f"/captures/{capture}/file", **told)
    assert filed.headers["location"] == "/line?at=scan"
    assert desk.post("/line/scan/read", code=code).headers["location"] == "/line?at=scan"
    assert "王秀英：扫描好了，现在待质检" in desk.get("/line?at=scan").text
    # Who scanned is told why another has to sign, and cannot.
    seen = desk.post("/line/check/read", code=code).headers["location"]
    looked = desk.get(seen).text
    assert "请另一位同事登录" in looked
    assert "翻看档案" in looked
    assert desk.post(f"{seen}/steps/check", fragment=True, code=code).status_code == 403
    read_at(desk.office, COLLEAGUE, "check", {"code": code})
    desk.post("/line/attach/read", code=code)
    opened = desk.post("/line/reseal/read", code=code, again="1").headers["location"]
    assert opened == f"/persons/{received.person}"
    assert "王秀英" in desk.get("/line?at=shelve").text
    assert desk.get("/line?at=nowhere").status_code == 404


def test_what_all_dossiers_lack_is_listed_page_by_page(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gaps, "MOST", 1)
    for number, name in ((1, "王秀英"), (2, "李红")):
        receive_person(desk.office, name, id_number(number))
    desk.sign_in()
    assert "在库 2 份" in desk.get("/gaps").text
    first = desk.get("/gaps?unsaid=就业").text
    assert ("王秀英" in first, "李红" in first) == (True, False)
    following = re.search(r'href="(/gaps\?[^"]*after=[^"]+)"', first)
    assert following
    second = desk.get(html.unescape(following[1])).text
    assert ("王秀英" in second, "李红" in second) == (False, True)
    assert "after=" not in second


@pytest.mark.checklist("002-07")
def test_what_was_judged_is_filed_where_it_was_judged_to_go_and_leads_back(desk: Desk) -> None:
    desk.sign_in()
    received = receive_person(desk.office, "王秀英")
    brought = {"deliverer": "李会计", "what": "工资审批表"}
    opening = Opening("supplement", received.dossier, fields=brought)
    matter = open_matter(desk.office, CLERK, opening).id
    sound = {"original": "原件", "stamped": "是", "dated": "是", "category": "9-1"}
    take_step(desk.office, CLERK, matter, "identify", sound)
    assert "开始扫描" in desk.get(f"/matters/{matter}").text
    capture = scan(desk.office, "a")
    page = desk.get(f"/captures/{capture}?dossier={received.dossier}").text
    assert 'value="工资审批表"' in page
    assert re.search(r'value="9-1"[^>]* checked', page)
    told = {"dossier": received.dossier, "category": "9-1", "title": "工资审批表", "page": "1"}
    filed = desk.post(f"/captures/{capture}/file", **told)
    assert filed.headers["location"] == f"/matters/{matter}"
    shown = desk.get(f"/matters/{matter}").text
    assert "开始扫描" not in shown
    assert "已扫描归档，打印新目录" in shown
