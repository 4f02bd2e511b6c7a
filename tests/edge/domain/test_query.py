"""The search box: what each way of typing means."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.domain.errors import InvalidInput
from edge.domain.query import By, Query, bigrams, infix_match, parse


@pytest.mark.parametrize(
    ("typed", "by", "text"),
    [
        ("990101198705120115", By.ID_NUMBER, "990101198705120115"),
        (" 990101 19870512 0115 ", By.ID_NUMBER, "990101198705120115"),
        ("９９０１０１１９８７０５１２０１１５", By.ID_NUMBER, "990101198705120115"),
        ("990101870512011", By.ID_NUMBER, "990101198705120115"),
        ("120115", By.ID_TAIL, "120115"),
        ("１２０１１５", By.ID_TAIL, "120115"),
        ("12011x", By.ID_TAIL, "12011X"),
        ("wjg", By.INITIALS, "WJG"),
        ("ＷＪＧ", By.INITIALS, "WJG"),
        ("王 建国", By.NAME, "王建国"),
        ("〇", By.NAME, "〇"),
        ("𬱖", By.NAME, "𬱖"),
        ("吐尔逊·阿", By.NAME, "吐尔逊·阿"),
        ("990101001-042-00001", By.DOSSIER_NUMBER, "990101001-042-00001"),
        ("lh-7", By.DOSSIER_NUMBER, "LH-7"),
        ("柳档2024-7", By.DOSSIER_NUMBER, "柳档2024-7"),
        ("12345", By.DOSSIER_NUMBER, "12345"),
        ("%_*'\"", By.DOSSIER_NUMBER, "%_*'\""),
    ],
)
def test_what_is_typed_asks_one_index(typed: str, by: By, text: str) -> None:
    assert parse(typed) == Query(by, text)


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ("", "query.empty"), (" 　", "query.empty"),
        ("990101198705120114", "id_number.check"),
        ("990101198702300111", "id_number.date"),
        ("9901011987051201", "id_number.length"),
        ("99010119870512011", "id_number.length"),
        ("9901011987051201155", "id_number.length"),
    ],
)  # fmt: skip
def test_a_wrong_number_is_told_not_searched(typed: str, key: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        parse(typed)
    assert caught.value.key == key


def test_bigrams_overlap_and_end_with_the_last_character() -> None:
    assert bigrams("王建") == "738bg5efa 5efag"
    assert bigrams("𬱖") == "2cc56g"
    assert bigrams("王 建") == bigrams("王建")
    assert bigrams("") == ""
    assert infix_match("王") == '"738bg" *'
    assert infix_match("王建") == '"738bg5efa"'


@given(st.text(min_size=1, max_size=6))
def test_one_token_a_character_and_nothing_that_the_index_could_take_for_syntax(text: str) -> None:
    shown = "".join(text.upper().split())
    tokens = bigrams(text).split()
    assert len(tokens) == len(shown)
    assert all(token.isascii() and token.isalnum() for token in tokens)
