"""Conflicts in a real browser: found on the home screen, compared side by side, one tap."""

from collections.abc import Iterator
from functools import partial

import pytest
from playwright.sync_api import Browser, expect

from edge.domain.kinds import Kind
from edge.store.conflicts import open_conflicts
from edge.store.dossiers import dossiers_of_person, open_loans
from edge.store.entries import Pen
from edge.workflows.supplement import correct_person
from tests.kiosk_ui.browser import SIZES, Counter, counter_at
from tests.kiosk_ui.world import World, lived_in
from tests.offices import CLERK, real_day

pytestmark = pytest.mark.xdist_group("browser")


@pytest.fixture
def clashing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """An office of its own, in whose record some things do not agree."""
    with lived_in(tmp_path_factory.mktemp("clashing"), persons=6, digitised=1) as world:
        _clash(world)
        yield world


def _clash(world: World) -> None:
    person = world.person()
    with world.office.space.read() as town:
        (dossier,) = dossiers_of_person(town, person.id)
        page = town.execute(
            "select lower(hex(p.blob)) from page p join material m on m.id = p.owner "
            "where m.dossier = ? limit 1",
            (dossier.id,),
        ).fetchone()[0]
        other, registered = town.execute(
            "select id, entry from dossier where id <> ?", (dossier.id,)
        ).fetchone()
    correct_person(world.office, CLERK, person.id, "phone", "13900000001", page)
    correct_person(world.office, CLERK, person.id, "birth", "19700101", "")

    def apart(field: str, value: str) -> None:
        told = {"field": field, "value": value}
        world.office.transact(
            CLERK,
            lambda pen: pen.append(Kind.PERSON_CORRECTED, person.id, told, _registration(pen)),
        )

    def _registration(pen: Pen) -> list[str]:
        row = pen.connection.execute(
            "select entry from history where about = ? and kind = ?",
            (person.id, Kind.PERSON_REGISTERED),
        ).fetchone()
        return [row[0]]

    apart("phone", "13900000002")
    apart("birth", "19680101")
    for borrower in ("赵", "钱"):
        told = {"borrower": borrower, "unit": "县社保局", "due": real_day(30), "pages": 30}
        lent = partial(Pen.append, kind=Kind.CUSTODY_LENT, about=dossier.id, data=told)
        world.office.transact(CLERK, lent)
    moved = {"shelf": dossier.shelf}
    world.office.transact(
        CLERK, lambda pen: pen.append(Kind.DOSSIER_MOVED, other, moved, [registered])
    )


@pytest.fixture
def window(browser: Browser, clashing: World) -> Iterator[Counter]:
    with counter_at(browser, clashing.url, *SIZES) as opened:
        opened.sign_in()
        yield opened


def test_two_sides_are_compared_and_one_tap_settles(window: Counter, clashing: World) -> None:
    page = window.page
    expect(page.locator("#state")).to_contain_text("有 4 件要您处理")
    window.open("/todo")
    window.keep("conflicts-todo")
    faults = {"todo": window.faults()}
    page.click("main a[href='/conflicts']")
    expect(page.locator(".clash").first).to_be_visible()
    window.keep("conflicts")
    faults["list"] = window.faults()
    for kind in ("custody", "shelf", "fact"):
        window.open("/conflicts")
        page.locator(f".clash[href*='/{kind}/']").first.click()
        expect(page.locator(".side-card")).not_to_have_count(0)
        window.keep(f"conflict-{kind}")
        faults[kind] = window.faults()
    assert {name: found for name, found in faults.items() if found} == {}
    window.open("/conflicts")
    page.locator(".clash[href*='field=phone']").click()
    expect(page.locator(".side-card .apart").first).to_be_visible()
    cited = page.locator(".side-card", has_text="有页为证")
    page.fill("#note", "有登记表为证")
    cited.locator("button").click()
    expect(page).to_have_url(f"{clashing.url}/conflicts")
    expect(page.locator(".clash[href*='field=phone']")).to_have_count(0)
    assert window.complaints == []
    with clashing.office.space.read() as town:
        assert clashing.person().phone == "13900000001"
        assert "phone" not in [each.field for each in open_conflicts(town)]


def test_birth_is_proposed_and_then_waits_for_the_county(window: Counter, clashing: World) -> None:
    page = window.page
    window.open(f"/persons/{clashing.person().id}")
    window.keep("conflicts-person")
    assert window.faults() == []
    page.locator("#notices a[href='/conflicts']").click()
    page.locator(".clash[href*='field=birth']").click()
    window.keep("conflict-birth")
    page.locator(".side-card button").first.click()
    expect(page.get_by_text("等县里核定")).to_be_visible()
    window.keep("conflicts-waiting")
    page.locator(".clash[href*='field=birth']").click()
    expect(page.get_by_text("已提建议")).to_be_visible()
    window.keep("conflict-proposed")
    assert window.faults() == []


def test_of_two_loans_the_real_one_stays(window: Counter, clashing: World) -> None:
    window.open("/conflicts")
    window.page.locator(".clash[href*='/custody/']").click()
    window.page.locator(".side-card", has_text="钱").locator("button").click()
    expect(window.page).to_have_url(f"{clashing.url}/conflicts")
    expect(window.page.locator(".clash[href*='/custody/']")).to_have_count(0)
    with clashing.office.space.read() as town:
        assert "赵" not in [loan.borrower for loan in open_loans(town)]
