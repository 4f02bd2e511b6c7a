"""What we print on covers and shelves, and what a reader makes of it."""

import re
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.domain.cover_code import (
    check_character,
    cover_code,
    dossier_of_cover,
    plain,
    shelf_code,
    shelf_of_code,
)
from edge.domain.errors import InvalidInput

ids = st.integers(0, (1 << 128) - 1).map(lambda number: f"{number:032x}")
places = st.tuples(*[st.integers(1, 9999)] * 5)


def test_a_cover_bears_the_dossier_and_a_shelf_its_place() -> None:
    dossier = "0190a5b6c7d87e8f9a0b1c2d3e4f5061"
    assert cover_code(dossier) == "DXD0190A5B6C7D87E8F9A0B1C2D3E4F50611"
    assert dossier_of_cover(cover_code(dossier)) == dossier
    assert shelf_of_code(shelf_code(1, 2, 1, 3, 5)) == "1库2列1节3层5位"


def test_the_check_character_is_that_of_the_standard() -> None:
    # The example of the Global Release Identifier, which is checked the same way.
    assert check_character("A12425GABC1234002") == "M"


@given(ids)
def test_a_cover_is_read_back_however_it_was_typed(dossier: str) -> None:
    code = cover_code(dossier)
    assert len(code) == 36
    assert set(code) <= set(string.digits + string.ascii_uppercase)
    wide = "".join(chr(ord(character) + 0xFEE0) for character in code)
    assert {dossier_of_cover(each) for each in (code, code.lower(), f" {code}\r", wide)} == {
        dossier
    }


@given(places)
def test_a_place_is_read_back(place: tuple[int, int, int, int, int]) -> None:
    shelf = shelf_of_code(shelf_code(*place))
    assert shelf is not None
    assert tuple(int(number) for number in re.split("[库列节层位]", shelf)[:-1]) == place


@given(ids, st.integers(3, 35), st.sampled_from("0123456789ABCDEF"))
def test_one_wrong_character_never_passes(dossier: str, at: int, wrong: str) -> None:
    code = cover_code(dossier)
    spoilt = code[:at] + wrong + code[at + 1 :]
    if spoilt != code:
        with pytest.raises(InvalidInput, match=r"code\.check"):
            dossier_of_cover(spoilt)


@given(st.text(max_size=50))
def test_anything_else_is_neither(text: str) -> None:
    if not plain(text).startswith("DX"):
        assert dossier_of_cover(text) is None
        assert shelf_of_code(text) is None


@pytest.mark.parametrize("wrong", ["", "0190", "g" * 32, "A" * 32])
def test_only_an_id_goes_on_a_cover(wrong: str) -> None:
    with pytest.raises(InvalidInput, match=r"code\.id"):
        cover_code(wrong)


@pytest.mark.parametrize("place", [(0, 1, 1, 1, 1), (1, 1, 1, 1, 10_000)])
def test_a_place_is_counted_from_one(place: tuple[int, int, int, int, int]) -> None:
    with pytest.raises(InvalidInput, match=r"code\.shelf"):
        shelf_code(*place)
