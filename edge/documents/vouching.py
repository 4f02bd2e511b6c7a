"""What a paper's QR code says for itself, signed: so that any box of the county can tell a genuine
paper of another office while the network is away. Whether it was revoked since, only its office and
the county know.

The letters are base32, since guns that type and input methods do not keep case.
"""

import base64
import binascii
from collections.abc import Iterable
from dataclasses import dataclass

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import (
    decode_dss_signature,
    encode_dss_signature,
)

from edge.documents.authority import SealProvider, common_name

_PURPOSE = b"dangxia-proof-1\n"
_HALF = 32  # bytes of each of the two numbers of a P-256 signature


@dataclass(frozen=True, slots=True)
class Vouched:
    """What is vouched for; `day` YYYYMMDD, `holder` masked. `office` is whoever signed."""

    code: str
    number: str
    kind: str
    day: str
    holder: str
    office: str = ""


def vouch(said: Vouched, seal: SealProvider) -> str:
    """Write and sign what a QR code carries behind its short code."""
    told = _told(said)
    first, second = decode_dss_signature(seal.sign(_PURPOSE + told))
    signature = first.to_bytes(_HALF, "big") + second.to_bytes(_HALF, "big")
    # The short code stands before it in the address already.
    carried = told.partition(b"\n")[2] + signature
    return base64.b32encode(carried).decode().rstrip("=")


def vouched(code: str, text: str, certificates: Iterable[x509.Certificate]) -> Vouched | None:
    """Read what `vouch` wrote; None unless one of the offices has signed it for this code."""
    try:
        carried = base64.b32decode(text.upper() + "=" * (-len(text) % 8))
    except (binascii.Error, ValueError):
        return None
    told, signature = carried[: -2 * _HALF], carried[-2 * _HALF :]
    try:
        number, kind, day, holder = told.decode().split("\n")
    except ValueError:
        return None
    said = Vouched(code, number, kind, day, holder)
    numbers = (int.from_bytes(signature[:_HALF], "big"), int.from_bytes(signature[_HALF:], "big"))
    for certificate in certificates:
        key = certificate.public_key()
        if not isinstance(key, ec.EllipticCurvePublicKey):
            continue
        try:
            key.verify(
                encode_dss_signature(*numbers), _PURPOSE + _told(said), ec.ECDSA(hashes.SHA256())
            )
        except InvalidSignature:
            continue
        return Vouched(code, number, kind, day, holder, common_name(certificate))
    return None


def _told(said: Vouched) -> bytes:
    return "\n".join((said.code, said.number, said.kind, said.day, said.holder)).encode()
