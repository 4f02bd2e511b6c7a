"""What a peer sent or said that was not believed: kept in a folder, noted in the space, shown."""

import hashlib
import logging
from collections.abc import Callable, Mapping
from pathlib import Path

from edge.domain.errors import PeerRefused, SegmentRejected
from edge.store import exchange, forgetting
from edge.store.database import Space
from edge.store.durable import write_whole

_LOG = logging.getLogger(__name__)
# Of each sender: those that hold a cursor, and the newest of those that do no more.
FILES = 50


class Quarantine:
    """The refusals of one space, until a good exchange with whom they concern."""

    def __init__(self, folder: Path, space: Space, clock: Callable[[], int]) -> None:
        self._folder, self._space, self._clock = folder, space, clock

    def lay_aside(self, content: bytes, sender: str, error: SegmentRejected) -> None:
        """Keep a segment that was refused, and say why."""
        hash = hashlib.sha256(content).hexdigest()
        with self._space.read() as connection:
            held = exchange.quarantined(connection, sender)
        if held >= FILES:
            _LOG.warning("%s: one of many that %s sends is not even kept", error, sender[:8])
            return
        self._make_room(sender, FILES - held - 1)
        path, room = self._folder / f"{hash}.segment", True
        if not path.exists():
            try:
                self._folder.mkdir(parents=True, exist_ok=True)
                write_whole(path, content)
            except OSError as trouble:
                # A full disk, mostly: why it was refused is noted all the same.
                _LOG.warning("a refused segment is not kept: %s", trouble)
                room = False
        self._note(hash, sender, error.key, error.fields, path.name if room else "")

    def disbelieve(self, key: str, peer: str, shown: int) -> PeerRefused:
        """Note what a peer said of us, that it has taken us in up to `shown`; gives the error."""
        error = PeerRefused(key, space=self._space.name, peer=peer[:8])
        _LOG.warning("%s: %s shows %s", key, peer, shown)
        self._note(hashlib.sha256(f"{key}/{peer}".encode()).hexdigest(), peer, key, error.fields)
        return error

    def _make_room(self, sender: str, beyond: int) -> None:
        """Forget what of a sender was settled long ago."""
        with self._space.read() as connection:
            old = forgetting.settled(connection, sender, beyond)
        for _, file in old:
            if file:
                (self._folder / file).unlink(missing_ok=True)
        if old:
            hashes = [hash for hash, _ in old]
            self._space.write(lambda c: forgetting.forget_refused(c, hashes), urgent=False)

    def _note(
        self, hash: str, peer: str, key: str, fields: Mapping[str, object], file: str = ""
    ) -> None:
        self._space.write(
            lambda c: exchange.quarantine(c, hash, peer, key, fields, file, self._clock()),
            urgent=False,
        )
