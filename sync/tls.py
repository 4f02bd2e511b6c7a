"""The outer wall: the hub's self-signed certificate, and clients that trust exactly that one."""

import datetime
import hashlib
import socket
import ssl
from collections.abc import Sequence
from contextlib import suppress
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from weakref import WeakSet

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from cryptography.x509.oid import NameOID

from edge.domain.errors import PeerRefused, PeerUnreachable
from edge.store.durable import write_whole

# OpenSSL's X509_V_FLAG_NO_CHECK_TIME: a box whose clock has stopped must still reach its hub; the
# pin, not the date, says whom we trust.
_NO_CHECK_TIME = 0x200000
_YEARS = 20


def make_certificate(folder: Path, names: Sequence[str]) -> tuple[Path, Path]:
    """Make key and certificate (P-256) unless they exist: paths of certificate and key."""
    certificate_path, key_path = folder / "certificate.pem", folder / "key.pem"
    if certificate_path.exists():
        return certificate_path, key_path
    folder.mkdir(parents=True, exist_ok=True)
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "dangxia hub")])
    today = datetime.datetime.now(datetime.UTC).replace(microsecond=0)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(today - datetime.timedelta(days=1))
        .not_valid_after(today + datetime.timedelta(days=365 * _YEARS))
        .add_extension(x509.SubjectAlternativeName([_name(each) for each in names]), False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), True)
        .sign(key, SHA256())
    )
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    write_whole(key_path, secret, mode=0o600)
    write_whole(certificate_path, certificate.public_bytes(Encoding.PEM))
    return certificate_path, key_path


def fingerprint_of(pem: str) -> str:
    """SHA-256 of the certificate, 64 hexadecimal digits."""
    return hashlib.sha256(ssl.PEM_cert_to_DER_cert(pem)).hexdigest()


def fetch_certificate(url: str, fingerprint: str, timeout: float = 10.0) -> str:
    """Ask a server for its certificate and check it against the pin.

    Raises PeerUnreachable `sync.unreachable` and PeerRefused `sync.wrong_certificate`.
    """
    pem = shown_certificate(url, timeout)
    if fingerprint_of(pem) != fingerprint:
        raise PeerRefused("sync.wrong_certificate", url=url)
    return pem


def shown_certificate(url: str, timeout: float = 10.0) -> str:
    """Ask a server for its certificate, whoever it is; PeerUnreachable `sync.unreachable`."""
    parts = urlsplit(url)
    address = (parts.hostname or "", parts.port or 443)
    try:
        return ssl.get_server_certificate(address, timeout=timeout)
    except (OSError, ValueError) as error:
        raise PeerUnreachable("sync.unreachable", url=url) from error


class PinnedContext(ssl.SSLContext):
    """A client context that trusts one certificate and no other, and can break its connections."""

    def __init__(self, _: int) -> None:
        self._connected: WeakSet[ssl.SSLSocket] = WeakSet()

    def wrap_socket(self, *parts: Any, **named: Any) -> ssl.SSLSocket:
        """Begin TLS on a connection, and remember it."""
        wrapped = super().wrap_socket(*parts, **named)
        self._connected.add(wrapped)
        return wrapped

    def sever(self) -> None:
        """End every connection, so that whoever waits for an answer on one waits no longer."""
        for connected in list(self._connected):
            with suppress(OSError):
                # The plain socket's: that of TLS would change what another thread is reading by.
                socket.socket.shutdown(connected, socket.SHUT_RDWR)


def pinned_context(pem: str) -> PinnedContext:
    """A client context that trusts this certificate and no other."""
    context = PinnedContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.check_hostname = False
    context.load_verify_locations(cadata=pem)
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    context.verify_flags |= ssl.VerifyFlags(_NO_CHECK_TIME)
    return context


def _name(text: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(text))
    except ValueError:
        return x509.DNSName(text)
