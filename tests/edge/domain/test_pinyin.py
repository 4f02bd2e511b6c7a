from itertools import pairwise

import pytest
from pypinyin.pinyin_dict import pinyin_dict

from edge.domain.pinyin import MOST_SPELLINGS, initials_of, readings_of


@pytest.mark.parametrize(
    ("surname", "initials"),
    [
        ("单", {"D", "C", "S"}),
        ("仇", {"C", "Q", "J"}),
        ("区", {"Q", "O"}),
        ("曾", {"C", "Z"}),
        ("查", {"C", "Z"}),
        ("解", {"J", "X"}),
        ("盖", {"G"}),
        ("谌", {"C", "S"}),
    ],
)
def test_a_surname_is_found_by_each_of_its_readings(surname: str, initials: set[str]) -> None:
    assert initials_of(surname) == initials


def test_a_name_gives_every_combination_of_its_readings() -> None:
    assert initials_of("单乐") == {"DL", "DY", "CL", "CY", "SL", "SY"}


@pytest.mark.parametrize(
    ("char", "reading"), [("䶮", "yan"), ("𬱖", "di"), ("堃", "kun"), ("喆", "zhe")]
)
def test_rare_name_characters_have_readings(char: str, reading: str) -> None:
    assert reading in readings_of(char)


def test_every_unified_ideograph_that_has_a_known_reading_is_covered() -> None:
    known = [chr(point) for point in range(0x4E00, 0x9FA6) if point in pinyin_dict]
    assert len(known) > 20_800
    assert [char for char in known if not readings_of(char)] == []


def test_readings_are_bare_letters_with_the_usual_one_first() -> None:
    assert readings_of("吕") == ("lv",)
    assert readings_of("王")[0] == "wang"
    assert readings_of("乐") == ("le", "yue")


def test_a_long_name_is_capped_without_narrowing_its_first_characters() -> None:
    spellings = initials_of("单" + "曾" * 12)
    assert len(spellings) <= MOST_SPELLINGS
    assert {spelling[0] for spelling in spellings} == {"D", "C", "S"}
    assert {len(spelling) for spelling in spellings} == {13}


def test_points_and_spaces_are_passed_over_and_letters_kept() -> None:
    assert "MMT" in initials_of("买买·提")
    assert initials_of("A 李") == {"AL"}
    assert initials_of("·") == frozenset()


def test_the_table_is_the_one_its_generator_writes() -> None:
    from provisioning.pinyin_table import TABLE, lines

    written = TABLE.read_text("utf-8").splitlines()
    assert written == lines()
    assert all(before < after for before, after in pairwise(written))
