"""Only people of the county come in, and guessing costs time."""

from edge.domain.kinds import Kind
from edge.store.entries import Pen
from edge.web.locale import catalogue
from tests.sync.hub.web.county import (
    ADMINISTRATOR,
    PIN,
    SUPERVISOR,
    TOWN_CLERK,
    WILLOW,
    County,
    browser_of,
    form,
    sign_in,
)


def test_nobody_sees_a_screen_before_signing_in(county: County) -> None:
    with browser_of(county) as browser:
        dossier = f"/towns/330199101/dossiers/{county.dossier()}"
        for address in ("/", "/search", "/alerts", "/transfers", "/staff", "/state", dossier):
            answer = browser.get(address, follow_redirects=False)
            assert (answer.status_code, answer.headers["location"]) == (303, "/lock"), address


def test_people_of_the_county_come_in(county: County) -> None:
    for login in (SUPERVISOR, ADMINISTRATOR):
        with browser_of(county, login) as browser:
            assert "全县总览" in browser.get("/").text


def test_a_clerk_of_a_town_is_refused_as_if_the_pin_were_wrong(county: County) -> None:
    with browser_of(county) as browser:
        clerk = sign_in(browser, TOWN_CLERK)
        nobody = sign_in(browser, "nobody")
        assert clerk.status_code == nobody.status_code == 403
        assert browser.get("/", follow_redirects=False).headers["location"] == "/lock"


def test_five_wrong_pins_make_even_the_right_one_wait_also_after_a_restart(fresh: County) -> None:
    with browser_of(fresh) as browser:
        for _ in range(5):
            assert sign_in(browser, SUPERVISOR, "000000").status_code == 403
    with browser_of(fresh) as browser:
        waiting = sign_in(browser, SUPERVISOR)
        assert waiting.status_code == 403
        assert "30" in waiting.text
        fresh.clock.now += 31_000
        assert sign_in(browser, SUPERVISOR).status_code == 303


def test_leaving_ends_the_session(county: County) -> None:
    with browser_of(county, SUPERVISOR) as browser:
        browser.post("/sign-out", data=form(browser), follow_redirects=False)
        assert browser.get("/", follow_redirects=False).headers["location"] == "/lock"


def test_a_screen_that_locks_itself_asks_first_and_leads_back(county: County) -> None:
    with browser_of(county, SUPERVISOR) as browser:
        shown = browser.get("/alerts").text
        assert 'id="idle-ask"' in shown
        assert "再登录就回到这一页" in shown
        left = {**form(browser), "back": "/alerts"}
        browser.post("/sign-out", data=left, follow_redirects=False)
        assert sign_in(browser, SUPERVISOR).headers["location"] == "/alerts"


def test_who_is_withdrawn_is_out_at_once(fresh: County) -> None:
    with browser_of(fresh, SUPERVISOR) as browser:
        assert browser.get("/").status_code == 200
        author = fresh.hub.author
        fresh.spaces.county.write(
            lambda c: Pen(c, author, "u-guanli").append(Kind.USER_WITHDRAWN, "u-jiandu", {})
        )
        dossier = f"/towns/{WILLOW}/dossiers/{fresh.dossier()}"
        for address in ("/", dossier):
            answer = browser.get(address, follow_redirects=False)
            assert answer.headers["location"] == "/lock"
    assert fresh.looks(WILLOW, fresh.dossier()) == []


def test_who_loses_a_role_loses_it_at_once(fresh: County) -> None:
    with browser_of(fresh, SUPERVISOR) as browser:
        fresh.hub.enrol_user("曾敏", SUPERVISOR, "", ["administrator"], PIN, "u-jiandu")
        assert browser.get("/").status_code == 200
        dossier = f"/towns/{WILLOW}/dossiers/{fresh.dossier()}"
        assert browser.get(dossier).status_code == 403


def test_a_form_without_its_token_is_refused(county: County) -> None:
    with browser_of(county, SUPERVISOR) as browser:
        assert browser.post("/search", data={"q": "王"}).status_code == 403


def test_the_screens_speak_english_on_request(county: County) -> None:
    with browser_of(county, SUPERVISOR) as browser:
        browser.cookies.set("lang", "en")
        for address, heading in (
            ("/", "全县总览"),
            ("/search", "查全县档案"),
            ("/alerts", "各镇库房报警"),
            ("/transfers", "镇与镇之间的转递"),
            ("/staff", "单位与人员"),
            (f"/towns/{WILLOW}/dossiers/{county.dossier()}", "十类材料"),
        ):
            said = browser.get(address).text
            english = str(catalogue("en").gettext(heading))
            assert english != heading
            assert '<html lang="en"' in said
            assert english in said
            assert heading not in said
