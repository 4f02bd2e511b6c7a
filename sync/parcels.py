"""Carrying files: which the hub lacks, which we lack, and moving them piece by piece."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from edge.domain.errors import InvalidInput, PeerRefused
from edge.store import holdings
from edge.store.blobs import Blobs
from edge.store.database import Connection, Space
from sync.spool import PIECE, Spool
from sync.wire import Wire

_ASK = 2_048


@dataclass(frozen=True, slots=True)
class Carried:
    """Files moved in one exchange."""

    up: int = 0
    down: int = 0


class Parcels:
    """The files of one space on their way; thumbnails first, masters last, a cut loses a piece."""

    def __init__(self, space: Space, blobs: Blobs, wire: Wire, spool: Path) -> None:
        self._space, self._blobs, self._wire = space, blobs, wire
        self._spool = Spool(spool, blobs)
        self._path = f"/spaces/{space.name}/blobs"

    def carry(self, going_on: Callable[[], bool]) -> Carried:
        """Move what is missing on either side until done or told to stop."""
        self._take_stock()
        up = self._send_all(going_on)
        down = self._fetch_all(going_on)
        return Carried(up, down)

    def _take_stock(self) -> None:
        """Notice files that were stored since the last time."""
        with self._space.read() as connection:
            named = [digest for digest, _ in holdings.awaited(connection, 100_000)]
        found = []
        for digest in named:
            if self._blobs.has(digest.hex()):
                found.append((digest, self._blobs.size(digest.hex())))
        if found:
            self._space.write(lambda c: holdings.note_held(c, found), urgent=False)

    def _send_all(self, going_on: Callable[[], bool]) -> int:
        hub, sent = self._wire.pins.hub, 0
        while going_on():
            with self._space.read() as connection:
                batch = [digest for digest, _ in holdings.undelivered(connection, hub, _ASK)]
            if not batch:
                break
            bits = self._wire.request("POST", f"{self._path}/missing", b"".join(batch)).content
            wanted = [each for number, each in enumerate(batch) if _bit(bits, number)]
            self._delivered([each for each in batch if each not in set(wanted)])
            for digest in wanted:
                if not going_on():
                    return sent
                self._send(digest.hex())
                self._delivered([digest])
                sent += 1
        return sent

    def _delivered(self, digests: list[bytes]) -> None:
        hub = self._wire.pins.hub
        if digests:
            self._space.write(lambda c: holdings.note_delivered(c, hub, digests), urgent=False)

    def _send(self, digest: str) -> None:
        path = f"{self._path}/{digest}"
        total = self._blobs.size(digest)
        offset = int(self._wire.request("GET", f"{path}/offset").json()["offset"])
        while offset >= 0:
            piece = self._blobs.read_range(digest, offset, PIECE)
            answer = self._wire.request("PATCH", path, piece, {"start": offset, "total": total})
            offset = int(answer.json()["offset"])

    def _fetch_all(self, going_on: Callable[[], bool]) -> int:
        with self._space.read() as connection:
            wanted = [digest.hex() for digest, _ in holdings.awaited(connection, _ASK)]
        fetched = 0
        for digest in wanted:
            if not going_on():
                break
            fetched += self._fetch(digest)
        return fetched

    def _fetch(self, digest: str) -> bool:
        """Bring one file; False while the hub has not got it either."""
        while True:
            start = self._spool.offset(digest)
            try:
                answer = self._wire.request("GET", f"{self._path}/{digest}", query={"start": start})
            except PeerRefused as error:
                if error.key == "blob.awaiting":
                    return False
                raise
            total = int(answer.headers["dangxia-total"])
            if not answer.content and start < total:
                raise PeerRefused("blob.size", digest=digest)
            if self._keep(digest, start, total, answer.content):
                break
        held = [(bytes.fromhex(digest), total)]
        hub = self._wire.pins.hub

        def note(connection: Connection) -> None:
            holdings.note_held(connection, held)
            holdings.note_delivered(connection, hub, [bytes.fromhex(digest)])

        self._space.write(note, urgent=False)
        return True

    def _keep(self, digest: str, start: int, total: int, piece: bytes) -> bool:
        try:
            return self._spool.add(digest, start, total, piece)
        except InvalidInput as error:
            raise PeerRefused(error.key, **error.fields) from error


def _bit(bits: bytes, number: int) -> bool:
    return bool(bits[number // 8] & 0x80 >> number % 8)
