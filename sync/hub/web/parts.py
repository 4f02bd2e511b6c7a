"""What the composition root of the hub hands to the county's screens."""

from collections.abc import Callable
from dataclasses import dataclass, field

from edge.domain.errors import NotFound
from edge.store.blobs import Blobs
from edge.store.database import Space
from edge.store.entries import Author
from edge.store.staff import institutions
from edge.web.events import Stations
from edge.web.sticks import Sticks
from sync.hub.spaces import HubSpaces
from sync.roster import space_of


@dataclass(frozen=True, slots=True)
class Town:
    """One town's record and files as held at the hub."""

    code: str
    name: str
    space: Space
    blobs: Blobs


@dataclass(frozen=True, slots=True)
class Parts:
    """The composed hub as its screens see it.

    `author` writes in the hub's name into every space. `accept` admits a pending box in the name
    of a person (box id, person id). Whoever confirms an exchange with a box calls
    `stations.publish("sync")`, from any thread; the open screens then ask anew.
    """

    county_name: str
    spaces: HubSpaces
    author: Author
    accept: Callable[[str, str], None]
    stations: Stations = field(default_factory=Stations)
    sticks: Sticks = field(default_factory=lambda: Sticks((), (), {}))

    @property
    def county(self) -> Space:
        """The space of the county itself."""
        return self.spaces.county

    @property
    def now(self) -> int:
        """The hub's clock, in milliseconds."""
        return self.author.clock()

    def towns(self) -> list[Town]:
        """Every town that has a sound space here, by code."""
        names = self.names()
        return [self._town(code, names.get(code, code)) for code in self.spaces.towns]

    def damaged(self) -> list[str]:
        """The names of the towns whose database here is damaged."""
        names = self.names()
        return [names.get(code, code) for code in self.spaces.damaged]

    def town(self, code: str) -> Town:
        """Find a town; raises NotFound `town.unknown`, ArchiveError `storage.unreadable`."""
        if code in self.spaces.damaged:
            self.spaces.town(code)
        if code not in self.spaces.towns:
            raise NotFound("town.unknown", town=code)
        return self._town(code, self.names().get(code, code))

    def names(self) -> dict[str, str]:
        """The offices' names by code."""
        with self.county.read() as connection:
            return {each.code: each.name for each in institutions(connection)}

    def _town(self, code: str, name: str) -> Town:
        name_of_space = space_of(code)
        return Town(code, name, self.spaces.space(name_of_space), self.spaces.blobs(name_of_space))
