"""Facts: superseded ones go, clashing ones stay, all peers show the same."""

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from edge.domain.fold import Fact, heads, shown

NAMES = [f"e{number}" for number in range(7)]


@st.composite
def claims(draw: st.DrawFn) -> list[Fact]:
    facts = []
    for place, entry in enumerate(NAMES[: draw(st.integers(1, 7))]):
        earlier = st.sampled_from(NAMES[:place]) if place else st.nothing()
        after = draw(st.lists(earlier, unique=True, max_size=3)) if place else []
        field = draw(st.sampled_from(["name", "phone"]))
        facts.append(Fact(entry, field, f"v{place}", tuple(after)))
    return facts


def test_a_later_claim_that_names_the_earlier_stands_alone() -> None:
    first, second = Fact("a", "name", "王"), Fact("b", "name", "汪", ("a",))
    assert heads([first, second]) == {"name": (second,)}


def test_claims_that_do_not_know_each_other_both_stand() -> None:
    base = Fact("a", "name", "王")
    one, two = Fact("b", "name", "汪", ("a",)), Fact("c", "name", "黄", ("a",))
    assert heads([two, base, one]) == {"name": (one, two)}
    assert shown((one, two)) == two
    settled = Fact("d", "name", "汪", ("b", "c"))
    assert heads([base, one, two, settled]) == {"name": (settled,)}


def test_superseding_in_one_field_leaves_the_others() -> None:
    base, phone = Fact("a", "name", "王"), Fact("a", "phone", "1")
    assert heads([base, phone, Fact("b", "phone", "2", ("a",))])["name"] == (base,)


@given(claims(), st.randoms(use_true_random=False))
def test_the_order_of_arrival_changes_nothing(facts: list[Fact], random: Random) -> None:
    shuffled = facts.copy()
    random.shuffle(shuffled)
    assert heads(shuffled) == heads(facts)


@given(claims())
def test_every_field_claimed_has_a_claim_left_and_none_of_them_is_superseded(
    facts: list[Fact],
) -> None:
    standing = heads(facts)
    assert set(standing) == {fact.field for fact in facts}
    for field, left in standing.items():
        named = {id for fact in facts if fact.field == field for id in fact.after}
        assert not {fact.entry for fact in left} & named
        assert shown(left) in left


BASE = Fact("a", "name", "王")
ONE, TWO = Fact("b", "name", "汪", ("a",)), Fact("c", "name", "黄", ("a",))
REVIEWED = frozenset({"name"})


def test_only_the_county_settles_what_it_reviews() -> None:
    office = Fact("d", "name", "汪", ("a", "b", "c"))
    assert heads([BASE, ONE, TWO, office], REVIEWED)["name"] == (ONE, TWO, office)
    county = Fact("e", "name", "汪", ("a", "b", "c", "d"), county=True)
    assert heads([BASE, ONE, TWO, office, county], REVIEWED)["name"] == (county,)
    # Where nothing clashes any more, the office corrects again.
    later = Fact("f", "name", "江", ("a", "b", "c", "d", "e"))
    assert heads([BASE, ONE, TWO, office, county, later], REVIEWED)["name"] == (later,)


def test_a_settlement_that_is_none_cannot_be_made_good_by_naming_it() -> None:
    office = Fact("d", "name", "汪", ("b", "c"))
    again = Fact("e", "name", "汪", ("a", "b", "c", "d"))
    assert heads([BASE, ONE, TWO, office, again], REVIEWED)["name"] == (ONE, TWO, office, again)


def test_claims_of_one_value_are_joined_by_anybody() -> None:
    same = Fact("c", "name", "汪", ("a",))
    joined = Fact("d", "name", "江", ("a", "b", "c"))
    assert heads([BASE, ONE, same, joined], REVIEWED)["name"] == (joined,)


def test_claims_that_name_one_another_in_a_ring_replace_nothing() -> None:
    ring = [Fact("b", "name", "汪", ("a", "c")), Fact("c", "name", "黄", ("a", "b"))]
    assert heads([BASE, *ring], REVIEWED)["name"] == (BASE, *ring)
