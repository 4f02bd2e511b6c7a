"""Finding persons from the search box."""

import re
from functools import partial

import pytest

from edge.store.dossiers import is_seen
from edge.workflows.supplement import Filing, file_material
from tests.edge.web.conftest import Desk
from tests.offices import CLERK, id_number, receive_person, scan


@pytest.mark.checklist("000-11", "001-07")
def test_a_whole_id_number_opens_its_person_and_a_name_shows_the_hits(desk: Desk) -> None:
    number = id_number(1)
    one = receive_person(desk.office, "王秀英", number)
    receive_person(desk.office, "王建国", id_number(2))
    desk.sign_in()
    assert desk.post("/search/ask", q=number).headers["location"] == f"/persons/{one.person}"
    assert desk.post("/search/ask", q="王").headers["location"] == "/search"
    shown = desk.get("/search").text
    assert "王秀英" in shown
    assert "王建国" in shown
    assert number not in shown


def test_initials_of_any_reading_find_a_surname(desk: Desk) -> None:
    receive_person(desk.office, "单喆")
    desk.sign_in()
    for initials in ("SZ", "DZ"):
        assert "单喆" in desk.post("/search/hits", q=initials).text


def test_a_wrong_id_number_is_told_with_its_right_last_character(desk: Desk) -> None:
    number = id_number(1)
    wrong = number[:-1] + ("0" if number[-1] != "0" else "1")
    desk.sign_in()
    assert f"最后一位应为 {number[-1]}" in desk.post("/search/hits", q=wrong).text


def test_nobody_found_offers_what_to_do_next(desk: Desk) -> None:
    desk.sign_in()
    for name in ("QQ", "欧阳娜娜", "阿依古丽·买买提", id_number(9)):
        shown = desk.post("/search/hits", q=name).text
        assert "没有找到" in shown
        assert 'href="/receive"' in shown
    # Conditions and numbers are nobody's name.
    for asked in ({"q": "王 桥头村"}, {"q": "13900000000"}, {"q": "王", "standing": "held"},
                  {"q": "青山县柳河镇桥头村"}):  # fmt: skip
        shown = desk.post("/search/hits", **asked).text
        assert "没有找到" in shown
        assert "/receive" not in shown


def test_a_search_for_a_task_leads_straight_to_it(desk: Desk) -> None:
    received = receive_person(desk.office, "王秀英")
    desk.sign_in()
    assert "给谁开证明" in desk.get("/search/for/proofs").text
    shown = desk.post("/search/hits", q="王", task="proofs").text
    assert f"/dossiers/{received.dossier}/proofs" in shown
    assert desk.get("/search/for/anything").status_code == 404


def test_the_api_answers_the_same_question_under_the_same_rights(desk: Desk) -> None:
    received = receive_person(desk.office, "王秀英", id_number(1))
    assert desk.client.post("/api/v1/persons/search", json={"q": "王"}).status_code == 403
    ask = partial(desk.client.post, "/api/v1/persons/search", json={"q": "王"}, headers=desk.token)
    assert ask().status_code == 401
    desk.sign_in()
    (found,) = ask().json()
    assert (found["id"], found["dossier"]) == (received.person, received.dossier)
    assert "*" in found["id_number"]
    wrong = desk.client.post("/api/v1/persons/search", json={"q": " "}, headers=desk.token)
    assert (wrong.status_code, wrong.json()["key"]) == (422, "query.empty")


def test_a_matter_is_opened_by_the_number_on_its_papers(desk: Desk) -> None:
    desk.sign_in()
    begun = desk.post("/matters/new/rectification/open", what="返潮").headers["location"]
    number = re.search(r"990101001-2026-\d{2}-\d{5}", desk.get(begun).text)
    assert number is not None
    assert desk.post("/search/ask", q=number[0]).headers["location"] == begun


def test_filters_alone_list_and_a_title_found_is_a_look(desk: Desk) -> None:
    received = receive_person(desk.office, "王秀英", place="桥头村")
    filing = Filing(received.dossier, "6", "入党志愿书", "", scan(desk.office, "一"), (1,))
    file_material(desk.office, CLERK, filing)
    desk.sign_in()
    assert "王秀英" in desk.post("/search/hits", lacking="4").text
    assert "王秀英" not in desk.post("/search/hits", lacking="6").text
    assert "王秀英" in desk.post("/search/hits", q="桥头").text
    assert "志愿书" not in desk.post("/search/hits", q="志愿书").text.replace('value="', "")
    with desk.office.space.read() as town:
        assert not is_seen(town, received.dossier, CLERK.id, 0)
    assert "王秀英" in desk.post("/search/text", q="秀英 志愿书").text
    with desk.office.space.read() as town:
        assert is_seen(town, received.dossier, CLERK.id, 0)
    assert desk.post("/search/hits", q="", born_from="19").status_code == 400


def test_a_foreigner_is_received_and_found_by_either_card(desk: Desk) -> None:
    older = receive_person(desk.office, "明德", "usa110078061502")
    newer = receive_person(desk.office, "马里亚", "911124198108030024")
    desk.sign_in()
    for typed, one in (("USA110078061502", older), ("911124198108030024", newer)):
        found = desk.post("/search/ask", q=typed).headers["location"]
        assert found == f"/persons/{one.person}"
    shown = desk.get(f"/persons/{older.person}").text
    assert "USA110078061502" not in shown
