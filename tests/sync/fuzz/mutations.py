"""What a hostile or broken peer could make of an honest segment; drawn by a seed."""

import random
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import msgspec

from edge.domain.entry import (
    GENESIS,
    MARK,
    Head,
    canonical,
    mark_of,
    read_head,
    render,
    sha256_hex,
)
from edge.store.exchange import CID, DB_VERSION, ENTRY_KEY, PK, TABLE, VAL, Change
from edge.store.seals import parse_seal, sign_seal
from sync.segment import Segment, in_order, seal_segment
from tests.sync.fuzz.corpus import CONTENTS, SUBJECTS, Offer
from tests.sync.fuzz.packing import (
    HOSTILE_PACKED,
    Pairs,
    Raw,
    frame,
    packed,
    parts,
    sealed,
    squeezed,
    stretched,
)
from tests.sync.sides import BOX, HUB, OTHER, STRANGER

Draw = random.Random
NUMBERS = (
    -(1 << 63), -1, 0, 1, 2, 255, 1 << 31, 1 << 32, 1 << 50, 1 << 53, 1 << 62, (1 << 63) - 1,
    (1 << 64) - 1, 1.5, -0.0, 1e308,
)  # fmt: skip
TEXTS = (
    "", "x", "x" * 9_000, "\0", "a\0b", "\ud800", "😀" * 50, "'; drop table entry; --", "0" * 32,
    "0" * 64, "g" * 32, "ab" * 40, "王" * 3_000, "-1", "__crsql_clock", "entry", "seal", "receipt",
    "{}", "[]", "null",
)  # fmt: skip
DEEP = "[" * 100_000 + "]" * 100_000
JSON_TEXTS = (
    DEEP, DEEP[:1_020] + DEEP[-1_020:],
    '{"a":' * 5_000 + "1" + "}" * 5_000, '{"a":1,"a":2,"salt":""}', '{"a":NaN,"salt":""}',
    '{"a":1e999}', '{"a":' + "9" * 5_000 + "}", '{"a":"\\ud800"}', '{"a":"\\udfff\\ud800"}', "[]",
    "7", "null", '"x"', "", "{", "{}", '{"a":-0}', '{"a":1.0}', '{ "a":1}', "\ufeff{}",
    '{"\\u0000":"\\u0000"}', '{"salt":{"salt":{}}}',
)  # fmt: skip
VALUES: tuple[Any, ...] = (
    None, True, False, *NUMBERS, *TEXTS, b"", b"\0" * 16, b"\xff" * 20, [], {}, [[]], [None] * 50,
    {"": ""}, {"a": {"b": {"c": []}}}, [1, "1", 1.0, True, None], DEEP,
)  # fmt: skip


def mutated(seed: int, offers: list[Offer]) -> tuple[Offer, bytes, str]:
    """The offer that was spoilt, the content, and who hands it over."""
    draw = Draw(seed)
    offer = draw.choice(offers)
    content = draw.choice(MUTATIONS)(draw, offer)
    if draw.random() < 0.1:
        content = _bytes(draw, content)
    sender = offer.keys.id
    if draw.random() < 0.02:
        sender = draw.choice((HUB, BOX, OTHER, STRANGER)).id
    return offer, content, sender


def _bytes(draw: Draw, content: bytes) -> bytes:
    """Flip, drop, repeat, insert, cut off."""
    found = bytearray(content)
    for _ in range(draw.choice((1, 1, 1, 2, 8))):
        place = draw.randrange(len(found) + 1)
        match draw.randrange(5):
            case 0 if place < len(found):
                found[place] ^= 1 << draw.randrange(8)
            case 1:
                del found[place : place + draw.choice((1, 4, 64))]
            case 2:
                found[place:place] = found[place : place + draw.choice((1, 16, 256))]
            case 3:
                found[place:place] = draw.randbytes(draw.choice((1, 8)))
            case _:
                del found[place:]
                break
    return bytes(found)


def spoil_bytes(draw: Draw, offer: Offer) -> bytes:
    return _bytes(draw, offer.content)


def spoil_signed_bytes(draw: Draw, offer: Offer) -> bytes:
    header, body = parts(offer.content)
    if draw.random() < 0.4:
        header = _bytes(draw, header)
    else:
        body = (
            _bytes(draw, body) if draw.random() < 0.3 else squeezed(_bytes(draw, stretched(body)))
        )
    length = None if draw.random() < 0.9 else draw.choice((0, 1, len(header) + 9, -1, 1 << 31))
    return sealed(header, body, offer.keys, length)


def spoil_header(draw: Draw, offer: Offer) -> bytes:
    header, body = parts(offer.content)
    said = msgspec.msgpack.decode(header)
    for _ in range(draw.choice((1, 1, 2))):
        name = draw.choice([*said, "unknown"])
        match draw.randrange(5):
            case 0:
                said.pop(name, None)
            case 1 if isinstance(said.get(name), int):
                said[name] += draw.choice((-1, 1, 7, 1 << 20, 1 << 40, -(1 << 40)))
            case 2:
                said[name] = Raw(draw.choice(HOSTILE_PACKED))
            case _:
                said[name] = draw.choice(VALUES)
    pairs = list(said.items())
    if draw.random() < 0.1:
        pairs.append(draw.choice(pairs))
    return sealed(packed(Pairs(pairs)), body, offer.keys)


def spoil_body(draw: Draw, offer: Offer) -> bytes:
    """Any node of the packed columns."""
    header, body = parts(offer.content)
    said = msgspec.msgpack.decode(stretched(body))
    for _ in range(draw.choice((1, 1, 1, 2, 4))):
        said = _spoilt_node(draw, said, draw.randint(0, 7))
    return sealed(header, squeezed(packed(said)), offer.keys)


def _spoilt_node(draw: Draw, node: Any, depth: int) -> Any:
    if depth and isinstance(node, dict) and node:
        key = draw.choice(list(node))
        return {**node, key: _spoilt_node(draw, node[key], depth - 1)}
    if depth and isinstance(node, list) and node:
        place = draw.randrange(len(node))
        return [*node[:place], _spoilt_node(draw, node[place], depth - 1), *node[place + 1 :]]
    match draw.randrange(8):
        case 0:
            return Raw(draw.choice(HOSTILE_PACKED))
        case 1 if isinstance(node, dict):
            pairs = list(node.items())
            return Pairs([*pairs, *pairs[:2], (draw.choice(VALUES), 1)])
        case 2 if isinstance(node, list):
            return draw.choice(([*node, *node], node[1:], node[::-1], [*node, None]))
        case 3 if isinstance(node, int):
            return node + draw.choice((-1, 1, 1 << 16, 1 << 31))
        case 4 if isinstance(node, (str, bytes)):
            return draw.choice((node[1:], node * 2, node[::-1]))
        case 5:
            # A column that says to be far longer than its bytes.
            return ["l", ["c", draw.choice((1 << 20, 1 << 40, -1))], ["c", 1]]
        case 6:
            return ["s", [["c", 1]] * draw.choice((1, 300)), ["c", draw.choice((0, 299, -1))]]
    return draw.choice(VALUES)


def bomb(draw: Draw, offer: Offer) -> bytes:
    """Little on the wire, much in memory."""
    header, _ = parts(offer.content)
    match draw.randrange(6):
        case 0:
            body = squeezed(bytes(draw.choice((1 << 20, 97 << 20))))
        case 1:
            body = frame(draw.choice((0, 1, 96 << 20, 1 << 40, (1 << 64) - 1)), bytes(1 << 20))
        case 2:
            body = squeezed(b"\xdd" + (1 << 22).to_bytes(4, "big") + b"\xc0" * (1 << 22))
        case 3:
            inner: list[Any] = ["c", 1]
            for _ in range(draw.choice((3, 30))):
                inner = ["l", ["c", draw.choice((9, 1_000))], inner]
            body = squeezed(_entries_of(draw, {"content": inner, "after": inner}))
        case 4:
            body = squeezed(_entries_of(draw, {"count": draw.choice((1 << 22, 1 << 40, -1))}))
        case _:
            wide = [["m", [str(place) for place in range(4_000)], [["c", 1]] * 4_000]]
            body = squeezed(_entries_of(draw, {"content": wide[0], "count": 4_000}))
    said = msgspec.msgpack.decode(header)
    return sealed(packed({**said, "count": draw.choice((0, 2, 1 << 20))}), body, offer.keys)


def _entries_of(draw: Draw, changed: dict[str, Any]) -> bytes:
    count = changed.get("count", 1_000)
    columns = {name: ["c", 1] for name in ("content", "prev", "version", "site", "seq")}
    columns |= {name: ["c", ""] for name in ("about", "after", "at", "box", "by", "kind", "n", "v")}
    width = min(max(count, 0), 1 << 20) * 16
    entries = {"count": count, **columns, "key": bytes(width), **changed}
    return packed({"entries": entries, "plain": [0]})


def spoil_changes(draw: Draw, offer: Offer) -> bytes:
    """Rows as the merge would see them."""
    changes = list(offer.segment.changes)
    for _ in range(draw.choice((1, 1, 2, 3))):
        place = draw.randrange(len(changes))
        change: list[Any] = list(changes[place])
        match draw.randrange(6):
            case 0:
                del changes[place]
            case 1:
                changes.append(draw.choice(changes))
            case 2:
                other = draw.choice(changes)
                column = draw.randrange(len(change))
                change[column] = other[column]
                changes[place] = tuple(change)
            case 3:
                column = draw.choice((4, 5, 7, 8))
                # Another draw may have put something else there.
                number = change[column] if isinstance(change[column], int) else 0
                change[column] = draw.choice((*NUMBERS, number + 1))
                changes[place] = tuple(change)
            case _:
                change[draw.randrange(len(change))] = draw.choice(VALUES)
                changes[place] = tuple(change)
    return _resealed(offer, changes)


def spoil_text(draw: Draw, offer: Offer) -> bytes:
    """A head, a text, a seal or a status, and what goes with it left as it was."""
    changes = list(offer.segment.changes)
    place = draw.randrange(len(changes))
    change: list[Any] = list(changes[place])
    value = str(change[VAL])
    if draw.random() < 0.5:
        start = draw.randrange(len(value))
        value = value[:start] + draw.choice((*TEXTS[:8], '"', "\\", ",", "1")) + value[start + 1 :]
    else:
        value = draw.choice((*JSON_TEXTS, *TEXTS))
    change[VAL] = value
    changes[place] = tuple(change)
    return _resealed(offer, changes)


def add_entries(draw: Draw, offer: Offer) -> bytes:
    """Acts that follow in every chain and digest, with content of any shape."""
    changes = list(offer.segment.changes)
    heads = [read_head(str(c[VAL])) for c in changes if c[CID] == "head"]
    # Now and then in a neighbour's name.
    author = draw.choice(sorted({offer.keys.id, draw.choice(heads).box}))
    heads = [head for head in heads if head.box == author] or heads
    tip = max(heads, key=lambda head: head.n)
    n, prev = tip.n, sha256_hex(render(tip).decode())
    last = offer.segment.header.last
    for _ in range(draw.choice((1, 1, 2, 5))):
        kind = draw.choice(list(CONTENTS))
        text = _content(draw, kind if draw.random() < 0.7 else draw.choice(list(CONTENTS)))
        said = _spoilt_head(
            draw,
            Head(
                draw.choice(SUBJECTS), [], 1, tip.box, "x", sha256_hex(text),
                draw.randbytes(10).hex() + mark_of(tip.box), kind, n + 1, prev, 1,
            ),
        )  # fmt: skip
        head = render(said).decode()
        n, prev = said.n, sha256_hex(head)
        pk = ENTRY_KEY + bytes.fromhex(said.id)
        changes += [
            ("entry", pk, "head", head, 1, last, bytes(16), 1, 0),
            ("entry", pk, "data", text, 1, last, bytes(16), 1, 1),
        ]
    if draw.random() < 0.5:
        signed = sign_seal(tip.box, n, prev, 1, offer.keys.id, offer.keys.signing)
        pk = ENTRY_KEY + signed.id
        changes.append(("seal", pk, "body", signed.body, 1, last, bytes(16), 1, 2))
    return _resealed(offer, changes)


def _content(draw: Draw, kind: str) -> str:
    match draw.randrange(6):
        case 0:
            return draw.choice(JSON_TEXTS)
        case 1:
            return canonical({**CONTENTS[kind], "salt": ""})
    said: Any = CONTENTS[kind]
    for _ in range(draw.choice((1, 1, 2))):
        said = _spoilt_json(draw, said, draw.randint(0, 4))
    text = msgspec.json.encode({**said, "salt": ""} if isinstance(said, dict) else said)
    return text.decode()


def _spoilt_json(draw: Draw, node: Any, depth: int) -> Any:
    if depth and isinstance(node, dict) and node:
        key = draw.choice(list(node))
        return {**node, key: _spoilt_json(draw, node[key], depth - 1)}
    if depth and isinstance(node, list) and node:
        return [_spoilt_json(draw, node[0], depth - 1), *node[1:]]
    value = draw.choice((*VALUES, 10**30, [10**30], {"min": None}))
    if isinstance(value, bytes) or (isinstance(value, str) and "\ud800" in value):
        return None
    return value


def _spoilt_head(draw: Draw, head: Head) -> Head:
    if draw.random() < 0.6:
        return head
    name = draw.choice(("about", "after", "at", "box", "by", "kind", "n", "prev", "v", "id"))
    value: Any = {
        "after": [draw.choice(("0" * 32, "f" * 32))] * draw.choice((1, 100)),
        "box": draw.choice((HUB.id, BOX.id, OTHER.id, STRANGER.id, "")),
        "prev": draw.choice((GENESIS, "f" * 64)),
        "kind": draw.choice(("box.admitted", "transfer.arrived", "user.enrolled", "", "\0")),
        "id": draw.choice(("0" * 32, "f" * 32)),
    }.get(name)
    if value is None and name in ("at", "n", "v"):
        value = draw.choice((0, 1, 2, (1 << 53) - 1, 1 << 53, 1 << 62))
    elif value is None:
        value = draw.choice([text for text in TEXTS if "\ud800" not in text])
    spoilt = msgspec.structs.replace(head, **{name: value})
    if name == "box" and draw.random() < 0.7:
        # Whoever forges an author knows how its ids end.
        marked = head.id[:-MARK] + mark_of(value or head.box)
        return msgspec.structs.replace(spoilt, id=marked)
    return spoilt


def spoil_statement(draw: Draw, offer: Offer) -> bytes:
    """Seals and receipts over anything, by any hand, in other words."""
    changes = list(offer.segment.changes)
    stated = [place for place, each in enumerate(changes) if each[TABLE] in ("seal", "receipt")]
    place = draw.choice(stated)
    change: list[Any] = list(changes[place])
    seal = parse_seal(str(change[VAL]))
    keys = draw.choice((HUB, BOX, OTHER, STRANGER, offer.keys))
    n, hash = draw.choice(((seal.n, seal.hash), (seal.n + 1, seal.hash), (seal.n, "ab" * 32)))
    box = draw.choice((seal.box, keys.id, STRANGER.id))
    at = draw.choice((seal.at, -1, 1 << 62, 10**30))
    signed = sign_seal(box, n, hash, at, draw.choice((keys.id, seal.signer)), keys.signing)
    change[TABLE] = draw.choice(("seal", "receipt"))
    change[PK] = ENTRY_KEY + draw.choice((signed.id, seal.id))
    change[VAL] = draw.choice((signed.body, signed.body, signed.body.replace(",", ", ")))
    changes[place] = tuple(change)
    return _resealed(offer, changes)


def _resealed(offer: Offer, changes: list[Change]) -> bytes:
    """Packed as the product packs, if it can; else as plain rows."""
    header = replace(offer.segment.header, count=len(changes))
    versions = [each[DB_VERSION] for each in changes if type(each[DB_VERSION]) is int]
    if versions and all(0 < version < 1 << 49 for version in versions):
        header = replace(header, last=max(header.last, *versions))
    try:
        return seal_segment(Segment(header, in_order(changes)), offer.keys)[0]
    except (TypeError, ValueError, OverflowError, AttributeError, msgspec.MsgspecError):
        columns = [list(column) for column in zip(*changes, strict=True)]
        body = {"entries": {"count": 0}, "plain": [len(changes), *columns]}
        said = msgspec.msgpack.decode(parts(offer.content)[0])
        return sealed(packed({**said, "count": len(changes)}), squeezed(packed(body)), offer.keys)


MUTATIONS: tuple[Callable[[Draw, Offer], bytes], ...] = (
    spoil_bytes,
    spoil_signed_bytes,
    spoil_signed_bytes,
    spoil_header,
    spoil_body,
    spoil_body,
    spoil_body,
    bomb,
    spoil_changes,
    spoil_changes,
    spoil_text,
    add_entries,
    add_entries,
    add_entries,
    spoil_statement,
)
