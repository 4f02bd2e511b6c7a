"""Fetching peers with npm and pip, below `var/bench`, never into the project's own environment."""

import shutil
import subprocess
import sys
import venv
from collections.abc import Sequence
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[3] / "var" / "bench"


class Absent(RuntimeError):
    """This peer cannot be had here; says why."""


def npm_packages(name: str, *packages: str) -> Path:
    """The `node_modules` with these packages, installed unless they are there."""
    folder = FOLDER / name
    if not _is_done(folder, packages):
        npm = shutil.which("npm")
        if npm is None:
            raise Absent("no npm")
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "package.json").write_text('{"private": true}')
        _install(folder, [npm, "install", "--no-audit", "--no-fund"], packages)
    return folder / "node_modules"


def pip_packages(name: str, *packages: str) -> Path:
    """An interpreter of its own with these packages, installed unless they are there."""
    folder = FOLDER / name
    python = folder / "venv" / "bin" / "python"
    if not _is_done(folder, packages):
        sys.stderr.write(f"installing {' '.join(packages)}\n")
        venv.create(folder / "venv", clear=True, with_pip=True)
        _install(folder, [str(python), "-m", "pip", "install", "--quiet"], packages)
    return python


def _is_done(folder: Path, packages: Sequence[str]) -> bool:
    done = folder / "installed"
    return done.exists() and done.read_text() == " ".join(packages)


def _install(folder: Path, command: Sequence[str], packages: Sequence[str]) -> None:
    run = subprocess.run(
        [*command, *packages],
        cwd=folder, capture_output=True, text=True, timeout=600, check=False,
    )  # fmt: skip
    if run.returncode:
        last = (run.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise Absent(f"{Path(command[0]).name} could not install: {last}")
    (folder / "installed").write_text(" ".join(packages))
