"""Packs: many small files in one request, since a round trip costs more than a thumbnail."""

import hashlib
from collections.abc import Iterable, Sequence
from typing import TypeVar

import msgspec

from edge.domain.errors import InvalidInput

PACK, SMALL = 1 << 20, 256 << 10
ABSENT = -1
# In a pack that is asked for: digest, the file's whole size or ABSENT, content (empty when large).
Offered = tuple[bytes, int, bytes]
_T = TypeVar("_T")


def seal_pack(files: Sequence[tuple[bytes, bytes]]) -> bytes:
    """Put files (digest, content) into one pack."""
    return msgspec.msgpack.encode(files)


def open_pack(pack: bytes) -> list[tuple[bytes, bytes]]:
    """Take a pack apart; every content is what its digest says.

    Raises InvalidInput `blob.size`, `blob.damaged` or `sync.malformed`.
    """
    if len(pack) > PACK + SMALL:
        raise InvalidInput("blob.size", digest="")
    files = _decoded(pack, list[tuple[bytes, bytes]])
    check_contents(files)
    return files


def seal_offer(offered: Sequence[Offered]) -> bytes:
    """Put an answer into one pack."""
    return msgspec.msgpack.encode(offered)


def open_offer(pack: bytes) -> list[Offered]:
    """Take an answer apart; every content that is there is what its digest says.

    Raises InvalidInput as `open_pack`.
    """
    offered = _decoded(pack, list[tuple[bytes, int, bytes]])
    for digest, total, content in offered:
        # What is noted here of a file's size its next carrier relies on.
        if content and len(content) != total:
            raise InvalidInput("blob.size", digest=digest.hex()[:64])
    check_contents((digest, content) for digest, total, content in offered if content or total == 0)
    return offered


def check_contents(files: Iterable[tuple[bytes, bytes]]) -> None:
    """Hold every content to its digest; raises InvalidInput `blob.damaged`."""
    for digest, content in files:
        if hashlib.sha256(content).digest() != digest:
            raise InvalidInput("blob.damaged", digest=digest.hex()[:64])


def _decoded(pack: bytes, shape: type[_T]) -> _T:
    try:
        return msgspec.msgpack.decode(pack, type=shape)
    except msgspec.MsgspecError as error:
        raise InvalidInput("sync.malformed") from error
