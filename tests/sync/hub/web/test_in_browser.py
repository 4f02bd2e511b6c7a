"""The county's screens in a real browser: no complaint of axe, of the console, or of the eye."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from playwright.sync_api import Browser, expect

from edge.domain.kinds import Kind
from edge.store import exchange
from sync.hub.app import screens_app
from tests.kiosk_ui.browser import SIZES, Counter, counter_at
from tests.sync.hub.web.county import (
    ADMINISTRATOR,
    BRIDGE,
    NOW,
    SUPERVISOR,
    WILLOW,
    County,
    box_of,
    county_in,
)

pytestmark = pytest.mark.xdist_group("browser")


@contextmanager
def served(county: County) -> Iterator[str]:
    """Serve the screens on a port that the kernel gives; yields their address."""
    config = uvicorn.Config(
        screens_app(county.hub),
        host="127.0.0.1",
        port=0,
        log_level="warning",
        timeout_graceful_shutdown=1,
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive(), "the server did not start"
        time.sleep(0.02)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(10)


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[County, str]]:
    """A county of its own for the module, served."""
    with county_in(tmp_path_factory.mktemp("hub")) as county, served(county) as url:
        yield county, url


@pytest.fixture
def window(browser: Browser, hub: tuple[County, str]) -> Iterator[Counter]:
    """A window, looked at in both sizes, at the county's lock screen."""
    with counter_at(browser, hub[1], *SIZES) as opened:
        yield opened


def _settled(window: Counter, name: str) -> list[str]:
    expect(window.page.locator("#state .state-words")).to_be_visible()
    window.keep(f"county-{name}")
    return window.faults()


def test_every_screen_stands_at_both_sizes(window: Counter, hub: tuple[County, str]) -> None:
    county, page = hub[0], window.page
    faults = {}
    window.open("/lock")
    window.keep("county-lock")
    faults["lock"] = window.faults()
    window.sign_in(SUPERVISOR)
    faults["overview"] = _settled(window, "overview")
    for name in ("alerts", "transfers", "staff", "search"):
        window.open(f"/{name}")
        faults[name] = _settled(window, name)
    page.fill("#q", f"{WILLOW}-001")
    page.keyboard.press("Enter")
    expect(page.locator(".county-hit").first).to_be_visible()
    faults["hits"] = _settled(window, "hits")
    dossier = f"/towns/{WILLOW}/dossiers/{county.dossier()}"
    window.open(dossier)
    faults["dossier"] = _settled(window, "dossier")
    for place, name in ((0, "viewer"), (1, "viewer-thumbnail"), (2, "viewer-awaiting")):
        window.open(f"{dossier}/view/material-{WILLOW}-1-{place}/1")
        if place == 0:
            page.wait_for_function("() => document.getElementById('viewer').dataset.ready")
        faults[name] = _settled(window, name)
    assert {name: found for name, found in faults.items() if found} == {}


def test_every_screen_stands_in_english_with_the_largest_letters(
    browser: Browser, hub: tuple[County, str]
) -> None:
    with counter_at(browser, hub[1], SIZES[0]) as window:
        window.sign_in(SUPERVISOR)
        cookies: Any = [
            {"name": name, "value": value, "url": hub[1]}
            for name, value in (("lang", "en"), ("size", "30"))
        ]
        window.page.context.add_cookies(cookies)
        for name in ("", "alerts", "transfers", "staff"):
            window.open(f"/{name}")
            assert _settled(window, f"english-{name or 'overview'}") == [], name
            wider = window.page.evaluate("() => document.documentElement.scrollWidth > innerWidth")
            assert not wider, name


def test_wrong_pins_are_said_beside_the_form_and_the_name_is_kept(window: Counter) -> None:
    window.open("/lock")
    window.page.fill("#login", "zhaoxu")
    window.page.fill("#pin", "1")
    window.page.keyboard.press("Enter")
    expect(window.page.locator("#wrong")).to_be_visible()
    expect(window.page.locator("#login")).to_have_value("zhaoxu")
    window.keep("county-wrong-pin")


def test_the_overview_follows_an_exchange_without_a_reload(
    browser: Browser, hub: tuple[County, str]
) -> None:
    county, url = hub
    with counter_at(browser, url, SIZES[0]) as window:
        window.sign_in(SUPERVISOR)
        expect(window.page.get_by_text("3 天没有消息")).to_be_visible()
        window.page.evaluate("() => { document.body.dataset.kept = 'yes'; }")
        box = box_of(3)
        person = {"name": "缪新华", "id_number": ""}
        county.write(BRIDGE, 3, NOW - 60_000, [(Kind.PERSON_REGISTERED, "person-new", person)])
        county.spaces.town(BRIDGE).write(lambda c: exchange.note_contact(c, box, NOW))
        expect(window.page.get_by_text("今天 09:30 已同步")).to_be_visible()
        assert window.page.evaluate("() => document.body.dataset.kept") == "yes"
        expect(window.page.get_by_text("3 天没有消息")).to_have_count(0)


def test_a_damaged_town_is_said_first(browser: Browser, tmp_path: Path) -> None:
    with county_in(tmp_path / "county") as county, served(county) as url:
        county.spaces.town(WILLOW).damaged = True
        with counter_at(browser, url, SIZES[0]) as window:
            window.sign_in(SUPERVISOR)
            expect(window.page.locator(".notice.alarm")).to_contain_text("在县里的资料库有损坏")
            assert _settled(window, "damaged") == []
            window.page.fill("#q", "王")
            window.page.keyboard.press("Enter")
            expect(window.page.locator(".notice.alarm")).to_contain_text(
                "没有查到这些镇：柳河镇人民政府"
            )
            assert _settled(window, "damaged-search") == []


def test_the_administrator_admits_a_box_by_keyboard_and_sees_it_among_the_towns(
    browser: Browser, tmp_path: Path
) -> None:
    with county_in(tmp_path / "hub") as county, served(county) as url:
        with counter_at(browser, url, SIZES[0]) as window:
            window.sign_in(ADMINISTRATOR)
            assert _settled(window, "administrator") == []
            button = window.page.get_by_role("button", name="核对无误，接纳")
            button.focus()
            window.page.keyboard.press("Enter")
            expect(button).to_have_count(0)
            expect(window.page.get_by_text("还没有同步过")).to_be_visible()
            assert window.complaints == []
        assert county.admitted_by(box_of(6)) == "u-guanli"
