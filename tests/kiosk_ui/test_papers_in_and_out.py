"""Papers come in and go to the archive: from a village, for a dossier, by the line, for good."""

import pytest
from playwright.sync_api import expect

from tests.kiosk_ui.browser import Counter
from tests.kiosk_ui.newcomers import leave_paper, press, refused
from tests.kiosk_ui.world import World

pytestmark = pytest.mark.xdist_group("browser")


@pytest.mark.checklist("004-10", "002-09", "003-12")
def test_a_villages_bag_is_noted_receipted_stored_and_what_it_lacks_is_chased(
    counter: Counter, world: World
) -> None:
    page, village = counter.page, f"柳树村{counter.size[0]}"
    counter.open("/work")
    page.get_by_role("link", name="村级收集").first.tap()
    page.get_by_role("link", name="登记一件").tap()
    page.fill("#village", village)
    page.fill("#deliverer", "赵会计")
    page.fill("#sort", "退休")
    page.fill("#expected", "3")
    counter.keep("village-new")
    press(page, "登记")
    expect(page.locator(".name-line")).to_contain_text("清点中")
    assert counter.faults() == []
    press(page, "清点完，打印交接单")
    refused(counter, "还没有记一份")
    for whose, condition, pieces, lacks in (
        ("王建国", "完好", "6", ""),
        ("李红", "缺材料", "4", "招工表"),
        ("一捆三份", "捆扎混放", "11", "绳勒破角"),
    ):
        # Each note begins with an empty form.
        expect(page.locator("#whose")).to_have_value("")
        page.fill("#whose", whose)
        page.get_by_role("radio", name=condition, exact=True).check()
        page.fill("#pieces", pieces)
        page.fill("#lacks", lacks)
        press(page, "记一份")
        expect(page.locator("main h2", has_text="已记")).to_be_visible()
        expect(page.locator(".rows b", has_text=whose)).to_be_visible()
    counter.keep("village-noted")
    assert counter.faults() == []
    press(page, "清点完，打印交接单")
    page.wait_for_url("**/papers/**")
    counter.keep("village-receipt")
    leave_paper(page)
    expect(page.locator("main h2", has_text="还缺 1 样")).to_be_visible()
    page.fill("#stored", "4")
    counter.keep("village-handed")
    press(page, "已入库，缺的去催")
    expect(page.locator(".name-line")).to_contain_text("待补齐")
    expect(page.locator(".name-line")).to_contain_text("还有 30 天")
    page.fill("#asked_how", "电话催过赵会计")
    press(page, "催村里补齐，打印催补单")
    page.wait_for_url("**/papers/**")
    leave_paper(page)
    counter.keep("village-chased")
    assert counter.faults() == []
    press(page, "补来了")
    press(page, "都补齐了")
    expect(page.locator(".name-line")).to_contain_text("已入库")
    counter.keep("village-done")
    assert counter.faults() == []
