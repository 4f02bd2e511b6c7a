"""One machine's side of the exchanges that others begin: handshake, segments, files. No HTTP."""

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

from edge.domain.errors import Conflict, InvalidInput, NotFound, PeerRefused, PeerUnreachable
from edge.store import carriage, exchange, holdings
from edge.store.blobs import Blobs
from edge.store.database import Space
from edge.store.exchange import Cursor
from edge.store.keys import Keys
from edge.store.migrations import schema_version
from sync import confirmed
from sync.greeting import MOST_LOST, read_name
from sync.known import NOTHING, Known, read_known
from sync.packs import ABSENT, PACK, SMALL, Offered, open_pack, seal_offer
from sync.replica import DAY_MS, Replica, Taken
from sync.roster import COUNTY, Member, Roster
from sync.segment import PROTO, end_of
from sync.set_back import read_said, said_of
from sync.spool import PIECE, Spool

MAX_ASKED = 4_096
PATIENCE_S = 20.0
# One every four seconds, day and night.
MOST_A_DAY = 20_000


class Spaces(Protocol):
    """The spaces of one machine, and their files."""

    def space(self, name: str) -> Space:
        """One space by name."""

    def blobs(self, name: str) -> Blobs:
        """The files of one space."""


class Host:
    """What hub and box answer alike; `merges` segments at once are taken in.

    Below `spool` lie half-arrived files.
    """

    def __init__(
        self,
        spaces: Spaces,
        keys: Keys,
        roster: Callable[[], Roster],
        clock: Callable[[], int],
        merges: int,
        spool: Path,
    ) -> None:
        self._spool_folder, self._opening = spool, threading.Lock()
        self._spools: dict[tuple[str, str], Spool] = {}
        self._busy: set[tuple[str, str]] = set()
        # The day of each peer's last segment, and how many it was given on it.
        self._asked: dict[str, tuple[int, int]] = {}
        self._shelves, self._keys, self._read_roster, self._clock = spaces, keys, roster, clock
        # What each peer said at its last handshake that it holds, and in which of its epochs.
        self._known: dict[tuple[str, str], tuple[str, Known]] = {}
        self._merging = threading.BoundedSemaphore(merges)

    @property
    def id(self) -> str:
        """Who answers."""
        return self._keys.id

    @property
    def roster(self) -> Roster:
        """Who may speak."""
        return self._read_roster()

    def now(self) -> int:
        """The time here, in milliseconds."""
        return self._clock()

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
        told = said["spaces"]
        for name, theirs in told.items():
            replica = self.replica(member, name, writing=False)
            shown = theirs["have"].get(replica.epoch)
            epoch = read_name(theirs["epoch"])
            if shown is not None:
                cursor, proof = read_said(shown)
                # Whoever was set back takes a new identity, and answers with it.
                if replica.recognise(member.id, cursor, proof):
                    replica.note_standing(member.id, epoch, cursor)
            self._known[member.id, name] = (epoch, read_known(theirs.get("known", {})))
        self.settle(member)
        spaces = {name: self._standing(member, name, theirs) for name, theirs in told.items()}
        return {"hub": self.id, "at": self._clock(), "proto": PROTO, "spaces": spaces}

    def confirm(self, member: Member) -> None:
        """Note that an exchange with a box has ended well."""
        self._shelves.space(member.space).write(
            lambda c: exchange.note_contact(c, member.id, self._clock()), urgent=False
        )

    def segment(self, member: Member, name: str, epoch: str, after: Cursor) -> bytes | None:
        """The next segment for a box, or None when it has everything."""
        replica = self.replica(member, name, writing=False)
        self._count(member)
        # The next handshake brings the proof, without which nothing is done about it.
        if not replica.remembers(member.id, after):
            raise PeerRefused("sync.hub_set_back", space=name)
        told_in, told = self._known.get((member.id, name), ("", NOTHING))
        with self._alone(member, "give"):
            return replica.outgoing(member.id, epoch, after, told if told_in == epoch else NOTHING)

    def has_more(self, member: Member, name: str, epoch: str, content: bytes) -> bool:
        """Say whether there is anything for a box behind a segment of ours."""
        replica = self.replica(member, name, writing=False)
        return replica.has_news(member.id, epoch, end_of(content))

    def take(self, member: Member, name: str, content: bytes) -> Cursor:
        """Take a segment in; durable when it returns."""
        # Into the county's space a box may bring what the hub has written: admission sees that it
        # is nothing else.
        replica = self.replica(member, name, writing=name != COUNTY)
        with self._merge_slot(member):
            taken = replica.take(content, member.id)
        self._taken(replica, taken)
        return taken.cursor

    def missing(self, member: Member, name: str, digests: bytes) -> bytes:
        """Which of the files are wanted: a bit for each 32-byte digest, the first one highest."""
        self.replica(member, name, writing=True)
        blobs, asked, found = self._shelves.blobs(name), _digests(digests), list[bytes]()
        bits = bytearray((len(asked) + 7) // 8)
        for number, digest in enumerate(asked):
            if blobs.has(digest.hex()):
                found.append(digest)
            else:
                bits[number // 8] |= 0x80 >> number % 8
        self._note_found(name, blobs, found)
        self._spool(name, member).drop(digest.hex() for digest in found)
        return bytes(bits)

    def offset(self, member: Member, name: str, digest: str) -> int:
        """How many bytes of a file have arrived; -1 when it is held whole."""
        self.replica(member, name, writing=True)
        if self._shelves.blobs(name).has(digest):
            return -1
        return self._spool(name, member).offset(digest)

    def add_piece(
        self, member: Member, name: str, digest: str, offset: int, total: int, piece: bytes
    ) -> int:
        """Keep a piece of a file; the new offset, -1 once it is whole.

        Raises InvalidInput `blob.unnamed` and as `Spool.add`.
        """
        self.replica(member, name, writing=True)
        if self._shelves.blobs(name).has(digest):
            return -1
        self._require_named(name, [bytes.fromhex(digest)])
        if not self._spool(name, member).add(digest, offset, total, piece):
            return offset + len(piece)
        held = [(bytes.fromhex(digest), total)]
        self._shelves.space(name).write(lambda c: holdings.note_held(c, held), urgent=False)
        return -1

    def add_pack(self, member: Member, name: str, pack: bytes) -> int:
        """Keep the small files of a pack, durable when it returns; how many there were.

        Raises InvalidInput `blob.unnamed` and as `open_pack`.
        """
        self.replica(member, name, writing=True)
        blobs, files = self._shelves.blobs(name), open_pack(pack)
        self._require_named(name, [digest for digest, _ in files])
        held = [(bytes.fromhex(blobs.put(content)), len(content)) for _, content in files]
        self._shelves.space(name).write(lambda c: holdings.note_held(c, held), urgent=False)
        return len(held)

    def wanted(self, member: Member, name: str, digests: bytes, most: int) -> bytes:
        """A pack with the first of the files asked for, as many as `most` bytes hold."""
        self.replica(member, name, writing=True)
        offered, room = list[Offered](), min(most, PACK)
        for digest in _digests(digests):
            total, content = self._offer(name, digest.hex())
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
        if not self._holds(name, digest):
            raise NotFound("blob.awaiting", digest=digest)
        blobs = self._shelves.blobs(name)
        return blobs.read_range(digest, offset, min(most, PIECE)), blobs.size(digest)

    def replica(self, member: Member, name: str, *, writing: bool) -> Replica:
        """A space as this box may use it; raises PeerRefused `sync.space`.

        Its own town's to read and write, the county's to read, nothing else.
        """
        if name != member.space and (writing or name != COUNTY):
            raise PeerRefused("sync.space", space=name)
        return self._replica(name)

    def _replica(self, name: str) -> Replica:
        raise NotImplementedError

    def _spool(self, name: str, member: Member) -> Spool:
        with self._opening:
            if (name, member.id) not in self._spools:
                folder = self._spool_folder / name / member.id
                self._spools[name, member.id] = Spool(folder, self._shelves.blobs(name))
            return self._spools[name, member.id]

    def _count(self, member: Member) -> None:
        """Every segment made is noted for ever: of one peer only so many."""
        day = self._clock() // DAY_MS
        with self._opening:
            known, count = self._asked.get(member.id, (day, 0))
            self._asked[member.id] = (day, count + 1 if known == day else 1)
        if known == day and count >= MOST_A_DAY:
            raise PeerUnreachable("sync.busy")

    def _require_named(self, name: str, digests: list[bytes]) -> None:
        """Take in only what the record speaks of: the rest would fill the disk for nothing."""
        with self._shelves.space(name).read() as connection:
            unnamed = holdings.unnamed(connection, digests)
        if unnamed:
            raise InvalidInput("blob.unnamed", digest=unnamed[0].hex())

    def settle(self, member: Member) -> None:
        """Finish what a kill has left undone for a box."""

    def _taken(self, replica: Replica, taken: Taken) -> None:
        """Act on what a segment has brought."""

    def _standing(self, member: Member, name: str, theirs: Mapping[str, Any]) -> dict[str, Any]:
        """Where we stand in a space, and whether there is anything to pull."""
        replica, epoch = self.replica(member, name, writing=False), read_name(theirs["epoch"])
        held, shown = replica.cursor_of(member.id, epoch), theirs["have"].get(replica.epoch)
        after = read_said(shown)[0] if shown is not None else Cursor()
        news = replica.has_news(member.id, epoch, after)
        return {
            "epoch": replica.epoch,
            "schema": schema_version(),
            "known": replica.known(),
            "have": said_of(held, replica.proof_of(member.id, epoch)),
            "lost": self._lost(name) if name == member.space else [],
            "news": news,
            # Who has nothing more to take in has them all.
            "receipts": self._receipts(member) if news and name == member.space else [],
            "twin": replica.twin_since(member.id),
        }

    def _receipts(self, member: Member) -> list[str]:
        with self._shelves.space(member.space).read() as connection:
            return confirmed.said_of(connection, member.id)

    def _lost(self, name: str) -> list[str]:
        """Files that were delivered here and were found damaged or gone since."""
        space = self._shelves.space(name)
        found = [bytes.fromhex(digest) for digest in self._shelves.blobs(name).take_lost()]
        if found:
            space.write(lambda c: holdings.note_lost(c, found), urgent=False)
        with space.read() as connection:
            return [digest.hex() for digest in holdings.lost(connection, MOST_LOST)]

    def _note_found(self, name: str, blobs: Blobs, digests: list[bytes]) -> None:
        """Note files that lie here though nobody noted it, as when the database is a newer one."""
        space = self._shelves.space(name)
        with space.read() as connection:
            unnoted = carriage.missing_among(connection, digests)
        if unnoted:
            held = [(digest, blobs.size(digest.hex())) for digest in sorted(unnoted)]
            space.write(lambda c: holdings.note_held(c, held), urgent=False)

    def _holds(self, name: str, digest: str) -> bool:
        return self._shelves.blobs(name).has(digest)

    def _offer(self, name: str, digest: str) -> tuple[int, bytes]:
        """A file's size and, if it is small, its content; a damaged one counts as absent."""
        blobs = self._shelves.blobs(name)
        if not self._holds(name, digest):
            return ABSENT, b""
        try:
            total = blobs.size(digest)
            return total, blobs.read(digest) if total <= SMALL else b""
        except Conflict:
            return ABSENT, b""

    @contextmanager
    def _merge_slot(self, member: Member) -> Iterator[None]:
        """Who must wait too long is asked to come again."""
        with self._alone(member, "take"):
            if not self._merging.acquire(timeout=PATIENCE_S):
                raise PeerUnreachable("sync.busy")
            try:
                yield
            finally:
                self._merging.release()

    @contextmanager
    def _alone(self, member: Member, act: str) -> Iterator[None]:
        """Of each peer one segment at a time; who asks again before that is to come again."""
        with self._opening:
            if (member.id, act) in self._busy:
                raise PeerUnreachable("sync.busy")
            self._busy.add((member.id, act))
        try:
            yield
        finally:
            self._busy.discard((member.id, act))


def _digests(joined: bytes) -> list[bytes]:
    if len(joined) % 32 or len(joined) > 32 * MAX_ASKED:
        raise InvalidInput("blob.name", digest="")
    return [joined[start : start + 32] for start in range(0, len(joined), 32)]
