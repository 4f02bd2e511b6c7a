"""Receiving, lending, sorting and scanning in a real browser: the counter's own business."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from edge.domain.cover_code import cover_code
from edge.store.stock import recorded_at
from edge.workflows.matters import Opening, open_matter, take_step
from tests.kiosk_ui.browser import SIZES, Counter, counter_at
from tests.kiosk_ui.world import World, lived_in
from tests.offices import CLERK, id_number


@pytest.fixture(scope="module")
def intake(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder: Path = tmp_path_factory.mktemp("intake")
    with lived_in(folder, persons=6, digitised=1) as world:
        yield world


@pytest.fixture
def counter(browser: Browser, intake: World) -> Iterator[Counter]:
    with counter_at(browser, intake.url, *SIZES) as window:
        window.sign_in()
        yield window


def held_here(world: World, place: int) -> str:
    """One of the dossiers on the shelf."""
    with world.office.space.read() as town:
        return [each for each in recorded_at(town, "") if each.standing == "held"][place].dossier


@pytest.mark.checklist("000-04", "001-08", "002-07", "004-17")
def test_a_dossier_is_counted_row_by_row_and_taken_in_once_every_row_is_green(
    counter: Counter, intake: World
) -> None:
    page, number = counter.page, id_number(283)
    counter.open("/matters/new/reception")
    for name, value in (
        ("name", "欧阳建国"), ("id_number", number), ("holder", "邻县人才中心"),
        ("reason", "因在我镇灵活就业"),
    ):  # fmt: skip
        page.fill(f"#{name}", value)
    page.get_by_role("radio", name="流动", exact=True).check()
    counter.keep("reception-new")
    assert counter.faults() == []
    page.get_by_role("button", name="登记", exact=True).click()
    page.wait_for_url("**/matters/0*")
    assert number not in page.content()
    counter.keep("reception-applied")
    assert counter.faults() == []
    page.get_by_role("radio", name="机要通信").first.check()
    page.get_by_role("checkbox", name="封条和骑缝章都完好").check()
    page.get_by_role("button", name="档案送到，封签完好").click()
    page.get_by_role("link", name="对照目录清点").click()
    page.fill("[name=listed-pieces-1]", "2")
    page.fill("[name=listed-pages-1]", "6")
    page.fill("[name=counted-pieces-1]", "2")
    row = page.locator("[data-count-row]").first
    expect(row).to_have_class("unequal")
    page.fill("[name=counted-pages-1]", "6")
    expect(row).to_have_class("equal")
    counter.keep("reception-count")
    assert counter.faults() == []
    page.get_by_role("button", name="清点完毕").click()
    expect(page.locator(".name-line")).to_contain_text("已收")
    expect(page.locator(".counting .equal")).to_contain_text("一致")
    counter.keep("reception-received")
    assert counter.faults() == []


@pytest.mark.checklist("001-03", "001-04", "003-12", "000-06", "001-18")
def test_sorting_shows_whose_turn_it_is_and_a_code_takes_a_dossier_down_the_line(
    counter: Counter, intake: World
) -> None:
    page, office = counter.page, intake.office
    dossier = held_here(intake, 0)
    sorting = open_matter(office, CLERK, Opening("sorting", dossier)).id
    take_step(office, CLERK, sorting, "identified", {})
    counter.open(f"/matters/{sorting}")
    page.get_by_role("button", name="这一类理好了").click()
    expect(page.locator(".checklist .now em")).to_have_text("2")
    counter.keep("sorting-checklist")
    assert counter.faults() == []
    counter.open("/line?at=register")
    page.fill("#code", cover_code(dossier))
    page.fill("#cart", "1号车")
    page.get_by_role("button", name="登记", exact=True).click()
    page.wait_for_url("**/papers/**")
    counter.open("/line?at=sort")
    page.fill("#code", cover_code(dossier))
    page.fill("#pages", "8")
    page.get_by_role("radio", name="散页，自动进纸").check()
    counter.keep("line-sort")
    assert counter.faults() == []
    with page.expect_navigation():
        page.get_by_role("button", name="扫过了，下一道").click()
    expect(page.locator(".line-states section").nth(2)).to_contain_text("1号车")
    expect(page.locator("table.counting")).to_contain_text("进度")
    counter.open("/gaps")
    counter.keep("gaps")
    assert counter.faults() == []
    page.locator(".rows a").first.click()
    page.wait_for_url("**/gaps?*")
    assert counter.faults() == []
