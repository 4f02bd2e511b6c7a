"""Encrypting to a box that is known only by its signing key.

Every box and the hub are known by an Ed25519 key, and no other need be enrolled: its X25519 twin
follows by the birational map of RFC 7748 §4.1 from the public half, and as in RFC 8032 §5.1.5
from the secret half. Using one key pair for both is proven sound for HPKE's X25519 KEM (Thormarker,
"On using the same key pair for Ed25519 and an X25519 based KEM", 2021).
"""

import hashlib

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hpke
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from edge.domain.errors import PeerRefused

ALGORITHM = "HPKE-X25519-HKDF-SHA256-AES256GCM+AES256GCM-STREAM-1MiB"
_P = 2**255 - 19
_SUITE = hpke.Suite(hpke.KEM.X25519, hpke.KDF.HKDF_SHA256, hpke.AEAD.AES_256_GCM)


def exchange_public(signing_key: str) -> X25519PublicKey:
    """Map an Ed25519 public key, 64 hexadecimal digits, to X25519: u = (1 + y) / (1 - y).

    Raises ValueError for what is no key: a wrong length, y not below p, or the points of u = 0
    and infinity.
    """
    raw = bytes.fromhex(signing_key)
    y = int.from_bytes(raw, "little") & ((1 << 255) - 1)
    if len(raw) != 32 or y >= _P or y in (1, _P - 1):
        raise ValueError("not an Ed25519 public key")
    u = (1 + y) * pow(1 - y, -1, _P) % _P
    return X25519PublicKey.from_public_bytes(u.to_bytes(32, "little"))


def exchange_private(signing: Ed25519PrivateKey) -> X25519PrivateKey:
    """Map an Ed25519 secret key to X25519; the clamping is X25519's own."""
    return X25519PrivateKey.from_private_bytes(
        hashlib.sha512(signing.private_bytes_raw()).digest()[:32]
    )


def wrap(key: bytes, receiver_key: str, context: str) -> bytes:
    """Encrypt a parcel's key to its receiver, bound to the context."""
    sealed: bytes = _SUITE.encrypt(key, exchange_public(receiver_key), context.encode())
    return sealed


def unwrap(sealed: bytes, signing: Ed25519PrivateKey, context: str) -> bytes:
    """Give the parcel's key back; raises PeerRefused `carry.forged`."""
    try:
        key: bytes = _SUITE.decrypt(sealed, exchange_private(signing), context.encode())
    except (InvalidTag, ValueError) as error:
        raise PeerRefused("carry.forged") from error
    return key


def derive(key: bytes, purpose: str, salt: bytes = b"") -> bytes:
    """The key for one use of a parcel's key."""
    return HKDF(SHA256(), 32, salt or None, b"dangxia/carry/1/" + purpose.encode()).derive(key)
