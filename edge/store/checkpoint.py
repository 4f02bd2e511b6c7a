"""Moving a space's log of commits into its database, beside the writer.

Left to itself the extension's library does it within a commit, with two waits for the disk: then
whoever stands at the counter pays for what a merge wrote.
"""

import logging
import os
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlite3 import Connection

_LOG = logging.getLogger(__name__)

# In pages of the log: worth a checkpoint; too many to go on without one; and as many on a disk that
# has little room.
WORTH, MOST, MOST_WHERE_SHORT = 2_000, 32_000, 1_000
# In bytes: what the file of the log shrinks to once it is used again, and what is little room.
KEPT, SHORT = 32 << 20, 512 << 20


class Checkpoints:
    """The checkpoints of one space in `folder`; `lend` lends the plain connection that makes one.

    Not for several threads: the writer's, and whoever closes the space after it.
    """

    def __init__(
        self, folder: Path, lend: "Callable[[], AbstractContextManager[Connection]]"
    ) -> None:
        self._folder, self._lend = folder, lend
        self._running: threading.Thread | None = None

    def prepare(self, writer: "Connection") -> None:
        """Have the writer's commits leave the log alone."""
        writer.execute("pragma wal_autocheckpoint=0")
        writer.execute(f"pragma journal_size_limit={KEPT}")

    def follow(self, writer: "Connection") -> None:
        """Look at the log after a commit; begin a checkpoint if it is worth one."""
        _, pages, moved = writer.execute("pragma wal_checkpoint(noop)").fetchone()
        if pages == moved:
            return
        if pages >= MOST or (pages >= MOST_WHERE_SHORT and self._is_short_of_room()):
            # A writer that never rests would let it grow for ever.
            self.finish()
            writer.execute("pragma wal_checkpoint(passive)")
        elif pages - moved >= WORTH and not self._is_running():
            self._running = threading.Thread(target=self._run, name="checkpoint", daemon=True)
            self._running.start()

    def finish(self) -> None:
        """Wait for the checkpoint under way."""
        if self._running is not None:
            self._running.join()

    def _is_running(self) -> bool:
        return self._running is not None and self._running.is_alive()

    def _is_short_of_room(self) -> bool:
        room = os.statvfs(self._folder)
        return room.f_bavail * room.f_frsize < SHORT

    def _run(self) -> None:
        try:
            with self._lend() as connection:
                connection.execute("pragma wal_checkpoint(passive)")
        except Exception as error:
            # A full disk, mostly: the log holds everything, and the next commit tries again.
            _LOG.warning("no checkpoint: %s", error)
