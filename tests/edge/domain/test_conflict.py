"""What clashes is told from the acts alone, in whatever order they are named."""

from itertools import permutations

import pytest

from edge.domain.conflict import (
    CustodyAct,
    Resolution,
    Step,
    custody_heads,
    decided_by_county,
    names_one_place,
    settled_by,
    violations,
)

IN = CustodyAct("r", Step.RECEIVED)
LENT = CustodyAct("l1", Step.LENT, after=("r",))
BACK = CustodyAct("b1", Step.RETURNED, "l1", ("l1",))
ALSO = CustodyAct("l2", Step.LENT, after=("r",))
AGAIN = CustodyAct("l3", Step.LENT, after=("b1",))
SENT = CustodyAct("s", Step.SENT, after=("b1",))
ORPHAN = CustodyAct("b9", Step.RETURNED, "l9")
TWICE = CustodyAct("b2", Step.RETURNED, "l1", ("l1",))

STORIES: dict[str, tuple[list[CustodyAct], set[str]]] = {
    "lent and back": ([IN, LENT, BACK], set()),
    "by turns, then sent": ([IN, LENT, BACK, SENT], set()),
    "two loans at once": ([IN, LENT, ALSO], {"l1", "l2"}),
    "two at once, one back": ([IN, LENT, BACK, ALSO], {"l1", "l2"}),
    "lent and sent at once": ([IN, LENT, BACK, AGAIN, SENT], {"l3", "s"}),
    "never lent": ([IN, ORPHAN], {"b9"}),
    "two returns": ([IN, LENT, BACK, TWICE], {"b1", "b2"}),
    "sent twice": (
        [CustodyAct("s1", Step.SENT), CustodyAct("s2", Step.SENT)],
        {"s1", "s2"},
    ),
}


@pytest.mark.parametrize("story", sorted(STORIES))
def test_custody_is_one_line(story: str) -> None:
    acts, clashing = STORIES[story]
    for order in permutations(acts):
        assert violations(order) == clashing


def test_the_next_act_follows_whatever_nothing_follows() -> None:
    assert custody_heads([IN, LENT, ALSO]) == ["l1", "l2"]
    assert custody_heads([BACK, LENT, IN]) == ["b1"]
    assert custody_heads([]) == []


def test_only_an_answer_that_knows_every_side_settles() -> None:
    sides = frozenset("abc")
    part = Resolution("1", "a", frozenset("ab"))
    whole = Resolution("2", "a", sides)
    other = Resolution("3", "b", sides)
    last = Resolution("4", "b", sides, ("2", "3"))
    assert settled_by(sides, [part]) is None
    assert settled_by(frozenset("ab"), [part]) == part
    for order in permutations([part, whole, other]):
        assert settled_by(sides, order) is None
    for order in permutations([part, whole, other, last]):
        assert settled_by(sides, order) == last


@pytest.mark.parametrize("field", ["birth", "id_number", "name", "sex", "unit"])
def test_identity_birth_and_work_are_the_countys(field: str) -> None:
    assert decided_by_county("fact", field)


def test_a_telephone_a_shelf_and_a_number_are_the_offices() -> None:
    assert not decided_by_county("fact", "phone")
    assert not any(decided_by_county(kind) for kind in ("shelf", "custody", "dossier_number"))


@pytest.mark.parametrize(
    ("shelf", "one"), [("1库1列1节1层1位", True), ("1库1列1柜", False), ("", False)]
)
def test_a_place_for_one_dossier_is_told_from_a_cabinet(shelf: str, one: bool) -> None:
    assert names_one_place(shelf) is one
