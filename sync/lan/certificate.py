"""How a box proves itself on the local net: its certificate is made with its enrolled key.

The roster names that key, so nobody has to be trusted at first sight.
"""

import datetime
import os
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    PublicFormat,
)
from cryptography.x509.oid import NameOID

from edge.domain.errors import PeerRefused
from edge.store.keys import Keys
from sync.tls import shown_certificate

# Not the dates but the key says whom we trust; a box's clock may have stopped.
_FROM, _UNTIL = datetime.datetime(2020, 1, 1), datetime.datetime(2120, 1, 1)
CONNECT_S = 3.0


def write_certificate(folder: Path, keys: Keys) -> tuple[Path, Path, str]:
    """Write certificate and encrypted key for a server: their paths, and the key's password."""
    folder.mkdir(parents=True, exist_ok=True)
    password = os.urandom(32).hex()
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    key.unlink(missing_ok=True)
    descriptor = os.open(key, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        encryption = BestAvailableEncryption(password.encode())
        file.write(keys.signing.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption))
    certificate.write_bytes(_certificate(keys).public_bytes(Encoding.PEM))
    return certificate, key, password


def fetch_neighbours(url: str, public_key: str) -> str:
    """Ask a server for its certificate and check that it is made with this key.

    Raises PeerUnreachable `sync.unreachable` and PeerRefused `sync.wrong_neighbour`.
    """
    pem = shown_certificate(url, CONNECT_S)
    try:
        key = x509.load_pem_x509_certificate(pem.encode()).public_key()
    except ValueError as error:
        raise PeerRefused("sync.wrong_neighbour", url=url) from error
    if not isinstance(key, Ed25519PublicKey):
        raise PeerRefused("sync.wrong_neighbour", url=url)
    if key.public_bytes(Encoding.Raw, PublicFormat.Raw).hex() != public_key:
        raise PeerRefused("sync.wrong_neighbour", url=url)
    return pem


def _certificate(keys: Keys) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, keys.id)])
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(keys.signing.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(_FROM)
        .not_valid_after(_UNTIL)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), True)
        .sign(keys.signing, None)
    )
