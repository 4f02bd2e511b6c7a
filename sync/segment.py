"""The segment: the one immutable unit that travels, over a wire or on a stick.

    "DXS1" | length of header (4 bytes) | header (msgpack) | body (zstd of msgpack) |
    SHA-256 of all before (32) | Ed25519 signature of the sender over the header's and that (64)

Header, hash and signature alone prove that the sender has shipped it. It covers whole db_versions
of the sender in (first, last]: everything that the receiver has not got. Entries are packed column
by column, and what the receiver can compute is left out: the id in the head, the digest, the hash
of the previous entry. Whatever would not come back byte for byte travels as plain rows.
"""

import hashlib
import struct
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from itertools import chain, pairwise
from operator import attrgetter, itemgetter
from typing import Any, NamedTuple

import msgspec
import zstandard

from edge.domain.entry import Head, read, read_head, render, sha256_hex
from edge.domain.errors import InvalidInput, SegmentRejected
from edge.store.exchange import CID, DB_VERSION, PK, TABLE, Change
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
_CLOCK = {int, bytes}
_PLAIN_HEAD = ("about", "after", "at", "box", "by", "kind", "n", "v")


@dataclass(frozen=True, slots=True)
class Header:
    """What a segment says of itself.

    It lacks what came from the receiver in that epoch of its; nothing is left out where that is
    empty.
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
    receiver_epoch: str = ""
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
    header = _packed_header(segment.header)
    body = zstandard.ZstdCompressor(level=6).compress(_pack_body(segment.changes))
    unsigned = _MAGIC + _LENGTH.pack(len(header)) + header + body
    digest = hashlib.sha256(unsigned).digest()
    return unsigned + digest + keys.signing.sign(_statement(header, digest)), digest.hex()


def without_body(content: bytes) -> bytes:
    """A sound segment's header, hash and signature: to whoever made it, proof that it did."""
    start = len(_MAGIC) + _LENGTH.size
    (length,) = _LENGTH.unpack(content[len(_MAGIC) : start])
    return content[start : start + length] + content[-_TRAILER:]


def sign_bodiless(header: Header, hash: str, keys: Keys) -> bytes:
    """The same proof for a record that was shipped in another form, under its own hash."""
    packed, digest = _packed_header(header), bytes.fromhex(hash)
    return packed + digest + keys.signing.sign(_statement(packed, digest))


def read_bodiless(proof: bytes, public_key: str) -> tuple[Header, str]:
    """Verify such a proof: the header and the hash; raises SegmentRejected as `open_segment`."""
    packed, digest, signature = proof[:-_TRAILER], proof[-_TRAILER:-64], proof[-64:]
    if not 0 < len(packed) <= MAX_HEADER:
        raise SegmentRejected("segment.damaged")
    header = _read_header(packed)
    if not verifies(public_key, signature, _statement(packed, digest)):
        raise SegmentRejected("segment.signature", sender=header.sender)
    return header, digest.hex()


def open_segment(content: bytes, key_of: Callable[[str], str | None]) -> tuple[Segment, str]:
    """Verify and read a segment: itself and its hash.

    Raises SegmentRejected `segment.damaged`, `segment.sender` (unknown), `segment.signature` or
    `segment.malformed`.
    """
    header, packed, body, digest, signature = _split(content)
    key = key_of(header.sender)
    if key is None:
        raise SegmentRejected("segment.sender", sender=header.sender)
    if not verifies(key, signature, _statement(packed, digest)):
        raise SegmentRejected("segment.signature", sender=header.sender)
    try:
        changes = in_order(_unpack_body(_inflate(body)))
    except _MALFORMED as error:
        raise SegmentRejected("segment.malformed", sender=header.sender) from error
    if len(changes) != header.count:
        raise SegmentRejected("segment.malformed", sender=header.sender)
    return Segment(header, changes), digest.hex()


_HEADER = fields(Header)


def _packed_header(header: Header) -> bytes:
    return msgspec.msgpack.encode({each.name: getattr(header, each.name) for each in _HEADER})


def _statement(header: bytes, digest: bytes) -> bytes:
    return _DOMAIN + hashlib.sha256(header).digest() + digest


def _split(content: bytes) -> tuple[Header, bytes, bytes, bytes, bytes]:
    if not len(_MAGIC) + _LENGTH.size + _TRAILER < len(content) <= MAX_PACKED:
        raise SegmentRejected("segment.damaged")
    unsigned, digest = content[:-_TRAILER], content[-_TRAILER:-64]
    if not content.startswith(_MAGIC) or hashlib.sha256(unsigned).digest() != digest:
        raise SegmentRejected("segment.damaged")
    start = len(_MAGIC) + _LENGTH.size
    (length,) = _LENGTH.unpack(unsigned[len(_MAGIC) : start])
    if length > MAX_HEADER:
        raise SegmentRejected("segment.damaged")
    packed = unsigned[start : start + length]
    return _read_header(packed), packed, unsigned[start + length :], digest, content[-64:]


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
    **dict.fromkeys(("space", "sender", "epoch", "receiver", "receiver_epoch", "prev_hash"), str),
    **dict.fromkeys(("schema", "first", "last", "count", "proto"), int),
    "seen": dict,
}


def _inflate(body: bytes) -> bytes:
    size = zstandard.frame_content_size(body)
    if not 0 <= size <= MAX_BODY:
        raise ValueError("a body of unknown or excessive size")
    return zstandard.ZstdDecompressor().decompress(body, max_output_size=MAX_BODY)


class _Row(NamedTuple):
    """An entry as it is packed; `hash` is that of its head."""

    pk: bytes
    head: Head
    content: dict[str, Any]
    hash: str
    version: int
    site: bytes
    seq: int


def _pack_body(changes: Sequence[Change]) -> bytes:
    packable = _packable(changes)
    try:
        return _pack_as(changes, packable)
    except OverflowError:
        # An integer of JSON beyond 63 bits: its text still travels as a plain row.
        return _pack_as(changes, [])


def _pack_as(changes: Sequence[Change], packable: Sequence[_Row]) -> bytes:
    packed_keys = {row.pk for row in packable}
    plain = [each for each in changes if each[TABLE] != "entry" or each[PK] not in packed_keys]
    return msgspec.msgpack.encode({"entries": _pack_entries(packable), "plain": _pack_plain(plain)})


def _packable(changes: Sequence[Change]) -> list[_Row]:
    heads = {
        change[PK]: change
        for change in changes
        if change[TABLE] == "entry" and change[CID] == "head"
    }
    found = []
    for change in changes:
        if change[TABLE] == "entry" and change[CID] == "data" and change[PK] in heads:
            row = _row(heads[change[PK]], change)
            if row is not None:
                found.append(row)
    found.sort(key=lambda row: (row.head.box, row.head.n))
    return found


def _row(head: Change, text: Change) -> _Row | None:
    """An entry that the receiver can put together exactly, or None."""
    _, pk, _, said, col_version, version, site, cl, seq = head
    _, _, _, told, *clock = text
    if (
        not isinstance(said, str)
        or not isinstance(told, str)
        or clock != [1, version, site, 1, seq + 1]
        or (col_version, cl) != (1, 1)
        or {*map(type, clock), type(version), type(col_version), type(cl), type(seq)} != _CLOCK
        or pk[:3] != ENTRY_KEY
    ):
        return None
    try:
        fields, content = read_head(said), read(told)
        exact = (
            isinstance(content, dict)
            and fields.id == pk[3:].hex()
            and fields.digest == sha256_hex(told)
            and render(content) == told.encode()
        )
    except (InvalidInput, ValueError, RecursionError):
        return None
    return _Row(pk, fields, content, sha256_hex(said), version, site, seq) if exact else None


def _pack_entries(rows: Sequence[_Row]) -> dict[str, Any]:
    if not rows:
        return {"count": 0}
    prevs = ["" if row.head.prev == last.hash else row.head.prev for last, row in pairwise(rows)]
    keys = b"".join(row.pk[3:] for row in rows)
    heads = [row.head for row in rows]
    columns = {name: pack([*map(attrgetter(name), heads)]) for name in _PLAIN_HEAD}
    return {
        "count": len(rows),
        **columns,
        "content": pack([row.content for row in rows]),
        "prev": pack([rows[0].head.prev, *prevs]),
        # Byte by byte, since ids made one after another share most of their bytes.
        "key": b"".join(keys[place::16] for place in range(16)),
        "version": pack([row.version for row in rows]),
        "site": pack([row.site.hex() for row in rows]),
        "seq": pack([row.seq for row in rows]),
    }


def _unpack_entries(packed: Mapping[str, Any]) -> list[Change]:
    count = packed["count"]
    if count == 0:
        return []
    names = ("content", "prev", "version", "site", "seq", *_PLAIN_HEAD)
    columns = [unpack(packed[name], count) for name in names]
    strips = packed["key"]
    if len(strips) != 16 * count:
        raise MalformedColumn("keys of another length")
    changes: list[Change] = []
    last = ""
    for place, row in enumerate(zip(*columns, strict=True)):
        content, prev, version, site, seq, about, after, at, box, by, kind, n, v = row
        id = strips[place::count]
        text = render(content)
        digest = hashlib.sha256(text).hexdigest()
        head = render(Head(about, after, at, box, by, digest, id.hex(), kind, n, prev or last, v))
        last = hashlib.sha256(head).hexdigest()
        pk, origin = ENTRY_KEY + id, bytes.fromhex(site)
        changes.append(("entry", pk, "data", text.decode(), 1, version, origin, 1, seq + 1))
        changes.append(("entry", pk, "head", head.decode(), 1, version, origin, 1, seq))
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
    return list(chain(_unpack_entries(said["entries"]), _unpack_plain(said["plain"])))
