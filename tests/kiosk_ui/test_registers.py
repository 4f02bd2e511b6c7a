"""Registers in a real browser: a room recorded, a dossier put in place, a shelf counted."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from edge.domain.cover_code import cover_code, shelf_code
from edge.store.stock import recorded_at
from edge.workflows.matters import Opening, open_matter, take_step
from tests.kiosk_ui.browser import SIZES, Counter, counter_at
from tests.kiosk_ui.world import World, lived_in
from tests.offices import CLERK, COUNTY, READER


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder: Path = tmp_path_factory.mktemp("archive")
    with lived_in(folder, persons=6, digitised=1) as world:
        yield world


@pytest.fixture
def counter(browser: Browser, archive: World) -> Iterator[Counter]:
    with counter_at(browser, archive.url, *SIZES) as window:
        window.sign_in()
        yield window


@pytest.mark.checklist("000-17", "002-10", "001-17", "004-01", "004-20")
def test_a_room_is_recorded_filled_and_counted_with_the_gun(
    counter: Counter, archive: World
) -> None:
    page, office = counter.page, archive.office
    with office.space.read() as town:
        held = [each for each in recorded_at(town, "") if each.standing == "held"][:2]
    room = {"name": "一号库", "shelf": "7库", "sort": "退休", "tenure": "租用", "capacity": "40"}
    counter.open("/matters/new/room")
    for name in ("name", "shelf", "capacity"):
        page.fill(f"#{name}", room[name])
    page.get_by_role("radio", name="退休", exact=True).check()
    page.get_by_role("radio", name="租用").check()
    counter.keep("registers-room-new")
    assert counter.faults() == []
    page.get_by_role("button", name="登记").click()
    page.wait_for_url("**/matters/0*")
    # Two scans and no tap put a dossier in its place.
    label = shelf_code(7, 1, 1, 1, 4)
    counter.open("/places")
    counter.listen()
    archive.pull_trigger(cover_code(held[0].dossier))
    expect(page.locator("#cover")).to_have_value(held[0].number)
    archive.pull_trigger(label)
    expect(page.locator(".notice.done")).to_contain_text("7库1列1节1层")
    counter.keep("registers-places")
    assert counter.faults() == []
    counter.open("/storage")
    expect(page.locator(".rows").first).to_contain_text("一号库")
    counter.keep("registers-storage")
    assert counter.faults() == []
    fields = {"shelf": "7库", "year": "2026"}
    stock = open_matter(office, CLERK, Opening("stocktaking", fields=fields))
    counter.open(f"/stocktaking/{stock.id}")
    counter.listen()
    archive.pull_trigger(label)
    expect(page.locator("#place")).to_have_value("7库1列1节1层" + label.split("-")[4] + "位")
    for each in held:
        archive.pull_trigger(cover_code(each.dossier))
        expect(page.locator("#counted .rows")).to_contain_text(each.number)
        expect(page.locator("#code")).to_have_value("")
    expect(page.locator("#counted .counts")).to_contain_text("放错位置 1")
    counter.keep("registers-stock")
    assert counter.faults() == []
    page.get_by_role("button", name="清点完毕").click()
    page.wait_for_url("**/papers/**")
    counter.open(f"/matters/{stock.id}")
    expect(page.locator("main")).to_contain_text("待复核")
    expect(page.get_by_role("button", name="继续清点")).not_to_have_class(re.compile("main"))
    counter.keep("registers-stock-done")
    assert counter.faults() == []


@pytest.mark.checklist("004-14", "003-10")
def test_a_round_is_walked_point_by_point(counter: Counter, archive: World) -> None:
    page = counter.page
    fields = {"sort": "每月检查", "place": "1库"}
    matter = open_matter(archive.office, CLERK, Opening("inspection", fields=fields))
    counter.open(f"/inspections/{matter.id}")
    rows = page.locator(".point")
    for number in range(rows.count()):
        rows.nth(number).get_by_role("radio", name="有问题" if number == 4 else "合格").check()
    rows.nth(4).locator("input[type=text], input:not([type])").fill("东墙返潮")
    counter.keep("registers-round")
    assert counter.faults() == []
    page.get_by_role("button", name="检查完毕").click()
    page.wait_for_url("**/papers/**")
    counter.open("/matters?flow=rectification")
    expect(page.locator("main")).to_contain_text("东墙返潮")


@pytest.mark.checklist("004-12", "003-18", "004-04", "003-11", "004-13")
def test_the_other_registers_are_calm_and_sound(counter: Counter, archive: World) -> None:
    page, office = counter.page, archive.office
    people = {"giver": CLERK.id, "taker": READER.id, "witness": COUNTY.id}
    belongings = {"reason": "调离", "keys": "库房两把", "seals": "公章一枚"}
    handover = open_matter(office, CLERK, Opening("handover", fields={**people, **belongings}))
    take_step(office, CLERK, handover.id, "count", {})
    document = open_matter(
        office, CLERK, Opening("rule_document", fields={"title": "库房管理制度"})
    )
    for name, address, words in (
        ("work", "/work", "放到架上"),
        ("handover-new", "/matters/new/handover", "监交人"),
        ("handover", f"/matters/{handover.id}", "个人档案"),
        ("rule", f"/matters/{document.id}", "还没读"),
        ("scope", "/volumes/new", "工伤备案"),
        ("volume", "/volumes/new?series=payment", "年月日"),
        ("figures", "/figures", "逐月利用"),
        ("evidence", "/evidence", "账实核对"),
        ("standards", "/standards", "JGJ 25"),
        ("todo", "/todo", "库房管理制度"),
    ):
        counter.open(address)
        expect(page.locator("main")).to_contain_text(words)
        counter.keep(f"registers-{name}")
        assert counter.faults() == [], name
