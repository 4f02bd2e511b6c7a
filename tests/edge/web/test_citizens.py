"""Screens that face citizens: what a clerk shows, what one's own card opens, and nothing else."""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from litestar import Litestar
from litestar.routes import HTTPRoute
from litestar.testing import TestClient

from edge.domain.kinds import Kind
from edge.store.entries import Author, Pen, all_entries
from edge.store.proofs import proofs_of
from edge.store.screens import confirmations_of
from edge.web.facing import LASTS_MS
from edge.web.screen_session import COOKIE
from edge.workflows.accession import Received
from edge.workflows.matters import Opening, open_matter
from edge.workflows.office import Office
from tests.edge.web.conftest import Desk, open_desk
from tests.edge.web.test_rights import Tape
from tests.offices import CLERK, Clock, id_number, receive_person


@pytest.fixture
def tape() -> Tape:
    return Tape()


@pytest.fixture
def desk(office: Office, tmp_path: Path, tape: Tape) -> Iterator[Desk]:
    yield from open_desk(office, tmp_path / "work", None, tape)


@pytest.fixture
def wang(office: Office) -> Received:
    return receive_person(office, "王秀英", id_number(72))


@pytest.fixture
def other(office: Office) -> Received:
    return receive_person(office, "查林", id_number(11))


def beside(desk: Desk) -> Desk:
    """Another browser at the same box."""
    return Desk(
        desk.office, TestClient(desk.client.app), desk.scanning, desk.stations, desk.codes,
        desk.swipes,
    )  # fmt: skip


def code_for(desk: Desk, mode: str) -> str:
    shown = desk.post("/screens/invite", mode=mode).text
    found = re.search(r"(\d{3}) (\d{3})</p>", shown)
    assert found
    return "".join(found.groups())


def let_in(desk: Desk, mode: str) -> Desk:
    """A browser let in by a code from a clerk's screen."""
    screen = beside(desk)
    assert "接上这块屏" in screen.get("/citizen").text
    assert screen.post("/citizen/let-in", code=code_for(desk, mode)).status_code == 303
    return screen


def laid(desk: Desk, screen: Desk, person: str) -> Desk:
    """As the box does when its reader reads a card, and the page when it hears of it."""
    desk.swipes.lay(person)
    screen.post("/self/begin")
    return screen


def looks(office: Office) -> list[tuple[str, str]]:
    with office.space.read() as town:
        return [
            (entry.about, entry.body["purpose"])
            for entry in all_entries(town)
            if entry.kind == Kind.DOSSIER_VIEWED
        ]


def number_of(office: Office, person: str) -> str:
    with office.space.read() as town:
        return str(
            town.execute("select id_number from person where id = ?", (person,)).fetchone()[0]
        )


@pytest.mark.checklist("000-21")
def test_a_clerk_shows_what_is_registered_and_the_citizen_says_that_it_is_right(
    desk: Desk, wang: Received
) -> None:
    """Redacted; confirmed once; on record by the clerk who showed it; told to the clerk."""
    desk.sign_in()
    screen = let_in(desk, "second")
    assert "要您核对的内容会显示在这里" in screen.get("/citizen").text
    assert "正在群众屏上显示" in desk.post(f"/show/person/{wang.person}", fragment=True).text
    shown = screen.get("/citizen/shown", fragment=True).text
    number = number_of(desk.office, wang.person)
    assert "王秀英" in shown
    assert number[-4:] in shown
    assert number not in shown
    assert number[6:14] not in shown
    # In the language of the screen that the citizen looks at, whatever the clerk's is.
    screen.client.cookies.set("lang", "en")
    assert "请核对您的登记" not in screen.get("/citizen/shown", fragment=True).text
    assert "<dt>Name</dt><dd>王秀英</dd>" in screen.get("/citizen").text
    screen.client.cookies.delete("lang")
    for said in ("0", "1", "1"):
        screen.post("/citizen/confirm", number=said)
    with desk.office.space.read() as town:
        confirmed = confirmations_of(town, wang.dossier)
    assert [(each.by, each.what) for each in confirmed] == [(CLERK.id, "registration")]
    assert ("姓名", "王秀英") in confirmed[0].stated
    assert "本人已在群众屏上确认" in desk.get("/show/state", fragment=True).text
    assert "本人确认过" in desk.get(f"/persons/{wang.person}").text
    assert looks(desk.office)[0] == (wang.dossier, "counter")


def test_what_is_shown_goes_when_taken_away_wiped_or_left_alone(
    desk: Desk, wang: Received, clock: Clock
) -> None:
    desk.sign_in()
    screen = let_in(desk, "second")

    def stands() -> bool:
        return "王秀英" in screen.get("/citizen").text

    desk.post(f"/show/proof/{wang.dossier}/storage")
    assert stands()
    desk.post("/show/end")
    assert not stands()
    desk.post(f"/show/person/{wang.person}")
    screen.post("/citizen/end")
    assert not stands()
    desk.post(f"/show/person/{wang.person}")
    clock.forward(LASTS_MS - 1_000)
    screen.post("/citizen/stay")
    clock.forward(LASTS_MS - 1_000)
    assert stands()
    clock.forward(2_000)
    assert not stands()
    assert screen.post("/citizen/confirm", number="3").status_code == 303
    with desk.office.space.read() as town:
        assert confirmations_of(town, wang.dossier) == []


def test_a_code_lets_one_screen_in_and_is_void_after_a_few_wrong_ones(
    desk: Desk, clock: Clock
) -> None:
    desk.sign_in("qiuwei")  # a technician connects screens and reads no dossier
    code = code_for(desk, "second")
    screen = beside(desk)
    wrong = f"{(int(code) + 1) % 1_000_000:06d}"
    for _ in range(5):
        assert screen.post("/citizen/let-in", code=wrong).status_code == 422
    assert screen.post("/citizen/let-in", code=code).status_code == 422
    code = code_for(desk, "second")
    clock.forward(600_001)
    assert screen.post("/citizen/let-in", code=code).status_code == 422
    code = code_for(desk, "second")
    assert screen.post("/citizen/let-in", code=code).status_code == 303
    assert beside(desk).post("/citizen/let-in", code=code).status_code == 422
    cookies = [
        str(each.value) for each in screen.client.cookies.jar if each.name.startswith(COOKIE)
    ]
    with desk.office.space.read() as town:
        (known,) = town.execute("select id from citizen_screen").fetchone()
    assert known not in cookies[0]
    assert desk.post("/screens/shut-out", screen=known).status_code == 303
    assert "接上这块屏" in screen.get("/citizen").text


@pytest.mark.checklist("000-19", "003-16", "001-12")
def test_ones_own_card_shows_where_the_dossier_is_and_prints_its_proof(
    desk: Desk, wang: Received, other: Received, tape: Tape
) -> None:
    """The same proof again on the same day; every look on record as the holder's own.

    That its grade of secrecy was looked at is the office's business.
    """
    confidant = replace(CLERK, roles=CLERK.roles | {"confidant"})
    told = {"grade": "不定密", "basis": "复核"}
    open_matter(desk.office, confidant, Opening("secrecy", dossier=wang.dossier, fields=told))
    desk.sign_in()
    screen = laid(desk, let_in(desk, "self"), wang.person)
    assert "您要办什么" in screen.get("/self/menu").text
    where = screen.get("/self/where").text
    assert desk.office.name in where
    assert "在库" in where
    assert "王秀英" in screen.get("/self/proof").text
    for _ in range(2):
        assert screen.post("/self/proof/print").headers["location"] == "/self/proof"
    with desk.office.space.read() as town:
        (proof,) = proofs_of(town, wang.dossier)
    assert (proof.by, proof.purpose, len(tape.titles)) == (
        desk.office.itself.id,
        "本人自助办理",
        2,
    )
    assert "没有正在办的事" in screen.get("/self/progress").text
    assert set(looks(desk.office)) == {(wang.dossier, "self")}
    screen.post("/self/end")
    assert screen.get("/self/where").headers["location"] == "/self"


def test_nothing_of_anybody_else_is_within_reach_of_a_self_service_screen(
    desk: Desk, wang: Received, other: Received
) -> None:
    """Every address of the application, with the ids of another person and of oneself."""
    desk.sign_in()
    screen = laid(desk, let_in(desk, "self"), wang.person)
    app = desk.client.app
    assert isinstance(app, Litestar)
    asked = 0
    for route in app.routes:
        if not isinstance(route, HTTPRoute) or route.path_format.startswith(("/self", "/static")):
            continue
        for held in (other, wang):
            path = re.sub(r"\{dossier[^}]*\}", held.dossier, route.path_format)
            path = re.sub(r"\{(person|subject)[^}]*\}", held.person, path)
            path = re.sub(r"\{kind[^}]*\}", "storage", path)
            path = re.sub(r"\{(number|job)[^}]*\}", "1", path)
            path = re.sub(r"\{[^}]*\}", "0" * 32, path)
            if path.endswith("events"):
                continue
            for method in sorted(route.methods - {"OPTIONS", "HEAD"}):
                answer = screen.client.request(
                    method, path, headers=screen.token, data={"q": "查林"}, follow_redirects=False
                )
                asked += 1
                assert "查林" not in answer.text, path
                assert other.dossier not in answer.text, path
    assert asked > 150
    for address in ("/self/where", "/self/proof", "/self/progress", "/self/menu"):
        for form in ("?person=", "?dossier=", f"/{other.person}", f"?q={other.dossier}"):
            assert "查林" not in screen.get(f"{address}{form}").text
    screen.client.post("/self/proof/print", headers=screen.token, data={"dossier": other.dossier})
    with desk.office.space.read() as town:
        assert proofs_of(town, other.dossier) == []


def test_a_card_counts_once_for_the_screen_and_a_while_only(
    desk: Desk, wang: Received, other: Received, clock: Clock
) -> None:
    """No browser names a person; a visit ends by itself, and the next card begins a clean one."""
    desk.sign_in()
    screen = let_in(desk, "self")
    assert screen.post("/self/begin").headers["location"] == "/self"
    laid(desk, screen, wang.person)
    assert desk.swipes.take() is None
    clock.forward(LASTS_MS + 1)
    assert screen.get("/self/where").headers["location"] == "/self"
    laid(desk, screen, wang.person)
    screen.post("/self/proof/print")
    laid(desk, screen, other.person)
    assert "查林" in screen.get("/self/proof").text
    assert "王秀英" not in screen.get("/self/proof").text
    desk.swipes.lay("")
    assert "本所没有您的档案记录" in screen.post("/self/begin").text
    second = let_in(desk, "second")
    for address in ("/self", "/self/where", "/self/menu"):
        assert second.get(address).headers["location"] == "/citizen"


def test_a_counter_turned_to_self_service_signs_its_clerk_out_and_is_turned_back_by_signing_in(
    desk: Desk, wang: Received
) -> None:
    desk.sign_in()
    assert desk.post("/screens/turn").headers["location"] == "/self"
    assert desk.get(f"/persons/{wang.person}").headers["location"] == "/lock"
    assert "请把您本人的身份证放在读卡器上" in desk.get("/self").text
    assert desk.swipes.station == "self"
    laid(desk, desk, wang.person)
    assert "在库" in desk.get("/self/where").text
    assert desk.post("/self/leave").headers["location"] == "/lock"
    assert desk.swipes.station == "counter"
    assert desk.get("/self").headers["location"] == "/citizen"
    desk.sign_in()
    assert desk.get(f"/persons/{wang.person}").status_code == 200


@pytest.mark.checklist("000-20", "001-13")
def test_anybody_learns_the_holder_by_name_and_number_and_the_county_may_switch_it_off(
    desk: Desk, wang: Received
) -> None:
    """Both must fit; the office is told and nothing more; the look is on record."""
    desk.sign_in()
    screen = let_in(desk, "self")
    number = number_of(desk.office, wang.person)

    def asked(name: str, id_number: str) -> str:
        return str(screen.post("/self/lookup/find", name=name, id_number=id_number).text)

    assert "本所没有查到" in asked("查林", number)
    assert looks(desk.office) == []
    for name in ("王秀英", "wxy"):
        told = asked(name, number)
        assert desk.office.name in told
        assert number not in told
        assert "档号" not in told
    assert looks(desk.office) == [(wang.dossier, "public")] * 2
    assert "请输入姓名" in asked("", number)

    def forbid(name: str) -> None:
        author = Author("f" * 32, desk.office.author.clock)
        desk.office.county.write(
            lambda county: Pen(county, author, "hub").append(Kind.RULE_SET, name, {"value": "0"})
        )

    forbid("self.lookup")
    assert "不提供自助办理" in asked("王秀英", number)
    laid(desk, screen, wang.person)
    forbid("self.where")
    assert screen.get("/self/where").status_code == 403
    assert "我的档案在哪里" not in screen.get("/self/menu").text
