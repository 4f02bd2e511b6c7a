"""The high-water file beside a database: the last version shipped, kept where no restore reaches.

Written and on the disk before a segment leaves. A database that holds less than it says was set
back in time, and must not use those versions again.
"""

import json
import os
import threading
from dataclasses import dataclass
from pathlib import Path

from edge.store.durable import fsync_folder
from edge.store.folder import needing_room

# Boxes pull at once, and what one has raised another must not lower.
_WRITING = threading.RLock()


@dataclass(frozen=True, slots=True)
class Mark:
    """The last version shipped in an epoch."""

    epoch: str
    version: int


class Watermark:
    """The file of one database."""

    def __init__(self, database: Path) -> None:
        self._path = database.with_name(database.name + ".mark")

    def read(self) -> Mark | None:
        """What was shipped last; None when nothing was. An unreadable file counts as another's."""
        try:
            said = json.loads(self._path.read_bytes())
            return Mark(str(said["epoch"]), int(said["version"]))
        except FileNotFoundError:
            return None
        except (ValueError, KeyError, TypeError):
            return Mark("", 0)

    def tells_of_more(self, epoch: str, held: int) -> bool:
        """Say whether a database of that epoch and last version was set back in time."""
        mark = self.read()
        return mark is not None and (mark.epoch != epoch or mark.version > held)

    def write(self, mark: Mark) -> None:
        """Replace the file; durable when it returns. Raises StorageFull."""
        with _WRITING:
            temporary = self._path.with_name(self._path.name + ".new")
            with needing_room(), temporary.open("w") as file:
                json.dump({"epoch": mark.epoch, "version": mark.version}, file)
                file.flush()
                os.fsync(file.fileno())
            temporary.rename(self._path)
            fsync_folder(self._path.parent)

    def raise_to(self, mark: Mark) -> None:
        """Write a mark unless one as high stands."""
        with _WRITING:
            held = self.read()
            if held is None or held.epoch != mark.epoch or held.version < mark.version:
                self.write(mark)
