"""What a stick says of itself: from whom, to whom, what is on it, what has arrived.

    "DXC1" | length of header (4) | header (JSON, readable) | nonce (12) | sealed body |
    SHA-256 of all before (32) | Ed25519 signature of the sender over that hash (64)

The header names machines only; everything else is encrypted to the receiver.
"""

import hashlib
import os
import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec
import zstandard
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from edge.domain.errors import InvalidInput, PeerRefused
from edge.store.carriage import Part
from edge.store.exchange import Cursor
from edge.store.keys import Keys
from sync.carry_keys import ALGORITHM, derive, unwrap, wrap
from sync.carry_part import harden, is_plain
from sync.greeting import LAST_VERSION, MAX_NAME
from sync.identity import verifies

MANIFEST = "manifest"
_MAGIC, _LENGTH, _TRAILER, _NONCE = b"DXC1", struct.Struct(">I"), 32 + 64, 12
_DOMAIN = b"dangxia/carry/1\0"
# A body of so many bytes lists parts with some twenty terabytes.
_MAX, _MAX_HEADER, _MAX_BODY = 32 << 20, 1 << 16, 32 << 20


@dataclass(frozen=True, slots=True)
class Heading:
    """What everybody may read; `key` is the parcel's key, sealed to the receiver."""

    alg: str
    hub: str
    sender: str
    receiver: str
    parcel: str
    at: int
    key: str

    @property
    def context(self) -> str:
        """What the sealed key is bound to."""
        return f"{self.alg}/{self.hub}/{self.sender}/{self.receiver}/{self.parcel}"


@dataclass(frozen=True, slots=True)
class Standing:
    """Where the sender stands in one space.

    `have`: how far it has taken in each epoch of the receiver, and `proofs` the receiver's own
    signatures over it. `shipped`: which segments it remembers having shipped there. `without`: the
    receiver's epoch whose own record is left out of the segments, empty if nothing is.
    """

    epoch: str
    have: Mapping[str, Cursor]
    shipped: list[Cursor]
    without: str
    proofs: Mapping[str, bytes]


@dataclass(frozen=True, slots=True)
class Manifest:
    """The sealed body; `complete` once everything that was to go is on the stick."""

    spaces: Mapping[str, Standing]
    parts: list[Part]
    complete: bool


def heading_for(
    keys: Keys, hub: str, receiver: str, receiver_key: str, parcel: str, key: bytes, at: int
) -> Heading:
    """Address a stick: the parcel's key, sealed to the receiver."""
    open = Heading(ALGORITHM, hub, keys.id, receiver, parcel, at, "")
    return replace(open, key=wrap(key, receiver_key, open.context).hex())


def write_manifest(folder: Path, heading: Heading, body: Manifest, key: bytes, keys: Keys) -> None:
    """Sign and write a manifest in place of the one before: temporary, fsync, rename, fsync."""
    header = msgspec.json.encode(heading)
    nonce = os.urandom(_NONCE)
    packed = zstandard.ZstdCompressor(level=6).compress(msgspec.msgpack.encode(body))
    sealed = AESGCM(derive(key, "manifest")).encrypt(nonce, packed, header)
    unsigned = _MAGIC + _LENGTH.pack(len(header)) + header + nonce + sealed
    digest = hashlib.sha256(unsigned).digest()
    temporary = folder / f"{MANIFEST}.new"
    with temporary.open("wb") as file:
        file.write(unsigned + digest + keys.signing.sign(_DOMAIN + digest))
        file.flush()
        os.fsync(file.fileno())
    temporary.rename(folder / MANIFEST)
    harden(folder)


def read_heading(folder: Path) -> tuple[Heading, bytes]:
    """Read a manifest's heading, unverified, and its bytes; InvalidInput `carry.damaged`."""
    path = folder / MANIFEST
    if not path.exists() or not is_plain(path) or path.stat().st_size > _MAX:
        raise InvalidInput("carry.damaged")
    content = path.read_bytes()
    start = len(_MAGIC) + _LENGTH.size
    if len(content) < start + _NONCE + _TRAILER or not content.startswith(_MAGIC):
        raise InvalidInput("carry.damaged")
    (length,) = _LENGTH.unpack(content[len(_MAGIC) : start])
    if length > _MAX_HEADER:
        raise InvalidInput("carry.damaged")
    try:
        return msgspec.json.decode(content[start : start + length], type=Heading), content
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise InvalidInput("carry.damaged") from error


def open_manifest(
    heading: Heading, content: bytes, keys: Keys, key_of: Callable[[str], str | None]
) -> tuple[Manifest, bytes]:
    """Verify and decrypt a manifest: its body and the parcel's key.

    Raises InvalidInput `carry.damaged`; PeerRefused `carry.algorithm`, `carry.unknown_sender` or
    `carry.forged`.
    """
    unsigned, digest = content[:-_TRAILER], content[-_TRAILER:-64]
    if hashlib.sha256(unsigned).digest() != digest:
        raise InvalidInput("carry.damaged")
    if heading.alg != ALGORITHM:
        raise PeerRefused("carry.algorithm", alg=heading.alg[:80])
    signer = key_of(heading.sender)
    if signer is None:
        raise PeerRefused("carry.unknown_sender", sender=heading.sender[:8])
    if not verifies(signer, content[-64:], _DOMAIN + digest):
        raise PeerRefused("carry.forged", sender=heading.sender[:8])
    key = unwrap(_unhexed(heading.key), keys.signing, heading.context)
    return _open_body(unsigned, key), key


def _open_body(unsigned: bytes, key: bytes) -> Manifest:
    start = len(_MAGIC) + _LENGTH.size
    (length,) = _LENGTH.unpack(unsigned[len(_MAGIC) : start])
    header, sealed = unsigned[start : start + length], unsigned[start + length :]
    try:
        packed = AESGCM(derive(key, "manifest")).decrypt(sealed[:_NONCE], sealed[_NONCE:], header)
        # A frame that names no size is held to the bound by the library, one that does is not.
        if zstandard.frame_content_size(packed) > _MAX_BODY:
            raise PeerRefused("carry.forged")
        plain = zstandard.ZstdDecompressor().decompress(packed, max_output_size=_MAX_BODY)
        body = msgspec.msgpack.decode(plain, type=Manifest)
    except (InvalidTag, zstandard.ZstdError, msgspec.MsgspecError, ValueError) as error:
        raise PeerRefused("carry.forged") from error
    cursors = [each for one in body.spaces.values() for each in (*one.have.values(), *one.shipped)]
    names = [each for one in body.spaces.values() for each in (one.epoch, one.without, *one.have)]
    sound = all(0 <= cursor.upto < LAST_VERSION for cursor in cursors)
    if not sound or any(len(name) > MAX_NAME for name in names):
        raise PeerRefused("carry.forged")
    return body


def _unhexed(text: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError as error:
        raise PeerRefused("carry.forged") from error
