"""Entries: one canonical form, and a chain in which nothing can be changed unseen."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.domain.entry import (
    GENESIS,
    HEAD_FIELDS,
    Entry,
    canonical,
    compose,
    first_break,
    parse,
    render,
    sha256_hex,
)
from edge.domain.errors import InvalidInput

WORDS = st.text(max_size=12)
IDS = st.integers(0, 2**128 - 1).map("{:032x}".format)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | WORDS
    | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3),
    max_leaves=8,
)  # fmt: skip
DATA = st.dictionaries(WORDS.filter(lambda name: name != "salt"), VALUES, max_size=4)


@st.composite
def composed(draw: st.DrawFn) -> tuple[Entry, str]:
    return compose(
        id=draw(IDS), kind=draw(WORDS), about=draw(WORDS), at=draw(st.integers(0, 2**45)),
        by=draw(WORDS), box=draw(WORDS), n=draw(st.integers(1, 2**40)),
        prev=sha256_hex(draw(WORDS)), data=draw(DATA), salt=draw(WORDS),
        after=draw(st.lists(IDS, max_size=3)),
    )  # fmt: skip


def chain(length: int, box: str = "b") -> list[Entry]:
    entries, prev = [], GENESIS
    for n in range(1, length + 1):
        entry, _ = compose(
            id=f"{n:032x}", kind="k", about="a", at=n, by="u", box=box, n=n, prev=prev,
            data={"n": n}, salt="s",
        )  # fmt: skip
        entries.append(entry)
        prev = entry.hash
    return entries


@given(composed())
def test_what_was_composed_is_parsed_back(made: tuple[Entry, str]) -> None:
    entry, text = made
    assert parse(entry.head, text) == entry
    assert parse(entry.head, text).hash == entry.hash
    destroyed = parse(entry.head, "")
    assert (destroyed.data, destroyed.body, destroyed.hash) == (None, {}, entry.hash)


@given(VALUES)
def test_the_canonical_form_is_one_and_gives_the_value_back(value: Any) -> None:
    text = canonical(value)
    assert json.loads(text) == value
    assert canonical(json.loads(text)) == text


@given(st.dictionaries(WORDS, VALUES, min_size=2, max_size=4))
def test_the_canonical_form_knows_no_order_of_names(value: dict[str, Any]) -> None:
    assert canonical(dict(reversed(value.items()))) == canonical(value)


@given(composed(), st.sampled_from(HEAD_FIELDS))
def test_every_field_of_the_head_counts_for_the_hash(made: tuple[Entry, str], name: str) -> None:
    entry, text = made
    fields = json.loads(entry.head)
    other = [*fields["after"], "0" * 32] if name == "after" else fields[name]
    if isinstance(other, str):
        other = sha256_hex(other)[: len(other) or 1]
    elif isinstance(other, int):
        other += 1
    forged = parse(canonical({**fields, name: other}), text if name != "digest" else None)
    assert forged.hash != entry.hash


@given(composed(), DATA)
def test_other_data_is_refused(made: tuple[Entry, str], data: dict[str, Any]) -> None:
    entry, text = made
    other = canonical({**data, "salt": "another salt, longer than any drawn"})
    with pytest.raises(InvalidInput) as caught:
        parse(entry.head, other)
    assert caught.value.key == "entry.digest"
    assert other != text


@pytest.mark.checklist("004-18")
@given(st.integers(2, 8), st.data())
def test_any_altered_dropped_swapped_or_doubled_head_breaks_the_chain(
    length: int, data: st.DataObject
) -> None:
    entries = chain(length)
    assert first_break(entries) is None
    place = data.draw(st.integers(0, length - 2))
    altered = compose(
        id=entries[place].id, kind="k", about="other", at=1, by="u", box="b", n=place + 1,
        prev=entries[place].prev, data={}, salt="s",
    )[0]  # fmt: skip
    swapped = entries.copy()
    swapped[place], swapped[place + 1] = swapped[place + 1], swapped[place]
    for forged in (
        entries[:place] + entries[place + 1 :],
        [*entries[:place], altered, *entries[place + 1 :]],
        [*entries[: place + 1], *entries[place:]],
        swapped,
        [*entries[:place], *chain(length, "c")[place:]] if place else entries[1:],
    ):
        broken = first_break(forged)
        assert broken is not None
        assert broken in forged


def test_an_empty_chain_holds() -> None:
    assert first_break([]) is None


def head_with(**change: object) -> str:
    return canonical({**json.loads(chain(1)[0].head), **change})


@pytest.mark.parametrize(
    "head",
    [
        "", "[]", "null", "{", "{}", "1", "[" * 100_000,
        chain(1)[0].head + " ",
        chain(1)[0].head.replace(",", ", ", 1),
        head_with(extra=1),
        head_with(id="short"), head_with(id="Z" * 32), head_with(id=None),
        head_with(n=0), head_with(n=True), head_with(n="1"), head_with(n=2**63),
        head_with(at=1.5), head_with(at=-1), head_with(v=None),
        head_with(after="x"), head_with(after=[1]), head_with(after=["x"]),
        head_with(prev="0"), head_with(digest="0"), head_with(about=7),
    ],
)  # fmt: skip
def test_a_malformed_head_is_refused(head: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        parse(head, None)
    assert caught.value.key == "entry.malformed"


@pytest.mark.parametrize("data", ["[1]", "1", "nonsense", '"text"'])
def test_data_that_is_no_object_is_refused_though_its_digest_holds(data: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        parse(head_with(digest=sha256_hex(data)), data)
    assert caught.value.key == "entry.malformed"


def test_every_character_is_rendered_as_the_canonical_form_has_it() -> None:
    letters = [chr(point) for point in range(0x110000) if not 0xD800 <= point < 0xE000]
    assert render(letters).decode() == canonical(letters)
    keyed = {letter + "a": letter for letter in letters[::97]}
    assert render(keyed).decode() == canonical(keyed)


@pytest.mark.parametrize("value", [float("inf"), float("nan"), "\ud800"])
def test_no_entry_can_be_composed_of_what_is_no_json(value: object) -> None:
    with pytest.raises(ValueError):  # noqa: PT011
        compose(
            id="0" * 32, kind="k", about="a", at=1, by="u", box="b", n=1, prev=GENESIS,
            data={"value": value}, salt="s",
        )  # fmt: skip
