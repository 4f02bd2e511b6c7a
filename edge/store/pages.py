"""The pages of a database file, each under its own authentication code.

Examined as bytes, since of a file with a wrong page in its schema SQLCipher says only that it is no
database. The format is SQLCipher 4's with a raw key: the salt stands first, and each page ends with
its initialisation vector and HMAC-SHA-512 over content, vector and number.
"""

import errno
import hashlib
import hmac
import os
from collections.abc import Callable, Iterable
from contextlib import suppress
from io import FileIO
from itertools import takewhile
from pathlib import Path

PAGE, _SALT, _CODE = 4_096, 16, 64
_LOG_HEADER, _FRAME_HEADER = 32, 24
_HMAC_SALT, _ROUNDS = 0x3A, 2
_LOOKS, _PIECE = 3, 256


def damaged_pages(path: Path, key: bytes, going_on: Callable[[], bool] = lambda: True) -> list[int]:
    """The numbers of the pages that do not verify, the first first.

    Pages that the log holds anew are not examined: a power cut may have left them half written,
    and they are written again. Whoever else writes meanwhile does not matter. Asked before each
    piece, `going_on` may wait, or end it with what was found.
    """
    with path.open("rb", buffering=0) as file:
        first, size = _page(file, 1), os.fstat(file.fileno()).st_size
        if not first and size:
            # Without the salt none of the others can be examined.
            return [1]
        salt = bytes(byte ^ _HMAC_SALT for byte in first[:_SALT])
        authenticating = hashlib.pbkdf2_hmac("sha512", key, salt, _ROUNDS, 32)
        log = path.with_name(path.name + "-wal")
        doubted: Iterable[int] = range(1, -(-size // PAGE) + 1)
        # One that was being written while it was read verifies by now.
        for _ in range(_LOOKS):
            logged = _pages_in_log(log)
            asked = takewhile(lambda number: number % _PIECE or going_on(), doubted)
            unlogged = (number for number in asked if number not in logged)
            doubted = [n for n in unlogged if not _verifies(_page(file, n), n, authenticating)]
    return [*doubted]


def _verifies(page: bytes, number: int, key: bytes) -> bool:
    content = page[_SALT if number == 1 else 0 : PAGE - _CODE]
    code = hmac.new(key, content + number.to_bytes(4, "little"), "sha512")
    return hmac.compare_digest(code.digest(), page[PAGE - _CODE :])


def _page(file: FileIO, number: int) -> bytes:
    """A page; empty where the disk does not give it back."""
    try:
        return os.pread(file.fileno(), PAGE, (number - 1) * PAGE)
    except OSError as error:
        if error.errno != errno.EIO:
            raise
        return b""


def _pages_in_log(log: Path) -> set[int]:
    """The pages in the log's frames, as SQLite numbers them; those of an older log end it."""
    found = set[int]()
    with suppress(FileNotFoundError), log.open("rb") as file:
        salts = file.read(_LOG_HEADER)[16:24]
        while len(frame := file.read(_FRAME_HEADER)) == _FRAME_HEADER and frame[8:16] == salts:
            found.add(int.from_bytes(frame[:4], "big"))
            file.seek(PAGE, os.SEEK_CUR)
    return found
