"""The readers' screen shows one dossier's permitted part, and leads nowhere else."""

import re

import pytest

from edge.domain.kinds import Kind
from edge.store.entries import history_of
from edge.store.matters import matters_of_dossier
from edge.store.records import looks_by_matter
from edge.workflows.citizens import holder_of
from edge.workflows.matters import Opening, open_matter, take_step
from edge.workflows.supplement import Filing, file_material
from tests.edge.web.conftest import Desk
from tests.edge.workflows.test_matters import COLLEAGUE
from tests.edge.workflows.test_reading_room import ASKED, KEEPER
from tests.offices import CLERK, id_number, receive_person, scan

REFUSED = Kind.DOSSIER_REFUSED
NUMBER, PHONE = id_number(7, "19650312"), "13900001111"


@pytest.mark.checklist("001-12", "000-02", "000-24")
def test_the_readers_leaf_through_what_was_approved_and_get_nowhere_else(desk: Desk) -> None:
    office = desk.office
    held = receive_person(office, "王秀英", NUMBER, phone=PHONE, place="桥头村")
    seen = file_material(
        office, CLERK, Filing(held.dossier, "1", "履历表", "1990", scan(office, "a", "b"), (1, 2))
    ).id
    hidden = file_material(
        office, CLERK, Filing(held.dossier, "7", "奖状", "1991", scan(office, "c"), (1,))
    ).id
    fields = {**ASKED, "categories": "1"}
    matter = open_matter(office, CLERK, Opening("consultation", held.dossier, fields=fields))
    take_step(office, COLLEAGUE, matter.id, "approve", {})
    desk.sign_in()
    call = {"order": "HJ2026112001", "content": "问查到没有", "due": "20261130"}
    opened = open_matter(office, CLERK, Opening("hotline", fields={**call, "case": matter.number}))
    # The case is found by the number that a caller reads out, and shows its next step.
    found = desk.post("/search/ask", q=matter.number).headers["location"]
    assert "开始查阅" in desk.get(found).text
    assert "HJ2026112001" in desk.get(found).text
    asked = desk.post("/search/ask", q="HJ2026112001").headers["location"]
    assert asked == f"/matters/{opened.id}"
    assert matter.number in desk.get(asked).text
    assert desk.get(f"/matters/number/{matter.number}").headers["location"] == found
    assert desk.post(f"/reading/{matter.id}/enter", fragment=True).status_code == 409
    assert desk.post(f"{found}/steps/begin").status_code == 303
    base = desk.post(f"/reading/{matter.id}/enter").headers["location"]
    page = desk.get(base).text
    assert "履历表" in page
    assert "奖状" not in page
    for private in (NUMBER, PHONE, "桥头村", 'id="find"'):
        assert private not in page
    assert NUMBER[-4:] not in re.sub(r"<[^>]+>", "", page)
    leaf = desk.get(f"{base}/{seen}/2").text
    assert "赵一、钱二" in leaf
    assert desk.get(f"{base}/{seen}/2/image").content.startswith(b"\xff\xd8")
    assert desk.get(f"{base}/{seen}/1/image").status_code == 200
    assert desk.get(f"{base}/{hidden}/1").status_code == 404
    assert desk.get(f"{base}/{hidden}/1/image").status_code == 404
    for elsewhere in (
        "/",
        "/search",
        f"/persons/{held.person}",
        f"/matters/{matter.id}",
        "/api/v1/sync",
    ):
        assert desk.get(elsewhere).status_code == 403, elsewhere
    with office.space.read() as town:
        assert [look[1:] for look in looks_by_matter(town, matter.id)] == [(seen, 2), (seen, 1)]
        views = town.execute("select count(*) from history where kind = ?", (Kind.DOSSIER_VIEWED,))
        assert views.fetchone()[0] >= 2
    assert desk.post(f"{base}/leave").headers["location"] == "/lock"
    assert desk.get(base).headers["location"] == "/lock"
    desk.sign_in()
    looks = desk.get(f"/matters/{matter.id}/looks").text
    assert len(re.findall("履历表", looks)) == 2


@pytest.mark.checklist("003-15")
def test_a_graded_dossier_shows_nowhere_to_who_is_not_cleared(desk: Desk) -> None:
    office = desk.office
    held = receive_person(office, "王秀英", NUMBER)
    filing = Filing(held.dossier, "1", "履历表", "1990", scan(office, "a"), (1,))
    material = file_material(office, CLERK, filing).id
    desk.sign_in()
    assert "履历表" in desk.post("/search/text", q="履历表").text
    assert desk.get(f"/persons/{held.person}").status_code == 200
    graded = {"grade": "机密", "basis": "密〔2026〕1号"}
    open_matter(office, KEEPER, Opening("secrecy", held.dossier, fields=graded))
    assert held.dossier not in desk.post("/search/text", q="履历表").text
    closed = (
        f"/persons/{held.person}",
        f"/persons/{held.person}/records",
        f"/dossiers/{held.dossier}/view/{material}/1",
        f"/dossiers/{held.dossier}/proofs/storage/preview",
        f"/materials/{material}/copy",
        f"/matters/new/consultation?dossier={held.dossier}",
    )
    for address in closed:
        refused = desk.get(address)
        assert refused.status_code == 403, address
        assert "机密" in refused.text
    # A form sent past its screen begins nothing.
    sent = {"dossier": held.dossier, "sort": "缺页", "what": "缺第二页"}
    assert desk.post("/matters/new/doubt/open", **sent).status_code == 403
    terms = {"borrower": "李某", "unit": "县局", "due": "20261201", "pages": "1"}
    assert desk.post(f"/loans/{held.dossier}/lend", **terms).status_code == 403
    other = {"category": "3", "reason": "看错"}
    assert desk.post(f"/materials/{material}/category/change", **other).status_code == 403
    filed = {"dossier": held.dossier, "category": "1", "title": "自传", "page": "1"}
    assert desk.post(f"/captures/{scan(office, 'b')}/file", **filed).status_code == 403
    with office.space.read() as town:
        assert [each.flow for each in matters_of_dossier(town, held.dossier)] == ["secrecy"]
        refusals = [each for each in history_of(town, held.dossier) if each.kind == REFUSED]
    assert [each.by for each in refusals] == [CLERK.id] * (len(closed) + 4)
    assert refusals[0].body["grade"] == "机密"
    assert holder_of(office, "王秀英", NUMBER) == ()


def test_the_retirement_check_is_worked_from_the_list_of_records(desk: Desk) -> None:
    held = receive_person(desk.office, "王秀英", NUMBER)
    desk.sign_in()
    opened = desk.post(
        "/matters/new/retirement_check/open", dossier=held.dossier, group="男职工"
    ).headers["location"]
    assert "取证完毕" in desk.get(opened).text
    for value, formed_on in (("196408", "1990"), ("196403", "198507")):
        note = {"field": "birth", "value": value, "page": "1", "title": "表", "category": "1"}
        desk.post(f"/dossiers/{held.dossier}/notes", formed_on=formed_on, **note)
    special = {"field": "special", "title": "工种表", "category": "9"}
    for value, sheet in (("198601-198912", "3"), ("198807-199106", "4")):
        noted = {"value": value, "page": sheet, "formed_on": "1992"}
        desk.post(f"/dossiers/{held.dossier}/notes", **special, **noted)
    listed = desk.get(f"/persons/{held.person}/records").text
    assert "由县人社局认定" in listed
    assert "出生日期前后不一样" in listed
    assert "最先记载" in listed
    assert "回到退休档案核实" in listed
    assert desk.post(f"{opened}/steps/gather").status_code == 303
    gathered = desk.get(opened).text
    assert "最先记载的出生日期" in gathered
    assert "合并计 66 个月，重叠的只计一次：1986年1月至1991年6月" in gathered
    assert re.findall(r"《工种表》第 (\d) 页", gathered) == ["3", "4"]
    assert "由县人社局认定" in gathered
    pushed = desk.post(f"{opened}/steps/push", to="县社保中心", way="专人").headers["location"]
    assert "retirement_list" in pushed
    assert desk.get(f"{pushed}/preview").content.startswith(b"\x89PNG")
