"""The five everyday jobs, with the taps counted against the table that the design gives."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from edge.domain.cover_code import cover_code, shelf_code
from edge.domain.kinds import Kind
from edge.domain.pinyin import initials_of
from edge.store.database import Connection
from edge.store.dossiers import dossier_of, dossiers_of_person
from edge.store.entries import Pen
from edge.store.persons import Person, person_of
from edge.store.texts import PageText, note_text
from tests.kiosk_ui.browser import SIZES, Counter, counter_at
from tests.kiosk_ui.test_screens import dossier_of as dossier_id_of
from tests.kiosk_ui.world import World
from tests.offices import CLERK, id_number

pytestmark = pytest.mark.xdist_group("browser")

COUNT = """addEventListener('pointerdown', (event) => { if (event.isTrusted) tapped(); }, true)"""


class Taps:
    """Every touch of the screen since the last job; readers and counting cost none."""

    def __init__(self, window: Counter) -> None:
        self.count = 0
        window.page.expose_function("tapped", self._tapped)
        window.page.add_init_script(COUNT)

    def _tapped(self) -> None:
        self.count += 1

    def taken(self) -> int:
        """How many it were, beginning anew."""
        self.count, taken = 0, self.count
        return taken


@pytest.fixture(params=SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def window(request: pytest.FixtureRequest, browser: Browser, world: World) -> Iterator[Counter]:
    with counter_at(browser, world.url, request.param) as opened:
        yield opened


def at_home(window: Counter) -> None:
    window.open("/")
    window.listen()


def texts_read(world: World, words: str) -> None:
    """What the machine reads on the pages just scanned."""
    text = PageText(words, 0, (100, 100), ((0, 0, 50, 10, words),))

    def act(town: Connection) -> None:
        for begun in world.scanning[-1].open_batches():
            for page in begun.pages:
                note_text(town, page["blob"], text, 1)

    world.office.space.write(act)
    world.stations.publish("pages")


def newcomer(world: World, name: str, number: int) -> Person:
    """A person on record who has no dossier here yet."""

    def act(pen: Pen) -> str:
        person = pen.new_id()
        told = {"name": name, "id_number": id_number(number)}
        pen.append(Kind.PERSON_REGISTERED, person, told)
        return person

    id = world.office.transact(CLERK, act)
    with world.office.space.read() as town:
        return person_of(town, id)


@pytest.mark.checklist("000-07", "001-07")
def test_each_everyday_job_takes_no_more_taps_than_the_design_says(
    window: Counter, world: World
) -> None:
    page, person = window.page, world.person()
    taps, dossier = Taps(window), dossier_id_of(world, person.id)
    window.sign_in()

    # Look up by card: none. By initials: three letters and the hit.
    at_home(window)
    taps.taken()
    world.swipe(person)
    expect(page).to_have_url(re.compile(f"/persons/{person.id}$"))
    assert taps.taken() == 0
    at_home(window)
    for letter in sorted(initials_of(person.name))[0]:
        page.tap(f".initials [data-key={letter}]")
    hit = page.locator(f".hit[href$='{person.id}']")
    expect(hit).to_be_visible()
    window.keep("home-hits")
    hit.tap()
    expect(page).to_have_url(re.compile(f"/persons/{person.id}$"))
    assert taps.taken() == len(person.name) + 1

    # Supplement: the feeder starts by itself; one tap on what the machine suggests files it.
    page.tap('text="补充材料"')
    expect(page.locator(".sheet")).to_have_count(world.tray.sheets)
    expect(page.locator(".sheets + *, .stack").first).to_be_visible()
    texts_read(world, "毕业证书")
    page.locator(".guess .main").wait_for()
    window.keep("capture-guess")
    page.locator(".guess .main").tap()
    expect(page).to_have_url(re.compile(f"/persons/{person.id}$"))
    assert taps.taken() == 2

    # Proof: the kind stands for the purpose; look, then seal.
    page.tap('text="开证明"')
    page.locator(f"[href$='{dossier}/proofs/storage']").tap()
    page.tap(".button.seal")
    expect(page).to_have_url(re.compile("/proofs/"))
    assert taps.taken() == 3


@pytest.mark.checklist("002-07")
def test_receiving_lending_and_taking_back_take_no_more_taps_than_the_design_says(
    window: Counter, world: World
) -> None:
    page, taps = window.page, Taps(window)
    window.sign_in()

    # Receive: the card fills the form, the counts are typed, the shelf is scanned.
    person = newcomer(world, "区静雯", window.size[0] % 997)
    at_home(window)
    taps.taken()
    page.tap("[href='/receive']")
    page.wait_for_url("**/receive")
    window.listen()
    world.swipe(person)
    expect(page.locator("#name")).to_have_value(person.name)
    for code, count in (("1", "2"), ("4", "1")):
        page.locator(f"#count-{code}").fill(count)
    page.tap('text="收下并登记"')
    expect(page).to_have_url(re.compile(f"/persons/{person.id}$"))
    window.listen()
    world.pull_trigger(shelf_code(1, 2, 1, 3, 5))
    expect(page.locator("#undo")).to_contain_text("已放到 1库2列1节3层5位")
    assert taps.taken() == 2
    page.tap("#undo button")
    expect(page.locator(".facts").first).to_contain_text("待定位")
    taps.taken()

    # Lend: the folder is scanned, the borrower's card fills the name.
    with world.office.space.read() as town:
        dossier = dossiers_of_person(town, person.id)[0].id
    at_home(window)
    world.pull_trigger(cover_code(dossier))
    expect(page).to_have_url(re.compile(f"/persons/{person.id}$"))
    page.tap('text="借出"')
    page.wait_for_url("**/loans/*")
    window.listen()
    world.swipe(world.person())
    expect(page.locator("#borrower")).to_have_value(world.person().name)
    page.tap('text="确认借出"')
    expect(page.locator("#undo")).to_contain_text("已借给")
    assert taps.taken() == 2

    # Return: a folder that is out and is scanned has come back.
    at_home(window)
    world.pull_trigger(cover_code(dossier))
    expect(page).to_have_url(re.compile(f"/loans/{dossier}$"))
    page.tap('text="确认归还"')
    expect(page.locator(".name-line")).to_contain_text("在库")
    assert taps.taken() == 1
    with world.office.space.read() as town:
        assert dossier_of(town, dossier).loan is None


def test_a_form_is_filled_by_touch_alone_with_words_used_lately(
    window: Counter, world: World
) -> None:
    """Digits, letters, today; a unit that was written before; the next field by a key."""
    page = window.page
    window.sign_in()
    dossier = dossier_id_of(world, world.person().id)
    with page.expect_response(f"**/drafts/lend-{dossier}"):
        window.open(f"/loans/{dossier}")
    page.tap("#borrower")
    page.tap("#keypad [data-type=clear]")
    for letter in "WXY":
        page.tap(f"#keypad [data-type={letter}]")
    expect(page.locator("#borrower")).to_have_value("WXY")
    window.keep("keypad-letters")
    assert window.faults() == []
    page.tap("#keypad [data-type=erase]")
    expect(page.locator("#borrower")).to_have_value("WX")
    page.tap("#keypad [data-type=next]")
    page.locator("#keypad-words .word").first.tap()
    assert page.locator("#unit").input_value()
    expect(page.locator("#due")).to_be_focused()
    page.tap("#keypad [data-type=today]")
    expect(page.locator("#due")).to_have_value(re.compile(r"^20\d{6}$"))
    page.tap("#keypad [data-type=next]")
    page.tap("#keypad [data-type=clear]")
    for digit in "30":
        page.tap(f"#keypad [data-type='{digit}']")
    window.keep("keypad-digits")
    page.wait_for_timeout(300)  # a key that was touched fades back
    assert window.faults() == []
    expect(page.locator("#pages")).to_have_value("30")
    page.tap("#keypad [data-type=done]")
    expect(page.locator("#keypad")).to_be_hidden()
    page.locator("#pages").click()
    expect(page.locator("#keypad")).to_be_hidden()
