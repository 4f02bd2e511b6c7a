"""What the hub answers to a box: handshake, segments, files. Plain calls, no HTTP."""

import os
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from edge.domain.errors import InvalidInput, NotFound, PeerRefused, PeerUnreachable
from edge.store import exchange, holdings
from edge.store.exchange import Cursor
from edge.store.keys import Keys
from edge.store.migrations import schema_version
from sync.hub.routing import Router
from sync.hub.spaces import HubSpaces
from sync.packs import ABSENT, PACK, SMALL, Offered, open_pack, seal_offer
from sync.replica import HUB_MERGE_LIMIT, Replica
from sync.roster import COUNTY, Member, Roster, roster_of
from sync.segment import PROTO
from sync.set_back import read_said, said_of
from sync.spool import PIECE, Spool

MAX_ASKED = 4_096


class Peers:
    """The hub's side of every exchange."""

    def __init__(
        self, spaces: HubSpaces, keys: Keys, folder: Path, clock: Callable[[], int]
    ) -> None:
        self._spaces, self._keys, self._folder, self._clock = spaces, keys, folder, clock
        self._router = Router(spaces, keys.id, clock)
        self._lock = threading.Lock()
        self._replicas: dict[str, Replica] = {}
        self._spools: dict[str, Spool] = {}
        self._merging = threading.BoundedSemaphore(os.cpu_count() or 1)

    @property
    def roster(self) -> Roster:
        """Who may speak."""
        return roster_of(self._spaces.county, self._keys.id, self._keys.public_key)

    def member(self, box: str) -> Member:
        """Who asks; raises PeerRefused `sync.unknown_box` or `sync.revoked`."""
        member = self.roster.members.get(box)
        if member is None:
            raise PeerRefused("sync.unknown_box", box=box)
        if member.revoked:
            raise PeerRefused("sync.revoked", box=box)
        return member

    def handshake(self, member: Member, said: Mapping[str, Any]) -> dict[str, Any]:
        """Compare protocols and histories: where each side stands in each space."""
        if said.get("proto") != PROTO:
            raise PeerRefused("sync.proto", ours=PROTO)
        spaces = {}
        for name, theirs in dict(said["spaces"]).items():
            replica = self.replica(member, name, writing=False)
            shown = theirs["have"].get(replica.epoch)
            if shown is not None:
                # A hub that was set back takes a new identity, and answers with it.
                replica.recognise(member.id, *read_said(shown))
            epoch = theirs["epoch"]
            held = replica.cursor_of(member.id, epoch)
            spaces[name] = {
                "epoch": replica.epoch,
                "schema": schema_version(),
                "have": said_of(held, replica.proof_of(member.id, epoch)),
            }
        self._settle(member)
        return {"hub": self._keys.id, "at": self._clock(), "proto": PROTO, "spaces": spaces}

    def confirm(self, member: Member) -> None:
        """Note that an exchange with a box has ended well."""
        self._spaces.town(member.town).write(
            lambda c: exchange.note_contact(c, member.id, self._clock()), urgent=False
        )
        self._router.resume()

    def _settle(self, member: Member) -> None:
        """Finish what a kill between merging and signing left undone."""
        replica = self.replica(member, member.space, writing=True)
        boxes = [each.id for each in self.roster.members.values() if each.town == member.town]
        with replica.space.read() as connection:
            waiting = frozenset(box for box in boxes if exchange.unsent(connection, box)[0])
        if waiting:
            replica.sign_for(waiting)
            self._router.run(member.space)

    def segment(self, member: Member, name: str, epoch: str, after: Cursor) -> bytes | None:
        """The next segment for a box, or None when it has everything."""
        replica = self.replica(member, name, writing=False)
        # The next handshake brings the proof, without which nothing is done about it.
        if not replica.remembers(member.id, after):
            raise PeerRefused("sync.hub_set_back", space=name)
        return replica.outgoing(member.id, epoch, after)

    def take(self, member: Member, name: str, content: bytes) -> Cursor:
        """Take a segment in, sign for it, route what it sets moving; durable when it returns."""
        # Into the county's space a box may bring what the hub has written and lost: admission sees
        # that it is nothing else.
        replica = self.replica(member, name, writing=name != COUNTY)
        with self._merge_slot():
            taken = replica.take(content, member.id)
        if taken.entries and name != COUNTY:
            self._router.run(name)
            replica.sign_for(taken.boxes)
        return taken.cursor

    def missing(self, member: Member, name: str, digests: bytes) -> bytes:
        """Which of the files are wanted: a bit for each 32-byte digest, the first one highest."""
        self.replica(member, name, writing=True)
        if len(digests) % 32 or len(digests) > 32 * MAX_ASKED:
            raise InvalidInput("blob.name", digest="")
        blobs = self._spaces.blobs(name)
        bits = bytearray((len(digests) // 32 + 7) // 8)
        for number, start in enumerate(range(0, len(digests), 32)):
            if not blobs.has(digests[start : start + 32].hex()):
                bits[number // 8] |= 0x80 >> number % 8
        return bytes(bits)

    def offset(self, member: Member, name: str, digest: str) -> int:
        """How many bytes of a file have arrived; -1 when it is held whole."""
        self.replica(member, name, writing=True)
        if self._spaces.blobs(name).has(digest):
            return -1
        return self._spool(name).offset(digest)

    def add_piece(
        self, member: Member, name: str, digest: str, offset: int, total: int, piece: bytes
    ) -> int:
        """Keep a piece of a file; the new offset, -1 once it is whole."""
        self.replica(member, name, writing=True)
        if self._spaces.blobs(name).has(digest):
            return -1
        if not self._spool(name).add(digest, offset, total, piece):
            return offset + len(piece)
        held = [(bytes.fromhex(digest), total)]
        self._spaces.space(name).write(lambda c: holdings.note_held(c, held), urgent=False)
        return -1

    def add_pack(self, member: Member, name: str, pack: bytes) -> int:
        """Keep the small files of a pack, durable when it returns; how many there were."""
        self.replica(member, name, writing=True)
        blobs, files = self._spaces.blobs(name), open_pack(pack)
        held = [(bytes.fromhex(blobs.put(content)), len(content)) for _, content in files]
        self._spaces.space(name).write(lambda c: holdings.note_held(c, held), urgent=False)
        return len(held)

    def wanted(self, member: Member, name: str, digests: bytes, most: int) -> bytes:
        """A pack with the first of the files asked for, as many as `most` bytes hold."""
        self.replica(member, name, writing=True)
        if len(digests) % 32 or len(digests) > 32 * MAX_ASKED:
            raise InvalidInput("blob.name", digest="")
        blobs, offered, room = self._spaces.blobs(name), list[Offered](), min(most, PACK)
        for digest in (digests[start : start + 32] for start in range(0, len(digests), 32)):
            held = blobs.has(digest.hex()) or self._router.fetch(name, digest.hex())
            total = blobs.size(digest.hex()) if held else ABSENT
            content = blobs.read(digest.hex()) if 0 <= total <= SMALL else b""
            room -= len(content)
            if offered and room < 0:
                break
            offered.append((digest, total, content))
        return seal_offer(offered)

    def piece(
        self, member: Member, name: str, digest: str, offset: int, most: int = PIECE
    ) -> tuple[bytes, int]:
        """A piece of a file and the file's size; raises NotFound `blob.awaiting`."""
        self.replica(member, name, writing=True)
        blobs = self._spaces.blobs(name)
        if not blobs.has(digest) and not self._router.fetch(name, digest):
            raise NotFound("blob.awaiting", digest=digest)
        return blobs.read_range(digest, offset, min(most, PIECE)), blobs.size(digest)

    def replica(self, member: Member, name: str, *, writing: bool) -> Replica:
        """A space as this box may use it; raises PeerRefused `sync.space`.

        Its own town's to read and write, the county's to read, nothing else.
        """
        if name != member.space and (writing or name != COUNTY):
            raise PeerRefused("sync.space", space=name)
        space = self._spaces.space(name)
        with self._lock:
            if name not in self._replicas:
                quarantine = self._folder / "quarantine" / name
                self._replicas[name] = Replica(
                    space,
                    self._keys,
                    lambda: self.roster,
                    quarantine,
                    self._clock,
                    merge_limit=HUB_MERGE_LIMIT,
                )
            return self._replicas[name]

    def _spool(self, name: str) -> Spool:
        with self._lock:
            if name not in self._spools:
                folder = self._folder / "spool" / name
                self._spools[name] = Spool(folder, self._spaces.blobs(name))
            return self._spools[name]

    @contextmanager
    def _merge_slot(self) -> Iterator[None]:
        """As many merges as processors; who must wait too long is asked to come again."""
        if not self._merging.acquire(timeout=20):
            raise PeerUnreachable("sync.busy")
        try:
            yield
        finally:
            self._merging.release()
