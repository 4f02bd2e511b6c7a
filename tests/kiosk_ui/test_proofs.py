"""From a page to a proof, and the reading room, in a real browser at both sizes."""

import re

import pytest
from playwright.sync_api import expect

from edge.workflows.matters import Opening, open_matter, take_step
from tests.edge.workflows.test_matters import COLLEAGUE
from tests.edge.workflows.test_reading_room import ASKED
from tests.kiosk_ui.browser import Counter
from tests.kiosk_ui.world import World
from tests.offices import CLERK, PIN

pytestmark = pytest.mark.xdist_group("browser")


def dossier_of(world: World) -> tuple[str, str, str]:
    person = world.person().id
    with world.office.space.read() as town:
        dossier = town.execute("select id from dossier where person = ?", (person,)).fetchone()[0]
        material = town.execute(
            "select m.id from material m join page p on p.owner = m.id where m.dossier = ? "
            "order by m.id limit 1",
            (dossier,),
        ).fetchone()[0]
    return person, dossier, material


@pytest.mark.checklist("001-19", "000-22")
def test_a_page_is_noted_proved_by_checked_and_replaced(counter: Counter, world: World) -> None:
    _, dossier, material = dossier_of(world)
    counter.open(f"/dossiers/{dossier}/proofs/kinship")
    expect(counter.page.locator(".empty")).to_contain_text("还没有摘记依据页")
    counter.keep("proof-nothing-noted")
    counter.open(f"/dossiers/{dossier}/view/{material}/1")
    counter.page.get_by_role("link", name="摘记本页").click()
    counter.page.select_option("#field", "birth")
    counter.page.fill("#value", "1965年3月")
    counter.page.fill("#words", "一九六五年三月生")
    counter.keep("record-note")
    assert counter.faults() == []
    counter.page.get_by_role("button", name="记下").click()
    expect(counter.page).to_have_url(re.compile("/records$"))
    counter.keep("records")
    assert counter.faults() == []
    counter.page.get_by_role("link", name="开证明").click()
    counter.page.locator(".tile", has_text="出生记载证明").click()
    expect(counter.page.locator("img.paper")).to_have_js_property("complete", True)
    counter.page.get_by_text("不是本人来办").click()
    counter.keep("proof-birth")
    assert counter.faults() == []
    counter.page.get_by_role("button", name="盖章打印").click()
    expect(counter.page).to_have_url(re.compile("/proofs/[0-9a-f]{32}"))
    counter.page.get_by_text("开错了？作废或重开").click()
    counter.keep("proof-valid")
    assert counter.faults() == []
    counter.page.fill("#reason", "页码写错")
    counter.page.get_by_role("button", name="作废，不重开").click()
    expect(counter.page.locator("h2", has_text="已经作废")).to_be_visible()
    counter.keep("proof-revoked")
    counter.page.locator("dd a[href^='/verify/']").click()
    expect(counter.page.locator("h2", has_text="本所开出，已经作废")).to_be_visible()
    counter.keep("verify")
    assert counter.faults() == []


@pytest.mark.checklist("001-12", "000-03")
def test_readers_are_let_in_leaf_and_hand_the_screen_back(counter: Counter, world: World) -> None:
    person, dossier, _ = dossier_of(world)
    counter.open(f"/matters/new/consultation?dossier={dossier}")
    counter.keep("consultation-new")
    assert counter.faults() == []
    asked = Opening("consultation", dossier, fields=ASKED)
    matter = open_matter(world.office, CLERK, asked).id
    take_step(world.office, COLLEAGUE, matter, "approve", {})
    take_step(world.office, CLERK, matter, "begin", {})
    counter.open(f"/matters/{matter}")
    counter.keep("consultation")
    counter.page.get_by_role("button", name="请查阅人看屏").click()
    expect(counter.page).to_have_url(re.compile(f"/reading/{matter}$"))
    counter.keep("reading-rules")
    counter.page.get_by_role("link", name="知道了，开始看").click()
    expect(counter.page.locator("#viewer")).to_have_attribute("data-ready", "yes")
    counter.keep("reading")
    assert counter.faults() == []
    counter.page.get_by_role("button", name="看完了，交回经办人").click()
    expect(counter.page).to_have_url(re.compile("/lock$"))
    counter.page.fill("#login", "101")
    counter.page.fill("#pin", PIN)
    counter.page.keyboard.press("Enter")
    expect(counter.page).to_have_url(re.compile(f"/matters/{matter}$"))
    counter.open(f"/matters/{matter}/looks")
    expect(counter.page.locator(".rows li")).to_have_count(1)
    check = Opening("retirement_check", dossier, fields={"group": "男职工"})
    open_matter(world.office, CLERK, check)
    counter.open(f"/persons/{person}/records")
    counter.keep("retirement-records")
    assert counter.faults() == []
