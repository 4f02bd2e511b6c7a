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
from itertools import chain
from operator import itemgetter

import msgspec
import zstandard

from edge.domain.entry import size_of
from edge.domain.errors import SegmentRejected
from edge.store.changelog import EntryRow
from edge.store.exchange import CID, DB_VERSION, PK, TABLE, VAL, Change, Cursor
from edge.store.keys import Keys
from sync.body import pack_body, unpack_body
from sync.identity import verifies
from sync.quota import MAX_BODY

PROTO = 1
MAX_PACKED, MAX_HEADER = MAX_BODY + (1 << 20), 1 << 16
_MAGIC, _LENGTH = b"DXS1", struct.Struct(">I")
_DOMAIN = b"dangxia/segment/1\0"
_TRAILER = 32 + 64
_MALFORMED = (
    ValueError,
    TypeError,
    KeyError,
    OverflowError,
    RecursionError,
    msgspec.MsgspecError,
    zstandard.ZstdError,
)
_ORDER = itemgetter(DB_VERSION, TABLE, PK, CID)


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
    """A header and its changes: `rows` are entries made from columns, `plain` the others."""

    header: Header
    plain: Sequence[Change]
    rows: Sequence[EntryRow] = ()

    @property
    def changes(self) -> list[Change]:
        """All of them, in the order of version, table, key and column."""
        if not self.rows:
            return in_order(self.plain)
        return in_order([*self.plain, *chain.from_iterable(row.changes for row in self.rows)])


def text_in(change: Change) -> int:
    """How many bytes of an entry's texts a change brings."""
    value = change[VAL]
    return size_of(value) if change[TABLE] == "entry" and isinstance(value, str) else 0


def in_order(changes: Sequence[Change]) -> list[Change]:
    """Put changes into the order in which a segment carries them."""
    return sorted(changes, key=_ORDER)


def seal_segment(segment: Segment, keys: Keys) -> tuple[bytes, str]:
    """Render and sign a segment: its bytes and its hash."""
    header = _packed_header(segment.header)
    body = zstandard.ZstdCompressor(level=6).compress(pack_body(segment.changes))
    unsigned = _MAGIC + _LENGTH.pack(len(header)) + header + body
    digest = hashlib.sha256(unsigned).digest()
    return unsigned + digest + keys.signing.sign(_statement(header, digest)), digest.hex()


def end_of(content: bytes) -> Cursor:
    """How far who takes in a sound segment will have taken its sender in."""
    header = _read_header(without_body(content)[:-_TRAILER])
    return Cursor(header.last, content[-_TRAILER:-64].hex())


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
        rows, plain = unpack_body(_inflate(body))
    except _MALFORMED as error:
        raise SegmentRejected("segment.malformed", sender=header.sender) from error
    if 2 * len(rows) + len(plain) != header.count:
        raise SegmentRejected("segment.malformed", sender=header.sender)
    return Segment(header, plain, rows), digest.hex()


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
    except (ValueError, TypeError, RecursionError, msgspec.MsgspecError) as error:
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
