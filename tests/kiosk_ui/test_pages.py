"""Pages of a batch in a real browser: findings, tools, guesses, and words found on scans."""

import re
from functools import partial

import pytest
from playwright.sync_api import expect

from edge.store.dossiers import pages_of
from edge.store.texts import PageText, note_text
from edge.workflows.digitising import batch_of
from tests.kiosk_ui.browser import Counter
from tests.kiosk_ui.test_screens import dossier_of
from tests.kiosk_ui.world import World
from tests.offices import CLERK

pytestmark = pytest.mark.xdist_group("browser")


def read_as(world: World, owner: str, text: str) -> None:
    """Have every page of a capture or material read."""
    lines = tuple((10, 30 * n, 200, 20, line) for n, line in enumerate(text.splitlines()))
    with world.office.space.read() as town:
        blobs = [page.blob for page in pages_of(town, owner)]
    for blob in blobs:
        read = PageText(text, 0, (620, 877), lines)
        world.office.space.write(partial(note_text, digest=blob, read=read, at=1))


def scanned(counter: Counter, world: World, sheets: int = 3) -> None:
    world.tray.sheets = sheets
    counter.open(f"/dossiers/{dossier_of(world, world.person().id)}/supplement")
    counter.page.click("form[action$='/scan'] button")
    expect(counter.page.locator(".sheet")).to_have_count(sheets)
    expect(counter.page.locator(".notice.done")).to_contain_text("扫完了", timeout=20_000)


def test_pages_are_turned_left_out_and_taken_back_by_touch(counter: Counter, world: World) -> None:
    scanned(counter, world)
    expect(counter.page.locator("#sheet-2 .findings")).to_contain_text("可能是同一张")
    # Only what is not to be filed looks pale.
    expect(counter.page.locator("#sheet-1 .face img")).to_have_css("opacity", "1")
    counter.page.locator("#sheet-1 .keep").tap()
    expect(counter.page.locator("#sheet-1 .face img")).to_have_css("opacity", "0.2")
    counter.page.locator("#sheet-1 .keep").tap()
    counter.page.tap("#sheet-1 [aria-label='第 1 页向右转']")
    expect(counter.page.locator("#sheet-1 .turn-90")).to_have_count(1)
    counter.page.tap("#sheet-3 [data-move=up]")
    counter.page.tap("#sheet-2 [aria-label^='剔除第 2 页']")
    expect(counter.page.locator("#sheet-2.struck")).to_contain_text("已剔除")
    order = counter.page.locator(".sheet").evaluate_all("found => found.map(each => each.id)")
    assert order == ["sheet-1", "sheet-3", "sheet-2"]
    counter.page.tap("#sheet-3 summary")
    counter.keep("pages-arranged")
    assert counter.faults() == []
    counter.page.tap("#sheet-2 button")
    expect(counter.page.locator(".struck")).to_have_count(0)
    world.tray.sheets = 1
    counter.page.tap("#sheet-1 summary")
    counter.page.tap("#sheet-1 .rescan button")
    expect(counter.page.locator(".sheet")).to_have_count(4)
    order = counter.page.locator(".sheet").evaluate_all("found => found.map(each => each.id)")
    assert order == ["sheet-1", "sheet-4", "sheet-3", "sheet-2"]
    counter.page.click("text=先放着，以后再归")
    expect(counter.page).not_to_have_url(re.compile("/captures/"))


def test_a_guess_is_marked_and_fills_the_form_when_it_is_taken(
    counter: Counter, world: World
) -> None:
    scanned(counter, world, 2)
    capture = counter.page.url.rsplit("/", 1)[1]
    for page in batch_of(world.office, CLERK, capture).pages:
        read = PageText("职工登记表\n2007年5月1日", 0, (620, 877), ())
        blob = str(page["blob"])
        world.office.space.write(partial(note_text, digest=blob, read=read, at=1))
    world.stations.publish("pages")
    expect(counter.page.locator(".guess")).to_contain_text("机读建议")
    counter.keep("pages-guess")
    assert counter.faults() == []
    counter.page.tap(".guess button:has-text('照填')")
    expect(counter.page.locator("#title")).to_have_value("职工登记表")
    expect(counter.page.locator("#formed_on")).to_have_value("20070501")
    counter.page.click("text=先放着，以后再归")
    expect(counter.page).not_to_have_url(re.compile("/captures/"))


def test_words_read_on_scans_are_found_from_the_search_screen(
    counter: Counter, world: World
) -> None:
    with world.office.space.read() as town:
        material = town.execute("select id from material where pages > 0 limit 1").fetchone()[0]
    read_as(world, material, "毕业院校 浙东农林学院\n所学专业 园艺")
    counter.open("/search")
    counter.page.fill("#q", "浙东农林")
    counter.page.tap("text=在材料名称和扫描文字里找")
    expect(counter.page.locator(".text-hit mark").first).to_have_text("浙东农林")
    expect(counter.page.locator(".text-hit").first).to_contain_text("机读")
    counter.keep("pages-found")
    assert counter.faults() == []


def test_a_page_is_looked_at_straightened_and_as_it_was_scanned(
    counter: Counter, world: World
) -> None:
    with world.office.space.read() as town:
        dossier, material, number = town.execute(
            "select m.dossier, m.id, p.number from page p join material m on m.id = p.owner "
            "where abs(p.skew) > 0.3 and not p.blank limit 1"
        ).fetchone()
    counter.open(f"/dossiers/{dossier}/view/{material}/{number}")
    expect(counter.page.locator("#viewer[data-ready]")).to_have_count(1)
    expect(counter.page.locator("#viewer")).to_have_attribute(
        "data-image", re.compile("/straight$")
    )
    counter.keep("pages-straight")
    assert counter.faults() == []
    counter.page.tap("text=看原样")
    expect(counter.page.locator("#viewer[data-ready]")).to_have_count(1)
    expect(counter.page.locator("text=看摆正的")).to_be_visible()
