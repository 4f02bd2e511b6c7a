"""Identity numbers: what is accepted, what is refused and why."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.domain.errors import InvalidInput
from edge.domain.identity import (
    IdNumber,
    ResidenceNumber,
    Sex,
    check_character,
    check_id_number,
    check_number,
    mask_id_number,
)

stems = st.builds(
    lambda region, birth, order: f"{region:06d}{birth:%Y%m%d}{order:03d}",
    st.integers(110000, 910000),
    st.dates(date(1900, 1, 1), date(2099, 12, 31)),
    st.integers(0, 999),
)


def refusal(text: str) -> InvalidInput:
    with pytest.raises(InvalidInput) as caught:
        check_id_number(text)
    return caught.value


def test_the_example_of_the_standard_is_accepted() -> None:
    number = check_id_number("11010519491231002X")
    assert number.birth_date == date(1949, 12, 31)
    assert number.sex is Sex.FEMALE
    assert number.region == "110105"


@pytest.mark.parametrize(
    "typed",
    ["11010519491231002x", " 110105 19491231 002X ", "１１０１０５１９４９１２３１００２Ｘ"],
)
def test_small_x_spaces_and_full_width_digits_are_forgiven(typed: str) -> None:
    assert check_id_number(typed).number == "11010519491231002X"


@given(stems)
def test_every_number_with_its_check_character_is_accepted(stem: str) -> None:
    number = check_id_number(stem + check_character(stem))
    assert f"{number.birth_date:%Y%m%d}" == stem[6:14]
    assert number.sex is (Sex.MALE if int(stem[16]) % 2 else Sex.FEMALE)


@given(stems, st.integers(0, 16), st.integers(1, 9))
def test_one_wrong_digit_never_passes(stem: str, at: int, shift: int) -> None:
    wrong = stem[:at] + str((int(stem[at]) + shift) % 10) + stem[at + 1 :]
    error = refusal(wrong + check_character(stem))
    assert error.key in ("id_number.check", "id_number.date")


@given(stems)
def test_a_wrong_check_character_names_the_right_one(stem: str) -> None:
    right = check_character(stem)
    error = refusal(stem + ("0" if right != "0" else "1"))
    assert (error.key, error.fields) == ("id_number.check", {"expected": right})


def test_an_old_number_is_accepted_and_equals_its_modern_form() -> None:
    old = check_id_number("110105491231002")
    assert old.number == "110105491231002"
    assert old.birth_date == date(1949, 12, 31)
    assert old.modern == check_id_number("11010519491231002X").modern


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ("", "id_number.length"),
        ("1101051949123100", "id_number.length"),
        ("11010519491231O02X", "id_number.digits"),
        ("11010519491231X02X", "id_number.digits"),
        ("11010519490230002X", "id_number.date"),
        ("11010500001231002X", "id_number.date"),
        ("110105490230002", "id_number.date"),
    ],
)
def test_what_is_wrong_is_named(typed: str, key: str) -> None:
    assert refusal(typed).key == key


@given(st.text(st.characters(), max_size=24) | st.text("0123456789xX １", max_size=20))
def test_any_text_is_accepted_or_refused_by_name(text: str) -> None:
    key = ""
    try:
        check_id_number(text)
    except InvalidInput as error:
        key = error.key
    assert key == "" or key.startswith("id_number.")


def test_a_county_younger_than_its_holder_is_no_reason_to_refuse() -> None:
    stem = "32092519650704001"
    assert not check_id_number(stem + check_character(stem)).region_doubtful


def test_a_residence_permit_of_taiwan_is_accepted() -> None:
    stem = "83000019800101123"
    assert not check_id_number(stem + check_character(stem)).region_doubtful


def test_an_unknown_province_is_only_a_doubt() -> None:
    stem = "99010519491231002"
    assert check_id_number(stem + check_character(stem)).region_doubtful


def test_the_masked_number_hides_the_birth_date() -> None:
    assert mask_id_number("33019919900101402X") == "330199********402X"
    assert mask_id_number("330199900101402") == "330199******402"


@given(st.text(max_size=40).filter(lambda text: len("".join(text.split())) not in (15, 18)))
def test_what_is_no_number_is_hidden_whole(text: str) -> None:
    assert set(mask_id_number(text)) <= {"*"}


@pytest.mark.parametrize(
    "number", ["810000199408230021", "830000199201300022", "911124198108030024"]
)
def test_residents_and_foreigners_have_numbers_of_the_same_form(number: str) -> None:
    """The specimens that the authorities published."""
    read = check_number(number)
    assert isinstance(read, IdNumber)
    assert not read.region_doubtful


def test_a_foreigners_province_stands_one_place_further() -> None:
    def number(region: str) -> IdNumber:
        stem = f"{region}19810803002"
        return check_id_number(stem + check_character(stem))

    assert not number("944124").region_doubtful
    assert number("999124").region_doubtful


def test_the_number_of_a_foreigners_older_card_is_no_wrong_id_number() -> None:
    read = check_number(" usa110078061502 ")
    assert read == ResidenceNumber("USA110078061502")
    assert read.modern == "USA110078061502"
    assert mask_id_number(read.number) == "USA1100******02"
    assert refusal("USA110078061502").key == "id_number.digits"
    with pytest.raises(InvalidInput):
        check_number("USA11007806150")
