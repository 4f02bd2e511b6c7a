"""The hub as one that carries by stick."""

from collections.abc import Collection, Sequence
from pathlib import Path

from edge.domain.errors import DangxiaError, InvalidInput, PeerRefused
from edge.store.exchange import Cursor
from edge.store.staff import name_of_institution
from sync.carry import Lane, Site, Store, Taker, Watch, note_heard, senders_on
from sync.carry_acts import SAFE, Act, Said, said_of_export, said_of_import
from sync.carry_export import export_to
from sync.carry_import import import_from
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
        county.peers.settle(member)
        own = county.peers.replica(member, COUNTY, writing=False)
        town = county.peers.replica(member, member.space, writing=True)
        store = _store(county, member)
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
            replica.sign_for(taken.boxes)
            router.run(replica.space.name)
        return taken

    return take


def _store(county: County, member: Member) -> Store:
    blobs = county.spaces.blobs(member.space)
    folder = county.folder / "carry-spool" / member.space / member.id
    return Store(blobs, Spool(folder, blobs))


def acts_of_hub(county: County) -> dict[str, Act]:
    """The hub's: for a box or a whole town; with no receiver, for whoever brought the stick."""
    site = site_of_hub(county)

    def named(box: str) -> Said:
        member = county.peers.roster.members.get(box)
        if member is None:
            return ("", "carry.of_box", {"town": "", "name": box[:8]})
        with county.spaces.county.read() as connection:
            town = name_of_institution(connection, member.town)
        return ("", "carry.of_box", {"town": town, "name": member.name})

    def give(stick: Path, receiver: str, watch: Watch) -> Sequence[Said]:
        wanted = [each.id for each in receivers(county, receiver)] if receiver else []
        boxes = wanted or senders_on(stick, site)
        if not boxes:
            raise InvalidInput("carry.for_whom")
        said: list[Said] = []
        for box in boxes:
            said.append(named(box))
            try:
                said += said_of_export(export_to(stick, site, box, fill=True, watch=watch))
            except DangxiaError as error:
                # The others' answers do not wait for a box that may get none.
                if len(boxes) == 1:
                    raise
                said.append(("alarm", error.key, error.fields))
        return [*said, SAFE]

    def take(stick: Path, receiver: str, watch: Watch) -> Sequence[Said]:
        said: list[Said] = []
        for each in import_from(stick, site, watch=watch):
            said += [named(each.sender), *said_of_import(each)]
        return [*said, SAFE]

    return {"export": give, "import": take}
