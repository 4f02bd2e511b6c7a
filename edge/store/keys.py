"""The box key and what is derived from it.

`K_box` is 32 random bytes; HKDF-SHA-256 (RFC 5869) gives the database, blob and signing keys, so
that one secret is sealed to the machine, escrowed, or destroyed.
"""

import hashlib
import os
from functools import cached_property
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from edge.store.durable import write_once


class Keys:
    """The keys of one box or hub."""

    def __init__(self, secret: bytes) -> None:
        if len(secret) != 32:
            raise ValueError("a box key is 32 bytes")
        self._secret = secret

    @classmethod
    def load(cls, path: Path) -> "Keys":
        """Read the box key."""
        return cls(path.read_bytes())

    @classmethod
    def make(cls, path: Path) -> "Keys":
        """Make a new box key, readable by its owner alone; refuses to replace one."""
        path.parent.mkdir(parents=True, exist_ok=True)
        secret = os.urandom(32)
        write_once(path, secret, mode=0o600)
        return cls(secret)

    def derive(self, purpose: str) -> bytes:
        """Give the 32-byte key for one purpose: `database`, `blob`, `blob-name`, `signing`."""
        return HKDF(SHA256(), 32, None, b"dangxia/1/" + purpose.encode()).derive(self._secret)

    @cached_property
    def signing(self) -> Ed25519PrivateKey:
        """The key that signs seals, segments and receipts."""
        return Ed25519PrivateKey.from_private_bytes(self.derive("signing"))

    @cached_property
    def public_key(self) -> str:
        """The signing key's public half, 64 hexadecimal digits."""
        raw = self.signing.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        return raw.hex()

    @cached_property
    def id(self) -> str:
        """The box's name in the record: 32 hexadecimal digits of its public key's hash."""
        return box_id(self.public_key)


def box_id(public_key: str) -> str:
    """Name a box by its public key, so that no box can take another's name."""
    return hashlib.sha256(bytes.fromhex(public_key)).hexdigest()[:32]
