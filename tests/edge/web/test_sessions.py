"""A session is begun by a sign-in alone, and what ended it stays in force."""

from pathlib import Path

import pytest
from litestar.testing import TestClient

from edge.web.app import create_app
from edge.web.session import is_own, mark_of
from edge.workflows.office import Office
from tests.edge.web.conftest import SECRET, Desk
from tests.offices import PIN, receive_person

HOST = "testserver.local"
SID = f"sid-{mark_of(SECRET)}"


def plant(desk: Desk, name: str) -> None:
    """Let the browser hold this name of a session."""
    desk.client.cookies.set(SID, name, domain=HOST)


def test_a_session_does_not_take_the_name_that_a_stranger_planted(desk: Desk) -> None:
    planted = "a" * 64
    plant(desk, planted)
    desk.sign_in()
    assert desk.client.cookies[SID] != planted
    plant(desk, planted)
    assert desk.get("/").status_code == 303


def test_the_name_of_a_session_opens_nothing_once_it_has_ended(desk: Desk) -> None:
    for back in ("", "/room"):
        desk.sign_in()
        held = desk.client.cookies[SID]
        desk.post("/sign-out", back=back)
        plant(desk, held)
        assert desk.get("/").status_code == 303


def test_nobody_takes_memory_without_signing_in(desk: Desk) -> None:
    answer = desk.get("/lock")
    assert SID not in answer.headers.get("set-cookie", "")


def test_two_programs_in_one_browser_do_not_lock_each_other_out(
    desk: Desk, office: Office, tmp_path: Path
) -> None:
    """As the hub and two boxes of the demonstration, or a hub that was started again."""
    desk.sign_in()
    parts = desk.client.app.dependencies["parts"].dependency()
    with TestClient(
        create_app(parts, "another secret of this run, as long"), base_url="http://testserver.local"
    ) as other:
        other.cookies.update(desk.client.cookies)
        other.get("/lock")
        (token,) = (
            each.value
            for each in other.cookies.jar
            if each.name.startswith("csrf-") and each.name != f"csrf-{mark_of(SECRET)}"
        )
        answer = other.post(
            "/sign-in",
            data={"login": "101", "pin": PIN},
            headers={"x-csrftoken": token or ""},
            follow_redirects=False,
        )
        assert answer.status_code == 303
        desk.client.cookies.update(other.cookies)
    received = receive_person(office, "王秀英")
    assert desk.get(f"/persons/{received.person}").status_code == 200


def test_a_browser_that_nobody_touches_is_locked_by_the_server(desk: Desk) -> None:
    parts = desk.client.app.dependencies["parts"].dependency()
    seconds = [0.0]
    with TestClient(create_app(parts, SECRET, lambda: seconds[0])) as client:
        there = Desk(desk.office, client, desk.scanning, desk.stations, desk.codes).sign_in()
        page = {"accept": "text/html"}
        for path, headers in (("/loans?due=1", page), ("/sync/words", {"hx-request": "true"})):
            assert client.get(path, headers=headers, follow_redirects=False).status_code == 200
            seconds[0] += 170
        # What the page asks for by itself is no touch; a touch of the screen and a form are.
        assert there.post("/touched").status_code == 204
        seconds[0] += 350
        assert there.post("/drafts", task="receive", origin="县局").status_code == 204
        seconds[0] += 350
        assert client.get("/sync/words", headers=page).status_code == 200
        held = client.cookies[SID]
        seconds[0] += 361
        gone = client.get("/sync/words", headers={"hx-request": "true"})
        assert gone.headers["hx-redirect"] == "/lock"
        assert there.post("/touched").status_code == 401
        client.cookies.set(SID, held, domain=HOST)
        assert there.post("/touched").status_code == 401
        assert there.get("/todo").headers["location"] == "/lock"


def test_whom_the_server_locked_out_comes_back_to_the_page(desk: Desk) -> None:
    parts = desk.client.app.dependencies["parts"].dependency()
    seconds = [0.0]
    with TestClient(create_app(parts, SECRET, lambda: seconds[0])) as client:
        there = Desk(desk.office, client, desk.scanning, desk.stations, desk.codes).sign_in()
        client.get("/loans?due=1", headers={"accept": "text/html"})
        seconds[0] += 400
        assert there.get("/todo").headers["location"] == "/lock"
        back = there.post("/sign-in", login="101", pin=PIN)
        assert back.headers["location"] == "/loans?due=1"
        seconds[0] += 400
        assert there.get("/todo").headers["location"] == "/lock"
        assert there.post("/sign-in", login="oujing", pin=PIN).headers["location"] == "/"


@pytest.mark.parametrize("place", ["//elsewhere", "/\\elsewhere", "https://elsewhere", "", "/\n"])
def test_no_way_back_leads_out_of_the_program(desk: Desk, place: str) -> None:
    assert not is_own(place)
    desk.sign_in()
    desk.post("/sign-out", back=place)
    answer = desk.post("/sign-in", login="101", pin=PIN)
    assert answer.headers["location"] == "/"
    sent = {"referer": f"http://{HOST}{place}", **desk.token}
    if place.isprintable():
        answer = desk.client.post(
            "/language", data={"language": "en"}, headers=sent, follow_redirects=False
        )
        assert answer.headers["location"] in ("/", "/https://elsewhere")
