"""What every page of the counter can do, in a real browser: help, undo, drafts, the lock."""

import re

import pytest
from playwright.sync_api import Browser, expect

from tests.kiosk_ui.browser import counter_at
from tests.kiosk_ui.test_screens import dossier_of
from tests.kiosk_ui.world import World
from tests.offices import PIN

pytestmark = pytest.mark.xdist_group("browser")
SMALL = (1280, 800)


def test_a_slip_is_taken_back_from_the_foot_of_the_page(browser: Browser, world: World) -> None:
    """What was typed and not sent comes back before that, and help opens beside it."""
    dossier = dossier_of(world, world.person().id)
    with counter_at(browser, world.url, SMALL) as window:
        window.sign_in()
        window.open(f"/loans/{dossier}")
        with window.page.expect_response("**/drafts"):
            window.page.fill("#borrower", "李某")
        window.page.reload()
        expect(window.page.locator("#borrower")).to_have_value("李某")
        window.page.click(".help summary")
        expect(window.page.locator(".help .menu")).to_be_visible()
        assert window.faults() == []
        window.page.keyboard.press("Escape")
        expect(window.page.locator(".help .menu")).to_be_hidden()
        window.page.click("text=确认借出")
        expect(window.page.locator("#undo")).to_contain_text("已借给 李某")
        window.keep("undo")
        assert window.faults() == []
        window.page.click("#undo button")
        expect(window.page.locator("#undo button")).to_have_count(0)
        expect(window.page.locator(".name-line")).to_contain_text("在库")
        window.open(f"/loans/{dossier}")
        expect(window.page.locator("#borrower")).to_have_value("")


def test_an_idle_screen_asks_and_then_locks_and_comes_back_to_its_own_clerk(
    browser: Browser, world: World
) -> None:
    with counter_at(browser, world.url, SMALL) as window:
        window.page.clock.install()
        window.sign_in()
        window.open("/receive")
        window.page.clock.fast_forward("04:10")
        expect(window.page.locator("#idle-ask")).to_be_visible()
        expect(window.page.locator("[data-left]")).to_have_text(re.compile(r"^\d\d$"))
        window.keep("idle")
        window.complaints.clear()  # of requests that were under way while the clock leapt
        assert window.faults() == []
        window.page.click("#idle-ask button")
        expect(window.page.locator("#idle-ask")).to_be_hidden()
        with window.page.expect_response("**/drafts"):
            window.page.fill("#origin", "县人才交流中心")
            window.page.clock.fast_forward("04:10")
        window.page.clock.fast_forward("01:10")
        expect(window.page).to_have_url(f"{world.url}/lock")
        window.page.fill("#login", "101")
        window.page.fill("#pin", PIN)
        window.page.keyboard.press("Enter")
        expect(window.page).to_have_url(f"{world.url}/receive")
        expect(window.page.locator("#origin")).to_have_value("县人才交流中心")
