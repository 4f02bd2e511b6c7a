"""The upstream source: one npm package, pinned by its content."""

import base64
import hashlib
import shutil
import subprocess
import tarfile
from pathlib import Path

from .errors import BuildError

VERSION = "0.16.3"
NPM_PACKAGE = f"@vlcn.io/crsqlite@{VERSION}"
INTEGRITY = (
    "1rKylRr2LyW5kwh/a6ZFmvt7kFK+aKLGkz9+O1w9EFVdH11SMUg6MfvxTfoczKCyb3/E5qvdOk2NDW/Zin6OjQ=="
)

# Lock files name crates we do not use, the toolchain files ask for an old nightly compiler.
_LEFT_OUT = ("Cargo.lock", "rust-toolchain.toml")


def fetch(archive: Path) -> None:
    """Make `archive` the npm package, by the npm client unless it is there already.

    Raises BuildError when npm fails or the content is not the pinned one.
    """
    if archive.exists() and _integrity(archive) == INTEGRITY:
        return
    archive.parent.mkdir(parents=True, exist_ok=True)
    drop = archive.parent / "npm"
    drop.mkdir(exist_ok=True)
    npm = shutil.which("npm")
    if npm is None:
        raise BuildError("npm is not in PATH")
    done = subprocess.run(
        [npm, "pack", NPM_PACKAGE, "--ignore-scripts", "--pack-destination", str(drop)],
        cwd=drop,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise BuildError(f"npm could not fetch {NPM_PACKAGE}:\n{done.stderr.strip()}")
    packed = drop / done.stdout.strip().splitlines()[-1]
    found = _integrity(packed)
    if found != INTEGRITY:
        packed.unlink()
        raise BuildError(f"{NPM_PACKAGE} has sha512-{found}, not the pinned sha512-{INTEGRITY}")
    packed.replace(archive)
    drop.rmdir()


def unpack(archive: Path, into: Path) -> Path:
    """The source tree, without lock files and stale build output."""
    with tarfile.open(archive) as packed:
        for member in packed.getmembers():
            path = Path(member.name)
            if not member.isfile() or ".." in path.parts or path.is_absolute():
                continue
            if path.name in _LEFT_OUT or "target" in path.parts:
                continue
            content = packed.extractfile(member)
            if content is None:
                continue
            place = into / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(content.read())
    return into / "package"


def _integrity(path: Path) -> str:
    return base64.b64encode(hashlib.sha512(path.read_bytes()).digest()).decode()
