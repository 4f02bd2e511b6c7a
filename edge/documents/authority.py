"""The keys behind offices' seals, and the county's authority that certifies them.

Apart from signing, since the hub certifies and never signs a paper: what signing needs is large.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from edge.domain.errors import InvalidInput

AUTHORITY_LIFE = timedelta(days=3650)
OFFICE_KEY_LIFE = timedelta(days=1095)
# Boxes' clocks differ; a key is usable at once on a box whose clock is a little slow.
CLOCK_SLACK = timedelta(hours=1)


class SealProvider(Protocol):
    """Whoever holds the key behind an office's seal: this box, a service, a hardware key."""

    @property
    def office(self) -> str: ...

    @property
    def certificate(self) -> x509.Certificate: ...

    @property
    def chain(self) -> tuple[x509.Certificate, ...]:
        """The issuers above `certificate`, root last."""

    def sign(self, message: bytes) -> bytes:
        """ECDSA over P-256 with SHA-256 of `message`, DER."""


@dataclass(frozen=True, slots=True)
class SealAuthority:
    """The county's own certificate authority for office seals."""

    certificate: x509.Certificate
    private_key: ec.EllipticCurvePrivateKey


@dataclass(frozen=True, slots=True)
class SealKey:
    """An office's seal key held on this box: the local `SealProvider`."""

    certificate: x509.Certificate
    chain: tuple[x509.Certificate, ...]
    private_key: ec.EllipticCurvePrivateKey

    @property
    def office(self) -> str:
        return common_name(self.certificate)

    def sign(self, message: bytes) -> bytes:
        return self.private_key.sign(message, ec.ECDSA(hashes.SHA256()))

    def to_pem(self, passphrase: bytes) -> bytes:
        """Encrypted key, certificate, then its issuers."""
        key = self.private_key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.BestAvailableEncryption(passphrase),
        )
        certificates = (self.certificate, *self.chain)
        return key + b"".join(
            each.public_bytes(serialization.Encoding.PEM) for each in certificates
        )

    @staticmethod
    def from_pem(pem: bytes, passphrase: bytes) -> "SealKey":
        """What `to_pem` wrote; raises InvalidInput `seal.key_unreadable`."""
        try:
            key = serialization.load_pem_private_key(pem, passphrase)
            certificate, *chain = x509.load_pem_x509_certificates(pem)
        except (ValueError, TypeError) as error:
            raise InvalidInput("seal.key_unreadable") from error
        if not isinstance(key, ec.EllipticCurvePrivateKey):
            raise InvalidInput("seal.key_unreadable")
        return SealKey(certificate, tuple(chain), key)


def make_authority(county: str, now: datetime) -> SealAuthority:
    """A new self-signed authority; `now` carries a time zone."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = _name(f"{county}档案电子印章根证书", county)
    builder = (
        _certificate(name, name, key.public_key(), now, AUTHORITY_LIFE)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(authority=True), critical=True)
    )
    return SealAuthority(builder.sign(key, hashes.SHA256()), key)


def make_office_key(office: str, authority: SealAuthority, now: datetime) -> SealKey:
    """A new seal key of `office`, certified by `authority` on the same machine."""
    key = new_key()
    certificate = certify(office, public_pem(key), authority, now)
    return SealKey(certificate, (authority.certificate,), key)


def new_key() -> ec.EllipticCurvePrivateKey:
    """A new seal key, not certified yet; it never leaves the box that made it."""
    return ec.generate_private_key(ec.SECP256R1())


def public_pem(key: ec.EllipticCurvePrivateKey) -> str:
    """What a box sends to be certified."""
    return (
        key.public_key()
        .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
        .decode()
    )


def certify(
    office: str, public_key: str, authority: SealAuthority, now: datetime
) -> x509.Certificate:
    """Vouch that `public_key` (PEM) is the seal of `office`.

    Raises InvalidInput `seal.key_unreadable` unless it is a P-256 key.
    """
    try:
        key = serialization.load_pem_public_key(public_key.encode())
    except ValueError as error:
        raise InvalidInput("seal.key_unreadable") from error
    if not isinstance(key, ec.EllipticCurvePublicKey) or key.curve.name != "secp256r1":
        raise InvalidInput("seal.key_unreadable")
    builder = (
        _certificate(
            _name(office, office), authority.certificate.subject, key, now, OFFICE_KEY_LIFE
        )
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(authority=False), critical=True)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.private_key.public_key()),
            critical=False,
        )
    )
    return builder.sign(authority.private_key, hashes.SHA256())


def common_name(certificate: x509.Certificate) -> str:
    """Whom a certificate names."""
    return str(certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value)


def _certificate(
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePublicKey,
    now: datetime,
    life: timedelta,
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - CLOCK_SLACK)
        .not_valid_after(now + life)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )


def _usage(authority: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not authority,
        content_commitment=not authority,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=authority,
        crl_sign=authority,
        encipher_only=False,
        decipher_only=False,
    )


def _name(common: str, organisation: str) -> x509.Name:
    parts: Sequence[tuple[x509.ObjectIdentifier, str]] = (
        (NameOID.COUNTRY_NAME, "CN"),
        (NameOID.ORGANIZATION_NAME, organisation),
        (NameOID.COMMON_NAME, common),
    )
    return x509.Name([x509.NameAttribute(oid, value) for oid, value in parts])
