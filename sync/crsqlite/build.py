#!/usr/bin/env python3
"""Build the wheel of the cr-sqlite extension, or find it in the cache.

The last line of standard output is the path of the wheel. Exit codes: 0 done, 1 failed, 2 wrong
use. The module is also the PEP 517 backend of this folder, so `pip install` takes it as it is.
"""

import argparse
import hashlib
import os
import re
import shutil
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from builder import extension, patches, source, toolchain, wheel
from builder.errors import BuildError, ToolsMissing

HERE = Path(__file__).resolve().parent
PACKAGE = HERE / "src/crsqlite"
LICENCE = HERE / "LICENSE.cr-sqlite"


def cache_folder() -> Path:
    """Where wheels and the npm package are kept between set-ups."""
    root = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(root) / "dangxia"


def build(wheel_dir: Path, *, install_tools: bool = False) -> Path:
    """The wheel below `wheel_dir`, built unless the same one is there.

    Where the environment variable DANGXIA_CRSQLITE names an extension file, that one is packed.
    Raises ToolsMissing when packages are missing and `install_tools` is false, else BuildError.
    """
    recipe = recipe_digest()
    ready_made = os.environ.get("DANGXIA_CRSQLITE")
    if ready_made:
        return _pack_ready_made(Path(ready_made), wheel_dir, recipe)
    rust = toolchain.find()
    kept = _kept(wheel_dir, recipe, rust)
    if kept is not None:
        return kept

    archive = cache_folder() / "sources" / f"crsqlite-{source.VERSION}.tgz"
    missing = toolchain.missing_packages(rust, source_fetched=archive.exists())
    if missing:
        if not install_tools:
            raise ToolsMissing(missing)
        print(f"installing {' '.join(missing)}", file=sys.stderr)
        toolchain.install(missing)
        rust = toolchain.find()
    if rust is None:
        raise BuildError("no Rust compiler of the needed age was found after installing")

    source.fetch(archive)
    print(f"building cr-sqlite {source.VERSION} with {rust.version}", file=sys.stderr)
    target = wheel_dir / _folder_name(recipe, rust) / wheel.file_name()
    with tempfile.TemporaryDirectory(prefix="crsqlite-") as scratch:
        tree = source.unpack(archive, Path(scratch))
        patches.apply_all(_patch_files(), tree)
        built = extension.compile_extension(tree, rust, mark())
        wheel.pack(PACKAGE, built, LICENCE, target)
    return target


def mark() -> str:
    """What `crsql_sha()` of our build returns: the upstream version and our patches."""
    return f"{source.VERSION}+dangxia.{_digest(_patch_files())[:12]}"


def recipe_digest() -> str:
    """A digest of all that shapes the wheel except the compiler and the machine."""
    code = [*sorted(PACKAGE.glob("*.*")), *sorted((HERE / "builder").glob("*.py"))]
    return _digest([*_patch_files(), *code])[:16]


def _pack_ready_made(built: Path, wheel_dir: Path, recipe: str) -> Path:
    if not built.is_file():
        raise BuildError(f"DANGXIA_CRSQLITE names {built}, which is no file")
    content = hashlib.sha256(built.read_bytes()).hexdigest()[:16]
    target = wheel_dir / f"{recipe}-ready-made-{content}" / wheel.file_name()
    if not target.exists():
        wheel.pack(PACKAGE, built, LICENCE, target)
    return target


def _kept(wheel_dir: Path, recipe: str, rust: toolchain.Toolchain | None) -> Path | None:
    # A machine without a compiler takes what any compiler built from the same recipe.
    folder = f"{recipe}-*" if rust is None else _folder_name(recipe, rust)
    return next(iter(sorted(wheel_dir.glob(f"{folder}/{wheel.file_name()}"))), None)


def _folder_name(recipe: str, rust: toolchain.Toolchain) -> str:
    return f"{recipe}-{re.sub(r'[^0-9A-Za-z.]+', '-', rust.version).strip('-')}"


def _patch_files() -> list[Path]:
    return sorted((HERE / "patches").glob("*.patch"))


def _digest(files: list[Path]) -> str:
    content = hashlib.sha256(f"{source.VERSION} {source.INTEGRITY}".encode())
    for path in files:
        body = path.read_bytes()
        content.update(f"\n{path.name} {len(body)}\n".encode() + body)
    return content.hexdigest()


def build_wheel(
    wheel_directory: str,
    config_settings: dict[str, str] | None = None,
    metadata_directory: str | None = None,
) -> str:
    """PEP 517: put the wheel into a folder and return its name."""
    built = build(cache_folder() / "wheels")
    shutil.copy(built, wheel_directory)
    return built.name


def build_sdist(sdist_directory: str, config_settings: dict[str, str] | None = None) -> str:
    """PEP 517: the source is this repository; no archive of it is offered."""
    raise BuildError("crsqlite is offered as a wheel only")


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Build the wheel of the cr-sqlite extension.")
    parser.add_argument("--wheel-dir", type=Path, default=cache_folder() / "wheels")
    parser.add_argument(
        "--apt", action="store_true", help="as root, install missing Debian packages"
    )
    chosen = parser.parse_args(arguments)
    try:
        print(build(chosen.wheel_dir.resolve(), install_tools=chosen.apt))
    except BuildError as error:
        print(f"crsqlite: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
