"""What both sides say at a handshake, as it travels: JSON, compressed.

A peer that has not been updated yet says it plain, and is answered plain.
"""

import json
from collections.abc import Mapping
from typing import Any

import msgspec
import zstandard

from edge.domain.errors import InvalidInput, PeerRefused

# No version of a database, nor the number of an entry, comes to this.
LAST_VERSION = 1 << 53
MAX_SAID, MAX_NAME = 1 << 20, 64
# Files that a side says to have lost, all noted in one transaction.
MOST_LOST = 1_000
_PLAIN = b"{"


def pack_said(said: Mapping[str, Any], to: bytes = b"") -> bytes:
    """Put what is said into the form of what it answers; compressed where it answers nothing."""
    plain = json.dumps(said).encode()
    return plain if to.startswith(_PLAIN) else zstandard.ZstdCompressor(level=6).compress(plain)


def read_said_by(body: bytes) -> dict[str, Any]:
    """Read what `pack_said` wrote; raises InvalidInput `sync.malformed`."""
    try:
        return object_of(body if body.startswith(_PLAIN) else _inflated(body))
    except (ValueError, zstandard.ZstdError) as error:
        raise InvalidInput("sync.malformed") from error


def object_of(body: bytes) -> dict[str, Any]:
    """Read a body as JSON of sound text; raises InvalidInput `sync.malformed`."""
    try:
        if len(body) > MAX_SAID:
            raise ValueError("of excessive size")
        said = msgspec.json.decode(body)
    except (ValueError, RecursionError) as error:
        raise InvalidInput("sync.malformed") from error
    if not isinstance(said, dict):
        raise InvalidInput("sync.malformed")
    return said


def read_name(said: object) -> str:
    """The name of a machine, an epoch or a segment; raises PeerRefused `sync.malformed`."""
    if not isinstance(said, str) or len(said) > MAX_NAME:
        raise PeerRefused("sync.malformed")
    return said


def _inflated(body: bytes) -> bytes:
    if not 0 <= zstandard.frame_content_size(body) <= MAX_SAID:
        raise ValueError("of unknown or excessive size")
    return zstandard.ZstdDecompressor().decompress(body)
