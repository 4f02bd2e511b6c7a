"""The county's authority over office seals: it certifies keys that boxes have made."""

import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from edge.documents.authority import SealAuthority, certify, make_authority
from edge.domain.errors import InvalidInput
from edge.store.durable import fsync_folder
from edge.store.keys import Keys

PEM = serialization.Encoding.PEM


class SealOffice:
    """The authority of one county, made at its first use; its key file is encrypted."""

    def __init__(self, folder: Path, keys: Keys, clock: Callable[[], int]) -> None:
        self._folder, self._clock = folder, clock
        self._passphrase = keys.derive("seal-authority").hex().encode()

    def certify(self, county: str, office: str, public_key: str) -> str:
        """Vouch for an office's key; the certificate and its root, PEM."""
        authority = self._authority(county)
        certificate = certify(office, public_key, authority, self._now())
        return "".join(
            each.public_bytes(PEM).decode() for each in (certificate, authority.certificate)
        )

    def _authority(self, county: str) -> SealAuthority:
        path = self._folder / "authority.pem"
        if path.exists():
            return self._read(path)
        made = make_authority(county, self._now())
        key = made.private_key.private_bytes(
            PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.BestAvailableEncryption(self._passphrase),
        )
        self._folder.mkdir(parents=True, exist_ok=True)
        temporary = path.with_suffix(".new")
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(key + made.certificate.public_bytes(PEM))
            file.flush()
            os.fsync(file.fileno())
        temporary.rename(path)
        fsync_folder(self._folder)
        return made

    def _read(self, path: Path) -> SealAuthority:
        pem = path.read_bytes()
        try:
            key = serialization.load_pem_private_key(pem, self._passphrase)
            certificate = x509.load_pem_x509_certificate(pem)
        except (ValueError, TypeError) as error:
            raise InvalidInput("seal.key_unreadable") from error
        if not isinstance(key, ec.EllipticCurvePrivateKey):
            raise InvalidInput("seal.key_unreadable")
        return SealAuthority(certificate, key)

    def _now(self) -> datetime:
        return datetime.fromtimestamp(self._clock() / 1000, UTC)
