"""The office's seal on this box: a key made here, a certificate that comes from the county."""

import os
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from edge.documents.authority import common_name, new_key, public_pem
from edge.domain.errors import Conflict, InvalidInput
from edge.store.database import Space
from edge.store.durable import fsync_folder
from edge.store.staff import seal_of_box


class OfficeSeal:
    """The local `SealProvider`; usable once the county's certificate has arrived.

    The key file is encrypted by `passphrase`, which is derived from the box key. Every use raises
    Conflict `seal.not_certified` until the county space holds the certificate.
    """

    def __init__(self, path: Path, passphrase: bytes, county: Space, box: str) -> None:
        self._county, self._box = county, box
        self._key = _load(path, passphrase) if path.exists() else _make(path, passphrase)

    @property
    def public_key(self) -> str:
        """What the county certifies, PEM."""
        return public_pem(self._key)

    @property
    def office(self) -> str:
        """Whose seal it is, as certified."""
        return common_name(self.certificate)

    @property
    def certificate(self) -> x509.Certificate:
        """The county's word for this key."""
        return self._certificates()[0]

    @property
    def chain(self) -> tuple[x509.Certificate, ...]:
        """The issuers above it."""
        return self._certificates()[1:]

    def sign(self, message: bytes) -> bytes:
        """ECDSA over P-256 with SHA-256, DER."""
        return self._key.sign(message, ec.ECDSA(hashes.SHA256()))

    def _certificates(self) -> tuple[x509.Certificate, ...]:
        with self._county.read() as county:
            pem = seal_of_box(county, self._box)
        if not pem:
            raise Conflict("seal.not_certified")
        return tuple(x509.load_pem_x509_certificates(pem.encode()))


def _make(path: Path, passphrase: bytes) -> ec.EllipticCurvePrivateKey:
    key = new_key()
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(passphrase),
    )
    temporary = path.with_suffix(".new")
    with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(pem)
        file.flush()
        os.fsync(file.fileno())
    temporary.rename(path)
    fsync_folder(path.parent)
    return key


def _load(path: Path, passphrase: bytes) -> ec.EllipticCurvePrivateKey:
    try:
        key = serialization.load_pem_private_key(path.read_bytes(), passphrase)
    except (ValueError, TypeError) as error:
        raise InvalidInput("seal.key_unreadable") from error
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise InvalidInput("seal.key_unreadable")
    return key
