"""What a box answers to the other boxes of its town; it admits nobody and signs for nothing."""

from edge.domain.errors import NotFound, PeerRefused
from edge.store import holdings
from edge.store.blobs import Blobs
from edge.store.database import Space
from edge.store.holdings import Place
from sync.host import Host
from sync.replica import Replica
from sync.roster import Member
from sync.side import Side

MOST_LACKED = 512


class _Shelves:
    """The two spaces of a box; files are kept of its town's only."""

    def __init__(self, side: Side) -> None:
        self._side = side

    def space(self, name: str) -> Space:
        return self._side.replicas[name].space

    def blobs(self, name: str) -> Blobs:
        return self._side.blobs


class BoxHost(Host):
    """A box's side of the exchanges that its neighbours begin."""

    def __init__(self, side: Side) -> None:
        # One at a time: the counter is served before.
        spool = side.folder / "lan-spool"
        super().__init__(_Shelves(side), side.keys, side.roster, side.clock, 1, spool)
        self._side = side

    def member(self, box: str) -> Member:
        """Who asks: an active box of this town, other than this one.

        Raises PeerRefused `sync.unknown_box`, `sync.revoked` or `sync.other_town`.
        """
        member = super().member(box)
        if member.id == self.id:
            raise PeerRefused("sync.unknown_box", box=box)
        if member.town != self._side.pins.town:
            raise PeerRefused("sync.other_town", box=box)
        return member

    def lacking(self, member: Member, name: str, least: int, after: Place) -> bytes:
        """The next files that this box lacks, a class and a digest each (33 bytes), urgent first.

        `least` is the least urgent class wanted.
        """
        replica = self.replica(member, name, writing=True)
        with replica.space.read() as connection:
            named = holdings.awaited(connection, MOST_LACKED, after, least)
        return b"".join(bytes([kind]) + digest for digest, kind in named)

    def _replica(self, name: str) -> Replica:
        try:
            return self._side.replicas[name]
        except KeyError as error:
            raise NotFound("space.unknown", name=name) from error
