"""What the hub answers to a box beyond what any host does: receipts, routing, many spaces."""

import os
import threading
from collections.abc import Callable
from pathlib import Path

from edge.store import possession
from edge.store.keys import Keys
from sync.host import Host
from sync.hub.routing import Router
from sync.hub.spaces import HubSpaces
from sync.replica import Replica, Taken
from sync.roster import COUNTY, Member, Roster, roster_of

# Where there is no counter, larger merges write each page of an index less often.
HUB_MERGE_LIMIT = 20_000


class Peers(Host):
    """The hub's side of every exchange."""

    def __init__(
        self, spaces: HubSpaces, keys: Keys, folder: Path, clock: Callable[[], int]
    ) -> None:
        def roster() -> Roster:
            return roster_of(spaces.county, keys.id, keys.public_key)

        # As many merges as processors.
        super().__init__(spaces, keys, roster, clock, os.cpu_count() or 1, folder / "spool")
        self._spaces, self._folder = spaces, folder
        self.router = Router(spaces, keys.id, clock)
        self._lock = threading.Lock()
        self._replicas: dict[str, Replica] = {}

    def confirm(self, member: Member) -> None:
        """Note that an exchange with a box has ended well, and route what waited for that."""
        super().confirm(member)
        self.router.resume()

    def settle(self, member: Member) -> None:
        """Finish what a kill between merging and signing left undone, before anything is said."""
        replica = self.replica(member, member.space, writing=True)
        boxes = [each.id for each in self.roster.members.values() if each.town == member.town]
        with replica.space.read() as connection:
            waiting = frozenset(box for box in boxes if possession.unsent(connection, box)[0])
        if waiting:
            replica.sign_for(waiting)
            self.router.run(member.space)

    def _taken(self, replica: Replica, taken: Taken) -> None:
        """Sign for what has come, and route what it sets moving."""
        name = replica.space.name
        if taken.entries and name != COUNTY:
            # First what was promised to who brought it; routing may have to wait for another town.
            replica.sign_for(taken.boxes)
            self.router.run(name)

    def _holds(self, name: str, digest: str) -> bool:
        return super()._holds(name, digest) or self.router.fetch(name, digest)

    def _replica(self, name: str) -> Replica:
        space = self._spaces.space(name)
        with self._lock:
            if name not in self._replicas:
                self._replicas[name] = Replica(
                    space,
                    self._keys,
                    self._read_roster,
                    self._folder / "quarantine" / name,
                    self._clock,
                    merge_limit=HUB_MERGE_LIMIT,
                )
            return self._replicas[name]
