"""What the county decides: listed across towns, written into the town's own record by the hub."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from edge.domain.conflict import Conflict
from edge.domain.kinds import Kind
from edge.store.conflicts import acts_after_right, open_conflicts
from edge.store.entries import Pen
from edge.store.persons import person_of
from tests.kiosk_ui.browser import SIZES, Counter, counter_at
from tests.sync.hub.web.county import (
    ADMINISTRATOR,
    BRIDGE,
    NOW,
    SUPERVISOR,
    WILLOW,
    County,
    browser_of,
    county_in,
    form,
)
from tests.sync.hub.web.test_in_browser import served

PERSON = f"person-{WILLOW}-2"


@pytest.fixture
def county(tmp_path: Path) -> Iterator[County]:
    """A county in whose towns some things do not agree."""
    with county_in(tmp_path / "hub") as opened:
        for value in ("19700101", "19680101"):
            told = {"field": "birth", "value": value, "source": "p1"}
            opened.write(WILLOW, 1, NOW - 60_000, [(Kind.PERSON_CORRECTED, PERSON, told)])
        told = {"person": f"person-{BRIDGE}-1", "class": "流动", "number": "B9"}
        opened.write(BRIDGE, 3, NOW - 60_000, [(Kind.DOSSIER_REGISTERED, "dossier-again", told)])
        phone, other = {"field": "phone", "value": "1"}, f"person-{BRIDGE}-2"
        opened.write(BRIDGE, 3, NOW - 60_000, [(Kind.PERSON_CORRECTED, other, phone)])
        yield opened


def conflicts_in(county: County, town: str) -> list[Conflict]:
    with county.spaces.town(town).read() as connection:
        return open_conflicts(connection)


def test_the_county_sees_what_it_decides_and_no_more(county: County) -> None:
    with browser_of(county, SUPERVISOR) as client:
        listed = client.get("/conflicts").text
    assert "出生日期有 3 处记载" in listed
    assert "同一类档案接收了两份" in listed
    assert "电话有" not in listed
    assert {"phone", ""} == {each.field for each in conflicts_in(county, BRIDGE)}


def test_a_decision_is_the_persons_own_by_the_hubs_hand_in_the_towns_record(
    county: County,
) -> None:
    (conflict,) = conflicts_in(county, WILLOW)
    chosen = conflict.parties[-2].entry
    with browser_of(county, SUPERVISOR) as client:
        place = f"/towns/{WILLOW}/conflicts/fact/{PERSON}"
        assert "以这个为准" in client.get(f"{place}?field=birth").text
        told = {"seen": ",".join(conflict.entries), "chosen": chosen, "field": "birth"}
        sent = client.post(f"{place}/settle", data=form(client, **told), follow_redirects=False)
        assert sent.status_code == 303
    assert conflicts_in(county, WILLOW) == []
    with county.spaces.town(WILLOW).read() as connection:
        assert person_of(connection, PERSON).birth == "19700101"
        by, box = connection.execute(
            "select by, box from history where about = ? order by entry desc limit 1", (PERSON,)
        ).fetchone()
    assert (by, box) == ("u-jiandu", county.hub.keys.id)


def test_who_may_not_read_dossiers_neither_lists_nor_decides(county: County) -> None:
    with browser_of(county, ADMINISTRATOR) as client:
        assert client.get("/conflicts").status_code == 403
        assert 'href="/conflicts"' not in client.get("/").text


def test_acts_after_a_right_had_ended_are_reviewed_here(county: County) -> None:
    county.spaces.county.write(
        lambda c: Pen(c, county.hub.author, "u-guanli").append(Kind.USER_WITHDRAWN, "u-liuhe", {})
    )
    county.write(WILLOW, 2, NOW + 60_000, [(Kind.PERSON_REGISTERED, "p-late", {"name": "王"})])
    with browser_of(county, SUPERVISOR) as client:
        assert "单喆停用以后还有 1 条记录" in client.get("/conflicts").text
        place = f"/towns/{WILLOW}/conflicts/right/u-liuhe"
        assert "看过了，认可" in client.get(place).text
        with county.spaces.town(WILLOW).read() as town, county.spaces.county.read() as hub:
            (late,) = acts_after_right(town, hub)
        told = {"seen": ",".join(late.entries), "chosen": "accepted"}
        sent = client.post(f"{place}/settle", data=form(client, **told), follow_redirects=False)
        assert sent.status_code == 303
        assert "停用以后" not in client.get("/conflicts").text


@pytest.mark.xdist_group("browser")
def test_a_supervisor_decides_with_one_tap(browser: Browser, county: County) -> None:
    with served(county) as url, counter_at(browser, url, *SIZES) as window:
        window.sign_in(SUPERVISOR)
        faults = {}
        window.open("/conflicts")
        faults["list"] = _settled(window, "conflicts")
        window.page.locator(".clash[href*='reception']").click()
        faults["reception"] = _settled(window, "conflict-reception")
        window.open("/conflicts")
        window.page.locator(".clash[href*='birth']").click()
        faults["birth"] = _settled(window, "conflict-birth")
        assert {name: found for name, found in faults.items() if found} == {}
        window.page.locator(".side-card", has_text="1970").locator("button").click()
        expect(window.page).to_have_url(f"{url}/conflicts")
        expect(window.page.locator(".clash[href*='birth']")).to_have_count(0)


def _settled(window: Counter, name: str) -> list[str]:
    expect(window.page.locator("#state .state-words")).to_be_visible()
    window.keep(f"county-{name}")
    return window.faults()
