"""Filling a stick: records first, then what has arrived here, then files by urgency.

Each part is whole, fsynced and named before it is noted; the manifest is replaced as a whole. So
a stick that is pulled out shows an earlier state, and the next export goes on from there.
"""

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeVar

from edge.domain.errors import InvalidInput, PeerRefused, StorageFull
from edge.store import carriage, exchange, holdings
from edge.store.carriage import Parcel, Part
from edge.store.database import Connection, Space
from edge.store.exchange import PK, TABLE, Cursor
from sync.carry import (
    Lane,
    Site,
    Store,
    Watch,
    free_bytes,
    megabytes,
    on_stick,
    parcel_folder,
    part_path,
)
from sync.carry_files import Sized, Unreadable, contents_of, in_parts, take_stock
from sync.carry_manifest import (
    Heading,
    Manifest,
    Standing,
    heading_for,
    read_heading,
    write_manifest,
)
from sync.carry_part import PIECE, Index, PartWriter, harden, is_intact, is_plain
from sync.segment import open_segment

T = TypeVar("T")

PART_BYTES, PART_FILES = 64 << 20, 4_096
MANIFEST_EVERY = 256 << 20
# What records and lists may take beside the files, before it is known.
RESERVE = 1 << 20
_PAGE = 4_096


@dataclass(frozen=True, slots=True)
class Exported:
    """What was put on the stick: segments with so many records, and files.

    `left` and `left_bytes` are files that did not fit; `unreadable` are digests of files that are
    damaged here and were left out.
    """

    receiver: str
    segments: int
    records: int
    files: int
    file_bytes: int
    left: int
    left_bytes: int
    unreadable: tuple[str, ...]


def export_to(
    stick: Path,
    site: Site,
    receiver: str,
    *,
    fill: bool = False,
    watch: Watch = lambda *_: None,
    part_bytes: int = PART_BYTES,
) -> Exported:
    """Put on a stick everything that the receiver is not known to hold.

    Goes on where an interrupted export stopped. With `fill`, a stick too small takes as many files
    as fit. `watch(done, total)` in bytes of files; parts hold about `part_bytes`. Raises
    StorageFull `carry.room` (nothing was written) or `carry.stick_full`, InvalidInput
    `carry.read_only` or `carry.stick_gone`, and PeerRefused for a receiver with whom nothing may
    be exchanged.
    """
    return _Export(stick, site, receiver, part_bytes).run(fill, watch)


def acknowledge(stick: Path, site: Site, sender: str) -> None:
    """Put on a stick only what has arrived here; what else lay there for the sender stays."""
    _Export(stick, site, sender).acknowledge()


class _Export:
    def __init__(
        self, stick: Path, site: Site, receiver: str, part_bytes: int = PART_BYTES
    ) -> None:
        self._part_bytes = part_bytes
        self._bad: dict[bytes, int] = {}
        self._records = 0
        key = site.roster().key_of(receiver)
        if key is None:
            raise PeerRefused("carry.unknown_receiver", receiver=receiver[:8])
        self._stick, self._site, self._receiver, self._receiver_key = stick, site, receiver, key
        self._lanes = site.lanes(receiver)
        stored = [lane for lane in self._lanes if lane.store is not None]
        self._lane = stored[0]
        self._space: Space = self._lane.replica.space
        self._folder = parcel_folder(stick, site.keys.id, receiver)

    def run(self, fill: bool, watch: Watch) -> Exported:
        take_stock(self._lane)
        self._open()
        self._check_room(fill)
        with on_stick():
            segments = self._replace_records()
        files, size = self._load(fill, watch)
        left, left_bytes = self._pending()
        left, left_bytes = left - len(self._bad), left_bytes - sum(self._bad.values())
        with on_stick():
            self._write_manifest(complete=not left)
        bad = tuple(sorted(digest.hex() for digest in self._bad))
        return Exported(self._receiver, segments, self._records, files, size, left, left_bytes, bad)

    def acknowledge(self) -> None:
        take_stock(self._lane)
        self._open()
        with on_stick():
            old = [part for part in self._parts() if part.kind in ("held", "wanted")]
            self._write_lists()
            self._write_manifest(complete=True, former=old)
            self._drop(old)

    def _open(self) -> None:
        """Take up the parcel that lies on the stick, if it is one of ours, or begin one."""
        with on_stick():
            if not self._stick.is_dir():
                raise InvalidInput("carry.stick_gone", detail=str(self._stick))
            for folder in (self._folder.parent, self._folder):
                if folder.is_symlink():
                    raise InvalidInput("carry.strange", name=folder.name)
            self._folder.mkdir(parents=True, exist_ok=True)
            for folder in (self._folder.parent, self._stick):
                harden(folder)
        parcel = self._known()
        if parcel is None:
            name, key = os.urandom(16).hex(), os.urandom(32)
            parcel = self._write(lambda c: carriage.begin_parcel(c, name, self._receiver, key))
        self._parcel: Parcel = parcel
        self._forget()
        with on_stick():
            self._tidy()

    def _forget(self) -> None:
        """Forget what has been confirmed, and sticks long gone."""
        step: bytes | None = b""
        while step is not None:
            step = self._write(
                partial(
                    carriage.drop_confirmed,
                    parcel=self._parcel,
                    receiver=self._receiver,
                    after=step,
                )
            )
        while self._write(lambda c: carriage.forget_old(c, self._receiver)):
            pass

    def _known(self) -> Parcel | None:
        try:
            with on_stick():
                heading, _ = read_heading(self._folder)
        except InvalidInput as error:
            if error.key != "carry.damaged":
                raise
            return None
        with self._space.read() as connection:
            return carriage.parcel_of(connection, heading.parcel, self._receiver)

    def _tidy(self) -> None:
        """Forget noted parts that are gone; remove from the stick what is not noted."""
        gone = []
        for part in self._parts():
            path = part_path(self._folder, part.number)
            if not path.exists() or not is_plain(path) or path.stat().st_size != part.size:
                gone.append(part.number)
        with self._space.read() as connection:
            suspects = carriage.suspects(connection, self._parcel)
        for part in suspects:
            path = part_path(self._folder, part.number)
            if part.number not in gone and not is_intact(path, part):
                gone.append(part.number)
        self._write(lambda c: carriage.drop_parts(c, self._parcel, gone))
        self._write(lambda c: carriage.trust(c, self._parcel))
        noted = {part_path(self._folder, part.number) for part in self._parts()}
        for path in self._folder.iterdir():
            stray = path.suffix == ".part" and path not in noted
            if stray or path.suffix == ".new":
                path.unlink()

    def _check_room(self, fill: bool) -> None:
        files, size = self._pending()
        needed = size + files * 64 + size // PIECE * 16 + RESERVE
        with on_stick():
            free = free_bytes(self._stick)
        if needed > free and not fill:
            raise StorageFull("carry.room", needed=megabytes(needed), free=megabytes(free))

    def _replace_records(self) -> int:
        """Write segments and lists anew, then drop the former ones."""
        old = [part for part in self._parts() if part.kind != "files"]
        segments = sum(self._write_segments(lane) for lane in self._lanes)
        self._write_lists()
        self._write_manifest(complete=False, former=old)
        self._drop(old)
        return segments

    def _write_segments(self, lane: Lane) -> int:
        # As in a session, each segment begins where the one before it ended.
        count = 0
        for content in self._segments(lane):
            self._add("segment", [(lane.name.encode(), len(content))], [content])
            count += 1
        return count

    def _segments(self, lane: Lane) -> Iterator[bytes]:
        replica, cursor, without = lane.replica, *self._known_of(lane)
        while (content := replica.outgoing(self._receiver, without, cursor)) is not None:
            yield content
            segment, hash = open_segment(content, lambda _: self._site.keys.public_key)
            self._records += len({each[PK] for each in segment.changes if each[TABLE] == "entry"})
            cursor = Cursor(segment.header.last, hash)

    def _known_of(self, lane: Lane) -> tuple[Cursor, str]:
        """How far the receiver has our record, and under which epoch it writes its own."""
        with lane.replica.space.read() as connection:
            ack = carriage.ack_of(connection, self._receiver)
            heard = carriage.last_epoch_of(connection, self._receiver)
        if ack is None:
            return Cursor(), heard
        cursor = ack.cursor if ack.epoch == lane.replica.epoch else Cursor()
        return cursor, ack.peer_epoch

    def _write_lists(self) -> None:
        self._add_list("held", carriage.held_files)
        self._add_list("wanted", carriage.missing_files)

    def _add_list(self, kind: str, query: Callable[[Connection, bytes, int], list[bytes]]) -> None:
        with self._space.read() as connection:
            first = query(connection, b"", 1)
        if first:
            self._add(kind, [], self._pages(query))

    def _pages(self, query: Callable[[Connection, bytes, int], list[bytes]]) -> Iterator[bytes]:
        after = b""
        while True:
            with self._space.read() as connection:
                page = query(connection, after, _PAGE)
            if not page:
                return
            yield b"".join(page)
            after = page[-1]

    def _load(self, fill: bool, watch: Watch) -> tuple[int, int]:
        count, done, unwritten = 0, 0, 0
        _, total = self._pending()
        store = self._lane.store
        assert store is not None
        for batch in self._batches():
            with on_stick():
                files = self._fitting(batch) if fill else batch
                if not files:
                    break
                files = self._add_files(store, files)
                size = sum(size for _, size in files)
            count, done, unwritten = count + len(files), done + size, unwritten + size
            watch(done, total)
            if unwritten >= MANIFEST_EVERY:
                with on_stick():
                    self._write_manifest(complete=False)
                unwritten = 0
        return count, done

    def _add_files(self, store: Store, files: Sequence[Sized]) -> Sequence[Sized]:
        """Write one part; what cannot be read here is left out, and the part begun again."""
        while files:
            try:
                self._add("files", list(files), contents_of(store, files))
            except Unreadable as error:
                self._bad |= {digest: size for digest, size in files if digest == error.digest}
                files = [each for each in files if each[0] != error.digest]
            else:
                break
        return files

    def _fitting(self, files: Sequence[Sized]) -> Sequence[Sized]:
        """As many of the files as the stick still holds."""
        room = free_bytes(self._stick) - 2 * RESERVE
        for count, (_, size) in enumerate(files):
            room -= size + 64
            if room < 0:
                return files[:count]
        return files

    def _batches(self) -> Iterator[Sequence[Sized]]:
        for kind in (holdings.THUMBNAIL, holdings.PAPER, holdings.MASTER):
            after = b""
            while True:
                with self._space.read() as connection:
                    page = carriage.next_files(
                        connection, self._parcel, self._receiver, kind, after, PART_FILES
                    )
                if not page:
                    break
                yield from in_parts(page, self._part_bytes)
                after = page[-1][0]

    def _add(self, kind: str, index: Index, contents: Iterator[bytes] | Sequence[bytes]) -> None:
        """Write one part and note it; a kill in between leaves a file that is tidied away."""
        number = self._write(lambda c: carriage.number_part(c, self._parcel))
        path = part_path(self._folder, number)
        with PartWriter(path, self._parcel.key, number, kind, index) as writer:
            for content in contents:
                writer.write(content)
            part = writer.finish()
        harden(self._folder)
        digests = [name for name, _ in index] if kind == "files" else []
        self._write(lambda c: carriage.add_part(c, self._parcel, part, digests))

    def _write_manifest(self, *, complete: bool, former: Sequence[Part] = ()) -> None:
        """List everything noted but the former parts, which are removed thereafter."""
        spaces = {lane.name: self._standing(lane) for lane in self._lanes}
        parts = [part for part in self._parts() if part not in former]
        body = Manifest(spaces, parts, complete)
        write_manifest(self._folder, self._heading(), body, self._parcel.key, self._site.keys)

    def _heading(self) -> Heading:
        site, parcel = self._site, self._parcel
        return heading_for(
            site.keys, site.hub, self._receiver, self._receiver_key, parcel.name, parcel.key,
            site.clock(),
        )  # fmt: skip

    def _standing(self, lane: Lane) -> Standing:
        _, without = self._known_of(lane)
        with lane.replica.space.read() as connection:
            have = exchange.cursors_of(connection, self._receiver)
            proofs = {epoch: exchange.proof_of(connection, self._receiver, epoch) for epoch in have}
            shipped = carriage.shipped(connection, self._receiver)
        return Standing(lane.replica.epoch, have, shipped, without, proofs)

    def _drop(self, parts: Sequence[Part]) -> None:
        numbers = [part.number for part in parts]
        self._write(lambda c: carriage.drop_parts(c, self._parcel, numbers))
        for number in numbers:
            part_path(self._folder, number).unlink(missing_ok=True)

    def _parts(self) -> list[Part]:
        with self._space.read() as connection:
            return carriage.parts_of(connection, self._parcel)

    def _pending(self) -> tuple[int, int]:
        with self._space.read() as connection:
            return carriage.pending(connection, self._parcel, self._receiver)

    def _write(self, work: Callable[[Connection], T]) -> T:
        return self._space.write(work, urgent=False)
