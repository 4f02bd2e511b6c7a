from collections import Counter
from datetime import date
from random import Random

import pytest

from provisioning.seed.county import TOWNS
from provisioning.seed.materials import CATEGORIES, Layout, SeedMaterial, make_materials
from provisioning.seed.people import AS_OF, SeedPerson, make_people

Dossiers = list[tuple[SeedPerson, list[SeedMaterial]]]


@pytest.fixture(scope="module")
def dossiers() -> Dossiers:
    people = make_people(3, TOWNS[0].code, 1000)
    return [(person, make_materials(Random(person.id_number), person)) for person in people]


def test_a_dossier_holds_three_to_twelve_materials_in_filing_order(dossiers: Dossiers) -> None:
    for _, materials in dossiers:
        assert 3 <= len(materials) <= 12
        places = [(CATEGORIES.index(each.category), each.sequence) for each in materials]
        assert places == sorted(places)


def test_numbers_run_without_gaps_in_each_category(dossiers: Dossiers) -> None:
    for _, materials in dossiers:
        for category, count in Counter(each.category for each in materials).items():
            numbers = [each.sequence for each in materials if each.category == category]
            assert numbers == list(range(1, count + 1))


def test_all_ten_categories_and_all_layouts_occur_in_a_town(dossiers: Dossiers) -> None:
    materials = [each for _, own in dossiers for each in own]
    assert {each.category for each in materials} == set(CATEGORIES)
    assert {each.layout for each in materials} == set(Layout)
    assert {len(each.formed_on) for each in materials} == {4, 6, 8}


def test_every_date_is_real_and_lies_between_birth_and_today(dossiers: Dossiers) -> None:
    for person, materials in dossiers:
        for material in materials:
            formed = material.formed_on
            filled = formed + "0101"[len(formed) - 4 :] if len(formed) < 8 else formed
            day = date(int(filled[:4]), int(filled[4:6]), int(filled[6:8]))
            assert person.born_on < day <= AS_OF


def test_a_material_has_pages_and_a_blank_back_only_where_there_is_a_front(
    dossiers: Dossiers,
) -> None:
    for _, materials in dossiers:
        for material in materials:
            assert 1 <= material.pages <= 8
            assert not (material.blank_back and material.pages < 2)


def test_the_same_source_of_chance_gives_the_same_materials(dossiers: Dossiers) -> None:
    person, materials = dossiers[5]
    assert make_materials(Random(person.id_number), person) == materials
