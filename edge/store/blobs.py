"""Files addressed by SHA-256: page masters, thumbnails, sealed papers; encrypted, never altered.

A file is written whole under a temporary name, fsynced, renamed, and its folder fsynced, before
any entry names it. On disk: a header, then AES-256-GCM pieces of 64 KiB whose nonce counts up and
marks the last piece, each bound to the header, so that cutting, swapping or truncating is
noticed. Each content has its own key, derived from the blob key and the digest; the file's name
is an HMAC of the digest, so that a stolen disk does not tell which known papers it holds.
"""

import errno
import hashlib
import hmac
import os
import secrets
import struct
from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from edge.domain.errors import Conflict, NotFound, StorageFull
from edge.store.durable import fsync_folder
from edge.store.keys import Keys

PIECE = 65_536
_TAG = 16
_HEADER = struct.Struct(">4sBxxxQ")
_MAGIC, _AES_256_GCM = b"DXB1", 1


class Blobs:
    """The files of one space."""

    def __init__(self, folder: Path, keys: Keys) -> None:
        self.folder = folder
        self._key, self._name_key = keys.derive("blob"), keys.derive("blob-name")
        self._incoming = folder / "incoming"
        self._incoming.mkdir(parents=True, exist_ok=True)
        self._lost: set[str] = set()

    def take_lost(self) -> list[str]:
        """The files found damaged or gone since this was last asked, and not replaced since."""
        lost, self._lost = self._lost, set()
        return sorted(digest for digest in lost if not self.has(digest))

    def discard_unfinished(self) -> None:
        """Drop what a crash left half written; for the one process that writes, at its start."""
        for leftover in self._incoming.iterdir():
            leftover.unlink()

    def put(self, content: bytes) -> str:
        """Keep a content durably and name it; a content already held costs nothing.

        Raises StorageFull `storage.full`, leaving no trace.
        """
        digest = hashlib.sha256(content).hexdigest()
        starts = range(0, max(len(content), 1), PIECE)
        self._keep(digest, len(content), (content[start : start + PIECE] for start in starts))
        return digest

    def put_file(self, source: Path, digest: str) -> None:
        """Keep a file's content as `put` does, piece by piece, if that is its digest.

        Raises Conflict `blob.damaged` and StorageFull, leaving no trace.
        """
        length = source.stat().st_size
        with source.open("rb") as file:
            pieces = (file.read(PIECE) for _ in range(0, max(length, 1), PIECE))
            self._keep(digest, length, pieces)

    def _keep(self, digest: str, length: int, pieces: Iterable[bytes]) -> None:
        path = self._path(digest)
        if path.exists():
            # A process killed between rename and fsync left it to us to make the name durable.
            fsync_folder(path.parent)
            return
        temporary = self._incoming / secrets.token_hex(12)
        try:
            if not path.parent.exists():
                path.parent.mkdir(exist_ok=True)
                fsync_folder(self.folder)
            with temporary.open("wb") as file:
                self._seal(file, digest, length, pieces)
                file.flush()
                os.fsync(file.fileno())
            temporary.rename(path)
            fsync_folder(path.parent)
        except (OSError, Conflict) as error:
            temporary.unlink(missing_ok=True)
            if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
                raise StorageFull("storage.full") from error
            raise

    def has(self, digest: str) -> bool:
        """Say whether the content is held."""
        return self._path(digest).exists()

    def size(self, digest: str) -> int:
        """The content's length in bytes; raises NotFound `blob.awaiting`."""
        with self._open(digest) as file:
            return self._length(file.read(_HEADER.size))

    def read(self, digest: str) -> bytes:
        """Give the content back, verified.

        Raises NotFound `blob.awaiting` and Conflict `blob.damaged`; a damaged file is set aside,
        so that a sound one can take its place.
        """
        try:
            return self.examine(digest)
        except (Conflict, NotFound):
            self._set_aside(digest)
            raise

    def place(self, digest: str) -> Path:
        """Where the content lies, below the folder."""
        return self._path(digest).relative_to(self.folder)

    def examine(self, digest: str) -> bytes:
        """Read as `read` does, and leave a damaged file where it is.

        What it raises names `at`, the byte of the file from where on it cannot be read.
        """
        content = self._range(digest, 0, self.size(digest))
        if hashlib.sha256(content).hexdigest() != digest:
            raise Conflict("blob.damaged", digest=digest)
        return content

    def read_range(self, digest: str, offset: int, length: int) -> bytes:
        """Give part of the content, each piece authenticated; raises as `read` does."""
        try:
            return self._range(digest, offset, length)
        except (Conflict, NotFound):
            self._set_aside(digest)
            raise

    def _set_aside(self, digest: str) -> None:
        path, folder = self._path(digest), self.folder / "damaged"
        if path.exists():
            folder.mkdir(exist_ok=True)
            path.replace(folder / path.name)
        self._lost.add(digest)

    def _range(self, digest: str, offset: int, length: int) -> bytes:
        with self._open(digest) as file:
            header = file.read(_HEADER.size)
            total = self._length(header)
            end = min(offset + length, total)
            if offset >= end:
                return b""
            first, last = offset // PIECE, (end - 1) // PIECE
            cipher = AESGCM(self._content_key(digest))
            plain = bytearray()
            for index in range(first, last + 1):
                place = _HEADER.size + index * (PIECE + _TAG)
                file.seek(place)
                final = (index + 1) * PIECE >= total
                try:
                    piece = file.read(PIECE + _TAG)
                    plain += cipher.decrypt(_nonce(index, final), piece, header)
                except InvalidTag as error:
                    raise Conflict("blob.damaged", digest=digest, at=place) from error
            start = offset - first * PIECE
            return bytes(plain[start : start + end - offset])

    def _path(self, digest: str) -> Path:
        name = hmac.new(self._name_key, bytes.fromhex(digest), hashlib.sha256).hexdigest()
        return self.folder / name[:2] / name

    def _open(self, digest: str) -> BinaryIO:
        try:
            return self._path(digest).open("rb")
        except FileNotFoundError as error:
            raise NotFound("blob.awaiting", digest=digest) from error

    def _length(self, header: bytes) -> int:
        if len(header) != _HEADER.size:
            raise Conflict("blob.damaged", digest="")
        magic, algorithm, length = _HEADER.unpack(header)
        if magic != _MAGIC or algorithm != _AES_256_GCM:
            raise Conflict("blob.damaged", digest="")
        return int(length)

    def _content_key(self, digest: str) -> bytes:
        return hmac.new(self._key, bytes.fromhex(digest), hashlib.sha256).digest()

    def _seal(self, file: BinaryIO, digest: str, length: int, pieces: Iterable[bytes]) -> None:
        cipher = AESGCM(self._content_key(digest))
        header = _HEADER.pack(_MAGIC, _AES_256_GCM, length)
        file.write(header)
        hashed = hashlib.sha256()
        for index, piece in enumerate(pieces):
            final = (index + 1) * PIECE >= length
            hashed.update(piece)
            file.write(cipher.encrypt(_nonce(index, final), piece, header))
        if hashed.hexdigest() != digest:
            raise Conflict("blob.damaged", digest=digest)


def _nonce(index: int, final: bool) -> bytes:
    return index.to_bytes(11, "big") + bytes([final])
