"""A program that was replaced shows the whole record by its own rules, and does so once."""

import ast
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any, cast

import pytest

from edge.domain.kinds import Kind
from edge.domain.matters.registry import FLOWS
from edge.store.database import Space
from edge.store.entries import Author, Pen, history_of
from edge.store.matters import matter_of
from edge.store.present import RULES, bring_up_to_date
from edge.store.projection import REDUCERS
from edge.store.verification import remake
from tests.offices import Clock, open_space

FLOW, MATTER, DAMP = "rectification", "7" * 32, {"what": "东墙返潮", "place": "1库2列"}


@pytest.fixture
def space(tmp_path: Path) -> Iterator[Space]:
    opened = open_space(tmp_path, "town-1")
    bring_up_to_date(opened)
    yield opened
    opened.close()


def append(space: Space, *acts: tuple[str, str, dict[str, Any]]) -> None:
    """Write as a peer does, whatever it says."""

    def act(connection: Any) -> None:
        pen = Pen(connection, Author("b" * 32, Clock()), "u-peer")
        for kind, about, told in acts:
            pen.append(kind, about, told)

    space.write(act)


def test_a_matter_of_a_flow_unknown_to_the_older_program_stands_right_in_the_newer(
    space: Space, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as older:
        older.delitem(cast(dict[str, Any], FLOWS), FLOW)
        bring_up_to_date(space)
        begun = {"flow": FLOW, "number": "1", "due": "20261220", "fields": DAMP}
        append(space, (Kind.MATTER_OPENED, MATTER, begun))
        for step in ("mend", "accept"):
            append(space, (Kind.MATTER_STEPPED, MATTER, {"step": step, "fields": {"done": "通风"}}))
        with space.read() as town:
            seen = matter_of(town, MATTER)
        assert (seen.state, seen.open, seen.due) == ("", True, "20261220")
    assert bring_up_to_date(space)
    with space.read() as town:
        seen = matter_of(town, MATTER)
    assert (seen.state, seen.open, seen.due) == ("closed", False, "")
    assert not bring_up_to_date(space), "it is done once"
    assert space.write(remake), "folding the one flow gave what folding all gives"


def test_what_other_reducers_computed_is_made_anew_and_content_of_no_sense_is_passed_over(
    space: Space, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    person = {"name": "王建国"}
    with monkeypatch.context() as older:
        older.delitem(REDUCERS, Kind.LIST_FROZEN)
        append(
            space,
            (Kind.PERSON_REGISTERED, "p", person),
            (Kind.LIST_FROZEN, "m", {"form": "list", "facts": [["件数", "3"]]}),
            (Kind.LIST_FROZEN, "n", {"facts": "no list"}),
            (Kind.PERSON_REGISTERED, "q", person),
        )
        space.write(lambda c: c.execute("update computed set digest = 'older'"))
    assert bring_up_to_date(space)
    assert "is passed over" in caplog.text
    with space.read() as town:
        assert town.execute("select matter from frozen_list").fetchall() == [("m",)]
        assert town.execute("select count(*) from person").fetchone() == (2,)
        assert [entry.kind for entry in history_of(town, "n")] == [Kind.LIST_FROZEN]
        assert town.execute("select n from chain").fetchone() == (4,)
    assert space.write(remake)


def test_whatever_reducers_compute_with_counts_as_their_rules() -> None:
    counted = {f"{package}.{name}" for package, those in RULES.items() for name in those}
    reducers = [each.name for each in files("edge.store.reducers").iterdir()]
    counted |= {f"edge.store.reducers.{each[:-3]}" for each in reducers if each.endswith(".py")}
    # Names, errors, what somebody typed, what is kept by this machine, the file itself; flows have
    # digests of their own.
    aside = {f"edge.domain.{each}" for each in ("errors", "identity", "kinds")}
    aside |= {
        "edge.store.lacks",
        "edge.store.database",
        "edge.domain.matters.registry",
        "edge.domain.matters.flow",
    }
    for module in sorted(counted):
        package, _, name = module.rpartition(".")
        tree = ast.parse(files(package).joinpath(f"{name}.py").read_text("utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("edge."):
                assert node.module in {"edge.store", "edge.store.reducers", *counted, *aside}
