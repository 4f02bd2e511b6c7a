"""The age of retirement against the table that was published with the policy."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.domain.errors import InvalidInput
from edge.domain.recorded import months_of
from edge.domain.retirement import Group, least_months, policy_on, retirement_of
from edge.domain.tenure import spells_of

# Lines of the published comparison tables: month of birth, age, month of retirement.
PUBLISHED = [
    (Group.MEN, "196501", 60 * 12 + 1, "202502"),
    (Group.MEN, "196504", 60 * 12 + 1, "202505"),
    (Group.MEN, "196505", 60 * 12 + 2, "202507"),
    (Group.MEN, "197609", 63 * 12, "203909"),
    (Group.MEN, "199001", 63 * 12, "205301"),
    (Group.WOMEN_55, "197001", 55 * 12 + 1, "202502"),
    (Group.WOMEN_55, "198109", 58 * 12, "203909"),
    (Group.WOMEN_50, "197501", 50 * 12 + 1, "202502"),
    (Group.WOMEN_50, "197503", 50 * 12 + 2, "202505"),
    (Group.WOMEN_50, "198411", 55 * 12, "203911"),
]


@pytest.mark.parametrize(("group", "born", "age", "month"), PUBLISHED)
def test_the_published_table_is_met(group: Group, born: str, age: int, month: str) -> None:
    found = retirement_of(born, group, "20261127")
    assert (found.age, found.month) == (age, month)
    assert found.apply_from < found.month


def test_the_policy_of_the_day_counts_and_a_bare_year_tells_nothing() -> None:
    assert retirement_of("196503", Group.MEN, "20241231").age == 60 * 12
    assert policy_on("20241231") != policy_on("20250101")
    with pytest.raises(InvalidInput, match=r"retirement\.month_unknown"):
        retirement_of("1965", Group.MEN, "20260101")
    assert [least_months(year) for year in (2029, 2030, 2039, 2050)] == [180, 186, 240, 240]


@given(st.integers(1950, 2000), st.integers(1, 12), st.sampled_from(Group))
def test_whoever_is_born_later_never_retires_earlier(year: int, month: int, group: Group) -> None:
    born = f"{year}{month:02d}"
    following = f"{year + month // 12}{month % 12 + 1:02d}"
    one, other = (retirement_of(each, group, "20260101") for each in (born, following))
    assert one.age <= other.age
    assert one.month < other.month


MONTHS = st.integers(1950 * 12, 2030 * 12)
SPANS = st.lists(st.tuples(MONTHS, st.integers(0, 60)).map(lambda s: range(s[0], sum(s) + 1)))


@given(SPANS)
def test_spells_hold_every_month_once_in_order_with_gaps_between(spans: list[range]) -> None:
    worked = [month for span in spans for month in span]
    spells = [months_of(each) for each in spells_of(worked)]
    assert [month for spell in spells for month in spell] == sorted(set(worked))
    for one, following in itertools.pairwise(spells):
        assert one[-1] + 1 < following[0]
    assert spells_of(reversed(worked)) == spells_of(worked)
