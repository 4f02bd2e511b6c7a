"""Pages put in order: nothing is lost by turning, moving, merging or dividing."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.domain.batch import (
    SEPARATOR,
    discarded,
    interleaved,
    ordered,
    parts_of,
    placed,
    standing,
    turned,
)
from edge.domain.errors import InvalidInput, NotFound


def pages(*numbers: int, run: int = 0) -> list[dict[str, Any]]:
    return [{"number": number, "blob": f"{number:064x}", "run": run} for number in numbers]


def numbers(batch: Any) -> list[int]:
    return [page["number"] for page in batch]


def test_a_page_is_turned_by_quarters_and_comes_round() -> None:
    batch = turned(pages(1, 2), 2)
    assert [page.get("turn", 0) for page in batch] == [0, 90]
    for _ in range(3):
        batch = turned(batch, 2)
    assert batch[1]["turn"] == 0


def test_a_page_put_aside_stays_in_its_place_and_comes_back() -> None:
    batch = discarded(pages(1, 2, 3), 2)
    assert [page.get("discarded", False) for page in batch] == [False, True, False]
    assert not any(page.get("discarded") for page in discarded(batch, 2, aside=False))


def test_a_page_is_added_at_the_end_behind_another_or_in_its_place() -> None:
    new = pages(9)[0]
    assert numbers(placed(pages(1, 2), new)) == [1, 2, 9]
    assert numbers(placed(pages(1, 2), new, after=1)) == [1, 9, 2]
    instead = placed(pages(1, 2), new, instead=1)
    assert numbers(instead) == [9, 1, 2]
    assert [page.get("discarded", False) for page in instead] == [False, True, False]


def test_what_is_not_there_cannot_be_turned() -> None:
    with pytest.raises(NotFound):
        turned(pages(1), 2)


@given(st.permutations(range(1, 7)), st.integers(0, 6))
def test_ordering_moves_what_is_named_and_leaves_the_rest(order: list[int], named: int) -> None:
    batch = ordered(pages(*range(1, 7)), order[:named])
    assert sorted(numbers(batch)) == list(range(1, 7))
    assert [number for number in numbers(batch) if number in order[:named]] == order[:named]
    kept = [(at, n) for at, n in enumerate(range(1, 7)) if n not in order[:named]]
    assert all(numbers(batch)[at] == number for at, number in kept)


@given(st.integers(1, 20), st.integers(0, 3))
def test_fronts_and_backs_become_sheets(sheets: int, before: int) -> None:
    earlier = pages(*range(900, 900 + before), run=1)
    fronts = pages(*(2 * sheet for sheet in range(sheets)), run=2)
    backs = pages(*(2 * sheet + 1 for sheet in reversed(range(sheets))), run=3)
    merged = interleaved([*earlier, *fronts, *backs])
    assert numbers(merged) == [*range(900, 900 + before), *range(2 * sheets)]


def test_backs_that_do_not_match_are_left_alone_and_told() -> None:
    with pytest.raises(InvalidInput) as caught:
        interleaved([*pages(1, 2, run=1), *pages(3, run=2)])
    assert (caught.value.key, dict(caught.value.fields)) == (
        "batch.sides_differ",
        {"fronts": 2, "backs": 1},
    )
    with pytest.raises(InvalidInput) as caught:
        interleaved(pages(1, 2, run=1))
    assert caught.value.key == "batch.one_side"


def coded(number: int, *codes: str) -> dict[str, Any]:
    return {**pages(number)[0], "codes": list(codes)}


def test_separators_and_covers_divide_a_batch() -> None:
    sheet = SEPARATOR
    batch = [
        coded(1, "A-1"), coded(2), coded(3, sheet), coded(4, sheet), coded(5, "other"),
        coded(6, "A-2"), coded(7), coded(8, sheet),
    ]  # fmt: skip
    parts = parts_of(batch, frozenset({"A-1", "A-2"}))
    assert [numbers(part.pages) for part in parts] == [[1, 2], [3, 4, 5], [6, 7, 8]]
    aside = [page["number"] for part in parts for page in part.pages if page.get("discarded")]
    assert aside == [3, 4, 8]
    assert parts[2].codes == ("A-2", sheet)


@given(st.lists(st.sampled_from(["", SEPARATOR, "A-1", "x"]), max_size=12))
def test_dividing_keeps_every_page_in_order(codes: list[str]) -> None:
    batch = [coded(n, *([code] if code else [])) for n, code in enumerate(codes, start=1)]
    parts = parts_of(batch, frozenset({"A-1"}))
    assert [number for part in parts for number in numbers(part.pages)] == numbers(batch)


def test_the_arrangement_that_replaces_the_other_stands() -> None:
    taken = pages(1, 2)
    first, second = discarded(taken, 1), turned(taken, 2)
    assert standing(taken, {"a": ([], first), "b": (["a"], second)}) == second
    assert numbers(standing([{"blob": "x"}, {"blob": "y"}], {})) == [1, 2]


@given(st.permutations(["a", "b", "c"]))
def test_two_arrangements_made_apart_lose_no_page_and_agree_everywhere(order: list[str]) -> None:
    taken = pages(1, 2)
    made = {
        "a": ([], [*taken, *pages(3)]),
        "b": ([], [taken[1], taken[0], {**pages(4)[0], "number": 3}]),
        "c": (["a"], [*pages(3), *taken]),
    }
    shown = standing(taken, {entry: made[entry] for entry in order})
    assert [page["blob"][-1] for page in shown] == ["3", "1", "2", "4"]
    assert numbers(shown) == [3, 1, 2, 5]
