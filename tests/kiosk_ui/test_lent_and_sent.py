"""A dossier leaves the shelf, by taps alone: lent and taken back, sent for good."""

import pytest
from playwright.sync_api import Browser, expect

from tests.kiosk_ui.browser import Counter
from tests.kiosk_ui.newcomers import begin, dossier_with, leave_paper, press, refused, seconded
from tests.kiosk_ui.world import World
from tests.offices import MAPLE, TOWNS

pytestmark = pytest.mark.xdist_group("browser")


@pytest.mark.checklist("002-07", "001-09")
def test_a_loan_is_approved_runs_over_and_what_comes_back_short_is_said_and_looked_into(
    counter: Counter, browser: Browser, world: World
) -> None:
    page = counter.page
    one = dossier_with(world, "庹借阅", counter.size, ("1", "履历表", "198708", 2))
    with world.days_ago(15):
        begin(counter, one.person, "借阅档案")
        for name, value in (
            ("borrower", "戴还迟"), ("unit", f"县{counter.size[0]}局"),
            ("letter", "介〔2026〕31号"), ("purpose", "职称评审"),
        ):  # fmt: skip
            page.fill(f"#{name}", value)
        press(page, "登记")
        expect(page.locator(".name-line")).to_contain_text("待批")
        press(page, "批准借阅")
        expect(page.locator("#notices")).to_contain_text("“批准人”还没有填")
        page.fill("#approver", "所长")
        press(page, "批准借阅")
        expect(page.locator(".name-line")).to_contain_text("待出库")
        page.fill("#pages", "42")
        press(page, "出库，打印借阅单和代档卡")
        page.wait_for_url("**/papers/**")
        leave_paper(page)
        expect(page.locator(".name-line")).to_contain_text("已借出")
        counter.keep("lending-out")
    counter.open("/todo")
    page.locator(".rows a", has_text="庹借阅").filter(has_text="借阅逾期").first.tap()
    page.wait_for_url("**/loans/*")
    counter.keep("lending-loan")
    page.get_by_role("link", name="打开申请").tap()
    expect(page.locator(".name-line")).to_contain_text("逾期 1 天")
    page.fill("#back", "41")
    press(page, "归还")
    refused(counter, "借出时 42 页，还回 41 页")
    page.locator("summary", has_text="页数不符").tap()
    form = page.locator("#step-give_back_short")
    form.get_by_label("还回来点了几页").fill("41")
    form.get_by_label("差在哪里").fill("第 7 页不见了")
    form.get_by_role("button").tap()
    expect(page.locator(".name-line")).to_contain_text("页数不符")
    expect(page.locator("main .notice.care")).to_contain_text("借出 42 页，还回 41 页")
    expect(page.locator(".notice", has_text="已查清")).to_contain_text("请另一位同事登录")
    counter.keep("lending-doubted")
    assert counter.faults() == []
    lending = page.url.removeprefix(world.url)
    counter.open(f"/persons/{one.person}")
    said = page.locator(".notice.care", has_text="档案疑点，待核查")
    expect(said).to_contain_text("还回 41 页。第 7 页不见了")
    counter.keep("lending-person")
    with seconded(browser, world, counter.size) as second:
        second.open(lending)
        second.page.get_by_role("link", name="看这件疑点").tap()
        second.page.fill("#found", "夹在隔壁一份里，已放回")
        press(second.page, "已查清，没有问题")
        expect(second.page.locator(".name-line")).to_contain_text("已查清")
        second.open(lending)
        second.page.fill("#found", "疑点已查清")
        press(second.page, "已查清")
        expect(second.page.locator(".name-line")).to_contain_text("已归还")
        assert second.faults() == []


@pytest.mark.checklist("002-07", "003-14")
def test_a_dossier_is_asked_for_packed_posted_chased_and_acknowledged(
    counter: Counter, world: World
) -> None:
    page = counter.page
    one = dossier_with(world, "庹转出", counter.size, ("1", "履历表", "198708", 2))
    begin(counter, one.person, "转出档案")
    counter.keep("transfer-new")
    page.get_by_role("radio", name=TOWNS[MAPLE]).check()
    page.fill("#letter", "调〔2026〕7号")
    page.get_by_role("radio", name="户口迁移").check()
    page.get_by_role("checkbox", name="调档函是原件").check()
    page.get_by_role("checkbox", name="曾是公务员").check()
    press(page, "登记")
    expect(page.locator(".name-line")).to_contain_text("待出库")
    for name, value in (("bags", "1"), ("pieces", "1"), ("pages", "3")):
        page.fill(f"#step-pack #{name}", value)
    page.get_by_role("checkbox", name="全部材料一次装齐").check()
    press(page, "清点装封，打印通知单")
    refused(counter, "目录记 2 页，这次点了 3 页")
    page.fill("#step-pack #pages", "2")
    press(page, "清点装封，打印通知单")
    page.wait_for_url("**/papers/**")
    counter.keep("transfer-notice")
    leave_paper(page)
    expect(page.locator(".name-line")).to_contain_text("待交寄")
    press(page, "机要封面")
    page.wait_for_url("**/papers/**")
    leave_paper(page)
    page.get_by_role("radio", name="给据邮件").check()
    page.fill("#mail", "EMS1234567")
    page.fill("#posted", "20261127")
    press(page, "交寄，登记邮件号")
    refused(counter, "只能走机要通信或专人送取")
    page.get_by_role("radio", name="机要通信").check()
    page.fill("#mail", "机0001234")
    press(page, "交寄，登记邮件号")
    expect(page.locator(".name-line")).to_contain_text("已转出，等回执")
    counter.keep("transfer-sent")
    page.locator("summary", has_text="催要回执").tap()
    page.get_by_label("怎样催的").fill("电话催过")
    press(page, "催要回执，打印催办函")
    page.wait_for_url("**/papers/**")
    leave_paper(page)
    page.fill("#received", "20261127")
    page.fill("#receiver", "查林")
    press(page, "收到回执")
    expect(page.locator(".name-line")).to_contain_text("已收回执")
    counter.keep("transfer-acknowledged")
    assert counter.faults() == []
    counter.open(f"/persons/{one.person}")
    expect(page.locator(".name-line")).to_contain_text("已转出")
    counter.keep("transfer-person")
    assert counter.faults() == []
