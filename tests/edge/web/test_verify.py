"""Noting a page, proving by it, checking the paper by its code, and revoking it, on the screen."""

import re
from html import unescape

import pytest

from edge.store.dossiers import pages_of
from edge.store.texts import PageText, note_text
from edge.workflows.supplement import Filing, file_material
from tests.edge.web.conftest import Desk
from tests.offices import CLERK, NOON, id_number, receive_person, scan


@pytest.mark.checklist("001-07", "001-19", "000-18")
def test_from_the_page_to_a_proof_that_is_checked_replaced_and_checked_again(desk: Desk) -> None:
    received = receive_person(desk.office, "王秀英", id_number(3), unit="柳河粮站")
    filing = Filing(received.dossier, "1", "职工登记表", "198507", scan(desk.office, "a"), (1,))
    material = file_material(desk.office, CLERK, filing).id
    desk.sign_in()
    base = f"/dossiers/{received.dossier}"
    assert "还没有摘记依据页" in desk.get(f"{base}/proofs/birth").text
    note = {"field": "birth", "value": "1965年3月", "page": "1", "material": material}
    refused = desk.post(f"{base}/notes", fragment=True, **note)
    assert refused.status_code == 409
    assert "还没有打开过" in refused.text
    assert "摘记本页" in desk.get(f"{base}/view/{material}/1").text
    shown = desk.get(f"{base}/notes/new?material={material}&number=1").text
    assert "职工登记表" in shown
    task = f"note-{received.dossier}-{material}-1"
    assert f'data-draft="{task}"' in shown
    assert desk.post("/drafts", task=task, value="1965").status_code == 204
    assert desk.get(f"/drafts/{task}").json()["value"] == "1965"
    listed = desk.post(f"{base}/notes", **note).headers["location"]
    assert "最先记载" in desk.get(listed).text
    preview = desk.get(f"{base}/proofs/birth").text
    (id,) = set(re.findall(r'name="note" value="(\w+)"', preview))
    issued = desk.post(f"{base}/proofs/birth/issue", purpose="生育登记", note=id)
    place = issued.headers["location"]
    (code, *_) = re.findall(r"/verify/(\w{8})", desk.get(place).text)
    found = desk.post("/verify/ask", code=f" {code.lower()} ").headers["location"]
    checked = desk.get(found).text
    assert "现在有效" in checked
    assert "王＊＊" in checked
    assert "王秀英" not in checked.split("<main")[1].split("</main")[0]
    again = desk.post(f"{base}/proofs/birth/issue", purpose="生育登记", replaces=place[-32:])
    assert again.status_code == 303
    assert "已经重开" in desk.get(found).text
    assert "已重开，此件作废" in desk.get(place).text
    ended = desk.post(f"{again.headers['location']}/revoke", reason="写错")
    assert "已作废" in desk.get(ended.headers["location"]).text
    assert desk.post(f"/notes/{id}/strike").status_code == 303
    assert "最先记载" not in desk.get(listed).text


def test_what_a_machine_read_waits_beside_the_notes_until_it_is_checked(desk: Desk) -> None:
    received = receive_person(desk.office, "王秀英")
    filing = Filing(received.dossier, "1", "职工登记表", "198507", scan(desk.office, "a"), (1,))
    material = file_material(desk.office, CLERK, filing).id
    with desk.office.space.read() as town:
        (page,) = pages_of(town, material)
    read = PageText("出生年月 1965年3月12日", 0, (620, 877), ())
    desk.office.space.write(lambda town: note_text(town, page.blob, read, NOON))
    desk.sign_in()
    listed = f"/persons/{received.person}/records"
    place = f"/dossiers/{received.dossier}/notes/new?material={material}&number=1&field=birth"
    assert place in unescape(desk.get(listed).text)
    assert 'value="19650312"' in desk.get(place).text
    note = {"field": "birth", "value": "19650312", "page": "1", "material": material}
    desk.post(f"/dossiers/{received.dossier}/notes", **note)
    assert place not in unescape(desk.get(listed).text)


def test_a_code_that_is_none_or_not_ours_is_said_so(desk: Desk) -> None:
    desk.sign_in()
    assert desk.post("/verify/ask", fragment=True, code="12").status_code == 422
    assert "没有查到" in desk.get("/verify/ABCDEFGH").text


@pytest.mark.checklist("000-03")
def test_what_to_bring_is_shown_before_anything_is_begun_and_printed(desk: Desk) -> None:
    received = receive_person(desk.office, "王秀英")
    desk.sign_in()
    shown = desk.get(f"/matters/new/proof_request?dossier={received.dossier}").text
    assert "代办的：委托书和代办人身份证" in shown
    printed = desk.post("/flows/proof_request/brings").headers["location"]
    assert "一次性告知单" in desk.get(printed).text
    assert desk.post("/flows/rectification/brings").status_code == 404
