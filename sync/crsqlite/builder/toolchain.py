"""The compilers at hand and the Debian packages that are missing."""

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from .errors import BuildError, install_line

CRATES = Path("/usr/share/cargo/registry")

# Oldest Rust that the sources were seen to build with; Debian's cargo-web is newer.
OLDEST_RUST = (1, 78)

# By the folders each Debian package puts into the crate registry.
_CRATE_PACKAGES = {
    "bindgen-0.60.*": "librust-bindgen-dev",
    "bytes-1.2.1": "librust-bytes-dev",
    "num-traits-0.2.*": "librust-num-traits-dev",
    "num-derive-0.3.*": "librust-num-derive-dev",
}


@dataclass(frozen=True)
class Toolchain:
    """A Rust compiler with its cargo; `version` is what `rustc --version` prints."""

    cargo: Path
    rustc: Path
    version: str


def find() -> Toolchain | None:
    """The first Rust in PATH, then in Debian's place, that is new enough."""
    found = shutil.which("cargo")
    folders = [Path(found).parent] if found else []
    for folder in dict.fromkeys([*folders, Path.home() / ".cargo/bin", Path("/usr/bin")]):
        cargo, rustc = folder / "cargo", folder / "rustc"
        if not (cargo.exists() and rustc.exists()):
            continue
        version = _version(rustc)
        numbers = re.match(r"rustc (\d+)\.(\d+)", version)
        if numbers and (int(numbers[1]), int(numbers[2])) >= OLDEST_RUST:
            return Toolchain(cargo, rustc, version)
    return None


def missing_packages(toolchain: Toolchain | None, *, source_fetched: bool) -> tuple[str, ...]:
    """Debian packages to install before a build can start."""
    missing: list[str] = []
    if toolchain is None:
        missing += ["cargo-web", "rustc-web"]
    missing += [name for crate, name in _CRATE_PACKAGES.items() if not list(CRATES.glob(crate))]
    if shutil.which("gcc") is None:
        missing.append("gcc")
    if not Path("/usr/include/stdio.h").exists():
        missing.append("libc6-dev")
    if not source_fetched and shutil.which("npm") is None:
        missing.append("npm")
    return tuple(missing)


def install(packages: tuple[str, ...]) -> None:
    """Install Debian packages; the process must be root."""
    if os.geteuid() != 0:
        raise BuildError(f"only root can install; run as root:\n  {install_line(packages)}")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in ("apt-get update -q", install_line(packages)):
        done = subprocess.run(
            command.split(), env=environment, capture_output=True, text=True, check=False
        )
        if done.returncode != 0:
            raise BuildError(f"`{command}` failed:\n{done.stderr.strip()}")


def _version(rustc: Path) -> str:
    done = subprocess.run([rustc, "--version"], capture_output=True, text=True, check=False)
    return done.stdout.strip()
