"""From the patched source tree to `crsqlite.so`."""

import os
import subprocess
from pathlib import Path

from .errors import BuildError
from .toolchain import CRATES, Toolchain

_C_SOURCES = ("src/crsqlite.c", "src/changes-vtab.c", "src/ext-data.c")
_CARGO_CONFIG = f"""\
[source.crates-io]
replace-with = "debian"
[source.debian]
directory = "{CRATES}"
[net]
offline = true
"""

# SQLite loads extensions with RTLD_GLOBAL: any other visible symbol would mix with those of a
# second copy, or of another extension, in the same process.
_EXPORTS = "{ global: sqlite3_crsqlite_init; local: *; };\n"

# Settings of the caller that would change what is built, or where.
_DROPPED = ("RUSTFLAGS", "CARGO_ENCODED_RUSTFLAGS", "CARGO_BUILD_TARGET", "RUSTC_WRAPPER")


def compile_extension(tree: Path, toolchain: Toolchain, mark: str) -> Path:
    """Build the loadable extension; its `crsql_sha()` returns `mark`."""
    home = tree / "cargo-home"
    home.mkdir()
    (home / "config.toml").write_text(_CARGO_CONFIG)
    environment = {name: value for name, value in os.environ.items() if name not in _DROPPED}
    environment |= {
        "CARGO_HOME": str(home),
        "CARGO_TARGET_DIR": str(tree / "target"),
        "RUSTC": str(toolchain.rustc),
        "RUSTFLAGS": f"--remap-path-prefix={tree}=/crsqlite",
        # The sources use unstable features; this lets a stable compiler take them.
        "RUSTC_BOOTSTRAP": "1",
        "CRSQLITE_COMMIT_SHA": mark,
    }
    _run(
        [
            str(toolchain.cargo),
            *("build", "--quiet", "--release", "--offline", "--features", "loadable_extension"),
        ],
        tree / "rs/bundle_static",
        environment,
    )
    exports = tree / "exports.map"
    exports.write_text(_EXPORTS)
    extension = tree / "crsqlite.so"
    _run(
        [
            *("gcc", "-O2", "-std=c99", "-fPIC", "-shared", "-s", "-Wl,-z,relro,-z,now"),
            f"-Wl,--version-script={exports}",
            *("-Isrc", "-Isrc/sqlite", *_C_SOURCES),
            str(tree / "target/release/libcrsql_bundle_static.a"),
            *("-o", str(extension)),
        ],
        tree,
        environment,
    )
    return extension


def _run(command: list[str], folder: Path, environment: dict[str, str]) -> None:
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise BuildError(f"{command[0]} failed:\n{done.stderr[-4000:].strip()}")
