"""Papers come in and go to the archive: from a village, for a dossier, by the line, for good."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from edge.domain.cover_code import cover_code
from edge.store.dossiers import catalogue
from edge.store.papers import papers_of_matter
from edge.web.sticks import Sticks
from edge.workflows.archive_package import verify
from edge.workflows.matters import Opening, open_matter, take_step
from tests.kiosk_ui.browser import SIZES, Counter, counter_at
from tests.kiosk_ui.newcomers import begin, dossier_with, leave_paper, press, refused, seconded
from tests.kiosk_ui.test_taps import Taps
from tests.kiosk_ui.world import SHEETS, World, lived_in
from tests.offices import CLERK, id_number

pytestmark = pytest.mark.xdist_group("browser")


@pytest.fixture(scope="module")
def stick(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("media") / "移动硬盘"
    folder.mkdir()
    return folder


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory, stick: Path) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("papers")
    with lived_in(folder, 6, 1, sticks=Sticks((), (stick,), {})) as opened:
        yield opened


@pytest.fixture
def counter(browser: Browser, world: World) -> Iterator[Counter]:
    """A window that begins small; each story goes on in a large one from its middle."""
    world.tray.sheets = SHEETS
    with counter_at(browser, world.url, SIZES[0]) as window:
        window.sign_in()
        yield window


@pytest.fixture
def taps(counter: Counter) -> Taps:
    """What the clerk has touched since the window opened."""
    return Taps(counter)


def widen(counter: Counter) -> None:
    """Go on at the larger size."""
    counter.size = SIZES[1]
    width, height = counter.size
    counter.page.set_viewport_size({"width": width, "height": height})


@pytest.mark.checklist("004-10", "002-09", "003-12")
def test_a_villages_bag_is_noted_receipted_stored_and_what_it_lacks_is_chased(
    counter: Counter, taps: Taps, world: World
) -> None:
    page, village = counter.page, "柳树村"
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
    widen(counter)
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
    # Two a piece noted, one refused on purpose, and back from either paper.
    assert taps.taken() <= 17


@pytest.mark.checklist("002-07", "002-09", "004-17")
def test_material_that_somebody_brings_is_judged_scanned_and_catalogued_anew(
    counter: Counter, taps: Taps, world: World
) -> None:
    page = counter.page
    one = dossier_with(world, "庹补充", counter.size, ("1", "履历表", "198708", 1))
    begin(counter, one.person, "收补充材料")
    page.fill("#deliverer", "李会计")
    page.fill("#unit", "柳河农机厂")
    page.fill("#what", "工资审批表")
    counter.keep("brought-new")
    press(page, "登记")
    page.wait_for_url("**/papers/**")
    leave_paper(page)
    expect(page.locator(".name-line")).to_contain_text("待鉴别")
    page.get_by_role("radio", name="其他复制件").check()
    page.get_by_role("radio", name="9-1").check()
    press(page, "鉴别合格，定类别")
    refused(counter, "复制件")
    page.get_by_role("radio", name="原件", exact=True).check()
    page.get_by_role("checkbox", name="签字盖章齐全").check()
    page.get_by_role("checkbox", name="写明形成时间").check()
    counter.keep("brought-judged")
    press(page, "鉴别合格，定类别")
    expect(page.locator(".name-line")).to_contain_text("待归档")
    counter.keep("brought-to-scan")
    assert counter.faults() == []
    widen(counter)
    press(page, "开始扫描")
    page.wait_for_url("**/captures/**")
    expect(page.locator(".sheet")).to_have_count(SHEETS, timeout=20_000)
    # Class and name stand there as they were judged; the day is all there is to type.
    expect(page.locator("#title")).to_have_value("工资审批表")
    page.fill("#formed_on", "199106")
    counter.keep("brought-scanned")
    press(page, "归档")
    page.wait_for_url("**/matters/**")
    press(page, "已扫描归档，打印新目录")
    page.wait_for_url("**/papers/**")
    leave_paper(page)
    expect(page.locator(".name-line")).to_contain_text("已入卷")
    counter.keep("brought-filed")
    assert counter.faults() == []
    assert taps.taken() <= 15  # one of them refused on purpose
    with world.office.space.read() as town:
        filed = [(m.category, m.title, m.pages) for m in catalogue(town, one.dossier)]
        issued = [p.form for p in papers_of_matter(town, page.url.rsplit("/", 1)[1])]
    assert filed[-1] == ("9-1", "工资审批表", SHEETS)
    assert sorted(issued) == ["catalogue", "material_receipt"]


@pytest.mark.checklist("001-02", "001-04", "001-05", "001-06", "003-12")
def test_a_cover_is_read_at_each_station_until_its_bag_is_closed_again(
    counter: Counter, taps: Taps, browser: Browser, world: World
) -> None:
    page = counter.page
    one = dossier_with(world, "庹加工", counter.size)
    code = cover_code(one.dossier)

    def at(station: str) -> None:
        counter.open("/line")
        page.get_by_role("navigation").get_by_role("link", name=station, exact=True).tap()
        page.wait_for_url("**/line?at=*")
        counter.listen()

    at("登记")
    page.fill("#cart", "1号车")
    world.pull_trigger(code)
    page.wait_for_url("**/papers/**")
    at("分拣")
    page.fill("#pages", str(SHEETS))
    page.get_by_role("radio", name="散页，自动进纸").check()
    counter.keep("line-sorting")
    world.pull_trigger(code)
    expect(page.locator("#undo, .undo").first).to_contain_text("分拣好了，现在待扫描")
    counter.keep("line-sorted")
    assert counter.faults() == []
    at("扫描")
    world.pull_trigger(code)
    page.wait_for_url("**/supplement")
    press(page, "开始扫描")
    page.wait_for_url("**/captures/**")
    expect(page.locator(".sheet")).to_have_count(SHEETS, timeout=20_000)
    press(page, "先放着，以后再归")
    page.wait_for_url("**/line?at=scan")
    counter.listen()
    world.pull_trigger(code)
    expect(page.locator("#undo, .undo").first).to_contain_text("现在待质检")
    widen(counter)
    at("质检")
    counter.keep("line-check")
    world.pull_trigger(code)
    page.wait_for_url("**/matters/**")
    expect(page.locator(".notice", has_text="质检合格")).to_contain_text("请另一位同事登录")
    counter.keep("line-own-scan")
    matter = page.url.removeprefix(world.url)
    with seconded(browser, world, counter.size) as second:
        second.open("/line?at=check")
        second.listen()
        world.pull_trigger(code)
        second.page.wait_for_url("**/matters/**")
        expect(second.page.get_by_role("link", name="看扫好的页")).to_be_visible()
        second.listen()
        world.pull_trigger(code)
        expect(second.page.locator("#code")).not_to_have_value("")
        second.keep("line-signing")
        press(second.page, "质检合格")
        expect(second.page.locator(".name-line")).to_contain_text("待挂接")
        assert second.faults() == []
    # Both windows have heard the gun, as one station's do.
    counter.open(matter)
    page.get_by_role("link", name="看扫好的页").tap()
    page.get_by_role("radio", name="履历").check()
    page.fill("#title", "履历表")
    press(page, "归档")
    page.wait_for_url("**/line?at=attach")
    counter.listen()
    world.pull_trigger(code)
    expect(page.locator("#undo, .undo").first).to_contain_text("现在待还原")
    at("还原加封")
    page.fill("#again", "2")
    world.pull_trigger(code)
    refused(counter, "3 页")
    page.fill("#again", str(SHEETS))
    counter.keep("line-reseal")
    press(page, "扫过了，下一道")
    page.wait_for_url(f"**/persons/{one.person}")
    expect(page.locator(".name-line")).to_contain_text("庹加工")
    counter.keep("line-resealed")
    assert counter.faults() == []
    # One for each station besides what is scanned, chosen and filed there; the gun costs none.
    assert taps.taken() <= 12


@pytest.mark.checklist("003-05", "004-03")
def test_volumes_go_to_the_county_archive_checked_packed_and_signed_for(
    counter: Counter, taps: Taps, world: World, stick: Path
) -> None:
    page, title = counter.page, "2015年工伤备案"
    told = {"series": "injury_note", "title": title, "period": "201503", "scan": "不要"}
    kept = {"pieces": "3", "pages": "9", "shelf": "2库1列1节1层", "checker": "查敏"}
    volume = open_matter(world.office, CLERK, Opening("volume", fields=told)).id
    take_step(world.office, CLERK, volume, "file", kept)
    counter.open("/work")
    page.get_by_role("link", name="移交进馆").first.tap()
    page.get_by_role("link", name="登记一件").tap()
    page.fill("#what", "2015年工伤")
    page.fill("#to", "青山县档案馆")
    counter.keep("archive-new")
    press(page, "登记")
    page.wait_for_url("**/matters/0*")
    page.get_by_role("link", name="编制移交清册").tap()
    page.locator(".ticks .choice", has_text=title).tap()
    counter.keep("archive-choose")
    press(page, "编制移交清册")
    expect(page.locator(".name-line")).to_contain_text("待四性检测")
    counter.keep("archive-listed")
    assert counter.faults() == []
    widen(counter)
    press(page, "四性检测")
    page.wait_for_url("**/papers/**")
    leave_paper(page)
    page.get_by_role("link", name="导出并打印清册").tap()
    page.wait_for_url("**/export")
    expect(page.get_by_role("button", name="写到 移动硬盘")).to_be_visible()
    counter.keep("archive-media")
    page.get_by_role("button", name="写到 移动硬盘").tap()
    page.wait_for_url("**/papers/**")
    leave_paper(page)
    expect(page.locator(".name-line")).to_contain_text("待签收")
    number = page.locator("p .number").first.inner_text()
    assert verify(stick / number) >= 2
    page.fill("#receiver", "查馆员")
    page.fill("#on", "20261127")
    counter.keep("archive-signing")
    press(page, "对方已签收")
    expect(page.locator(".name-line")).to_contain_text("已进馆")
    assert counter.faults() == []
    counter.open("/matters?flow=volume")
    expect(page.locator(".row", has_text=title)).to_contain_text("已移交")
    counter.keep("archive-gone")
    assert counter.faults() == []
    assert taps.taken() <= 12


@pytest.mark.checklist("002-07", "000-04")
def test_the_slip_on_a_bag_fills_the_reception_in(
    counter: Counter, taps: Taps, world: World
) -> None:
    page, office = counter.page, world.office
    wanted = {
        "name": "庹裁条", "id_number": id_number(707), "class": "流动",
        "holder": "邻县人才中心", "reason": "因在我镇灵活就业",
    }  # fmt: skip
    matter = open_matter(office, CLERK, Opening("reception", fields=wanted)).id
    counter.open(f"/matters/{matter}")
    press(page, "开调档函")
    leave_paper(page)
    with office.space.read() as town:
        letter = papers_of_matter(town, matter)[0]
    taps.taken()
    counter.open("/receive")
    counter.keep("slip-asked")
    counter.listen()
    world.pull_trigger(f"{office.verify_url}/{letter.code}")
    page.wait_for_url("**/receive?call=*")
    expect(page.locator("#name")).to_have_value("庹裁条")
    expect(page.locator("#letter")).to_have_value(letter.number)
    page.get_by_role("radio", name="机要通信").check()
    page.get_by_role("checkbox", name="封条和骑缝章都完好").check()
    page.fill("#count-1", "2")
    counter.keep("slip-filled")
    assert counter.faults() == []
    widen(counter)
    press(page, "收下并登记")
    page.wait_for_url("**/matters/**")
    expect(page.locator(".name-line")).to_contain_text("已收")
    expect(page.locator("main")).not_to_contain_text("不符")
    counter.keep("slip-received")
    assert counter.faults() == []
    assert taps.taken() <= 3  # how it came, its seal, taken in
