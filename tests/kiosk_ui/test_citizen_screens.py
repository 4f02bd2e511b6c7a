"""The screens that face citizens, beside a clerk's, in a real browser."""

import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest
from playwright.sync_api import Browser, expect

from edge.store.screens import confirmations_of
from tests.kiosk_ui.browser import SIZES, Counter, counter_at
from tests.kiosk_ui.test_screens import dossier_of
from tests.kiosk_ui.world import World

pytestmark = pytest.mark.xdist_group("browser")


@contextmanager
def let_in(browser: Browser, clerk: Counter, mode: str, size: tuple[int, int]) -> Iterator[Counter]:
    """A screen let in by touch alone, with the code from the clerk's own."""
    clerk.open("/screens")
    words = {"second": "接一块群众屏", "self": "接一台自助机"}[mode]
    clerk.page.click(f"text={words}")
    code = re.sub(r"\D", "", clerk.page.locator(".pairing").inner_text())
    clerk.keep(f"screens-{mode}")
    assert clerk.faults() == []
    with counter_at(browser, clerk.url, size) as screen:
        screen.open("/citizen")
        assert screen.faults() == []
        for digit in code:
            screen.page.click(f"[data-key='{digit}']")
        screen.keep("let-in")
        screen.page.click("[data-key=enter]")
        expect(screen.page.locator(".resting")).to_be_visible()
        yield screen


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_the_citizen_sees_what_the_clerk_shows_and_confirms_it(
    browser: Browser, world: World, size: tuple[int, int]
) -> None:
    person = world.person()
    with counter_at(browser, world.url, size) as clerk:
        clerk.sign_in()
        with let_in(browser, clerk, "second", size) as screen:
            screen.keep("second-resting")
            assert screen.faults() == []
            clerk.open(f"/persons/{person.id}")
            clerk.page.click(".up summary")
            clerk.keep("person-more")
            assert clerk.faults() == []
            clerk.page.click("text=给群众看")
            expect(clerk.page.locator("#facing")).to_contain_text("正在群众屏上显示")
            expect(screen.page.locator("#shown")).to_contain_text(person.name)
            assert person.id_number not in screen.page.content()
            screen.keep("second-shown")
            assert screen.faults() == []
            screen.page.click("text=确认无误")
            expect(screen.page.locator(".confirmed")).to_contain_text("您已确认")
            expect(clerk.page.locator("#facing")).to_contain_text("本人已在群众屏上确认")
            clerk.keep("person-confirmed")
            # Even one that came up while something stood on it rests with the hour and the day.
            screen.page.reload()
            clerk.page.click("#facing button")
            expect(screen.page.locator(".resting [data-clock]")).to_have_text(re.compile(r"\d:\d"))
            screen.keep("second-resting-again")
    with world.office.space.read() as town:
        assert confirmations_of(town, dossier_of(world, person.id))


def lay_card_until_heard(screen: Counter, world: World, person: str) -> None:
    """Lay the card down, again if the page's line was only just coming up."""
    for _ in range(20):
        world.lay_card(person)
        with suppress(AssertionError):
            expect(screen.page).to_have_url(f"{world.url}/self/menu", timeout=1_500)
            return
    raise AssertionError("the card was never heard")


def test_a_citizen_serves_oneself_and_the_screen_asks_and_wipes_itself(
    browser: Browser, world: World
) -> None:
    person = world.person()
    size = (1280, 800)
    with counter_at(browser, world.url, size) as clerk:
        clerk.sign_in()
        with let_in(browser, clerk, "self", size) as screen:
            screen.keep("self-resting")
            assert screen.faults() == []
            with screen.page.expect_response("**/self/events"):
                screen.page.reload()
            lay_card_until_heard(screen, world, person.id)
            screen.keep("self-menu")
            assert screen.faults() == []
            for name in ("where", "proof", "progress"):
                screen.page.click(f"[href='/self/{name}']")
                screen.keep(f"self-{name}")
                assert screen.faults() == []
                screen.page.click(".foot a")
            screen.page.click("[href='/self/proof']")
            screen.page.click("text=盖章打印")
            expect(screen.page.locator("#job")).to_be_visible()
            screen.keep("self-printing")
            assert screen.faults() == []
            screen.page.clock.install()
            screen.open("/self/where")
            screen.page.clock.fast_forward("01:05")
            expect(screen.page.locator("#stay-ask")).to_be_visible()
            screen.keep("self-stay")
            screen.page.click("#stay-ask button")
            expect(screen.page.locator("#stay-ask")).to_be_hidden()
            screen.page.clock.fast_forward("01:05")
            screen.page.clock.fast_forward("00:30")
            expect(screen.page).to_have_url(f"{world.url}/self")
            assert person.name not in screen.page.content()
            screen.page.go_back()
            assert person.name not in screen.page.content()
            screen.open("/self/lookup")
            screen.keep("self-lookup")
            screen.complaints.clear()  # of requests that were under way while the clock leapt
            assert screen.faults() == []
