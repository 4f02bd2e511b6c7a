"""The scanning line by its screen: a code read at each station leads to what comes next."""

import html
import re

import pytest

from edge.domain.cover_code import cover_code
from edge.web import gaps
from edge.workflows.stations import read_at
from edge.workflows.supplement import Filing, file_material
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
    filing = Filing(received.dossier, "1", "履历表", "1998", scan(desk.office, "a"), (1,))
    file_material(desk.office, CLERK, filing)
    sorting = desk.post("/line/sort/read", code=code, pages="1", feed=LOOSE)
    assert sorting.headers["location"] == "/line?at=sort"
    desk.post("/line/scan/read", code=code)
    assert desk.post("/line/check/read", fragment=True, code=code).status_code == 403
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
