"""The segment being merged, kept beside the database until its last transaction.

A power cut in mid segment leaves entries whose seal has not come yet, and who sent them may have
forgotten them by the time it is asked again: so the rest is taken in from here.
"""

import os
from pathlib import Path

from edge.domain.errors import StorageFull
from edge.store.durable import fsync_folder
from edge.store.folder import needing_room


class Unfinished:
    """The file of one database."""

    def __init__(self, database: Path) -> None:
        self._path = database.with_name(database.name + ".unfinished")

    def read(self) -> bytes | None:
        """The segment that a power cut left half merged, if any."""
        return self._path.read_bytes() if self._path.exists() else None

    def keep(self, content: bytes) -> None:
        """Keep a segment; durable when it returns. Raises StorageFull, leaving no trace."""
        temporary = self._path.with_name(self._path.name + ".new")
        try:
            with needing_room(), temporary.open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
        except StorageFull:
            temporary.unlink()
            raise
        temporary.rename(self._path)
        fsync_folder(self._path.parent)

    def drop(self) -> None:
        """Forget it."""
        self._path.unlink(missing_ok=True)
