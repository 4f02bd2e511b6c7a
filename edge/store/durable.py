"""Having the disk hold what was written: the content of a file, the names in a folder."""

import os
from pathlib import Path


def fsync_file(path: Path) -> None:
    """Make a file's content durable."""
    _fsync(path, os.O_RDONLY)


def fsync_folder(folder: Path) -> None:
    """Make renames within the folder durable."""
    _fsync(folder, os.O_RDONLY | os.O_DIRECTORY)


def _fsync(path: Path, flags: int) -> None:
    descriptor = os.open(path, flags)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
