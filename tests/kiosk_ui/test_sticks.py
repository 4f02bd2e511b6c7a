"""A town without a line exchanges by stick, at the screens of a box and of a real hub."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import uvicorn
from playwright.sync_api import Browser, Locator, Page, expect

from edge.domain.kinds import Kind
from edge.store.entries import Pen
from edge.web.sticks import Sticks
from sync.carry import site_of_box
from sync.carry_acts import acts_of_box
from sync.hub.app import screens_app
from sync.hub.county import County
from tests.kiosk_ui.browser import SIZES, Counter, counter_at
from tests.kiosk_ui.world import World, lived_in
from tests.offices import pin_verifier
from tests.sync.carriage import TOWN, dump_of, hub_town, work
from tests.sync.test_session import unsent_at
from tests.sync.world import Box
from tests.sync.world import World as Line

pytestmark = pytest.mark.xdist_group("browser")
PATIENCE_MS = 60_000


@dataclass
class Apart:
    """A box and its hub that nothing joins but a stick, each behind its screens."""

    line: Line
    box: Box
    stick: Path
    kiosk: World
    county_url: str


@contextmanager
def county_screens(county: County, stick: Path) -> Iterator[str]:
    told = {"name": "关理", "login": "101", "town": "", "roles": ["administrator"]}
    enrolled = (Kind.USER_ENROLLED, "u-guanli", {**told, "pin": pin_verifier()})
    county.spaces.county.write(lambda c: Pen(c, county.author, "x").append(*enrolled) and None)
    config = uvicorn.Config(
        screens_app(county, folders=[stick]),
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
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(10)


@pytest.fixture
def apart(tmp_path: Path) -> Iterator[Apart]:
    line, stick = Line(tmp_path / "line"), tmp_path / "KINGSTON"
    box = line.box()
    line.hub.stop()
    work(box, 4)
    sticks = Sticks([], [stick], acts_of_box(site_of_box(box.session.side)))
    with (
        lived_in(tmp_path / "office", persons=4, digitised=0, sticks=sticks) as kiosk,
        county_screens(line.hub.county, stick) as url,
    ):
        yield Apart(line, box, stick, kiosk, url)
    line.hub.start()
    line.close()


def done(page: Page) -> str:
    expect(page.locator("#carried")).to_contain_text("可以拔出U盘了", timeout=PATIENCE_MS)
    return page.locator("#carried").inner_text()


def test_a_stick_goes_to_the_county_and_back(browser: Browser, apart: Apart) -> None:
    faults = {}
    with (
        counter_at(browser, apart.kiosk.url, *SIZES) as town,
        counter_at(browser, apart.county_url, *SIZES) as county,
    ):
        town.sign_in()
        county.sign_in()
        town.open("/sync")
        expect(town.page.locator("#sticks")).to_contain_text("没有看到U盘")
        town.keep("sticks-none")
        faults["none"] = town.faults()
        apart.stick.mkdir()
        # It is seen without anybody asking.
        export(town).wait_for(timeout=PATIENCE_MS)
        town.keep("sticks-plugged")
        faults["plugged"] = town.faults()
        export(town).click()
        said = done(town.page)
        assert "8 个文件" in said
        town.keep("sticks-exported")
        faults["exported"] = town.faults()
        county.open("/sticks")
        county.page.get_by_role("button", name="从U盘导入").click()
        assert "城关镇 0 号机" in done(county.page)
        county.keep("county-sticks-imported")
        faults["county"] = county.faults()
        assert dump_of(hub_town(apart.line, TOWN)) == dump_of(apart.box.town)
        county.page.get_by_role("button", name="导出到U盘").click()
        expect(county.page.locator("#carried")).to_contain_text("已写入", timeout=PATIENCE_MS)
        done(county.page)
        assert unsent_at(apart.box) > 0
        town.open("/sync")
        town.page.get_by_role("button", name="从U盘导入").click()
        expect(town.page.locator("#carried")).to_contain_text(
            "对方已收到本机 8 个文件", timeout=PATIENCE_MS
        )
        town.keep("sticks-imported")
        faults["imported"] = town.faults()
    assert unsent_at(apart.box) == 0
    assert {name: found for name, found in faults.items() if found} == {}


def export(window: Counter) -> Locator:
    return window.page.get_by_role("button", name="导出到U盘")


def test_what_is_wrong_with_a_stick_is_said(browser: Browser, apart: Apart, tmp_path: Path) -> None:
    other = Line(tmp_path / "another county")
    try:
        stranger = other.box()
        work(stranger, 1)
        apart.stick.mkdir()
        with counter_at(browser, apart.kiosk.url, SIZES[0]) as town:
            town.sign_in()
            town.open("/sync")
            bring = town.page.get_by_role("button", name="从U盘导入")
            bring.click()
            told = town.page.locator("#carried")
            expect(told).to_contain_text("盘上没有交换资料", timeout=PATIENCE_MS)
            acts_of_box(site_of_box(stranger.session.side))["export"](
                apart.stick, "", lambda *_: None
            )
            bring.click()
            expect(told).to_contain_text("这个盘是别的县的", timeout=PATIENCE_MS)
            town.keep("sticks-refused")
            assert town.faults() == []
    finally:
        other.close()
