"""The folder of a box or a hub: closed to other users, and one running program's at a time."""

import errno
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from edge.domain.errors import Conflict, StorageFull


def close_to_others(folder: Path) -> None:
    """Let nobody but the owner look into a folder, whatever the modes of the files in it."""
    folder.chmod(0o700)


@contextmanager
def hold(lock: Path) -> Iterator[None]:
    """Be the only program at work behind this lock file, for the length of a block.

    Raises Conflict `folder.in_use` (folder) while another holds it; a killed program holds nothing.
    """
    descriptor = os.open(lock, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Conflict("folder.in_use", folder=str(lock.parent)) from error
        yield
    finally:
        os.close(descriptor)


@contextmanager
def needing_room() -> Iterator[None]:
    """Write files within a block; raises StorageFull `storage.full` where the disk has no room."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise StorageFull("storage.full") from error
        raise
