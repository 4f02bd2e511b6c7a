"""Snapshots for new boxes: made one at a time beside the counter's work, signed, given by piece."""

import hashlib
import json
import logging
import os
import threading
import time
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from edge.domain.errors import NotFound, PeerUnreachable
from edge.store import exchange
from edge.store.adoption import version_of_copy
from edge.store.database import Space
from edge.store.durable import write_whole
from edge.store.exchange import Cursor
from edge.store.keys import Keys
from edge.store.migrations import schema_version
from edge.store.snapshot import copy_record
from sync.bootstrap import MAKING, NEEDLESS, READY, Offer
from sync.roster import Member
from sync.segment import Header, sign_bodiless
from sync.spool import PIECE

_LOG = logging.getLogger(__name__)
# Below so many entries segments bring a record as fast.
LEAST_ENTRIES = 5_000
KEPT_S = 7 * 24 * 3_600


class Snapshots:
    """The hub's snapshots, one for each box that asked; gone once it is in, or after a week."""

    def __init__(
        self, folder: Path, keys: Keys, clock: Callable[[], int], least: int = LEAST_ENTRIES
    ) -> None:
        self._folder, self._keys, self._clock = folder, keys, clock
        self.least = least
        self._lock, self._making = threading.Lock(), dict[str, str]()
        self._one = threading.Semaphore()
        folder.mkdir(parents=True, exist_ok=True)

    def ask(self, member: Member, space: Space, epoch: str) -> dict[str, Any]:
        """Say how a box's snapshot stands, and begin to make it; the offer once it is ready."""
        with space.read() as connection:
            count = connection.execute(
                "select count(*) from (select 1 from entry limit ?)", (self.least,)
            ).fetchone()[0]
        if count < self.least:
            return {"state": NEEDLESS}
        with self._lock:
            failed = self._making.get(member.id)
            if failed == "":
                return {"state": MAKING}
            offer = self._offered(member, epoch)
            if offer is not None:
                return {"state": READY, "offer": asdict(offer)}
            if failed:
                del self._making[member.id]
                raise PeerUnreachable("sync.busy")
            self._making[member.id] = ""
        threading.Thread(
            target=self._make, args=(member, space, epoch), name="snapshot", daemon=True
        ).start()
        return {"state": MAKING}

    def piece(self, member: Member, start: int, most: int) -> bytes:
        """A piece of a box's snapshot; raises NotFound `bootstrap.unknown`."""
        try:
            with self._path(member).open("rb") as file:
                file.seek(min(max(start, 0), os.fstat(file.fileno()).st_size))
                return file.read(max(0, min(most, PIECE)))
        except FileNotFoundError as error:
            raise NotFound("bootstrap.unknown") from error

    def done(self, member: Member) -> None:
        """Drop a box's snapshot: it is in."""
        self._path(member).unlink(missing_ok=True)
        self._described(member).unlink(missing_ok=True)

    def _make(self, member: Member, space: Space, epoch: str) -> None:
        outcome = ""
        try:
            with self._one:
                self._drop_old()
                self._write(member, space, epoch)
        except Exception as error:
            # The thread's outermost: the box asks again, and the next round tries again.
            _LOG.exception("no snapshot of %s for %s", space.name, member.id)
            # On a full disk the half of one would keep everybody else out.
            self._unfinished(member).unlink(missing_ok=True)
            outcome = type(error).__name__
        with self._lock:
            if outcome:
                self._making[member.id] = outcome
            else:
                del self._making[member.id]

    def _write(self, member: Member, space: Space, epoch: str) -> None:
        path, key = self._path(member), os.urandom(32)
        temporary = self._unfinished(member)
        space.copy(lambda source, own: copy_record(source, own, temporary, key))
        with temporary.open("rb") as file:
            hash = hashlib.file_digest(file, "sha256").hexdigest()
        upto, size = version_of_copy(temporary, key), temporary.stat().st_size
        schema = schema_version()
        header = Header(space.name, self._keys.id, epoch, member.id, schema, 0, upto, 0, "")
        proof = sign_bodiless(header, hash, self._keys).hex()
        offer = Offer(space.name, member.id, schema, size, hash, key.hex(), epoch, upto, proof)
        signed = replace(offer, signature=self._keys.signing.sign(offer.statement).hex())
        # Before it may leave: the box will show this hash, and must be known by it.
        space.write(
            lambda c: exchange.log_export(c, member.id, Cursor(upto, hash), self._clock()),
            urgent=False,
        )
        # What described an older one must not be taken for this one's.
        self._described(member).unlink(missing_ok=True)
        temporary.rename(path)
        write_whole(self._described(member), json.dumps(asdict(signed)).encode())

    def _offered(self, member: Member, epoch: str) -> Offer | None:
        if not self._described(member).exists() or not self._path(member).exists():
            return None
        offer = Offer(**json.loads(self._described(member).read_text("utf-8")))
        return offer if offer.epoch == epoch and offer.schema == schema_version() else None

    def _drop_old(self) -> None:
        for path in self._folder.iterdir():
            if path.stat().st_mtime < time.time() - KEPT_S:
                path.unlink()

    def _path(self, member: Member) -> Path:
        return self._folder / f"{member.id}.db"

    def _unfinished(self, member: Member) -> Path:
        return self._path(member).with_suffix(".new")

    def _described(self, member: Member) -> Path:
        return self._folder / f"{member.id}.offer"
