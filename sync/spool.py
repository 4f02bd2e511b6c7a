"""Files on their way in: pieces are kept by offset, and shown to nobody before they verify.

Each sender has a spool of its own: what one sends falsely must not spoil what another sends.
"""

import os
import threading
from collections.abc import Iterable
from pathlib import Path

from edge.domain.errors import Conflict, InvalidInput
from edge.store.blobs import Blobs
from edge.store.folder import needing_room

PIECE = 1 << 20
MAX_BLOB = 512 << 20


class Spool:
    """Half-arrived files of one space from one sender; a cut costs at most one piece."""

    def __init__(self, folder: Path, blobs: Blobs) -> None:
        self._folder, self._blobs = folder, blobs
        self._lock = threading.Lock()
        folder.mkdir(parents=True, exist_ok=True)

    def offset(self, digest: str) -> int:
        """How many bytes of a file have arrived."""
        try:
            return self._path(digest).stat().st_size
        except FileNotFoundError:
            return 0

    def drop(self, digests: Iterable[str]) -> None:
        """Forget what has arrived of files, as when they are held whole by now."""
        with self._lock, os.scandir(self._folder) as held:
            if any(held):
                for digest in digests:
                    self._path(digest).unlink(missing_ok=True)

    def tidy(self) -> None:
        """Forget what has arrived of files that are held whole by now."""
        with os.scandir(self._folder) as held:
            names = [each.name for each in held if each.is_file() and _is_digest(each.name)]
        self.drop(name for name in names if self._blobs.has(name))

    def add(self, digest: str, offset: int, total: int, piece: bytes) -> bool:
        """Keep the next piece; True once the file is whole, verified and stored.

        Raises InvalidInput `blob.offset`, `blob.size` or `blob.damaged` (the pieces are dropped),
        and StorageFull.
        """
        if not 0 <= total <= MAX_BLOB or len(piece) > PIECE or offset + len(piece) > total:
            raise InvalidInput("blob.size", digest=digest)
        with self._lock:
            held = self.offset(digest)
            if offset != held:
                raise InvalidInput("blob.offset", digest=digest, offset=held)
            with needing_room(), self._path(digest).open("ab") as file:
                file.write(piece)
                file.flush()
                os.fsync(file.fileno())
            if held + len(piece) < total:
                return False
            return self._finish(digest)

    def _finish(self, digest: str) -> bool:
        path = self._path(digest)
        try:
            self._blobs.put_file(path, digest)
        except Conflict as error:
            path.unlink()
            raise InvalidInput("blob.damaged", digest=digest) from error
        path.unlink()
        return True

    def _path(self, digest: str) -> Path:
        if not _is_digest(digest):
            raise InvalidInput("blob.name", digest=digest[:80])
        return self._folder / digest


def _is_digest(text: str) -> bool:
    return len(text) == 64 and all(letter in "0123456789abcdef" for letter in text)
