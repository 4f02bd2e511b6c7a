"""Codes read at the counter: by the box's gun, and by one that types into the page."""

import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from edge.domain.cover_code import cover_code, shelf_code
from tests.kiosk_ui.browser import Counter, counter_at
from tests.kiosk_ui.world import World

pytestmark = pytest.mark.xdist_group("browser")

# A slow gun, and a hand so quick that its keys alone would pass for a gun's but for the mean.
GUN_MS, HAND_MS = 30, 60
SHELF, WORDS = shelf_code(1, 2, 1, 3, 5), "1库2列1节3层5位"
# What a machine with a Chinese input method sees of a gun: the keys' places, under composition.
COMPOSED = """(text) => {
  const field = document.activeElement;
  let at = performance.now();
  const down = (code, key) => {
    const event = new KeyboardEvent(
      "keydown", { key, code, isComposing: true, bubbles: true, cancelable: true });
    Object.defineProperty(event, "timeStamp", { value: at += 30 });
    document.activeElement.dispatchEvent(event);
  };
  for (const each of text) {
    const code = each === "-" ? "Minus" : `${/[0-9]/.test(each) ? "Digit" : "Key"}${each}`;
    down(code, "Process");
    field.value += each.toLowerCase();
  }
  down("Enter", "Process");
}"""

KEPT_BACK = """() => addEventListener("submit", (event) => {
  event.preventDefault();
  event.stopImmediatePropagation();
  document.title = "sent";
}, true)"""


@pytest.fixture
def counter(browser: Browser, world: World) -> Iterator[Counter]:
    with counter_at(browser, world.url, (1280, 800)) as window:
        window.sign_in()
        yield window


def held(world: World) -> tuple[str, str, str]:
    """A person's id, and the id and number of the dossier."""
    person = world.person().id
    with world.office.space.read() as town:
        row = town.execute("select id, number from dossier where person = ?", (person,)).fetchone()
    return person, row[0], row[1]


def press_keys(page: Page, text: str, gap_ms: int) -> None:
    """Press keys and Enter, so far apart by their own time, however long the machine takes.

    The page judges by the time that a key was pressed at, which the browser is given here.
    """
    wire = page.context.new_cdp_session(page)
    at = time.time()  # from now on: none lies before its page
    for key in (*text, "Enter"):
        code = "Enter" if key == "Enter" else f"Digit{key}" if key.isdigit() else f"Key{key}"
        told = {
            "key": key,
            "code": "Minus" if key == "-" else code,
            "text": "\r" if key == "Enter" else key,
            "windowsVirtualKeyCode": 13 if key == "Enter" else 189 if key == "-" else ord(key),
            "timestamp": at,
        }
        wire.send("Input.dispatchKeyEvent", {"type": "keyDown", **told})
        at += gap_ms / 1000
    wire.detach()


def test_the_boxes_gun_opens_a_person_from_any_screen_and_fills_a_waiting_place(
    counter: Counter, world: World
) -> None:
    person, dossier, number = held(world)
    page = counter.page
    for screen in ("/", "/sync", "/loans"):
        counter.open(screen)
        counter.listen()
        world.pull_trigger(cover_code(dossier))
        page.wait_for_url(f"{world.url}/persons/{person}")
    counter.open("/receive")
    counter.listen()
    page.fill("#name", "王秀英")
    world.pull_trigger(SHELF)
    expect(page.locator("#shelf")).to_have_value(WORDS)
    expect(page.locator("#name")).to_have_value("王秀英")
    # A code of the house next door goes where the clerk has pointed, and nowhere else.
    page.focus("#shelf")
    world.pull_trigger("A-01-02")
    expect(page.locator("#shelf")).to_have_value("A-01-02")
    # Read faster than the box answers, each finds its place, and the last one stands.
    page.fill("#shelf", "")
    for place in range(1, 6):
        world.pull_trigger(shelf_code(1, 2, 1, 3, place))
    expect(page.locator("#shelf")).to_have_value(WORDS)
    counter.open("/")
    counter.listen()
    world.pull_trigger(SHELF)
    expect(page.locator("#code-said")).to_contain_text("架位码")
    counter.keep("code-said")
    world.pull_trigger("")
    expect(page.locator("#code-said")).to_contain_text("再扫一次")
    assert counter.faults() == []
    world.pull_trigger(number)
    page.wait_for_url(f"{world.url}/persons/{person}")


def test_a_gun_that_types_is_told_from_a_hand_and_leaves_no_trace(
    counter: Counter, world: World
) -> None:
    person, dossier, _ = held(world)
    page = counter.page
    page.goto(world.url + "/receive")
    page.fill("#shelf", "")  # what an earlier story left in the draft is no answer
    page.fill("#name", "王秀英")
    page.focus("#name")
    press_keys(page, SHELF, GUN_MS)
    expect(page.locator("#shelf")).to_have_value(WORDS)
    expect(page.locator("#name")).to_have_value("王秀英")
    # A hand types as slowly as this, and its Enter is its own.
    page.fill("#letter", "")
    page.focus("#letter")
    page.evaluate(KEPT_BACK)
    press_keys(page, "ABCDEF1", HAND_MS)
    expect(page.locator("#letter")).to_have_value("ABCDEF1")
    assert page.title() == "sent"
    # The same under an input method, whose letters the page never sees.
    page.fill("#shelf", "")
    page.focus("#unit")
    page.fill("#unit", "供销社")
    page.evaluate(COMPOSED, SHELF)
    expect(page.locator("#shelf")).to_have_value(WORDS)
    expect(page.locator("#unit")).to_have_value("供销社")
    page.goto(world.url + "/")
    page.evaluate(COMPOSED, cover_code(dossier))
    page.wait_for_url(f"{world.url}/persons/{person}")
    page.goto(world.url + "/")
    press_keys(page, cover_code(dossier), GUN_MS)
    page.wait_for_url(f"{world.url}/persons/{person}")
    # What is none of our codes is looked for, as before.
    press_keys(page, "4006381333931", GUN_MS)
    page.wait_for_url(f"{world.url}/search")
    assert counter.complaints == []
