import re
from random import Random

import pytest
from fontTools.ttLib import TTFont

from edge.domain.pinyin import initials_of
from provisioning.seed.county import COUNTY_CODE, NEIGHBOUR_CODE, TOWNS
from provisioning.seed.people import (
    AS_OF,
    POLYPHONIC_SURNAMES,
    RARE_CHARACTERS,
    SeedPerson,
    check_digit,
    make_people,
    make_person,
)


@pytest.fixture(scope="module")
def people() -> list[SeedPerson]:
    return make_people(1, TOWNS[0].code, 1500)


@pytest.mark.parametrize(
    ("body", "digit"),
    # The worked examples of GB 11643-1999.
    [("11010519491231002", "X"), ("44052418800101001", "4")],
)
def test_the_check_digit_is_the_standards_own(body: str, digit: str) -> None:
    assert check_digit(body) == digit


def test_every_id_number_is_lawful_and_of_an_invented_region(people: list[SeedPerson]) -> None:
    for person in people:
        number = person.id_number
        assert re.fullmatch(r"\d{17}[\dX]", number)
        assert check_digit(number[:17]) == number[17]
        assert number[:6] in (COUNTY_CODE, NEIGHBOUR_CODE)
        assert number[6:14] == f"{person.born_on:%Y%m%d}"
        assert (int(number[16]) % 2 == 1) == (person.sex == "男")


def test_the_same_seed_gives_the_same_people_and_another_gives_others(
    people: list[SeedPerson],
) -> None:
    assert make_people(1, TOWNS[0].code, 1500) == people
    assert make_people(2, TOWNS[0].code, 20) != people[:20]
    assert make_person(Random(7), TOWNS[1].code) == make_person(Random(7), TOWNS[1].code)


def test_no_id_number_is_given_twice_in_the_county(people: list[SeedPerson]) -> None:
    numbers = [person.id_number for person in people]
    for town in TOWNS[1:]:
        numbers += [person.id_number for person in make_people(1, town.code, 800)]
    assert len(set(numbers)) == len(numbers)


def test_about_two_in_a_hundred_names_hold_a_rare_character(people: list[SeedPerson]) -> None:
    rare = [person for person in people if set(person.name) & set(RARE_CHARACTERS)]
    assert 0.01 < len(rare) / len(people) < 0.04


def test_polyphonic_surnames_and_former_names_occur(people: list[SeedPerson]) -> None:
    assert {"单", "仇", "曾"} <= {person.name[0] for person in people} & set(POLYPHONIC_SURNAMES)
    assert any(person.former_name for person in people)
    assert {person.category for person in people} == {"流动人员", "退休人员", "失业人员"}


def test_every_name_can_be_found_by_its_initials(people: list[SeedPerson]) -> None:
    for person in people:
        lengths = {len(spelling) for spelling in initials_of(person.name)}
        assert lengths == {len(person.name)}


def test_every_name_can_be_typeset(people: list[SeedPerson]) -> None:
    with TTFont("/usr/share/fonts/opentype/noto/NotoSerifCJK-Regular.ttc", fontNumber=2) as font:
        known = font.getBestCmap()
    names = "".join(person.name + person.former_name for person in people)
    assert {char for char in names + RARE_CHARACTERS if ord(char) not in known} == set()


def test_a_life_is_lived_in_order(people: list[SeedPerson]) -> None:
    for person in people:
        assert person.born_on.year + 16 <= person.graduated <= person.started_work <= AS_OF.year
        if person.joined_party is not None:
            assert person.started_work <= person.joined_party <= AS_OF.year


def test_an_unknown_town_is_refused() -> None:
    with pytest.raises(KeyError):
        make_person(Random(1), "110101001")
