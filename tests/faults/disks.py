"""Small disks of their own, to be filled to the last byte; mounting them needs root."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


@contextmanager
def small_disk_at(folder: Path, kib: int) -> Iterator[Path]:
    """A file system in memory for the length of a block; without the right to it, a skip."""
    if os.geteuid() != 0:
        pytest.skip("mounting a small disk needs root")
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={kib}k", "tmpfs", str(folder)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if mounted.returncode:
        pytest.skip(f"mounting a small disk is refused here: {mounted.stderr.strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def fill(disk: Path, leave: int = 0) -> None:
    """Take all the room but `leave` bytes."""
    with (disk / "ballast").open("wb", buffering=0) as ballast:
        room = os.statvfs(disk)
        free = room.f_bavail * room.f_frsize - leave
        while free > 0:
            free -= ballast.write(bytes(min(free, 65_536)))


def make_room(disk: Path) -> None:
    """Give it back."""
    (disk / "ballast").unlink()
