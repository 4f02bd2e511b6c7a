"""Who may write what: the boxes of each town, as the county space lists them."""

from collections.abc import Mapping
from dataclasses import dataclass

from edge.store import enrolment
from edge.store.database import Space

COUNTY = "county"


@dataclass(frozen=True, slots=True)
class Member:
    """One box of the county."""

    id: str
    town: str
    name: str
    public_key: str
    revoked: bool

    @property
    def space(self) -> str:
        """The space that the box writes."""
        return space_of(self.town)


@dataclass(frozen=True, slots=True)
class Roster:
    """The hub, known by its pinned key, and the boxes it has admitted."""

    hub: str
    hub_key: str
    members: Mapping[str, Member]

    def key_of(self, box: str) -> str | None:
        """The public key of a box, revoked ones too, since their history stays."""
        if box == self.hub:
            return self.hub_key
        member = self.members.get(box)
        return member.public_key if member else None

    def may_write(self, box: str, space: str) -> bool:
        """Say whether a box may send to a space: the hub anywhere, a box to its own town's."""
        if box == self.hub:
            return True
        member = self.members.get(box)
        return member is not None and not member.revoked and member.space == space

    def is_active(self, box: str) -> bool:
        """Say whether a box is known and not revoked."""
        return box == self.hub or (box in self.members and not self.members[box].revoked)

    def belongs(self, box: str, space: str) -> bool:
        """Say whether entries by this box may stand in a space; revocation leaves them standing."""
        member = self.members.get(box)
        return box == self.hub or (member is not None and member.space == space)


def space_of(town: str) -> str:
    """Name a town's space."""
    return f"town-{town}"


def roster_of(county: Space, hub: str, hub_key: str) -> Roster:
    """Read the roster."""
    with county.read() as connection:
        rows = enrolment.boxes(connection)
    return Roster(hub, hub_key, {row[0]: Member(*row[:4], bool(row[4])) for row in rows})
