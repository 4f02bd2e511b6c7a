"""Emptying a stick: verify, take records in, note what has arrived at the sender, take files.

Nothing on the stick is believed before the sender's signature holds; what is whole is taken, and
what is not is reported. Importing again goes on where it stopped, for whatever is held is passed
over.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from edge.domain.errors import (
    Conflict,
    DangxiaError,
    InvalidInput,
    NotFound,
    PeerRefused,
    StorageFull,
    SyncError,
)
from edge.store import carriage, exchange, holdings, possession
from edge.store.carriage import Part
from edge.store.database import Connection
from edge.store.exchange import Cursor
from sync.carry import ROOT, Lane, Site, Store, Watch, free_bytes, megabytes, on_stick, part_path
from sync.carry_export import acknowledge
from sync.carry_manifest import Heading, Manifest, Standing, open_manifest, read_heading
from sync.carry_part import PIECE, PartReader
from sync.segment import MAX_PACKED

MARGIN = 64 << 20
# Digests noted in one transaction, so that the counter need not wait.
LISTED = 1_000
# Whoever has made a thousand bad parts need not be told of each.
MOST_TROUBLES = 20


@dataclass(frozen=True, slots=True)
class Imported:
    """What one sender's part of a stick came to; `troubles` are what was not taken, and why.

    `confirmed`: files of ours that are now known to have arrived at the sender; `received`: records
    of ours, at a box, for which the county has signed.
    `unfinished`: the export had not come to its end, or left files for another stick.
    """

    sender: str
    entries: int = 0
    files: int = 0
    file_bytes: int = 0
    confirmed: int = 0
    received: int = 0
    unfinished: bool = False
    troubles: tuple[DangxiaError, ...] = ()


def import_from(stick: Path, site: Site, *, watch: Watch = lambda *_: None) -> list[Imported]:
    """Take in everything on a stick that is for this machine, and leave an acknowledgment.

    `watch(done, total)` in bytes of files. Raises NotFound `carry.empty`, or, where nothing is for
    this machine, PeerRefused `carry.other_county` or `carry.not_ours`, or InvalidInput
    `carry.damaged` or `carry.stick_gone`. What goes wrong with one sender is among its `troubles`.
    """
    with on_stick():
        root = stick / ROOT
        folders = sorted(each for each in root.iterdir() if each.is_dir()) if root.is_dir() else []
    found, others = [], []
    for folder in folders:
        try:
            with on_stick():
                heading, content = read_heading(folder)
            _check_address(heading, site)
        except DangxiaError as error:
            others.append(error)
            continue
        if heading.sender != site.keys.id:
            found.append(_import(stick, folder, heading, content, site, watch))
    if not found:
        raise others[0] if others else NotFound("carry.empty")
    return found


def _check_address(heading: Heading, site: Site) -> None:
    if heading.hub != site.hub:
        raise PeerRefused("carry.other_county", hub=heading.hub[:8])
    if site.keys.id not in (heading.receiver, heading.sender):
        raise PeerRefused("carry.not_ours", receiver=heading.receiver[:8])


def _import(
    stick: Path, folder: Path, heading: Heading, content: bytes, site: Site, watch: Watch
) -> Imported:
    try:
        manifest, key = open_manifest(heading, content, site.keys, site.roster().key_of)
        lanes = site.lanes(heading.sender)
    except DangxiaError as error:
        return Imported(heading.sender[:32], troubles=(error,))
    work = _Import(folder, heading.sender, manifest, key, site, lanes)
    try:
        work.run(watch)
        if manifest.complete and not work.troubles:
            site.heard(heading.sender, min(heading.at, site.clock()))
        acknowledge(stick, site, heading.sender)
    except DangxiaError as error:
        # What stands in the way here, as a damaged database, is no other sender's matter.
        work.troubles.append(error)
    return work.result()


Step = Callable[[Lane, Standing], None]


@dataclass
class _Import:
    folder: Path
    sender: str
    manifest: Manifest
    key: bytes
    site: Site
    lanes: Sequence[Lane]
    troubles: list[DangxiaError] = field(default_factory=list)
    entries: int = 0
    files: int = 0
    file_bytes: int = 0
    confirmed: int = 0
    received: int = 0
    # Whether what the sender says to hold is what it says now.
    current: bool = True

    def run(self, watch: Watch) -> None:
        for lane in self.lanes:
            standing = self.manifest.spaces.get(lane.name)
            if standing is None:
                continue
            signed = self._signed(lane)
            self.current = self._take_records(lane, standing)
            self.received += self._signed(lane) - signed
            if lane.store is not None:
                if self.current:
                    self._take_lists(lane)
                self._take_files(lane, lane.store, watch)

    def _take_records(self, lane: Lane, standing: Standing) -> bool:
        """Take in what there is; False from an old stick, whose other words are old as well."""
        before, former = self.entries, self._is_former(lane, standing)
        if not former:
            self._attempt(self._note_ack, lane, standing)
        self._attempt(self._take_segments, lane, standing)
        if former and self.entries == before:
            self._report(PeerRefused("carry.stale", space=lane.name))
            return False
        if former:
            # It goes on all the same, as one of two machines with one key.
            self._attempt(self._note_ack, lane, standing)
        held = lane.replica.cursor_of(self.sender, standing.epoch)
        return held == Cursor() or held in standing.shipped

    def _attempt(self, step: Step, lane: Lane, standing: Standing) -> None:
        try:
            step(lane, standing)
        except (SyncError, InvalidInput, StorageFull) as error:
            self._report(error)

    def _is_former(self, lane: Lane, standing: Standing) -> bool:
        """Say whether the sender was heard in that life of its database, and in another since."""
        with lane.replica.space.read() as connection:
            known = carriage.ack_of(connection, self.sender)
            held = exchange.cursor_of(connection, self.sender, standing.epoch)
        other = known is not None and known.peer_epoch != standing.epoch
        return other and held != Cursor()

    def _signed(self, lane: Lane) -> int:
        """How far the county has signed for our chain; the county for its own never."""
        with lane.replica.space.read() as connection:
            return possession.up_to(connection, self.site.keys.id)

    def result(self) -> Imported:
        return Imported(
            self.sender,
            self.entries,
            self.files,
            self.file_bytes,
            self.confirmed,
            self.received,
            not self.manifest.complete,
            tuple(self.troubles),
        )

    def _report(self, error: DangxiaError) -> None:
        known = {str(each) for each in self.troubles}
        if len(known) < MOST_TROUBLES and str(error) not in known:
            self.troubles.append(error)

    def _parts(self, *kinds: str) -> list[Part]:
        return [part for part in self.manifest.parts if part.kind in kinds]

    def _open(self, part: Part) -> PartReader:
        return PartReader(part_path(self.folder, part.number), self.key, part)

    def _note_ack(self, lane: Lane, standing: Standing) -> None:
        """Remember where the sender stands with us, as a handshake would tell."""
        epoch = lane.replica.epoch
        cursor = standing.have.get(epoch, Cursor())
        proof = standing.proofs.get(epoch, b"")
        if not lane.replica.recognise(self.sender, cursor, proof):
            raise PeerRefused(self.site.set_back, space=lane.name)
        lane.replica.note_standing(self.sender, standing.epoch, cursor)

    def _take_segments(self, lane: Lane, standing: Standing) -> None:
        held = lane.replica.cursor_of(self.sender, standing.epoch)
        if held != Cursor() and held not in standing.shipped:
            # An old stick, or a sender that was set back: it will see by our acknowledgment.
            raise PeerRefused("carry.stale", space=lane.name)
        if standing.without not in ("", lane.replica.epoch):
            raise PeerRefused("carry.outdated", space=lane.name)
        for part in self._parts("segment"):
            with on_stick(), self._open(part) as reader:
                name, size = reader.index[0] if reader.index else (b"", 0)
                if size > MAX_PACKED:
                    raise InvalidInput("carry.part_damaged", number=part.number)
                content = b"".join(reader.read(size)) if name == lane.name.encode() else b""
                if content:
                    reader.check_whole()
            if content:
                self._take_segment(lane, content, standing.shipped)

    def _take_segment(self, lane: Lane, content: bytes, shipped: Sequence[Cursor]) -> None:
        try:
            self.entries += lane.take(content, self.sender, shipped).entries
        except PeerRefused as error:
            if error.key == "sync.cursor":
                raise PeerRefused("carry.gap", space=lane.name) from error
            raise

    def _take_lists(self, lane: Lane) -> None:
        """Note what the sender holds and lacks of our files."""
        for part in self._parts("held", "wanted"):
            try:
                with on_stick(), self._open(part) as reader:
                    for chunk in reader.rest():
                        for start in range(0, len(chunk), 32 * LISTED):
                            some = chunk[start : start + 32 * LISTED]
                            digests = [some[at : at + 32] for at in range(0, len(some), 32)]
                            self._note_list(lane, part.kind, digests)
            except InvalidInput as error:
                self._report(error)

    def _note_list(self, lane: Lane, kind: str, digests: list[bytes]) -> None:
        space, sender = lane.replica.space, self.sender
        if kind == "wanted":
            space.write(lambda c: carriage.take_back(c, sender, digests), urgent=False)
            return
        with space.read() as connection:
            news = carriage.unconfirmed_among(connection, sender, digests)
            missing = carriage.missing_among(connection, news)
        if news:
            space.write(lambda c: holdings.note_delivered(c, sender, news), urgent=False)
        self.confirmed += len(news) - len(missing)

    def _take_files(self, lane: Lane, store: Store, watch: Watch) -> None:
        plan = self._plan(lane)
        total, done = sum(size for _, size in plan), 0
        try:
            self._check_room(total, store)
            for part, size in plan:
                self._take_part(lane, store, part)
                done += size
                watch(done, total)
        except StorageFull as error:
            # The disk is full: no other part would fit either.
            self._report(error)

    def _plan(self, lane: Lane) -> list[tuple[Part, int]]:
        """The parts in which something is that we lack, with the bytes of that."""
        plan = []
        for part in self._parts("files"):
            try:
                with on_stick(), self._open(part) as reader:
                    files = reader.index
            except InvalidInput as error:
                self._report(error)
                continue
            wanted = self._wanted(lane, files)
            if wanted:
                plan.append((part, sum(size for digest, size in files if digest in wanted)))
        return plan

    def _wanted(self, lane: Lane, files: Sequence[tuple[bytes, int]]) -> set[bytes]:
        """What entries name and we lack; what we hold as well is known to be at the sender."""
        digests = [digest for digest, _ in files]
        with lane.replica.space.read() as connection:
            wanted = carriage.missing_among(connection, digests)
            news = carriage.unconfirmed_among(connection, self.sender, digests)
        both = [digest for digest in news if digest not in wanted]
        if both and self.current:
            sender = self.sender
            lane.replica.space.write(
                lambda c: holdings.note_delivered(c, sender, both), urgent=False
            )
        return wanted

    def _check_room(self, needed: int, store: Store) -> None:
        free = free_bytes(store.blobs.folder)
        if needed and needed + MARGIN > free:
            raise StorageFull(
                "carry.disk_room", needed=megabytes(needed + MARGIN), free=megabytes(free)
            )

    def _take_part(self, lane: Lane, store: Store, part: Part) -> None:
        held: list[tuple[bytes, int]] = []
        try:
            with on_stick():
                reader = self._open(part)
            with reader:
                wanted = self._wanted(lane, reader.index)
                for digest, size in reader.index:
                    if digest not in wanted:
                        with on_stick():
                            reader.skip(size)
                    elif self._take_file(store, reader, digest.hex(), size):
                        held.append((digest, size))
                reader.check_whole()
        except (InvalidInput, Conflict) as error:
            self._report(error)
        finally:
            self._note_held(lane, held)

    def _take_file(self, store: Store, reader: PartReader, digest: str, size: int) -> bool:
        """Store one file; small ones at once, larger ones by pieces that survive a cut."""
        if size <= PIECE:
            with on_stick():
                content = b"".join(reader.read(size))
            if hashlib.sha256(content).hexdigest() != digest:
                raise InvalidInput("blob.damaged", digest=digest)
            store.blobs.put(content)
            return True
        if store.spool.offset(digest) > size:
            # It was said to be longer before: one of the two was a lie.
            store.spool.drop([digest])
        start, offset = store.spool.offset(digest), 0
        # All its pieces may have come, and a kill have left them unverified.
        whole = start == size and store.spool.add(digest, size, size, b"")
        chunks = reader.read(size)
        while offset < size:
            with on_stick():
                chunk = next(chunks)
            fresh = chunk[max(start - offset, 0) :]
            offset += len(chunk)
            if fresh:
                whole = store.spool.add(digest, offset - len(fresh), size, fresh)
        return whole

    def _note_held(self, lane: Lane, held: list[tuple[bytes, int]]) -> None:
        sender, current = self.sender, self.current

        def note(connection: Connection) -> None:
            holdings.note_held(connection, held)
            if current:
                holdings.note_delivered(connection, sender, [digest for digest, _ in held])

        if held:
            lane.replica.space.write(note, urgent=False)
            self.files += len(held)
            self.file_bytes += sum(size for _, size in held)
