"""Who gets in, what each may do, and what the answers give away."""

import logging
import re

import pytest
from litestar import Litestar
from litestar.routes import HTTPRoute

from tests.edge.web.conftest import Desk
from tests.offices import CLERK, id_number, receive_person, scan


def test_without_a_sign_in_every_screen_leads_to_the_lock(desk: Desk) -> None:
    for path in ("/", "/search", "/persons/x", "/room", "/sync", "/todo", "/loans", "/events"):
        answer = desk.get(path)
        assert (answer.status_code, answer.headers.get("location")) == (303, "/lock"), path
    assert desk.get("/room/now", fragment=True).headers["hx-redirect"] == "/lock"
    assert desk.get("/api/v1/sync").status_code == 401


def test_a_good_pin_opens_the_counter_and_signing_out_closes_it(desk: Desk) -> None:
    desk.sign_in()
    assert "今天要办什么" in desk.get("/").text
    assert desk.post("/sign-out").headers["location"] == "/lock"
    assert desk.get("/").status_code == 303


def test_a_wrong_pin_is_refused_with_a_sentence_and_then_with_a_wait(desk: Desk) -> None:
    told = [desk.post("/sign-in", fragment=True, login="101", pin="1") for _ in range(6)]
    assert [answer.status_code for answer in told] == [403] * 6
    assert "还可以试 4 次" in told[0].text
    assert told[0].headers["hx-retarget"] == "#notices"
    assert "先停一下" in told[5].text


def test_a_form_without_its_token_changes_nothing(desk: Desk) -> None:
    desk.sign_in()
    answer = desk.client.post("/receive/register", data={"name": "甲"}, follow_redirects=False)
    assert answer.status_code == 403
    assert "请刷新后再办" in answer.text


def test_a_reader_looks_but_does_not_file_and_a_technician_sees_no_dossier(desk: Desk) -> None:
    received = receive_person(desk.office, "王秀英")
    desk.sign_in("oujing")
    assert desk.get(f"/persons/{received.person}").status_code == 200
    assert desk.post(f"/dossiers/{received.dossier}/scan").status_code == 403
    desk.post("/sign-out")
    desk.sign_in("qiuwei")
    assert desk.get("/room").status_code == 200
    assert desk.get(f"/persons/{received.person}").status_code == 403
    assert desk.post("/search/hits", q="王").status_code == 403


def test_pages_that_may_show_a_dossier_are_never_kept_and_run_no_foreign_code(desk: Desk) -> None:
    received = receive_person(desk.office, "王秀英")
    desk.sign_in()
    headers = desk.get(f"/persons/{received.person}").headers
    assert headers["cache-control"] == "no-store"
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["content-security-policy"].startswith("default-src 'self'")
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"


def test_a_page_image_opens_only_by_the_batch_or_material_that_holds_it(desk: Desk) -> None:
    capture = scan(desk.office, "一页")
    with desk.office.space.read() as town:
        blob = town.execute("select lower(hex(blob)) from page").fetchone()[0]
    desk.sign_in()
    shown = desk.get(f"/pages/{capture}/{blob}")
    assert shown.content.startswith(b"\xff\xd8")
    assert shown.headers["cache-control"] == "no-store"
    assert desk.get(f"/pages/another/{blob}").status_code == 404


def test_looks_are_on_record_once_while_the_same_thing_is_looked_at(desk: Desk) -> None:
    received = receive_person(desk.office, "王秀英")
    desk.sign_in()
    for _ in range(3):
        desk.get(f"/persons/{received.person}")
    desk.get("/")
    with desk.office.space.read() as town:
        views = town.execute("select dossier, what, by from view").fetchall()
    assert views == [(received.dossier, "overview", CLERK.id)]


def test_no_id_number_reaches_a_log_or_an_address(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    number = id_number(7)
    receive_person(desk.office, "王秀英", number)
    desk.sign_in()
    with caplog.at_level(logging.DEBUG, logger="edge"):
        found = desk.post("/search/ask", q=number)
    assert re.fullmatch(r"/persons/[0-9a-f]{32}", found.headers["location"])
    page = desk.get(found.headers["location"]).text
    assert number not in page
    assert not re.search(r"\d{17}[\dX]", caplog.text)


def test_no_two_handlers_share_a_path(desk: Desk) -> None:
    # litestar 2.25 wraps a threaded handler twice when another shares its path.
    app = desk.client.app
    assert isinstance(app, Litestar)
    handled = {
        route.path: [each for each in route.route_handlers if each.http_methods != {"OPTIONS"}]
        for route in app.routes
        if isinstance(route, HTTPRoute)
    }
    assert handled
    shared = [
        path
        for path, handlers in handled.items()
        if len(handlers) > 1 and any(each.sync_to_thread for each in handlers)
    ]
    assert shared == []
