"""The hub's folder: founded once, opened again, searched across towns."""

from pathlib import Path

import pytest

from edge.domain.errors import Conflict, NotFound
from edge.domain.query import parse
from edge.store.database import Connection
from edge.store.rules import rules_of
from edge.store.staff import institutions, member_by_login, pin_matches
from sync.hub.county import County
from sync.hub.search import search
from tests.sync.world import World


def test_a_county_opens_again_as_it_was(tmp_path: Path) -> None:
    first = County.open(tmp_path / "hub")
    first.found("长宁县档案局")
    first.add_town("510101", "城关镇")
    known = (first.keys.id, first.fingerprint)
    # As a program would leave it whose reducers are others.
    for sql in ("update institution set name = '?'", "update computed set digest = 'older'"):

        def alter(connection: Connection, sql: str = sql) -> None:
            connection.execute(sql)

        first.spaces.county.write(alter)
    first.close()
    again = County.open(tmp_path / "hub")
    again.found("长宁县档案局")
    again.add_town("510101", "城关镇")
    assert (again.keys.id, again.fingerprint) == known
    with again.spaces.county.read() as connection:
        assert [each.name for each in institutions(connection)] == ["城关镇", "长宁县档案局"]
        assert connection.execute("select count(*) from entry").fetchone()[0] == 2
    again.close()


@pytest.mark.parametrize("code", ["", "../x", "镇", "a b"])
def test_a_towns_code_is_a_plain_word(world: World, code: str) -> None:
    with pytest.raises(Conflict, match=r"town\.code"):
        world.hub.county.add_town(code, "某镇")


@pytest.mark.checklist("002-12")
def test_a_user_enrolled_at_the_hub_can_sign_in_at_the_box(world: World) -> None:
    world.hub.county.enrol_user("李静", "lijing", "510101", ["clerk"], "246810")
    box = world.box()
    box.sync()
    with box.county.read() as connection:
        member = member_by_login(connection, "lijing")
    assert member is not None
    assert pin_matches(member.verifier, "246810")
    assert not pin_matches(member.verifier, "000000")


@pytest.mark.checklist("002-12")
def test_a_person_withdrawn_and_a_rule_laid_down_reach_the_box(world: World) -> None:
    box = world.box("510101")
    county = world.hub.county
    county.enrol_user("李䶮", "102", "510101", ["clerk"], "246810")
    county.withdraw_user("102")
    county.set_rule("inspection.points", "防火,防水")
    with pytest.raises(NotFound, match=r"staff\.no_login"):
        county.withdraw_user("102")
    box.sync()
    with box.county.read() as connection:
        assert member_by_login(connection, "102") is None
        assert rules_of(connection) == {"inspection.points": "防火,防水"}


@pytest.mark.checklist("001-01", "004-06")
def test_one_question_reaches_every_town(world: World) -> None:
    for town, name in (("510101", "王小明"), ("510102", "李小明")):
        box = world.box(town)
        box.append("person.registered", f"p-{town}", {"name": name})
        box.sync()
    found = search(world.hub.county.spaces, parse("小明"))
    assert [(each.town, each.hit.person.name) for each in found] == [
        ("510102", "李小明"),
        ("510101", "王小明"),
    ]


def test_an_unknown_space_is_said_to_be_so(world: World) -> None:
    with pytest.raises(NotFound, match=r"space\.unknown"):
        world.hub.county.spaces.town("999999")
