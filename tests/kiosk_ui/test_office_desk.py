"""The office's own registers: a hand-over signed by three, what is due, the form of the year."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.edge.workflows.test_matters import COLLEAGUE
from tests.kiosk_ui.browser import SIZES, Counter, counter_at
from tests.kiosk_ui.newcomers import leave_paper, press, refused, seconded
from tests.kiosk_ui.test_taps import Taps
from tests.kiosk_ui.world import World, lived_in
from tests.offices import CLERK, COUNTY, PIN

pytestmark = pytest.mark.xdist_group("browser")


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder: Path = tmp_path_factory.mktemp("desk")
    with lived_in(folder, persons=6, digitised=1) as world:
        yield world


@pytest.fixture(params=SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def counter(request: pytest.FixtureRequest, browser: Browser, desk: World) -> Iterator[Counter]:
    with counter_at(browser, desk.url, request.param) as window:
        window.sign_in()
        yield window


@pytest.mark.checklist("004-12")
def test_who_leaves_hands_over_and_three_sign_at_one_screen(
    counter: Counter, browser: Browser, desk: World
) -> None:
    with seconded(browser, desk, counter.size) as leaver:
        page, taps = leaver.page, Taps(leaver)
        leaver.open("/")
        page.get_by_role("link", name="更多业务").tap()
        page.get_by_role("link", name="人员交接").tap()
        page.get_by_role("link", name="登记一件").tap()
        for group, name in (
            ("移交人", COLLEAGUE.name),
            ("接收人", CLERK.name),
            ("监交人", COUNTY.name),
        ):
            page.get_by_role("group", name=group).get_by_role("radio", name=name).check()
        page.get_by_role("radio", name="退休").check()
        page.fill("#keys", "库房两把，柜子一把")
        press(page, "登记")
        expect(page.locator("#notices")).to_contain_text("“印章和UKey”还没有填")
        page.fill("#seals", "公章一枚，UKey一个")
        leaver.keep("handover-filled")
        assert leaver.faults() == []
        press(page, "登记")
        expect(page.locator(".name-line")).to_contain_text("待清点")
        press(page, "清点并打印清册")
        leave_paper(page)
        frozen = page.locator(".frozen")
        expect(frozen).to_contain_text("库房两把，柜子一把")
        expect(frozen).to_contain_text("个人档案")
        press(page, "移交人签名")
        expect(page.locator(".name-line")).to_contain_text("待接收人签")
        expect(page.locator("main")).to_contain_text(f"轮到接收人 {CLERK.name} 签名")
        leaver.keep("handover-take")
        assert leaver.faults() == []
        counter.open("/todo")
        waiting = counter.page.locator(".rows a", has_text="等您签名")
        expect(waiting).to_contain_text("人员交接 · 待接收人签")
        page.fill("#pin", "000000")
        press(page, "接收人签名")
        refused(leaver, f"不是{CLERK.name}的口令")
        page.fill("#pin", PIN)
        press(page, "接收人签名")
        expect(page.locator(".name-line")).to_contain_text("待监交人签")
        page.fill("#pin", PIN)
        press(page, "监交人签名")
        page.wait_for_url("**/lock?left=1")
        expect(page.locator("#notices")).to_contain_text("移交人的账号在本机已经停用")
        leaver.keep("handover-ended")
        assert leaver.faults() == []
        # Three to find it, five to fill it in, two wrong tries, and one for each step of the rest.
        assert taps.taken() <= 16
        page.fill("#login", "102")
        page.fill("#pin", PIN)
        page.keyboard.press("Enter")
        refused(leaver, "已经办过交接")
    counter.open("/todo")
    expect(counter.page.locator(".rows a", has_text="等您签名")).to_have_count(0)
    counter.open("/matters?flow=handover")
    counter.page.locator(".row", has_text=COLLEAGUE.name).first.tap()
    expect(counter.page.locator(".trail")).to_contain_text("监交人签名")
    counter.keep("handover-done")
    assert counter.faults() == []
