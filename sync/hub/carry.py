"""The hub as one that carries by stick."""

from collections.abc import Collection, Sequence
from pathlib import Path

from edge.domain.errors import PeerRefused
from edge.store.exchange import Cursor
from sync.carry import Lane, Site, Store, Taker, note_heard
from sync.hub.county import County
from sync.hub.routing import Router
from sync.replica import Replica, Taken
from sync.roster import COUNTY, Member
from sync.spool import Spool


def site_of_hub(county: County) -> Site:
    """The hub: gives each box the county's space and its town's, takes its town's."""
    router = county.peers.router

    def lanes(peer: str) -> Sequence[Lane]:
        member = county.peers.member(peer)
        own = county.peers.replica(member, COUNTY, writing=False)
        town = county.peers.replica(member, member.space, writing=True)
        store = _store(county, member.space)
        return [Lane(own, own.take), Lane(town, _taker(town, router), store)]

    def heard(peer: str, at: int) -> None:
        note_heard(county.spaces.space(county.peers.member(peer).space), peer, at)
        router.resume()

    return Site(
        county.keys,
        county.keys.id,
        county.clock,
        lambda: county.peers.roster,
        lanes,
        "sync.hub_set_back",
        heard,
    )


def receivers(county: County, wanted: str) -> list[Member]:
    """The boxes meant by a town's code, or by a box's id or its beginning.

    Raises PeerRefused `carry.unknown_receiver` or `carry.which_receiver`.
    """
    members = [each for each in county.peers.roster.members.values() if not each.revoked]
    of_town = [each for each in members if each.town == wanted]
    if of_town:
        return of_town
    named = [each for each in members if wanted and each.id.startswith(wanted)]
    if not named:
        raise PeerRefused("carry.unknown_receiver", receiver=wanted)
    if len(named) > 1:
        raise PeerRefused("carry.which_receiver", receiver=wanted)
    return named


def _taker(replica: Replica, router: Router) -> Taker:
    def take(content: bytes, sender: str, remembered: Collection[Cursor]) -> Taken:
        taken = replica.take(content, sender, remembered)
        if taken.entries:
            router.run(replica.space.name)
            replica.sign_for(taken.boxes)
        return taken

    return take


def _store(county: County, name: str) -> Store:
    blobs = county.spaces.blobs(name)
    return Store(blobs, Spool(_spool(county.folder, name), blobs))


def _spool(folder: Path, name: str) -> Path:
    return folder / "carry-spool" / name
