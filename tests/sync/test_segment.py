"""The codec: what goes in comes out, byte for byte, and a changed byte never passes."""

from contextlib import suppress

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from edge.domain.entry import GENESIS, compose
from edge.domain.errors import SegmentRejected
from edge.store.exchange import ENTRY_KEY, Change
from edge.store.keys import Keys
from sync.columns import MalformedColumn, pack, unpack
from sync.quota import Quota
from sync.segment import Header, Segment, in_order, open_segment, seal_segment

KEYS = Keys(bytes(range(32)))
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
NUMBER = st.integers(-(1 << 62), 1 << 62)
HEX = st.binary(min_size=16, max_size=16).map(bytes.hex)
VALUE = st.recursive(
    st.none()
    | st.booleans()
    | NUMBER
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXT
    | HEX,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=8,
)


@given(st.lists(VALUE, max_size=30) | st.lists(NUMBER) | st.lists(HEX) | st.lists(st.lists(HEX)))
def test_columns_come_back_exactly(values: list[object]) -> None:
    # With types: 1, 1.0, True and -0.0 must not be taken for one another.
    assert _typed(unpack(pack(values, Quota()), len(values), Quota())) == _typed(values)


def _typed(value: object) -> object:
    if isinstance(value, list):
        return [_typed(each) for each in value]
    if isinstance(value, dict):
        return {key: _typed(each) for key, each in value.items()}
    return type(value).__name__, repr(value)


@st.composite
def chained_entries(draw: st.DrawFn) -> list[Change]:
    changes: list[Change] = []
    boxes = draw(st.lists(HEX, min_size=1, max_size=3, unique=True))
    heads = dict.fromkeys(boxes, (0, GENESIS))
    count = draw(st.integers(0, 12))
    ids = draw(st.lists(HEX, min_size=count, max_size=count, unique=True))
    for id in ids:
        box = draw(st.sampled_from(boxes))
        n, prev = heads[box]
        content = draw(st.dictionaries(TEXT, VALUE, max_size=4))
        entry, text = compose(
            id=id,
            kind=draw(st.sampled_from(["dossier.viewed", "person.registered"])),
            about=draw(HEX | TEXT),
            after=draw(st.lists(HEX, max_size=2)),
            at=draw(st.integers(0, 1 << 45)),
            by=draw(TEXT),
            box=box,
            n=n + 1,
            prev=prev,
            data=content,
            salt=draw(st.binary(min_size=8, max_size=8)).hex(),
        )
        heads[box] = (entry.n, entry.hash)
        version, seq = draw(st.integers(1, 50)), draw(st.integers(0, 99))
        pk, site = ENTRY_KEY + bytes.fromhex(id), bytes.fromhex(box)
        changes.append(("entry", pk, "head", entry.head, 1, version, site, 1, seq))
        changes.append(("entry", pk, "data", text, 1, version, site, 1, seq + 1))
    return changes


@st.composite
def odd_changes(draw: st.DrawFn) -> list[Change]:
    """Rows that are no canonical entries: half ones, foreign JSON, odd versions."""
    keys = draw(st.lists(st.binary(min_size=1, max_size=20), max_size=6, unique=True))
    return [
        (
            draw(st.sampled_from(["entry", "seal", "elsewhere"])),
            key,
            draw(st.sampled_from(["head", "data", "body"])),
            draw(TEXT | st.none() | NUMBER | st.binary() | st.just('{"n":1.0}')),
            draw(NUMBER),
            draw(NUMBER),
            draw(st.binary(max_size=17)),
            draw(NUMBER),
            draw(NUMBER),
        )
        for key in keys
    ]


def sealed(changes: list[Change]) -> tuple[Segment, bytes, str]:
    header = Header("town-1", KEYS.id, "e1", "", 4, 0, 50, len(changes), "", {"a/b": 7})
    segment = Segment(header, in_order(changes))
    content, hash = seal_segment(segment, KEYS)
    return segment, content, hash


def key_of(box: str) -> str | None:
    return KEYS.public_key if box == KEYS.id else None


@given(chained_entries(), odd_changes())
def test_a_segment_comes_back_exactly(entries: list[Change], others: list[Change]) -> None:
    segment, content, hash = sealed(entries + others)
    opened, same = open_segment(content, key_of)
    assert (opened.header, same) == (segment.header, hash)
    assert _typed([list(each) for each in opened.changes]) == _typed(
        [list(each) for each in segment.changes]
    )


@given(chained_entries(), st.data())
def test_a_flipped_byte_is_rejected(entries: list[Change], draw: st.DataObject) -> None:
    _, content, _ = sealed(entries)
    position = draw.draw(st.integers(0, len(content) - 1))
    flipped = bytearray(content)
    flipped[position] ^= draw.draw(st.integers(1, 255))
    with pytest.raises(SegmentRejected):
        open_segment(bytes(flipped), key_of)


@given(st.binary(max_size=300))
def test_rubbish_is_rejected_in_words(content: bytes) -> None:
    with pytest.raises(SegmentRejected):
        open_segment(content, key_of)


@given(
    st.recursive(
        st.none() | st.integers() | TEXT | st.binary(max_size=8) | st.sampled_from("ceximslv"),
        lambda inner: st.lists(inner, max_size=5),
        max_leaves=20,
    )
)
def test_hostile_columns_never_do_more_than_fail(packed: object) -> None:
    with suppress(MalformedColumn):
        assert len(unpack(packed, 3, Quota())) == 3


@pytest.mark.parametrize("packed", [["e", ["a", "b"], 10**12], ["x", 32, 10**12]])
def test_a_number_in_place_of_bytes_needs_no_memory(packed: list[object]) -> None:
    with pytest.raises(MalformedColumn):
        unpack(packed, 2, Quota())


def test_a_small_column_cannot_blow_up_into_memory() -> None:
    bomb: list[object] = ["c", 1]
    lengths: list[object] = ["c", 1_000_000]
    with pytest.raises(MalformedColumn):
        unpack(["l", lengths, bomb], 1_000, Quota())


def test_integers_beyond_63_bits_travel_as_plain_text() -> None:
    entry, text = compose(
        id="0" * 32,
        kind="dossier.viewed",
        about="d",
        at=1,
        by="u",
        box="b",
        n=1,
        prev=GENESIS,
        data={"n": 1 << 80, "m": [1 << 70]},
        salt="",
    )
    pk = ENTRY_KEY + bytes(16)
    changes: list[Change] = [
        ("entry", pk, "head", entry.head, 1, 1, bytes(16), 1, 0),
        ("entry", pk, "data", text, 1, 1, bytes(16), 1, 1),
    ]
    segment, content, _ = sealed(changes)
    assert open_segment(content, key_of)[0].changes == segment.changes


def test_packing_columns_beats_packing_rows() -> None:
    changes: list[Change] = []
    prev = GENESIS
    for n in range(1, 501):
        entry, text = compose(
            id=f"{n:032x}",
            kind="person.registered",
            about=f"{n * 7919:032x}",
            at=1_790_000_000_000 + n * 1_000,
            by="u1",
            box="b" * 32,
            n=n,
            prev=prev,
            data={"name": f"张{n}", "sex": "男", "birth": "19800101", "unit": "竹溪乡农技站"},
            salt=f"{n * 104_729:016x}",
        )
        prev = entry.hash
        pk = ENTRY_KEY + n.to_bytes(16, "big")
        changes.append(("entry", pk, "head", entry.head, 1, n, bytes(16), 1, 0))
        changes.append(("entry", pk, "data", text, 1, n, bytes(16), 1, 1))
    _, content, _ = sealed(changes)
    rows = "\n".join(str(change[3]) for change in changes).encode()
    assert len(content) < 0.5 * len(zstandard.ZstdCompressor(level=6).compress(rows))
