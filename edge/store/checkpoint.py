"""Moving a space's log of commits into its database, beside the writer.

Left to itself the extension's library does it within a commit, with two waits for the disk: then
whoever stands at the counter pays for what a merge wrote. And a file that grows is written down by
the file system together with what everybody else wrote, which takes ten times as long as writing in
a file that has its length: so the log gets its length beforehand, and begins again within it.
"""

import logging
import os
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from edge.store.durable import fsync_file

if TYPE_CHECKING:
    from sqlite3 import Connection

_LOG = logging.getLogger(__name__)

# In pages of the log: worth a checkpoint; too many to go on without one; and as many on a disk that
# has little room.
WORTH, MOST, MOST_WHERE_SHORT = 2_000, 32_000, 1_000
# In pages: a log that is lengthened beforehand, and one that should begin again.
LENGTHENED, LONG = 256, 6_000
# In bytes: the length of the log's file, to which it shrinks too, and what is little room.
KEPT, SHORT = 32 << 20, 512 << 20


class Checkpoints:
    """The checkpoints of the space in `path`; `lend` lends the plain connection that makes one.

    For the writer's thread, and whoever closes the space after it; but for `settle`.
    """

    def __init__(
        self, path: Path, lend: "Callable[[], AbstractContextManager[Connection]]"
    ) -> None:
        self._log, self._lend = path.with_name(path.name + "-wal"), lend
        self._running: threading.Thread | None = None
        self._pages = 0

    def prepare(self, writer: "Connection") -> None:
        """Have the writer's commits leave the log alone."""
        writer.execute("pragma wal_autocheckpoint=0")
        writer.execute(f"pragma journal_size_limit={KEPT}")

    def follow(self, writer: "Connection") -> None:
        """Look at the log after a commit; begin a checkpoint if it is worth one."""
        _, pages, moved = writer.execute("pragma wal_checkpoint(noop)").fetchone()
        self._pages = pages
        if pages == moved:
            return
        if pages >= LENGTHENED:
            self._lengthen()
        if pages >= MOST or (pages >= MOST_WHERE_SHORT and self._is_short_of_room()):
            # A writer that never rests would let it grow for ever.
            self.finish()
            writer.execute("pragma wal_checkpoint(passive)")
        elif pages - moved >= WORTH and not self._is_running():
            self._running = threading.Thread(target=self._run, name="checkpoint", daemon=True)
            self._running.start()

    def settle(self) -> None:
        """Wait until the disk holds the log, and have a long one begin again; for any thread.

        Of whoever writes much: while it waits here, only the counter's few pages may come to it.
        Raises OSError.
        """
        if self._pages >= LONG:
            self._run()
        else:
            with suppress(FileNotFoundError):
                fsync_file(self._log)

    def finish(self) -> None:
        """Wait for the checkpoint under way."""
        if self._running is not None:
            self._running.join()

    def _is_running(self) -> bool:
        return self._running is not None and self._running.is_alive()

    def _lengthen(self) -> None:
        """Give the log its length; zeros after the last commit are no part of it."""
        try:
            missing = KEPT - self._log.stat().st_size
            if missing > 0 and not self._is_short_of_room():
                with self._log.open("ab") as file:
                    file.write(bytes(missing))
        except OSError as error:
            # It only takes longer then; commits say themselves when the disk takes nothing.
            _LOG.warning("log not lengthened: %s", error)

    def _is_short_of_room(self) -> bool:
        room = os.statvfs(self._log.parent)
        return room.f_bavail * room.f_frsize < SHORT

    def _run(self) -> None:
        try:
            with self._lend() as connection:
                connection.execute("pragma wal_checkpoint(passive)")
        except Exception as error:
            # A full disk, mostly: the log holds everything, and the next commit tries again.
            _LOG.warning("no checkpoint: %s", error)
