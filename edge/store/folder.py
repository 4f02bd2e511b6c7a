"""The folder of a box or a hub: closed to other users, and one running program's at a time."""

import errno
import fcntl
import os
from collections.abc import Callable, Iterator
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


def put_stale_log_aside(database: Path) -> None:
    """Put aside what a database that is gone left of its log, before another takes its name.

    SQLite would take the old log for the new database's own, and neither could be read.
    """
    for end in ("-wal", "-shm"):
        left = database.with_name(database.name + end)
        if left.exists():
            left.replace(left.with_name(f"{left.name}.damaged"))


@contextmanager
def set_aside(database: Path) -> Iterator[Callable[[], None]]:
    """Put a database aside for the length of a block, in which another may be made in its place.

    The block calls what it is given once that one is good; else the former stands again.
    """
    parts = [database.with_name(database.name + end) for end in ("", "-wal", "-shm")]
    aside = [(each, each.with_name(f"{each.name}.damaged")) for each in parts]
    good: list[bool] = []
    for part, away in aside:
        if part.exists():
            part.replace(away)
    try:
        yield lambda: good.append(True)
    finally:
        if not good:
            for part, away in aside:
                part.unlink(missing_ok=True)
                if away.exists():
                    away.replace(part)
