"""The storage room in a real browser: every part, a switch by hand, the battery, the log sheet."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from edge.domain.climate import Limits, Missing, Reading
from edge.domain.interlock import Timing
from edge.domain.power import Power, PowerRules
from edge.domain.room import Contact, ContactKind, Record, SwitchKind
from edge.domain.room_watch import Plan
from edge.store.entries import now_ms
from edge.workflows.power_keeping import PowerKeeper
from edge.workflows.room_keeping import KeptRoom, RoomKeeper
from tests.edge.workflows.test_room_keeping import Relays
from tests.kiosk_ui.browser import SIZES, Counter, counter_at
from tests.kiosk_ui.world import ROOM, World, lived_in

PLAN = Plan(
    ("T1", "T2"),
    {"屋顶烟感": ContactKind.SMOKE, "地面水浸": ContactKind.LEAK, "库房门": ContactKind.DOOR,
     "列间红外": ContactKind.PRESENCE},
    {"除湿机": SwitchKind.DEHUMIDIFIER, "报警灯": SwitchKind.LAMP, "一号列": SwitchKind.AISLE},
)  # fmt: skip
# A browser test takes its time: what was said a while ago still counts.
TIMING = Timing(0, 0, 600_000, 600_000)
RELAYS = Relays()


def a_round(keeper: RoomKeeper, humidity: float = 50.0, smoke: bool = False) -> None:
    now = now_ms()
    said = [Contact(name, now, kind, kind is ContactKind.SMOKE and smoke)
            for name, kind in PLAN.contacts.items()]  # fmt: skip
    RELAYS.state = {name: bool(RELAYS.state.get(name)) for name in PLAN.switches}
    air: list[Record] = [Reading("T1", now, 20.0, humidity), Missing("T2", now, "timeout")]
    keeper.take([*air, *said, *RELAYS.read_back(now)])


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder: Path = tmp_path_factory.mktemp("kept")
    room = KeptRoom(ROOM.id, ROOM.name, PLAN, Limits(), TIMING)
    with lived_in(
        folder,
        persons=3,
        digitised=1,
        keeper=lambda office: RoomKeeper(office, room, RELAYS),
        power=lambda office: PowerKeeper(office, PowerRules()),
    ) as world:
        yield world


@pytest.fixture
def counter(browser: Browser, kept: World) -> Iterator[Counter]:
    with counter_at(browser, kept.url, *SIZES) as window:
        window.sign_in()
        yield window


@pytest.mark.checklist("000-16")
def test_every_part_is_shown_and_a_switch_obeys_the_hand(counter: Counter, kept: World) -> None:
    assert kept.keeper is not None
    a_round(kept.keeper)
    counter.open("/room")
    page = counter.page
    for words in ("T2", "没有读数", "屋顶烟感", "无烟", "列间红外", "无人", "除湿机", "报警灯"):
        expect(page.locator("#room")).to_contain_text(words)
    counter.keep("room-parts")
    assert counter.faults() == []
    dryer = page.locator(".switch", has_text="除湿机")
    heights = dryer.locator("button").evaluate_all("all => all.map(e => e.offsetHeight)")
    assert min(heights) >= 60
    with page.expect_navigation():
        dryer.get_by_text("开 1 小时").click()
    assert RELAYS.state["除湿机"] is True
    a_round(kept.keeper)
    page.reload()
    expect(dryer).to_contain_text("手动开")
    with page.expect_navigation():
        dryer.get_by_text("交回自动").click()
    assert RELAYS.state["除湿机"] is False


@pytest.mark.checklist("000-15", "000-16")
def test_smoke_is_said_in_red_and_an_aisle_says_why_it_stays(counter: Counter, kept: World) -> None:
    assert kept.keeper is not None
    a_round(kept.keeper, smoke=True)
    counter.open("/room")
    expect(counter.page.locator("#alerts")).to_contain_text("屋顶烟感")
    counter.page.locator(".switch", has_text="一号列").get_by_role("button", name="移动").click()
    expect(counter.page.locator("#notices")).to_contain_text("密集架不能动")
    counter.keep("room-smoke")
    # The refusal is an answer that the browser's console takes for a mishap.
    counter.complaints = [each for each in counter.complaints if "409" not in each]
    assert counter.faults() == []
    assert RELAYS.state["一号列"] is False
    a_round(kept.keeper)


def test_battery_stands_on_every_screen(counter: Counter, kept: World) -> None:
    assert kept.power is not None
    kept.power.take(Power(now_ms(), mains=False, charge=62.0))
    try:
        for path in ("/", "/loans", "/room"):
            counter.open(path)
            expect(counter.page.locator("#alerts")).to_contain_text("还剩 62%")
        counter.keep("battery")
        assert counter.faults() == []
    finally:
        kept.power.take(Power(now_ms(), mains=True, charge=62.0))


def test_the_log_sheet_is_sound(counter: Counter, kept: World) -> None:
    counter.open("/room")
    counter.page.click("text=温湿度登记表")
    expect(counter.page.locator("table.log-sheet")).to_be_visible()
    counter.keep("log-sheet")
    assert counter.faults() == []
