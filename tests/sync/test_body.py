"""Entries put together from columns are what their texts say; whatever could differ is refused."""

from collections.abc import Sequence
from typing import Any

import msgspec
import pytest
from hypothesis import given

from edge.domain.entry import GENESIS, Entry, compose, parse, sha256_hex
from edge.store.exchange import ENTRY_KEY, Change
from sync.body import pack_body, unpack_body
from sync.columns import MalformedColumn, unpack
from sync.quota import Quota
from tests.sync.test_segment import chained_entries


def rows(count: int) -> list[Change]:
    changes: list[Change] = []
    prev = GENESIS
    for n in range(1, count + 1):
        entry, text = compose(
            id=f"{n:032x}",
            kind="dossier.viewed",
            about=f"d{n}",
            at=n,
            by="u",
            box="b" * 32,
            n=n,
            prev=prev,
            data={"purpose": f"p{n}"},
            salt="00",
        )
        prev = entry.hash
        pk = ENTRY_KEY + bytes.fromhex(entry.id)
        changes.append(("entry", pk, "head", entry.head, 1, n, bytes(16), 1, 0))
        changes.append(("entry", pk, "data", text, 1, n, bytes(16), 1, 1))
    return changes


def exactly(entry: Entry) -> tuple[object, ...]:
    """With types and order: 1 and 1.0 must not be taken for one another."""
    return tuple(repr(getattr(entry, name)) for name in Entry.__struct_fields__)


@given(chained_entries())
def test_an_entry_put_together_is_the_one_that_its_texts_tell(changes: list[Change]) -> None:
    found, plain = unpack_body(pack_body(changes))
    assert 2 * len(found) + len(plain) == len(changes)
    for row in found:
        assert exactly(row.entry) == exactly(parse(row.head, row.text))
        assert row.hash == sha256_hex(row.head) == row.entry.hash


WRONG: dict[str, tuple[str, Sequence[Any]]] = {
    "data that is no object": ("content", ["v", [["a"], ["b"]]]),
    "a number that JSON has not": ("content", ["m", ["x"], [["v", [float("nan"), 1.0]]]]),
    "infinity deep inside": ("content", ["m", ["x"], [["v", [[{"y": float("inf")}], 1]]]]),
    "bytes where JSON has none": ("content", ["m", ["x"], [["v", [b"a", "b"]]]]),
    "constant bytes": ("content", ["m", ["x"], [["c", b"a"]]]),
    "a key that is no text": ("content", ["m", [1], [["v", ["a", "b"]]]]),
    "an id in capitals among those superseded": ("after", ["v", [["A" * 32], []]]),
    "a time below nought": ("at", ["i", [-1, 1]]),
    "a truth for a number": ("v", ["c", True]),
    "a number of nought": ("n", ["i", [0, 1]]),
    "a number beyond what all can hold": ("at", ["i", [1 << 53, 1]]),
    "a subject that is no text": ("about", ["i", [1, 2]]),
    "a predecessor that is no hash": ("prev", ["v", ["x" * 64, ""]]),
    "no predecessor at all": ("prev", ["c", ""]),
    "a version that is no number": ("version", ["c", "1"]),
    "a site that is no hexadecimal": ("site", ["c", "zz"]),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_columns_that_no_honest_sender_packs_are_refused(wrong: str) -> None:
    said = msgspec.msgpack.decode(pack_body(rows(2)))
    assert len(unpack_body(msgspec.msgpack.encode(said))[0]) == 2
    name, column = WRONG[wrong]
    said["entries"][name] = column
    with pytest.raises((ValueError, TypeError)):
        unpack_body(msgspec.msgpack.encode(said))


def test_integers_that_add_up_beyond_what_json_is_written_with_are_refused() -> None:
    said = msgspec.msgpack.decode(pack_body(rows(2)))
    said["entries"]["content"] = ["m", ["x"], [["i", [1 << 63, 1 << 63]]]]
    with pytest.raises((ValueError, OverflowError)):
        unpack_body(msgspec.msgpack.encode(said))


def test_a_column_of_equal_lists_is_no_constant() -> None:
    with pytest.raises(MalformedColumn):
        unpack(["c", []], 2, Quota())
