"""Files between neighbours: each is given what it lacks; nothing of it counts as the county's."""

from collections.abc import Sequence

from edge.domain.errors import PeerRefused
from edge.store import holdings
from edge.store.holdings import FIRST, MASTER, Place
from sync.lan.host import MOST_LACKED
from sync.parcels import Parcels

_ROW = 33


class NeighbourParcels(Parcels):
    """The files of the town on their way between two boxes."""

    def _owe(self) -> None:
        """Only the hub is owed files."""

    def _take_stock(self) -> None:
        """Left to the exchange with the hub."""

    def _send_all(self) -> int:
        """Bring what the neighbour says it lacks and we hold."""
        self.sent, after = 0, FIRST
        while self._going_on():
            lacked = self._lacked(after)
            self.sent += self._send_loads(
                [each for each in lacked if self._blobs.has(each[0].hex())]
            )
            if len(lacked) < MOST_LACKED:
                break
            digest, kind = lacked[-1]
            after = (kind, digest)
        return self.sent

    def _lacked(self, after: Place) -> list[tuple[bytes, int]]:
        kind, digest = after
        query: dict[str, str | int] = {"least": MASTER, "kind": kind, "digest": digest.hex()}
        rows = self._wire.request("GET", f"{self._path}/lacking", query=query).content
        found = [
            (rows[start + 1 : start + _ROW], rows[start]) for start in range(0, len(rows), _ROW)
        ]
        places = [after, *((kind, digest) for digest, kind in found)]
        if len(rows) % _ROW or len(found) > MOST_LACKED or places != sorted(set(places)):
            raise PeerRefused("sync.malformed")
        return found

    def _delivered(self, digests: Sequence[bytes]) -> None:
        """What a neighbour holds the county may still lack."""

    def _arrived(self, held: Sequence[tuple[bytes, int]]) -> None:
        if held:
            self._space.write(lambda c: holdings.note_held(c, held), urgent=False)
