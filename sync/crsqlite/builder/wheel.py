"""The wheel: one platform, any Python 3. Equal content gives equal bytes."""

import base64
import hashlib
import platform
import zipfile
from pathlib import Path

from .errors import BuildError
from .source import VERSION

_MACHINES = ("x86_64", "aarch64")
_DIST_INFO = f"crsqlite-{VERSION}.dist-info"
_EPOCH = (1980, 1, 1, 0, 0, 0)


def file_name() -> str:
    """The name of the wheel for this machine; BuildError where none is offered."""
    return f"crsqlite-{VERSION}-{_tag()}.whl"


def pack(package: Path, extension: Path, licence: Path, wheel: Path) -> None:
    """Write the wheel of the Python `package` with the extension beside its modules."""
    content = {
        f"crsqlite/{path.name}": path.read_bytes()
        for path in sorted(package.iterdir())
        if path.is_file()
    }
    content["crsqlite/crsqlite.so"] = extension.read_bytes()
    content[f"{_DIST_INFO}/licenses/LICENSE"] = licence.read_bytes()
    content[f"{_DIST_INFO}/METADATA"] = metadata().encode()
    content[f"{_DIST_INFO}/WHEEL"] = (
        f"Wheel-Version: 1.0\nGenerator: crsqlite\nRoot-Is-Purelib: false\nTag: {_tag()}\n"
    ).encode()
    record = "".join(f"{name},{_digest(body)},{len(body)}\n" for name, body in content.items())
    content[f"{_DIST_INFO}/RECORD"] = f"{record}{_DIST_INFO}/RECORD,,\n".encode()

    wheel.parent.mkdir(parents=True, exist_ok=True)
    part = wheel.with_suffix(".part")
    with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, body in content.items():
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.external_attr = 0o644 << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            packed.writestr(entry, body)
    part.replace(wheel)


def metadata() -> str:
    """The METADATA file of the distribution."""
    return (
        "Metadata-Version: 2.1\nName: crsqlite\n"
        f"Version: {VERSION}\n"
        "Summary: The cr-sqlite extension, patched, for Python's SQLite bindings\n"
        "License: MIT\nLicense-File: LICENSE\nRequires-Python: >=3.11\n"
    )


def _tag() -> str:
    machine = platform.machine()
    if machine not in _MACHINES:
        raise BuildError(f"no build for {machine}; only for {' and '.join(_MACHINES)}")
    return f"py3-none-linux_{machine}"


def _digest(body: bytes) -> str:
    encoded = base64.urlsafe_b64encode(hashlib.sha256(body).digest()).rstrip(b"=")
    return f"sha256={encoded.decode()}"
