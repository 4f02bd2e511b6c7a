"""A new or replacement box begins with a snapshot of its town's record instead of all its history.

The snapshot is a database under a key of its own, described by an offer that the hub signs. It
comes in pieces that may be cut anywhere; it is held to its hash, copied under this box's key,
given a new identity, and only then renamed to what a box opens. From there on segments follow.
"""

import hashlib
import json
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from edge.domain.entry import canonical
from edge.domain.errors import PeerRefused, PeerUnreachable, SchemaAhead
from edge.store.adoption import adopt
from edge.store.durable import fsync_folder
from edge.store.folder import needing_room, put_stale_log_aside
from edge.store.keys import Keys
from edge.store.migrations import schema_version
from edge.store.snapshot import copy_record
from sync.identity import verifies
from sync.spool import PIECE
from sync.wire import Wire

ASK_EVERY_S = 0.5
READY, MAKING, NEEDLESS = "ready", "making", "needless"


@dataclass(frozen=True, slots=True)
class Offer:
    """A snapshot for one box: `size` in bytes, `hash` SHA-256 of the file, `key` hexadecimal.

    It holds the sender's record up to version `upto` of its `epoch`; `proof` is what a segment
    that ended there would prove.
    """

    space: str
    box: str
    schema: int
    size: int
    hash: str
    key: str
    epoch: str
    upto: int
    proof: str
    signature: str = ""

    @property
    def statement(self) -> bytes:
        """What the hub signs."""
        said = asdict(self)
        del said["signature"]
        return canonical(["snapshot", said]).encode()


def read_offer(said: Mapping[str, Any]) -> Offer:
    """Read an offer; raises PeerRefused `sync.malformed`."""
    try:
        offer = Offer(**said)
    except TypeError as error:
        raise PeerRefused("sync.malformed") from error
    texts = (
        offer.space, offer.box, offer.hash, offer.key, offer.epoch, offer.proof, offer.signature,
    )  # fmt: skip
    numbers = (offer.schema, offer.size, offer.upto)
    if not all(isinstance(text, str) for text in texts) or any(
        type(number) is not int or number < 0 for number in numbers
    ):
        raise PeerRefused("sync.malformed")
    return offer


class Bootstrap:
    """Brings the snapshot of one space to `target`; begun again, it goes on where it was cut.

    `show` is told how many bytes of how many have come.
    """

    def __init__(
        self,
        wire: Wire,
        keys: Keys,
        space: str,
        target: Path,
        show: Callable[[int, int], None] = lambda done, total: None,
    ) -> None:
        self._wire, self._keys, self._space = wire, keys, space
        self._target, self._show = target, show
        self._part = target.with_name(target.name + ".part")
        self._described = target.with_name(target.name + ".offer")
        self._path = f"/spaces/{space}/snapshot"

    def run(self) -> bool:
        """Bring the snapshot in; False when the hub says that segments do as well.

        Raises PeerUnreachable; PeerRefused `bootstrap.damaged`, `bootstrap.signature` or as the hub
        says; SchemaAhead; StorageFull.
        """
        if not self._target.exists():
            offer = self._ask()
            if offer is None:
                return False
            self._fetch(offer)
            self._install(offer)
        self._finish()
        return True

    def _ask(self) -> Offer | None:
        while True:
            said = self._wire.request("POST", self._path, b"{}").json()
            if said["state"] == NEEDLESS:
                return None
            if said["state"] == READY:
                break
            time.sleep(ASK_EVERY_S)  # the hub makes the snapshot meanwhile
        offer = read_offer(said["offer"])
        if (
            not verifies(self._wire.pins.public_key, _bytes(offer.signature), offer.statement)
            or (offer.space, offer.box) != (self._space, self._keys.id)
            or len(_bytes(offer.key)) != 32
        ):
            raise PeerRefused("bootstrap.signature", url=self._wire.url)
        if offer.schema > schema_version():
            raise SchemaAhead("sync.schema_ahead", theirs=offer.schema, ours=schema_version())
        return offer

    def _fetch(self, offer: Offer) -> None:
        described = json.dumps(asdict(offer))
        known = self._described.read_text("utf-8") if self._described.exists() else ""
        if known != described:
            self._part.unlink(missing_ok=True)
            self._described.write_text(described, "utf-8")
        length = self._wire.bucket.piece(PIECE)
        with needing_room(), self._part.open("ab") as file:
            while (held := file.tell()) < offer.size:
                self._show(held, offer.size)
                query = {"start": held, "most": min(length, offer.size - held)}
                piece = self._wire.request("GET", self._path, query=query).content
                if not 0 < len(piece) <= offer.size - held:
                    raise PeerRefused("bootstrap.damaged")
                file.write(piece)
                file.flush()
        with self._part.open("rb") as file:
            hash = hashlib.file_digest(file, "sha256").hexdigest()
        if hash != offer.hash:
            self._part.unlink()
            raise PeerRefused("bootstrap.damaged")
        self._show(offer.size, offer.size)

    def _install(self, offer: Offer) -> None:
        temporary, key = self._target.with_name(self._target.name + ".new"), self._keys
        database = key.derive("database")
        copy_record(self._part, bytes.fromhex(offer.key), temporary, database)
        sender = self._wire.pins.hub
        proof, now = _bytes(offer.proof), self._wire.now()
        adopt(temporary, database, sender, offer.epoch, offer.hash, proof, now)
        put_stale_log_aside(self._target)
        temporary.rename(self._target)
        fsync_folder(self._target.parent)

    def _finish(self) -> None:
        """Leave nothing of the way here: pieces and offer together could be read by anybody."""
        self._part.unlink(missing_ok=True)
        if self._described.exists():
            # A hub that is not told drops its snapshot after a week.
            with suppress(PeerUnreachable):
                self._wire.request("POST", f"{self._path}/done", b"{}")
            self._described.unlink()


def _bytes(text: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError:
        return b""
