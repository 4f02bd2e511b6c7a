"""Having the disk hold what was written: the content of a file, the names in a folder."""

import os
from pathlib import Path


def fsync_file(path: Path) -> None:
    """Make a file's content durable."""
    _fsync(path, os.O_RDONLY)


def fsync_folder(folder: Path) -> None:
    """Make renames within the folder durable."""
    _fsync(folder, os.O_RDONLY | os.O_DIRECTORY)


def write_whole(path: Path, content: bytes, *, mode: int = 0o644) -> None:
    """Have a file hold this content, durably: killed at any moment, it is as before or whole."""
    temporary = _written(path, content, mode)
    temporary.rename(path)
    fsync_folder(path.parent)


def write_once(path: Path, content: bytes, *, mode: int = 0o644) -> None:
    """Do the same for a file that must not be there yet; raises FileExistsError."""
    temporary = _written(path, content, mode)
    try:
        path.hardlink_to(temporary)
    finally:
        temporary.unlink()
    fsync_folder(path.parent)


def _written(path: Path, content: bytes, mode: int) -> Path:
    temporary = path.with_name(path.name + ".new")
    temporary.unlink(missing_ok=True)
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    return temporary


def _fsync(path: Path, flags: int) -> None:
    descriptor = os.open(path, flags)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
