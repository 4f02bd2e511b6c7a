"""Segments as no honest program packs them, under the signature of whoever may send them."""

import hashlib
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
import zstandard

from edge.store.keys import Keys

MAGIC, DOMAIN, TRAILER = b"DXS1", b"dangxia/segment/1\0", 96


@dataclass(frozen=True)
class Raw:
    """Bytes that stand in the packed stream as they are."""

    packed: bytes


@dataclass(frozen=True)
class Pairs:
    """A map whose keys may repeat."""

    pairs: Sequence[tuple[Any, Any]]


def packed(value: Any) -> bytes:
    """MessagePack, of the hostile values too."""
    if isinstance(value, Raw):
        return value.packed
    if isinstance(value, Pairs):
        inner = b"".join(packed(key) + packed(each) for key, each in value.pairs)
        return b"\xdf" + struct.pack(">I", len(value.pairs)) + inner
    if isinstance(value, dict):
        return packed(Pairs(list(value.items())))
    if isinstance(value, (list, tuple)):
        return b"\xdd" + struct.pack(">I", len(value)) + b"".join(map(packed, value))
    if isinstance(value, str):
        text = value.encode("utf-8", "surrogatepass")
        return b"\xdb" + struct.pack(">I", len(text)) + text
    if isinstance(value, int) and not -(1 << 63) <= value < 1 << 64:
        # No integer of the format: the nearest there is.
        return b"\xcf" + b"\xff" * 8
    return msgspec.msgpack.encode(value)


HOSTILE_PACKED = (
    b"\xc1",  # never used
    b"\xdd\xff\xff\xff\xff",  # a list of four milliards
    b"\xdf\xff\xff\xff\xff",
    b"\xdb\xff\xff\xff\xff",
    b"\xc6\xff\xff\xff\xff",
    b"\x91" * 20_000 + b"\xc0",  # deep
    b"\x81\xa1k" * 20_000 + b"\xc0",
    b"\xa3\xed\xa0\x80",  # a surrogate
    b"\xa2\xff\xfe",  # no text
    b"\xd4\x05\x00",  # an extension
    b"\xd6\xff\x00\x00\x00\x00",  # a moment
    b"\xcf" + b"\xff" * 8,
    b"\xd3\x80" + b"\x00" * 7,
    b"\xcb\x7f\xf8" + b"\x00" * 6,  # not a number
    b"\xcb\x7f\xf0" + b"\x00" * 6,  # infinite
)


def sealed(header: bytes, body: bytes, keys: Keys, length: int | None = None) -> bytes:
    """Put parts together and sign them; `length` is what the header is said to have."""
    size = (len(header) if length is None else length) & 0xFFFFFFFF
    unsigned = MAGIC + struct.pack(">I", size) + header + body
    digest = hashlib.sha256(unsigned).digest()
    said = hashlib.sha256((header + body)[:size]).digest()
    return unsigned + digest + keys.signing.sign(DOMAIN + said + digest)


def parts(content: bytes) -> tuple[bytes, bytes]:
    """The packed header and body of a segment."""
    (length,) = struct.unpack(">I", content[4:8])
    return content[8 : 8 + length], content[8 + length : -TRAILER]


def squeezed(body: bytes) -> bytes:
    return zstandard.ZstdCompressor(level=3).compress(body)


def stretched(body: bytes) -> bytes:
    return zstandard.ZstdDecompressor().decompress(body, max_output_size=96 << 20)


def frame(size: int, body: bytes) -> bytes:
    """A frame that says it holds `size` bytes, whatever it holds."""
    inner = zstandard.ZstdCompressor(write_content_size=False).compress(body)
    # The descriptor's upper bits say how long the size is; with one segment no window follows.
    rest = inner[6:] if len(inner) > 6 else inner
    return inner[:4] + bytes([0b1110_0000]) + struct.pack("<Q", size & (1 << 64) - 1) + rest
