"""Carrying files that either side lacks; small ones in packs, large ones in pieces."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from edge.domain.errors import Conflict, InvalidInput, NotFound, PeerRefused
from edge.store import holdings
from edge.store.blobs import Blobs
from edge.store.database import Connection, Space
from edge.store.holdings import FIRST, MASTER, Place
from sync.bandwidth import Window
from sync.packs import PACK, SMALL, open_offer, seal_pack
from sync.spool import PIECE, Spool
from sync.wire import Wire

# What the peer's record does not speak of yet waits for the next exchange.
UNNAMED = "blob.unnamed"
_ASK, _WANT, _STOCK = 2_048, 256, 20_000
# So many questions in vain, and the next class has its turn: the hub still waits for those files.
_VAIN = 2


@dataclass(frozen=True, slots=True)
class Carried:
    """Files moved in one exchange."""

    up: int = 0
    down: int = 0


@dataclass(frozen=True, slots=True)
class _File:
    digest: bytes
    kind: int
    size: int


class Parcels:
    """The files of one space on their way; thumbnails first, masters last, a cut loses a piece.

    `sent` counts what this exchange has brought up so far, None while it does not; `unfinished`
    says that the last exchange was told to stop with files left to move.
    """

    def __init__(
        self,
        space: Space,
        blobs: Blobs,
        wire: Wire,
        spool: Spool,
        window: Window,
        clock: Callable[[], int],
    ) -> None:
        self._space, self._blobs, self._wire = space, blobs, wire
        self._spool = spool
        self._window, self._clock = window, clock
        self._path = f"/spaces/{space.name}/blobs"
        self._stocked: Place = FIRST
        self._asked: dict[int, bytes] = {}
        self._doubtful: set[bytes] = set()
        self._going_on: Callable[[], bool] = lambda: True
        self.sent: int | None = None
        self.unfinished = False
        self._owe()

    @property
    def least_urgent(self) -> int:
        """The last class of file that may travel now."""
        return self._window.least_urgent(self._wire.now())

    def carry(self, going_on: Callable[[], bool]) -> Carried:
        """Move what is missing on either side until done or told to stop.

        Raises Conflict `blob.damaged` or NotFound `blob.awaiting` at the end when a file of ours
        cannot be read; the others have been moved.
        """
        self._going_on = going_on
        self.tidy()
        self._note_lost()
        self._take_stock()
        self._doubtful.clear()
        try:
            up = self._send_all()
        finally:
            self.sent = None
        down = sum(self._fetch_class(kind) for kind in range(MASTER + 1))
        self.unfinished = not going_on()
        for digest in sorted(self._doubtful):
            self._blobs.read(digest.hex())
        return Carried(up, down)

    def tidy(self) -> None:
        """Drop what has half arrived of files that others have brought whole."""
        self._spool.tidy()

    def _owe(self) -> None:
        hub = self._wire.pins.hub
        with self._space.read() as connection:
            owed = holdings.upstream(connection) == hub
        if not owed:
            self._space.write(lambda c: holdings.owe(c, hub), urgent=False)

    def _may_go_on(self, kind: int) -> bool:
        return self._going_on() and kind <= self.least_urgent

    def _note_lost(self) -> None:
        """Await again what was found damaged or gone here."""
        lost = [bytes.fromhex(digest) for digest in self._blobs.take_lost()]
        if lost:
            self._space.write(lambda c: holdings.note_lost(c, lost), urgent=False)

    def _take_stock(self) -> None:
        """Notice files that lie in the folder though nobody noted it, some at a time."""
        with self._space.read() as connection:
            named = holdings.awaited(connection, _STOCK, self._stocked)
        self._stocked = (named[-1][1], named[-1][0]) if len(named) == _STOCK else FIRST
        found = [
            (digest, self._blobs.size(digest.hex()))
            for digest, _ in named
            if self._blobs.has(digest.hex())
        ]
        if found:
            self._space.write(lambda c: holdings.note_held(c, found), urgent=False)

    def _send_all(self) -> int:
        self.sent = 0
        while self._going_on():
            with self._space.read() as connection:
                owed = holdings.undelivered(
                    connection, self._wire.pins.hub, _ASK, self.least_urgent
                )
            batch = [each for each in owed if each[0] not in self._doubtful]
            if not batch:
                break
            asked = b"".join(digest for digest, _ in batch)
            bits = self._wire.request("POST", f"{self._path}/missing", asked).content
            wanted = [each for number, each in enumerate(batch) if _bit(bits, number)]
            self._delivered(sorted({digest for digest, _ in batch} - {each[0] for each in wanted}))
            self.sent += self._send_loads(wanted)
        return self.sent

    def _send_loads(self, wanted: Sequence[tuple[bytes, int]]) -> int:
        sent = 0
        for load in self._loads(wanted):
            if not self._may_go_on(load[0].kind):
                break
            sent += self._send(load)
        return sent

    def _loads(self, wanted: Sequence[tuple[bytes, int]]) -> Iterator[list[_File]]:
        """What goes in one request: a large file alone, small ones of one class together."""
        load: list[_File] = []
        room = self._wire.bucket.piece(PACK)
        for digest, kind in wanted:
            try:
                file = _File(digest, kind, self._blobs.size(digest.hex()))
            except (NotFound, Conflict):
                self._doubtful.add(digest)
                continue
            if file.size > SMALL:
                yield from filter(None, (load,))
                load = []
                yield [file]
                continue
            if load and (
                load[0].kind != kind or sum(each.size for each in load) + file.size > room
            ):
                yield load
                load = []
            load.append(file)
        yield from filter(None, (load,))

    def _send(self, load: Sequence[_File]) -> int:
        if load[0].size > SMALL:
            return self._send_pieces(load[0])
        files = []
        for file in load:
            try:
                files.append((file.digest, self._blobs.read(file.digest.hex())))
            except (NotFound, Conflict):
                self._doubtful.add(file.digest)
        if not files or not self._named(files):
            return 0
        self._delivered([digest for digest, _ in files])
        return len(files)

    def _named(self, files: Sequence[tuple[bytes, bytes]]) -> bool:
        """Bring a pack; False where it was filed after the peer was brought our entries."""
        try:
            self._wire.request("POST", f"{self._path}/pack", seal_pack(files))
        except PeerRefused as error:
            if error.key != UNNAMED:
                raise
            self._doubtful |= {digest for digest, _ in files}
            return False
        return True

    def _send_pieces(self, file: _File) -> bool:
        digest, length = file.digest.hex(), self._wire.bucket.piece(PIECE)
        path = f"{self._path}/{digest}"
        offset = int(self._wire.request("GET", f"{path}/offset").json()["offset"])
        while offset >= 0:
            if not self._may_go_on(file.kind):
                return False
            try:
                piece = self._blobs.read_range(digest, offset, length)
            except Conflict:
                self._doubtful.add(file.digest)
                return False
            try:
                offset = self._send_piece(path, piece, offset, file.size)
            except PeerRefused as error:
                if error.key != UNNAMED:
                    raise
                self._doubtful.add(file.digest)
                return False
        self._delivered([file.digest])
        return True

    def _send_piece(self, path: str, piece: bytes, offset: int, total: int) -> int:
        """Bring a piece; where the next one begins, -1 after the last."""
        query = {"start": offset, "total": total}
        try:
            return int(self._wire.request("PATCH", path, piece, query).json()["offset"])
        except PeerRefused as error:
            if error.key != "blob.offset":
                raise
        # An answer was lost, and the piece had come.
        return int(self._wire.request("GET", f"{path}/offset").json()["offset"])

    def _delivered(self, digests: Sequence[bytes]) -> None:
        hub = self._wire.pins.hub
        if digests:
            self._space.write(lambda c: holdings.note_delivered(c, hub, digests), urgent=False)

    def _fetch_class(self, kind: int) -> int:
        fetched = vain = 0
        while vain < _VAIN and self._may_go_on(kind):
            after = (kind, self._asked.get(kind, b""))
            with self._space.read() as connection:
                batch = [each for each, _ in holdings.awaited(connection, _WANT, after, kind)]
            if not batch:
                self._asked.pop(kind, None)
                break
            reached, got = self._fetch(batch, kind)
            fetched, vain = fetched + got, 0 if got else vain + 1
            if not got and self._may_go_on(kind):
                # Nothing of it is at the hub yet: it must not stand before what is.
                self._asked[kind] = reached
        return fetched

    def _fetch(self, batch: Sequence[bytes], kind: int) -> tuple[bytes, int]:
        """Bring what one request brings; how far the answer went, and how many files came."""
        query = {"most": self._wire.bucket.piece(PACK)}
        answer = self._wire.request("POST", f"{self._path}/wanted", b"".join(batch), query)
        try:
            offered = open_offer(answer.content)
        except InvalidInput as error:
            raise PeerRefused(error.key, **error.fields) from error
        if not offered or [each[0] for each in offered] != list(batch[: len(offered)]):
            raise PeerRefused("sync.malformed")
        held = []
        for digest, total, content in offered:
            if content or total == 0:
                self._blobs.put(content)
                held.append((digest, total))
        self._arrived(held)
        large = [digest for digest, total, content in offered if total > 0 and not content]
        got = len(held) + sum(self._fetch_pieces(digest.hex(), kind) for digest in large)
        return offered[-1][0], got

    def _fetch_pieces(self, digest: str, kind: int) -> bool:
        """Bring one file; False while the hub has not got it either, or when told to stop."""
        while self._may_go_on(kind):
            start = self._spool.offset(digest)
            query = {"start": start, "most": self._wire.bucket.piece(PIECE)}
            try:
                answer = self._wire.request("GET", f"{self._path}/{digest}", query=query)
            except PeerRefused as error:
                if error.key in ("blob.awaiting", "blob.damaged"):
                    return False
                raise
            total = int(answer.headers["dangxia-total"])
            if not answer.content and start < total:
                raise PeerRefused("blob.size", digest=digest)
            if self._keep(digest, start, total, answer.content):
                self._arrived([(bytes.fromhex(digest), total)])
                return True
        return False

    def _arrived(self, held: Sequence[tuple[bytes, int]]) -> None:
        hub = self._wire.pins.hub

        def note(connection: Connection) -> None:
            holdings.note_held(connection, held)
            holdings.note_delivered(connection, hub, [digest for digest, _ in held])

        if held:
            self._space.write(note, urgent=False)

    def _keep(self, digest: str, start: int, total: int, piece: bytes) -> bool:
        try:
            return self._spool.add(digest, start, total, piece)
        except InvalidInput as error:
            if error.key == "blob.offset":
                # Somebody else has brought this piece meanwhile.
                return self._blobs.has(digest)
            raise PeerRefused(error.key, **error.fields) from error


def _bit(bits: bytes, number: int) -> bool:
    return bool(bits[number // 8] & 0x80 >> number % 8)
