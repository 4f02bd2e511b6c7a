"""A look from the county is on the town's record first; who may not read, reads nothing."""

import re

import pytest

from edge.domain.entry import first_break
from edge.domain.kinds import Kind
from edge.store.database import Connection
from edge.store.entries import Author, Pen, entries_of_box
from tests.sync.hub.web.county import (
    ADMINISTRATOR,
    BRIDGE,
    NOW,
    SUPERVISOR,
    WILLOW,
    County,
    browser_of,
    form,
)


def _asked(county: County, text: str) -> str:
    with browser_of(county, SUPERVISOR) as browser:
        sent = browser.post("/search", data=form(browser, q=text), follow_redirects=False)
        assert (sent.status_code, sent.headers["location"]) == (303, "/search")
        return str(browser.get("/search").text)


def test_one_search_asks_every_town_and_names_the_town_of_each_hit(county: County) -> None:
    said = _asked(county, "001-00002") + _asked(county, "330199101-001-00002")
    assert f"/towns/{WILLOW}/dossiers/dossier-{WILLOW}-2" in said
    for town in (WILLOW, BRIDGE):
        number = county.scalar(town, "select id_number from person where id like '%-7'")
        name = county.scalar(town, "select name from person where id like '%-7'")
        by_number, by_name = _asked(county, number), _asked(county, name)
        for found in (by_number, by_name):
            assert f"/towns/{town}/dossiers/dossier-{town}-7" in found


def test_initials_find_across_towns(county: County) -> None:
    initials = county.scalar(
        BRIDGE, "select initials from person_initials where person like '%-7' limit 1"
    )
    assert f"dossier-{BRIDGE}-7" in _asked(county, initials.lower())


def test_no_id_number_is_shown_whole_or_stands_in_an_address(county: County) -> None:
    number = county.scalar(WILLOW, "select id_number from person where id like '%-1'")
    with browser_of(county, SUPERVISOR) as browser:
        sent = browser.post("/search", data=form(browser, q=number), follow_redirects=False)
        hits = browser.get("/search").text
        dossier = browser.get(f"/towns/{WILLOW}/dossiers/dossier-{WILLOW}-1").text
    assert number not in sent.headers["location"]
    assert number not in re.sub(r'<input id="q"[^>]*>', "", hits)
    assert number not in dossier.replace(f'value="{number}"', "")
    assert f"{number[:6]}********{number[-4:]}" in hits
    assert f"{number[:6]}********{number[-4:]}" in dossier


def test_a_wrong_id_number_is_said_plainly(county: County) -> None:
    number = county.scalar(WILLOW, "select id_number from person where id like '%-1'")
    wrong = number[:-1] + ("1" if number[-1] != "1" else "2")
    assert "证件号不对" in _asked(county, wrong)


def test_opening_a_dossier_is_on_the_towns_record_by_the_hubs_hand(fresh: County) -> None:
    dossier = fresh.dossier()
    with browser_of(fresh, SUPERVISOR) as browser:
        said = browser.get(f"/towns/{WILLOW}/dossiers/{dossier}").text
        assert fresh.looks(WILLOW, dossier) == [
            (fresh.hub.keys.id, "u-jiandu", "supervision", "overview")
        ]
        material = re.findall(r'/view/([^/"]+)/1"', said)[0]
        browser.get(f"/towns/{WILLOW}/dossiers/{dossier}/view/{material}/1")
    assert fresh.looks(WILLOW, dossier)[1:] == [
        (fresh.hub.keys.id, "u-jiandu", "supervision", material)
    ]
    with fresh.spaces.town(WILLOW).read() as connection:
        assert first_break(entries_of_box(connection, fresh.hub.keys.id)) is None


def test_a_look_that_cannot_be_recorded_shows_nothing(fresh: County) -> None:
    dossier = fresh.dossier()
    name = fresh.scalar(
        WILLOW,
        "select p.name from person p join dossier d on d.person = p.id where d.id = ?",
        dossier,
    )
    with browser_of(fresh, SUPERVISOR) as browser:
        assert name in browser.get(f"/towns/{WILLOW}/dossiers/{dossier}").text
        # From here on the town's record refuses every new entry, as a full disk would.
        fresh.spaces.town(WILLOW).write(
            lambda c: c.execute(
                "create trigger full before insert on view begin "
                "select raise(abort, 'no room'); end"
            )
        )
        refused = browser.get(f"/towns/{WILLOW}/dossiers/{dossier}")
    assert refused.status_code == 500
    assert name not in refused.text


def test_the_ten_categories_are_shown_with_what_is_lacking_and_what_has_not_come(
    county: County,
) -> None:
    with browser_of(county, SUPERVISOR) as browser:
        said = browser.get(f"/towns/{WILLOW}/dossiers/{county.dossier()}").text
    assert said.count("<h3>") == 10
    assert "页原件还没传到" in said


def test_pages_come_as_far_as_their_files_have(county: County) -> None:
    dossier = county.dossier()
    root = f"/towns/{WILLOW}/dossiers/{dossier}"
    materials = {place: f"material-{WILLOW}-1-{place}" for place in range(3)}
    with browser_of(county, SUPERVISOR) as browser:
        shown = [browser.get(f"{root}/view/{materials[place]}/1").text for place in range(3)]
        whole = re.search(r'data-image="([^"]+)"', shown[0])
        assert whole is not None
        image = browser.get(whole[1])
        assert (image.status_code, image.headers["content-type"]) == (200, "image/jpeg")
        assert image.headers["cache-control"] == "no-store"
        assert "原件还没传到，这是缩略图" in shown[1]
        assert "data-image" not in shown[1]
        small = re.search(r'<img src="([^"]+)" alt="[^"]', shown[1])
        assert small is not None
        assert browser.get(small[1]).status_code == 200
        assert "原件还没传到" in shown[2]
        assert "data-image" not in shown[2]
        wanted = county.scalar(
            WILLOW, "select lower(hex(blob)) from page where owner = ?", materials[2]
        )
        missing = browser.get(f"/towns/{WILLOW}/pages/{materials[2]}/{wanted}")
        assert missing.status_code == 404


def test_an_image_is_given_only_to_who_has_just_opened_its_dossier(fresh: County) -> None:
    dossier, material = fresh.dossier(), f"material-{WILLOW}-1-0"
    digest = fresh.scalar(WILLOW, "select lower(hex(blob)) from page where owner = ?", material)
    address = f"/towns/{WILLOW}/pages/{material}/{digest}"
    with browser_of(fresh, SUPERVISOR) as browser:
        assert browser.get(address).status_code == 403
        browser.get(f"/towns/{WILLOW}/dossiers/{dossier}")
        assert browser.get(address).status_code == 200
        assert browser.get(f"/towns/{WILLOW}/pages/{material}/{'0' * 64}").status_code == 404
        fresh.clock.now += 31 * 60_000
        assert browser.get(address).status_code == 403


def test_the_administrator_reads_no_dossier_and_finds_nobody(county: County) -> None:
    dossier, material = county.dossier(), f"material-{WILLOW}-1-0"
    digest = county.scalar(WILLOW, "select lower(hex(blob)) from page where owner = ?", material)
    before = county.looks(WILLOW, dossier)
    root = f"/towns/{WILLOW}/dossiers/{dossier}"
    with browser_of(county, ADMINISTRATOR) as browser:
        for address in (
            root,
            f"{root}/view/{material}/1",
            f"/towns/{WILLOW}/pages/{material}/{digest}",
            "/search",
        ):
            assert browser.get(address).status_code == 403, address
        assert browser.post("/search", data=form(browser, q="王")).status_code == 403
        home, ways = browser.get("/").text, browser.get("/transfers").text
    name = county.scalar(WILLOW, "select name from person where id like '%-4'")
    assert 'action="/search"' not in home
    assert name not in home
    assert name not in ways
    assert "331099" not in ways
    assert county.looks(WILLOW, dossier) == before


def test_unknown_towns_dossiers_and_pages_are_said_to_be_unknown(county: County) -> None:
    dossier = county.dossier()
    with browser_of(county, SUPERVISOR) as browser:
        for address in (
            f"/towns/000/dossiers/{dossier}",
            f"/towns/{BRIDGE}/dossiers/{dossier}",
            f"/towns/{WILLOW}/dossiers/{dossier}/view/material-{WILLOW}-1-0/99",
            f"/towns/{WILLOW}/dossiers/{dossier}/view/material-{WILLOW}-2-0/1",
        ):
            assert browser.get(address).status_code == 404, address


@pytest.mark.checklist("003-15")
def test_a_grade_of_secrecy_shuts_out_the_county_s_supervisor_too(county: County) -> None:
    dossier = f"dossier-{BRIDGE}-2"

    def grade(connection: Connection) -> None:
        pen = Pen(connection, Author("c" * 32, lambda: NOW), "u-shiqiao")
        pen.append(Kind.DOSSIER_GRADED, dossier, {"secrecy": "机密"})

    with browser_of(county, SUPERVISOR) as browser:
        assert browser.get(f"/towns/{BRIDGE}/dossiers/{dossier}").status_code == 200
        county.hub.spaces.town(BRIDGE).write(grade)
        assert browser.get(f"/towns/{BRIDGE}/dossiers/{dossier}").status_code == 403
