"""The screens in a real browser, at both sizes: readable, reachable, quiet, and looked at."""

import re

import pytest
from playwright.sync_api import Browser, expect

from edge.domain.climate import Limits, Reading
from edge.store.entries import now_ms
from edge.workflows import storage_room
from edge.workflows.lending import lend
from tests.kiosk_ui.browser import Counter, counter_at
from tests.kiosk_ui.world import ROOM, World
from tests.offices import CLERK, PIN, real_day

pytestmark = pytest.mark.xdist_group("browser")


def dossier_of(world: World, person: str) -> str:
    with world.office.space.read() as town:
        return str(town.execute("select id from dossier where person = ?", (person,)).fetchone()[0])


def test_the_lock_screen_names_nobody_and_lets_a_clerk_in_by_touch(
    browser: Browser, world: World
) -> None:
    with counter_at(browser, world.url, (1280, 800)) as window:
        window.open("/persons/anyone")
        expect(window.page).to_have_url(f"{world.url}/lock")
        assert "单喆" not in window.page.content()
        expect(window.page.locator("#lock-state .state-words")).to_be_visible()
        window.keep("lock")
        assert window.faults() == []
        for letter in "101":
            window.page.click(f"[data-keys-for=login] [data-key='{letter}']")
        window.page.click("[data-keys-for=login] [data-key=enter]")
        for digit in "246810":
            window.page.click(f"[data-keys-for=pin] [data-key='{digit}']")
        window.page.click("[data-keys-for=pin] [data-key=enter]")
        expect(window.page).to_have_url(f"{world.url}/")


def test_a_wrong_pin_is_told_in_the_page_and_the_name_typed_stays(
    browser: Browser, world: World
) -> None:
    with counter_at(browser, world.url, (1280, 800)) as window:
        window.open("/lock")
        window.page.fill("#login", "oujing")
        window.page.fill("#pin", "000000")
        window.page.keyboard.press("Enter")
        expect(window.page.locator("#notices")).to_contain_text("工号或口令不对")
        expect(window.page.locator("#login")).to_have_value("oujing")
        # What is keyed in next must not be added to a wrong PIN.
        expect(window.page.locator("#pin")).to_have_value("")
        # With the largest letters too, every key stands in sight below what is said.
        window.page.context.add_cookies([{"name": "size", "value": "30", "url": world.url}])
        window.page.reload()
        window.page.fill("#login", "oujing")
        window.page.fill("#pin", "000000")
        window.page.keyboard.press("Enter")
        expect(window.page.locator("#notices")).to_contain_text("工号或口令不对")
        expect(window.page.locator("[data-keys-for=pin] [data-key=enter]")).to_be_in_viewport(
            ratio=1
        )
        window.keep("lock-wrong-large")


def test_the_home_screen_offers_the_six_jobs(counter: Counter, world: World) -> None:
    expect(counter.page.locator(".tile")).to_have_count(6)
    expect(counter.page.locator("#state")).to_contain_text("已同步")
    expect(counter.page.locator("#room-now")).to_contain_text("℃")
    counter.keep("home")
    assert counter.faults() == []


def test_typing_finds_a_person_and_no_address_ever_holds_an_id_number(
    counter: Counter, world: World
) -> None:
    person = world.person()
    asked: list[str] = []
    counter.page.on("request", lambda request: asked.append(request.url))
    counter.open("/search")
    counter.page.fill("#q", person.name)
    expect(counter.page.locator(".hit").first).to_contain_text(person.name)
    counter.keep("search")
    assert counter.faults() == []
    counter.page.fill("#q", person.id_number)
    expect(counter.page.locator(".hit")).to_have_count(1)
    counter.page.keyboard.press("Enter")
    expect(counter.page).to_have_url(re.compile(f"/persons/{person.id}$"))
    assert not any(re.search(r"\d{17}[\dX]", url) for url in asked)


def test_the_keypad_finds_by_initials_and_nothing_found_offers_a_next_step(
    counter: Counter, world: World
) -> None:
    counter.open("/search")
    for letter in "QQQQ":
        counter.page.click(f".letters [data-key={letter}]")
    expect(counter.page.locator("#hits")).to_contain_text("没有找到")
    expect(counter.page.locator("#hits .button")).to_have_text("登记新档案")
    counter.page.fill("#q", "330199199001019870")
    expect(counter.page.locator("#hits")).to_contain_text("最后一位应为")
    assert counter.faults() == []


def test_a_reader_that_types_opens_the_person_whatever_has_the_focus(
    counter: Counter, world: World
) -> None:
    person = world.person()
    counter.open("/room")
    counter.page.locator("h1").click()
    # A reader's keys come in one burst; a busy machine must not stretch it to a hand's pace.
    counter.page.evaluate(
        """keys => { for (const key of [...keys, 'Enter']) document.activeElement.dispatchEvent(
            new KeyboardEvent('keydown', {key, bubbles: true, cancelable: true})) }""",
        person.id_number,
    )
    expect(counter.page).to_have_url(re.compile(f"/persons/{person.id}$"))


def test_a_card_laid_down_opens_its_person_from_any_screen(counter: Counter, world: World) -> None:
    person = world.person()
    counter.open("/sync")
    counter.listen()
    with counter.page.expect_response("**/sync/words"):
        world.stations.publish("sync")
    world.stations.publish("card", person=person.id)
    expect(counter.page).to_have_url(re.compile(f"/persons/{person.id}$"))
    expect(counter.page.locator("h1")).to_have_text(person.name)


def test_the_overview_shows_ten_categories_and_the_look_is_on_record(
    counter: Counter, world: World
) -> None:
    person = world.person()
    counter.open(f"/persons/{person.id}")
    expect(counter.page.locator(".category")).to_have_count(10)
    assert person.id_number not in counter.page.content()
    counter.keep("person")
    assert counter.faults() == []
    with world.office.space.read() as town:
        seen = town.execute(
            "select by from view where dossier = ? and what = 'overview'",
            (dossier_of(world, person.id),),
        ).fetchall()
    assert (CLERK.id,) in seen


@pytest.mark.checklist("000-12")
def test_the_viewer_shows_a_page_and_a_tap_on_the_right_third_turns_it(
    counter: Counter, world: World
) -> None:
    counter.open(f"/dossiers/{dossier_of(world, world.person().id)}/view")
    expect(counter.page.locator("#viewer")).to_have_attribute("data-ready", "yes")
    expect(counter.page.locator(".watermark")).to_contain_text("单喆")
    counter.page.click("[data-view=right]")
    counter.page.click("[data-view=fit]")
    counter.keep("viewer")
    assert counter.faults() == []
    stage = counter.page.locator("#viewer").bounding_box()
    assert stage is not None
    counter.page.mouse.click(stage["x"] + stage["width"] * 0.85, stage["y"] + stage["height"] / 2)
    expect(counter.page).to_have_url(re.compile("/2$"))


@pytest.mark.checklist("000-08")
def test_a_jam_keeps_the_pages_read_and_the_scan_goes_on_to_the_filing(
    counter: Counter, world: World
) -> None:
    person = world.person()
    world.tray.jam_after = 2
    counter.open(f"/persons/{person.id}")
    counter.page.click("form[action$='/scan'] button")
    expect(counter.page.locator(".sheet")).to_have_count(2)
    expect(counter.page.locator(".notice.care").last).to_contain_text("卡纸")
    expect(counter.page.locator(".notice.care").last).to_contain_text("已扫的 2 页还在")
    counter.keep("capture-jam")
    world.tray.jam_after = None
    counter.page.click("text=接着扫")
    expect(counter.page.locator(".sheet")).to_have_count(5)
    counter.keep("capture")
    assert counter.faults() == []
    # What can be taken back takes room at the foot; who was at the end of the page stays there.
    counter.page.evaluate("() => scrollTo(0, document.documentElement.scrollHeight)")
    counter.page.wait_for_timeout(100)
    counter.page.locator("#sheet-5 [hx-post$='/5/turn']").click()
    expect(counter.page.locator("#undo button")).to_be_visible()
    counter.page.wait_for_function(
        "() => scrollY + innerHeight >= document.documentElement.scrollHeight - 1"
    )
    counter.page.click("#undo button")
    expect(counter.page.locator("#undo button")).to_have_count(0)
    counter.page.locator("#sheet-5 .keep").click()
    counter.page.fill("#title", "先进工作者审批表")
    # What is not chosen is said in our words, not in a bubble of the browser.
    counter.page.click(".foot .main")
    expect(counter.page.locator("#notices")).to_contain_text("“归入哪一类”还没有选")
    counter.keep("capture-unchosen")
    assert counter.faults() == []
    counter.page.click(".choice:has([value='7'])")
    # By the browser's Back, kept whole by the browser or not, what was typed is there again.
    counter.page.click("a.back")
    counter.page.wait_for_url("**/persons/*")
    counter.page.go_back()
    expect(counter.page.locator("#title")).to_have_value("先进工作者审批表")
    expect(counter.page.locator("[name=category]:checked")).to_have_value("7")
    counter.page.evaluate(
        "() => { document.querySelector('#title').value = '';"
        " dispatchEvent(new PageTransitionEvent('pageshow', {persisted: true})); }"
    )
    expect(counter.page.locator("#title")).to_have_value("先进工作者审批表")
    counter.page.locator("#sheet-5 input[name=page]").set_checked(False, force=True)
    counter.page.fill("#formed_on", "昨天")
    counter.page.click(".foot .main")
    expect(counter.page.locator("#notices")).to_contain_text("看不懂")
    expect(counter.page.locator("#title")).to_have_value("先进工作者审批表")
    counter.page.fill("#formed_on", "199805")
    counter.page.click(".foot .main")
    expect(counter.page.locator(".sheet")).to_have_count(1)
    counter.page.click(".choice:has([value='10'])")
    counter.page.fill("#title", "其他一页")
    counter.page.click(".foot .main")
    expect(counter.page).to_have_url(re.compile(f"/persons/{person.id}$"))


def test_a_proof_is_three_taps_from_the_person_and_stands_without_a_printer(
    counter: Counter, world: World
) -> None:
    counter.open(f"/persons/{world.person().id}")
    counter.page.click("text=开证明")
    counter.keep("proof-choose")
    assert counter.faults() == []
    counter.page.click(".tile:has-text('存档证明')")
    expect(counter.page.locator("img.paper")).to_be_visible()
    counter.page.wait_for_function("() => document.querySelector('img.paper').naturalWidth > 500")
    counter.keep("proof-preview")
    assert counter.faults() == []
    counter.page.get_by_role("button", name="盖章打印").click()
    again = counter.page.get_by_role("button", name="再开一份")
    expect(again.or_(counter.page.locator("#job"))).to_be_visible()
    if again.is_visible():  # the window of another size has issued one today
        again.click()
        counter.complaints.clear()
    expect(counter.page.locator("#job")).to_contain_text("还没有送到打印机")
    expect(counter.page.locator("#job")).to_contain_text("已编号、盖章")
    counter.keep("proof")
    assert counter.faults() == []
    issued = counter.page.url
    counter.page.go_back()
    counter.page.get_by_role("button", name="盖章打印").click()
    expect(counter.page.locator("#notices")).to_contain_text("已经给他开过同样的证明")
    counter.keep("proof-twin")
    counter.complaints.clear()  # chromium tells of the answer 409
    assert counter.faults() == []
    counter.page.get_by_role("button", name="再打印那一份").click()
    expect(counter.page).to_have_url(issued)


def test_an_alarm_of_the_room_reaches_every_screen_until_somebody_has_seen_it(
    browser: Browser, world: World
) -> None:
    with counter_at(browser, world.url, (1280, 800)) as window:
        window.sign_in()
        with window.page.expect_response("**/room/banner"):
            window.page.reload()
        reading = Reading("T1", now_ms(), 27.5, 52.0)
        storage_room.record(world.office, ROOM.id, reading, Limits())
        world.stations.publish("climate")
        expect(window.page.locator("#alerts")).to_contain_text("库房")
        window.page.click("#alerts .button")
        expect(window.page.locator(".uplot").first).to_be_visible()
        window.keep("room-alert")
        assert window.faults() == []
        while window.page.locator("text=知道了，去处理").count():
            with window.page.expect_navigation():
                window.page.locator("text=知道了，去处理").first.click()
        window.open("/")
        window.page.wait_for_timeout(300)
        expect(window.page.locator("#alerts .notice")).to_have_count(0)


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("todo", "/todo"),
        ("sync", "/sync"),
        ("room", "/room"),
        ("loans", "/loans"),
        ("receive", "/receive"),
        ("transfers", "/transfers"),
    ],
)
def test_the_other_screens_are_sound(counter: Counter, world: World, name: str, path: str) -> None:
    counter.open(path)
    counter.page.wait_for_timeout(400)
    counter.keep(name)
    assert counter.faults() == []


def test_lending_takes_two_taps_and_returning_one(browser: Browser, world: World) -> None:
    person = world.person()
    dossier = dossier_of(world, person.id)
    lend(world.office, CLERK, dossier, "李某", "县人社局", real_day(30), 30)
    with counter_at(browser, world.url, (1280, 800)) as window:
        window.sign_in()
        window.open(f"/loans/{dossier}")
        window.keep("loan")
        assert window.faults() == []
        window.page.click("text=确认归还")
        expect(window.page.locator(".name-line")).to_contain_text("在库")


@pytest.mark.parametrize("size", ["24", "30"])
def test_large_letters_keep_the_screens_usable(browser: Browser, world: World, size: str) -> None:
    with counter_at(browser, world.url, (1280, 800)) as window:
        window.sign_in()
        window.page.click(".who summary")
        window.page.click(f"[data-set-size='{size}']")
        window.open(f"/persons/{world.person().id}")
        expect(window.page.locator("html")).to_have_attribute("data-size", size)
        window.keep(f"person-size-{size}")
        wide = window.page.evaluate("() => document.documentElement.scrollWidth > innerWidth")
        assert not wide
        assert window.faults() == []


def test_english_is_one_tap_away_and_comes_back(browser: Browser, world: World) -> None:
    with counter_at(browser, world.url, (1280, 800)) as window:
        window.sign_in()
        window.page.click(".who summary")
        window.page.click("button[lang=en]")
        expect(window.page.locator("h1")).to_have_text("What is to be done today?")
        window.keep("home-english")
        assert window.faults() == []
        window.page.click(".who summary")
        window.page.click("button[lang=zh-CN]")
        expect(window.page.locator("h1")).to_have_text("今天要办什么？")


def test_a_browser_that_lost_the_box_says_so_and_keeps_what_was_typed(
    browser: Browser, world: World
) -> None:
    with counter_at(browser, world.url, (1280, 800)) as window:
        window.sign_in()
        window.open("/receive")
        window.page.wait_for_timeout(500)
        window.page.fill("#name", "王秀英")
        window.page.context.set_offline(True)
        world.stations.close()
        expect(window.page.locator("#line-lost")).to_be_visible(timeout=15_000)
        expect(window.page.locator("#line-lost")).to_contain_text("已填的内容还在")
        window.page.context.set_offline(False)
        expect(window.page.locator("#line-lost")).to_be_hidden(timeout=30_000)
        expect(window.page.locator("#name")).to_have_value("王秀英")


def test_a_half_filled_form_survives_the_lock(browser: Browser, world: World) -> None:
    with counter_at(browser, world.url, (1280, 800)) as window:
        window.sign_in()
        window.open("/receive")
        with window.page.expect_response("**/drafts") as answer:
            window.page.fill("#origin", "县人才交流中心")
        assert answer.value.status == 204
        # What idle.js does after five minutes.
        window.page.evaluate(
            "() => { const form = document.getElementById('idle-lock');"
            " form.elements.back.value = location.pathname; form.submit(); }"
        )
        expect(window.page).to_have_url(f"{world.url}/lock")
        window.page.fill("#login", "101")
        window.page.fill("#pin", PIN)
        window.page.keyboard.press("Enter")
        expect(window.page).to_have_url(f"{world.url}/receive")
        expect(window.page.locator("#origin")).to_have_value("县人才交流中心")
