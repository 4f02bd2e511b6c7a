"""One part on a stick: an index and contents, encrypted in pieces of 1 MiB.

    "DXP1" | salt (16) | length of sealed index (4) | sealed index | sealed pieces of 1 MiB

AES-256-GCM, a fresh key for each part from the parcel's key and the salt, bound to number and
kind; nonces count up and mark the last piece, so that cutting, swapping and truncating is noticed.
The index, msgpack `[[name, size], ...]`, is read without the contents.
"""

import errno
import hashlib
import os
import stat
import struct
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from edge.domain.errors import InvalidInput
from edge.store.carriage import Part
from edge.store.durable import fsync_folder
from sync.carry_keys import derive

PIECE = 1 << 20
Index = list[tuple[bytes, int]]
_MAGIC, _SALT, _TAG, _LENGTH = b"DXP1", 16, 16, struct.Struct(">I")
_MAX_INDEX = 1 << 20


class PartWriter:
    """Writes one part; it is named and durable only after `finish`."""

    def __init__(self, path: Path, key: bytes, number: int, kind: str, index: Index) -> None:
        self._path, self._number, self._kind = path, number, kind
        self._temporary = path.with_suffix(".new")
        salt = os.urandom(_SALT)
        self._cipher = AESGCM(derive(key, f"part/{number}/{kind}", salt))
        self._buffer, self._count = bytearray(), 0
        self._hash, self._size = hashlib.sha256(), 0
        self._file = self._temporary.open("wb")
        sealed = self._cipher.encrypt(_nonce(0, False), msgspec.msgpack.encode(index), _MAGIC)
        self._put(_MAGIC + salt + _LENGTH.pack(len(sealed)) + sealed)

    def __enter__(self) -> "PartWriter":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._file.close()

    def write(self, content: bytes) -> None:
        """Add contents."""
        self._buffer += content
        # The last piece is held back: only `finish` knows that it is the last.
        while len(self._buffer) > PIECE:
            self._seal(bytes(self._buffer[:PIECE]), final=False)
            del self._buffer[:PIECE]

    def finish(self) -> Part:
        """Write the rest, harden it, give it its name."""
        self._seal(bytes(self._buffer), final=True)
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        self._temporary.rename(self._path)
        return Part(self._number, self._kind, self._size, self._hash.hexdigest())

    def _seal(self, piece: bytes, *, final: bool) -> None:
        self._count += 1
        self._put(self._cipher.encrypt(_nonce(self._count, final), piece, _MAGIC))

    def _put(self, content: bytes) -> None:
        self._file.write(content)
        self._hash.update(content)
        self._size += len(content)


class PartReader:
    """Reads one part; each byte given out is authenticated.

    Raises InvalidInput `carry.part_damaged` (number).
    """

    def __init__(self, path: Path, key: bytes, part: Part) -> None:
        self._part = part
        self._hash, self._whole = hashlib.sha256(), True
        self._buffer, self._count = bytearray(), 0
        if not is_plain(path):
            raise self._damaged()
        self._file = path.open("rb")
        try:
            if os.fstat(self._file.fileno()).st_size != part.size:
                raise self._damaged()
            self._cipher, self.index = self._open(key)
        except BaseException:
            self._file.close()
            raise

    def __enter__(self) -> "PartReader":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._file.close()

    def read(self, length: int) -> Iterator[bytes]:
        """The next so many bytes, in chunks of at most 1 MiB."""
        while length > 0:
            chunk = self._take(min(length, PIECE))
            length -= len(chunk)
            yield chunk

    def rest(self) -> Iterator[bytes]:
        """Everything that is left, in chunks of at most 1 MiB."""
        while self._buffer or self._left():
            if not self._buffer:
                self._next()
            yield self._take(len(self._buffer))

    def skip(self, length: int) -> None:
        """Pass over contents without reading them."""
        inside = min(length, len(self._buffer))
        del self._buffer[:inside]
        pieces, beyond = divmod(length - inside, PIECE)
        if pieces:
            self._file.seek(pieces * (PIECE + _TAG), os.SEEK_CUR)
            self._count += pieces
            self._whole = False
        if beyond:
            self._next()
            if beyond > len(self._buffer):
                raise self._damaged()
            del self._buffer[:beyond]

    def check_whole(self) -> None:
        """Compare the part's digest, if everything was read."""
        if self._whole and not self._left() and self._hash.hexdigest() != self._part.digest:
            raise self._damaged()

    def _open(self, key: bytes) -> tuple[AESGCM, Index]:
        head = self._read(len(_MAGIC) + _SALT + _LENGTH.size)
        (length,) = _LENGTH.unpack(head[-_LENGTH.size :])
        if not head.startswith(_MAGIC) or not _TAG < length <= _MAX_INDEX:
            raise self._damaged()
        salt = head[len(_MAGIC) : len(_MAGIC) + _SALT]
        cipher = AESGCM(derive(key, f"part/{self._part.number}/{self._part.kind}", salt))
        try:
            plain = cipher.decrypt(_nonce(0, False), self._read(length), _MAGIC)
            index = msgspec.msgpack.decode(plain, type=Index)
        except (InvalidTag, msgspec.MsgspecError) as error:
            raise self._damaged() from error
        if any(size < 0 for _, size in index) or sum(size for _, size in index) > self._part.size:
            raise self._damaged()
        return cipher, index

    def _take(self, length: int) -> bytes:
        while len(self._buffer) < length:
            self._next()
        chunk = bytes(self._buffer[:length])
        del self._buffer[:length]
        return chunk

    def _next(self) -> None:
        final = self._left() <= PIECE + _TAG
        sealed = self._read(min(self._left(), PIECE + _TAG))
        self._count += 1
        try:
            self._buffer += self._cipher.decrypt(_nonce(self._count, final), sealed, _MAGIC)
        except (InvalidTag, ValueError) as error:
            raise self._damaged() from error

    def _left(self) -> int:
        return self._part.size - self._file.tell()

    def _read(self, length: int) -> bytes:
        content = self._file.read(length)
        if not content or len(content) != length:
            raise self._damaged()
        self._hash.update(content)
        return content

    def _damaged(self) -> InvalidInput:
        return InvalidInput("carry.part_damaged", number=self._part.number)


def harden(folder: Path) -> None:
    """Make renames within a folder durable, where the stick's file system can."""
    try:
        fsync_folder(folder)
    except OSError as error:
        # Some file systems of sticks know no fsync of a folder.
        if error.errno not in (errno.EINVAL, errno.ENOTSUP, errno.ENOSYS):
            raise


def is_plain(path: Path) -> bool:
    """Say whether it is a file, and no way to elsewhere or a pipe; FileNotFoundError for none."""
    return stat.S_ISREG(path.lstat().st_mode)


def is_intact(path: Path, part: Part) -> bool:
    """Read a part through and compare its digest; no key is needed."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest() == part.digest


def _nonce(count: int, final: bool) -> bytes:
    return count.to_bytes(11, "big") + bytes([final])
