"""Fetching peers with npm, below `var/bench`, never into the project's own environment."""

import shutil
import subprocess
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[3] / "var" / "bench"


class Absent(RuntimeError):
    """This peer cannot be had here; says why."""


def npm_packages(name: str, *packages: str) -> Path:
    """The `node_modules` with these packages, installed unless they are there."""
    folder = FOLDER / name
    done = folder / "installed"
    if done.exists() and done.read_text() == " ".join(packages):
        return folder / "node_modules"
    npm = shutil.which("npm")
    if npm is None:
        raise Absent("no npm")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "package.json").write_text('{"private": true}')
    run = subprocess.run(
        [npm, "install", "--no-audit", "--no-fund", *packages],
        cwd=folder, capture_output=True, text=True, timeout=600, check=False,
    )  # fmt: skip
    if run.returncode:
        raise Absent("npm install failed: " + run.stderr.strip().splitlines()[-1])
    done.write_text(" ".join(packages))
    return folder / "node_modules"
