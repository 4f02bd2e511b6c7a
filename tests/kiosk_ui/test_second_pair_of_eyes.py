"""What one clerk begins another has to sign: a review, a retirement check, a destruction."""

import pytest
from playwright.sync_api import Browser, expect

from tests.kiosk_ui.browser import Counter
from tests.kiosk_ui.newcomers import begin, dossier_with, leave_paper, press, refused, seconded
from tests.kiosk_ui.world import World
from tests.offices import PIN, id_number, real_day

pytestmark = pytest.mark.xdist_group("browser")


@pytest.mark.checklist("000-22", "001-19")
def test_a_retirement_check_gathers_the_pages_and_waits_for_the_decision(
    counter: Counter, world: World
) -> None:
    page = counter.page
    one = dossier_with(
        world, "庹退休", counter.size, ("1", "履历表", "198708", 1), ("9-1", "招工表", "198707", 1)
    )
    begin(counter, one.person, "退休档案核实")
    page.get_by_role("radio", name="男职工").check()
    press(page, "登记")
    expect(page.locator(".name-line")).to_contain_text("取证中")
    press(page, "取证完毕")
    refused(counter, "还没有带形成时间的出生记载")
    page.get_by_role("link", name="看全部记载和页码").tap()
    page.wait_for_url("**/records")
    page.get_by_role("link", name="翻看档案").last.tap()
    page.wait_for_url("**/view/**")
    page.get_by_role("link", name="摘记本页").tap()
    page.select_option("#field", "birth")
    page.fill("#value", "1965年3月")
    page.fill("#words", "一九六五年三月生")
    press(page, "记下")
    page.wait_for_url("**/records")
    counter.keep("retire-noted")
    page.get_by_role("link", name="回到退休档案核实").tap()
    press(page, "取证完毕")
    expect(page.locator(".name-line")).to_contain_text("待推送")
    counter.keep("retire-gathered")
    assert counter.faults() == []
    page.fill("#to", "县社保中心")
    page.get_by_role("radio", name="专人", exact=True).check()
    press(page, "推送社保")
    page.wait_for_url("**/papers/**")
    leave_paper(page)
    expect(page.locator(".name-line")).to_contain_text("待社保认定")
    page.fill("#decided_birth", "196503")
    page.fill("#decided_months", "470")
    page.fill("#decision", "青社认〔2026〕12号")
    press(page, "登记社保结论")
    expect(page.locator(".name-line")).to_contain_text("已有结论")
    counter.keep("retire-concluded")
    assert counter.faults() == []


@pytest.mark.checklist("000-01", "000-25")
def test_a_review_is_signed_by_another_read_under_confinement_written_and_sent(
    counter: Counter, browser: Browser, world: World
) -> None:
    page = counter.page
    one = dossier_with(
        world, "庹政审", counter.size, ("5", "政审表", "198708", 2), ("9-1", "工资表", "1990", 1)
    )
    begin(counter, one.person, "政审")
    for name, value in (
        ("unit", "青山县人民武装部"), ("letter", "青武函〔2026〕8号"), ("due", real_day(7)),
        ("reader", "赵一"), ("reader_id", id_number(21)),
        ("reader2", "钱二"), ("reader2_id", id_number(22)), ("categories", "5"),
    ):  # fmt: skip
        page.fill(f"#{name}", value)
    page.get_by_role("radio", name="审查本人", exact=True).check()
    page.get_by_role("radio", name="参军").check()
    page.get_by_role("radio", name="派人来").check()
    page.get_by_role("checkbox", name="查阅人已声明").check()
    page.get_by_role("checkbox", name="已告知不得拍照").check()
    counter.keep("review-filled")
    press(page, "登记")
    expect(page.locator(".name-line")).to_contain_text("待批准")
    counter.keep("review-asked")
    # Who asked may not sign; the screen says whose turn it is and offers the step to nobody else.
    expect(page.locator(".notice", has_text="同意办理")).to_contain_text("请另一位同事登录")
    expect(page.get_by_role("button", name="同意办理")).to_have_count(0)
    number = page.locator("p .number").first.inner_text()
    with seconded(browser, world, counter.size) as second:
        second.open("/todo")
        waiting = second.page.locator(".rows a", has_text="庹政审").filter(has_text="等您复核")
        second.keep("review-todo")
        waiting.first.tap()
        expect(second.page.locator("p .number").first).to_have_text(number)
        press(second.page, "同意办理")
        expect(second.page.locator(".name-line")).to_contain_text("待办理")
    page.reload()
    press(page, "开始查阅")
    expect(page.locator(".name-line")).to_contain_text("正在查阅")
    counter.keep("review-reading")
    press(page, "请查阅人看屏")
    page.wait_for_url("**/reading/**")
    page.get_by_role("link", name="知道了，开始看").tap()
    expect(page.locator("#viewer")).to_have_attribute("data-ready", "yes")
    expect(page.locator(".strip")).not_to_contain_text("工资表")
    counter.keep("review-leaf")
    leaf = page.url
    page.goto(f"{world.url}/persons/{one.person}")
    expect(page.locator("main")).to_contain_text("这块屏正给查阅人用")
    page.goto(leaf)
    press(page, "看完了，交回经办人")
    page.wait_for_url("**/lock")
    counter.complaints.clear()  # of the address that was refused
    page.fill("#login", "101")
    page.fill("#pin", PIN)
    page.keyboard.press("Enter")
    page.wait_for_url("**/matters/**")
    press(page, "看完归档")
    expect(page.locator(".name-line")).to_contain_text("待办理")
    counter.keep("review-write")
    page.fill("#findings", "政审表第 1 页：历史清白。")
    press(page, "写政审证明")
    page.wait_for_url("**/papers/**")
    leave_paper(page)
    page.get_by_role("radio", name="机要").check()
    page.fill("#mail", "机0009")
    press(page, "密封寄出")
    expect(page.locator(".name-line")).to_contain_text("已寄出")
    counter.keep("review-sent")
    assert counter.faults() == []


@pytest.mark.checklist("003-13")
def test_volumes_whose_time_is_over_are_destroyed_under_two_watching(
    counter: Counter, browser: Browser, world: World
) -> None:
    page = counter.page
    counter.open("/work")
    page.get_by_role("link", name="案卷").first.tap()
    page.get_by_role("link", name="登记一件").tap()
    page.get_by_role("link", name="工伤备案").tap()
    page.fill("#title", f"工伤备案{counter.size[0]}")
    page.fill("#period", "201502")
    page.get_by_role("radio", name="不要").check()
    press(page, "立卷")
    page.wait_for_url("**/matters/0*")
    for name, value in (
        ("pieces", "12"), ("pages", "80"), ("shelf", "2库1列1节1层"), ("checker", "查敏")
    ):  # fmt: skip
        page.fill(f"#{name}", value)
    press(page, "归档上架")
    expect(page.locator(".name-line")).to_contain_text("已归档")
    counter.keep("destroy-kept")
    counter.open("/matters?flow=destruction")
    page.get_by_role("link", name="登记一件").tap()
    page.fill("#what", "2015年工伤备案")
    page.fill("#until", "20261127")
    press(page, "登记")
    page.wait_for_url("**/matters/0*")
    for name, value in (
        ("lead", "甲"),
        ("business", "乙"),
        ("archivist", "丙"),
        ("authority", "丁"),
    ):
        page.fill(f"#{name}", value)
    press(page, "成立鉴定小组")
    expect(page.locator(".name-line")).to_contain_text("待编清册")
    page.get_by_role("link", name="编制并打印清册").tap()
    page.wait_for_url("**/destruction/**")
    page.locator(".ticks .choice").first.tap()
    page.fill("#opinion", "保管期满，无保存价值")
    counter.keep("destroy-choose")
    press(page, "编制并打印清册")
    page.wait_for_url("**/papers/**")
    leave_paper(page)
    expect(page.locator(".notice", has_text="登记批准")).to_contain_text("请另一位同事登录")
    counter.keep("destroy-listed")
    matter = page.url.removeprefix(world.url)
    with seconded(browser, world, counter.size) as second:
        second.open(matter)
        for name, value in (
            ("approver", "县人社局"),
            ("letter", "青人社〔2026〕9号"),
            ("on", "20261127"),
        ):
            second.page.fill(f"#{name}", value)
        press(second.page, "登记批准")
        expect(second.page.locator(".name-line")).to_contain_text("待销毁")
        page.reload()
        page.fill("#carried_on", "20261127")
        page.fill("#where", "县造纸厂")
        page.get_by_role("radio", name="化浆").check()
        press(page, "登记销毁经过")
        expect(page.locator(".notice", has_text="我在场监销")).to_contain_text("请另一位同事登录")
        second.open(matter)
        press(second.page, "我在场监销")
        expect(second.page.locator(".name-line")).to_contain_text("待第二位监销人签")
        second.keep("destroy-watched")
    counter.sign_in("oujing")
    counter.open(matter)
    # What a colleague has signed, nobody else takes back.
    expect(page.get_by_role("button", name="撤回上一步")).to_have_count(0)
    press(page, "我也在场监销")
    page.wait_for_url("**/papers/**")
    leave_paper(page)
    expect(page.locator(".name-line")).to_contain_text("已销毁")
    counter.keep("destroy-done")
    assert counter.faults() == []
    counter.open("/matters?flow=volume")
    expect(page.locator(".row", has_text=f"工伤备案{counter.size[0]}")).to_contain_text("已销毁")
