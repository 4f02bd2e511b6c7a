"""One exchange with a neighbour: the same stages as with the hub, and no receipts."""

from dataclasses import replace

from edge.domain.errors import PeerRefused
from sync.bandwidth import Window
from sync.lan.certificate import fetch_neighbours
from sync.lan.parcels import NeighbourParcels
from sync.roster import Member
from sync.session import Session
from sync.side import Side
from sync.spool import Spool
from sync.wire import Link, Wire


def session_with(side: Side, neighbour: Member, url: str) -> Session:
    """An exchange with another box of the town, who must prove itself by the roster's key.

    The local net has no limit of bandwidth and no hours. Raises PeerRefused `sync.other_town` or
    `sync.revoked`.
    """
    if neighbour.town != side.pins.town or neighbour.id == side.keys.id:
        raise PeerRefused("sync.other_town", box=neighbour.id)
    if neighbour.revoked:
        raise PeerRefused("sync.revoked", box=neighbour.id)
    key = neighbour.public_key
    pins = replace(side.pins, url=url, hub=neighbour.id, public_key=key, certificate="")
    wire = Wire(
        pins,
        side.keys,
        side.clock,
        Link(side.folder / "lan.cut"),
        trusted=lambda at: fetch_neighbours(at, key),
    )
    spool = Spool(side.folder / "lan-spool" / "from" / neighbour.id, side.blobs)
    parcels = NeighbourParcels(side.town, side.blobs, wire, spool, Window(), side.clock)
    return Session(side, wire, parcels)
