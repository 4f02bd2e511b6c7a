"""The segment: the one immutable unit that travels, over a wire or on a stick.

    "DXS1" | length of header (4 bytes) | header (msgpack) | body (zstd of msgpack) |
    SHA-256 of all before (32) | Ed25519 signature of the sender over that hash (64)

It covers whole db_versions of the sender in (first, last]: everything that the receiver has not
got. Entries are packed column by column, and what the receiver can compute is left out: the id in
the head, the digest, the hash of the previous entry. Whatever would not come back byte for byte
travels as plain rows.
"""

import hashlib
import itertools
import json
import struct
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from operator import itemgetter
from typing import Any

import msgspec
import zstandard

from edge.domain.entry import HEAD_FIELDS, canonical, sha256_hex
from edge.domain.errors import SegmentRejected
from edge.store.exchange import CID, CL, COL_VERSION, DB_VERSION, PK, SEQ, SITE, TABLE, VAL, Change
from edge.store.keys import Keys
from sync.columns import MalformedColumn, pack, unpack
from sync.identity import verifies

PROTO = 1
MAX_PACKED, MAX_BODY, MAX_HEADER = 16 << 20, 96 << 20, 1 << 16
ENTRY_KEY = b"\x01\x0c\x10"  # one column, a blob of 16 bytes, in the extension's key format
_MAGIC, _LENGTH = b"DXS1", struct.Struct(">I")
_DOMAIN = b"dangxia/segment/1\0"
_TRAILER = 32 + 64
_MALFORMED = (
    ValueError,
    TypeError,
    KeyError,
    RecursionError,
    msgspec.MsgspecError,
    zstandard.ZstdError,
)
_ORDER = itemgetter(DB_VERSION, TABLE, PK, CID)
_COUNTS = (COL_VERSION, DB_VERSION, CL, SEQ)
_PLAIN_HEAD = ("about", "after", "at", "box", "by", "kind", "n", "v")


@dataclass(frozen=True, slots=True)
class Header:
    """What a segment says of itself.

    `receiver` is empty when it leaves nothing out; else it lacks what came from that receiver.
    `prev_hash` is the hash of the segment that ended at `first`. `seen` is what the sender had
    taken in from everybody.
    """

    space: str
    sender: str
    epoch: str
    receiver: str
    schema: int
    first: int
    last: int
    count: int
    prev_hash: str
    seen: Mapping[str, int] = field(default_factory=dict)
    proto: int = PROTO


@dataclass(frozen=True, slots=True)
class Segment:
    """A header and its changes, in the order of version, table, key and column."""

    header: Header
    changes: Sequence[Change]


def in_order(changes: Sequence[Change]) -> list[Change]:
    """Put changes into the order in which a segment carries them."""
    return sorted(changes, key=_ORDER)


def seal_segment(segment: Segment, keys: Keys) -> tuple[bytes, str]:
    """Render and sign a segment: its bytes and its hash."""
    said = {each.name: getattr(segment.header, each.name) for each in _HEADER}
    header = msgspec.msgpack.encode(said)
    body = zstandard.ZstdCompressor(level=6).compress(_pack_body(segment.changes))
    unsigned = _MAGIC + _LENGTH.pack(len(header)) + header + body
    digest = hashlib.sha256(unsigned).digest()
    return unsigned + digest + keys.signing.sign(_DOMAIN + digest), digest.hex()


def open_segment(content: bytes, key_of: Callable[[str], str | None]) -> tuple[Segment, str]:
    """Verify and read a segment: itself and its hash.

    Raises SegmentRejected `segment.damaged`, `segment.sender` (unknown), `segment.signature` or
    `segment.malformed`.
    """
    header, body, digest, signature = _split(content)
    key = key_of(header.sender)
    if key is None:
        raise SegmentRejected("segment.sender", sender=header.sender)
    if not verifies(key, signature, _DOMAIN + digest):
        raise SegmentRejected("segment.signature", sender=header.sender)
    try:
        changes = in_order(_unpack_body(_inflate(body)))
    except _MALFORMED as error:
        raise SegmentRejected("segment.malformed", sender=header.sender) from error
    if len(changes) != header.count:
        raise SegmentRejected("segment.malformed", sender=header.sender)
    return Segment(header, changes), digest.hex()


_HEADER = fields(Header)


def _split(content: bytes) -> tuple[Header, bytes, bytes, bytes]:
    if not len(_MAGIC) + _LENGTH.size + _TRAILER < len(content) <= MAX_PACKED:
        raise SegmentRejected("segment.damaged")
    unsigned, digest = content[:-_TRAILER], content[-_TRAILER:-64]
    if not content.startswith(_MAGIC) or hashlib.sha256(unsigned).digest() != digest:
        raise SegmentRejected("segment.damaged")
    start = len(_MAGIC) + _LENGTH.size
    (length,) = _LENGTH.unpack(unsigned[len(_MAGIC) : start])
    if length > MAX_HEADER:
        raise SegmentRejected("segment.damaged")
    header = _read_header(unsigned[start : start + length])
    return header, unsigned[start + length :], digest, content[-64:]


def _read_header(packed: bytes) -> Header:
    try:
        said = msgspec.msgpack.decode(packed)
        header = Header(**said)
    except (ValueError, TypeError, msgspec.MsgspecError) as error:
        raise SegmentRejected("segment.damaged") from error
    sound = all(isinstance(getattr(header, each.name), _KINDS[each.name]) for each in _HEADER)
    if not sound or any(type(version) is not int for version in header.seen.values()):
        raise SegmentRejected("segment.damaged")
    return header


_KINDS: dict[str, type] = {
    **dict.fromkeys(("space", "sender", "epoch", "receiver", "prev_hash"), str),
    **dict.fromkeys(("schema", "first", "last", "count", "proto"), int),
    "seen": dict,
}


def _inflate(body: bytes) -> bytes:
    size = zstandard.frame_content_size(body)
    if not 0 <= size <= MAX_BODY:
        raise ValueError("a body of unknown or excessive size")
    return zstandard.ZstdDecompressor().decompress(body, max_output_size=MAX_BODY)


def _pack_body(changes: Sequence[Change]) -> bytes:
    packable = _packable(changes)
    try:
        return _pack_as(changes, packable)
    except OverflowError:
        # An integer of JSON beyond 63 bits: its text still travels as a plain row.
        return _pack_as(changes, [])


def _pack_as(changes: Sequence[Change], packable: list[tuple[dict[str, Any], Change]]) -> bytes:
    packed_keys = {change[PK] for _, change in packable}
    plain = [each for each in changes if each[TABLE] != "entry" or each[PK] not in packed_keys]
    return msgspec.msgpack.encode({"entries": _pack_entries(packable), "plain": _pack_plain(plain)})


def _packable(changes: Sequence[Change]) -> list[tuple[dict[str, Any], Change]]:
    heads = {
        change[PK]: change
        for change in changes
        if change[TABLE] == "entry" and change[CID] == "head"
    }
    found = []
    for change in changes:
        if change[TABLE] == "entry" and change[CID] == "data" and change[PK] in heads:
            row = _entry_row(heads[change[PK]], change)
            if row is not None:
                found.append((row, change))
    return found


def _entry_row(head: Change, text: Change) -> dict[str, Any] | None:
    """The head's fields with the parsed data, or None where they would not come back exactly."""
    if (
        not isinstance(head[VAL], str)
        or not isinstance(text[VAL], str)
        or head[COL_VERSION : SITE + 1] != text[COL_VERSION : SITE + 1]
        or head[COL_VERSION] != 1
        or any(type(each[at]) is not int for each in (head, text) for at in _COUNTS)
        or (head[CL], text[CL]) != (1, 1)
        or text[SEQ] != head[SEQ] + 1
        or head[PK][:3] != ENTRY_KEY
    ):
        return None
    try:
        said, content = json.loads(head[VAL]), json.loads(text[VAL])
        exact = (
            isinstance(said, dict)
            and isinstance(content, dict)
            and sorted(said) == sorted(HEAD_FIELDS)
            and said["id"] == head[PK][3:].hex()
            and said["digest"] == sha256_hex(text[VAL])
            and type(said["n"]) is int
            and isinstance(said["box"], str)
            and isinstance(said["prev"], str)
            and said["prev"] != ""
            and canonical(said) == head[VAL]
            and canonical(content) == text[VAL]
        )
    except (ValueError, RecursionError):
        return None
    return {**said, "content": content, "head": head[VAL]} if exact else None


def _pack_entries(packable: list[tuple[dict[str, Any], Change]]) -> dict[str, Any]:
    packable.sort(key=lambda pair: (pair[0]["box"], pair[0]["n"]))
    rows = [row for row, _ in packable]
    changes = [change for _, change in packable]
    prevs, last = [], ""
    for row in rows:
        prevs.append("" if row["prev"] == last else row["prev"])
        last = sha256_hex(row["head"])
    if not rows:
        return {"count": 0}
    columns = {name: pack([row[name] for row in rows]) for name in _PLAIN_HEAD}
    columns["content"] = pack([row["content"] for row in rows])
    return {
        "count": len(rows),
        **columns,
        "prev": pack(prevs),
        "key": b"".join(change[PK][3:] for change in changes),
        "version": pack([change[DB_VERSION] for change in changes]),
        "site": pack([change[SITE].hex() for change in changes]),
        "seq": pack([change[SEQ] - 1 for change in changes]),
    }


def _unpack_entries(packed: Mapping[str, Any]) -> list[Change]:
    count = packed["count"]
    if count == 0:
        return []
    names = (*_PLAIN_HEAD, "content", "prev", "version", "site", "seq")
    columns = {name: unpack(packed[name], count) for name in names}
    key = packed["key"]
    if len(key) != 16 * count:
        raise MalformedColumn("keys of another length")
    changes: list[Change] = []
    last = ""
    for position in range(count):
        id = key[16 * position : 16 * position + 16]
        text = canonical(columns["content"][position])
        said = {name: columns[name][position] for name in _PLAIN_HEAD}
        prev = columns["prev"][position] or last
        head = canonical({**said, "id": id.hex(), "digest": sha256_hex(text), "prev": prev})
        last = sha256_hex(head)
        version, seq = columns["version"][position], columns["seq"][position]
        site = bytes.fromhex(columns["site"][position])
        pk = ENTRY_KEY + id
        changes.append(("entry", pk, "head", head, 1, version, site, 1, seq))
        changes.append(("entry", pk, "data", text, 1, version, site, 1, seq + 1))
    return changes


def _pack_plain(changes: Sequence[Change]) -> list[Any]:
    return [len(changes), *(list(column) for column in zip(*changes, strict=True))]


def _unpack_plain(packed: Sequence[Any]) -> list[Change]:
    count, *columns = packed
    if count == 0:
        return []
    if len(columns) != 9 or any(len(column) != count for column in columns):
        raise MalformedColumn("plain rows of unequal columns")
    return list(zip(*columns, strict=True))


def _unpack_body(body: bytes) -> list[Change]:
    said = msgspec.msgpack.decode(body)
    return list(itertools.chain(_unpack_entries(said["entries"]), _unpack_plain(said["plain"])))
