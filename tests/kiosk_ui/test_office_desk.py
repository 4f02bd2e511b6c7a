"""The office's own registers: a hand-over signed by three, what is due, the form of the year."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from edge.domain.cover_code import cover_code
from edge.store.matters import open_matters
from edge.store.stock import recorded_at
from edge.workflows.matters import Opening, open_matter, take_step
from edge.workflows.office import Office
from tests.edge.workflows.test_matters import COLLEAGUE
from tests.kiosk_ui.browser import SIZES, Counter, counter_at
from tests.kiosk_ui.newcomers import leave_paper, press, refused, seconded
from tests.kiosk_ui.test_taps import Taps
from tests.kiosk_ui.world import World, lived_in
from tests.offices import CLERK, COUNTY, PIN, READER, real_day

pytestmark = pytest.mark.xdist_group("browser")


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder: Path = tmp_path_factory.mktemp("desk")
    with lived_in(folder, persons=6, digitised=1) as world:
        yield world


@pytest.fixture
def counter(browser: Browser, desk: World) -> Iterator[Counter]:
    with counter_at(browser, desk.url, *SIZES) as window:
        window.sign_in()
        yield window


def begin(office: Office, flow: str, **fields: str) -> str:
    return open_matter(office, CLERK, Opening(flow, fields=fields)).id


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


@pytest.mark.checklist("004-11", "004-13", "000-14", "003-17", "004-05")
def test_what_is_due_stands_in_one_list_is_one_tap_away_and_goes_once_done(
    counter: Counter, desk: World
) -> None:
    page, office, mark = counter.page, desk.office, f"{counter.size[0]}型"
    room = {"name": f"{mark}库", "shelf": f"{mark[:2]}库", "sort": "退休", "tenure": "自有"}
    with desk.days_ago(200):
        begin(office, "room", **room, capacity="40")
        begin(office, "equipment", sort="消毒柜", name=f"消毒柜{mark}")
        begin(office, "post", who=CLERK.id, duty="档案员", tenure="专职", since="20260101")
    with office.space.read() as town:
        serving = open_matters(town, "post")
    for post in serving:
        take_step(office, CLERK, post.id, "end", {"on": real_day()})
    begin(office, "rule_document", title=f"保管制度{mark}")
    counter.open("/")
    taps = Taps(counter)
    page.reload()
    page.get_by_role("link", name="待办").first.tap()
    row = page.locator(".rows a")
    expect(row.filter(has_text=f"消毒柜{mark}")).to_contain_text("设备登记 · 该保养")
    counter.keep("due-todo")
    assert counter.faults() == []
    row.filter(has_text=f"消毒柜{mark}").tap()
    page.fill("#done", "换了灯管")
    press(page, "已保养")
    expect(page.locator(".name-line")).to_contain_text("还有 180 天")
    assert taps.taken() == 3
    counter.open("/todo")
    row.filter(has_text="没有档案员").tap()
    expect(page.get_by_role("radio", name="档案员")).to_be_checked()
    page.get_by_role("group", name="谁").get_by_role("radio", name=CLERK.name).check()
    page.get_by_role("radio", name="兼职").check()
    page.fill("#since", "20270230")
    press(page, "登记")
    refused(counter, "没有这一天")
    page.fill("#since", real_day())
    press(page, "登记")
    page.wait_for_url("**/matters/0*")
    counter.open("/todo")
    row.filter(has_text=f"{mark}库 该巡查了").tap()
    expect(page.locator("#place")).to_have_value(f"{mark[:2]}库")
    page.get_by_role("radio", name="每月检查").check()
    press(page, "登记")
    page.wait_for_url("**/matters/0*")
    counter.open("/todo")
    row.filter(has_text=f"保管制度{mark}").tap()
    press(page, "我已读过")
    expect(page.get_by_role("button", name="我已读过")).to_have_count(0)
    counter.keep("due-read")
    counter.open("/todo")
    for gone in (f"消毒柜{mark}", "没有档案员", f"{mark}库 该巡查了", f"保管制度{mark}"):
        expect(row.filter(has_text=gone)).to_have_count(0)
    counter.open("/matters?flow=equipment")
    expect(row.filter(has_text=f"消毒柜{mark}")).to_contain_text("正常")
    counter.keep("due-register")
    # Who was trained is touched, not typed; what goes into the cabinet is scanned.
    counter.open(f"/matters/{begin(office, 'training', topic=f'档案法{mark}')}")
    page.fill("#on", real_day())
    page.fill("#hours", "8")
    page.locator("#people").tap()
    for name in (CLERK.name, READER.name):
        page.locator("#keypad-words .word", has_text=name).tap()
    expect(page.locator("#people")).to_have_value(f"{CLERK.name}\n{READER.name}")
    counter.keep("due-training")
    press(page, "收起")
    press(page, "已培训")
    expect(page.locator(".name-line .tag.done")).to_contain_text("已培训")
    counter.open("/matters/new/disinfection")
    counter.listen()
    with office.space.read() as town:
        held = [each for each in recorded_at(town, "") if each.standing == "held"][:2]
    for each in held:
        desk.pull_trigger(cover_code(each.dossier))
    expect(page.locator("#numbers")).to_have_value("\n".join(each.number for each in held))
    page.get_by_role("radio", name="消毒柜").check()
    press(page, "登记")
    expect(page.locator(".name-line")).to_contain_text("消毒中")
    assert counter.faults() == []


@pytest.mark.checklist("004-21", "004-02", "004-04")
def test_an_incident_and_the_figures_of_a_year_are_begun_by_one_and_closed_by_another(
    counter: Counter, browser: Browser, desk: World
) -> None:
    page, mark = counter.page, f"{counter.size[0]}"
    year = 2025
    counter.open("/matters/new/incident")
    page.get_by_role("radio", name="水浸").check()
    page.fill("#happened", real_day(3))
    page.fill("#what", f"水管破裂{mark}")
    press(page, "登记")
    refused(counter, "哪天发生")
    page.fill("#happened", real_day(-1))
    press(page, "登记")
    expect(page.locator(".name-line")).to_contain_text("待上报")
    page.fill("#told", "青山县档案局")
    press(page, "上报并打印报告")
    leave_paper(page)
    expect(page.locator(".notice", has_text="处理完毕")).to_contain_text("请另一位同事登录")
    counter.keep("incident-reported")
    counter.open(f"/figures?year={year}")
    page.get_by_role("link", name=f"做 {year} 年的年度统计").tap()
    expect(page.locator("#year")).to_have_value(str(year))
    press(page, "登记")
    expect(page.locator(".name-line")).to_contain_text("待汇总")
    press(page, "汇总")
    expect(page.locator(".name-line")).to_contain_text("待审核")
    expect(page.locator(".frozen")).to_contain_text("年末存档")
    counter.keep("figures-counted")
    assert counter.faults() == []
    with seconded(browser, desk, counter.size) as second:
        page = second.page
        second.open("/todo")
        waiting = page.locator(".rows a", has_text="等您复核")
        second.keep("incident-todo")
        waiting.filter(has_text=f"水管破裂{mark}").tap()
        for name, value in (("cause", "老化"), ("liable", "无"), ("measures", "换管")):
            page.fill(f"#{name}", value)
        press(page, "处理完毕")
        expect(page.locator(".name-line")).to_contain_text("已办结")
        second.open("/todo")
        waiting.filter(has_text="年度统计").tap()
        press(page, "审核并打印")
        leave_paper(page)
        expect(page.locator(".name-line")).to_contain_text("已上报")
        second.keep("figures-reported")
        assert second.faults() == []
