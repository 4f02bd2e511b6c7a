"""What a box brings to every exchange, be it with the hub or with a neighbour."""

from collections.abc import Callable, Mapping
from pathlib import Path

from edge.store.blobs import Blobs
from edge.store.database import Space
from edge.store.keys import Keys
from sync.replica import SEGMENT_CHANGES, Replica
from sync.roster import COUNTY, Roster, roster_of, space_of
from sync.spool import Spool
from sync.wire import Pins


class Side:
    """One box as its peers see it: one replica of each space, whoever exchanges with it.

    `spaces` holds `county` and the town's space by name, `blobs` the town's files; `pins` name the
    county's hub; `folder` keeps half-arrived files, refused segments and the switches of the lines.
    """

    def __init__(
        self,
        spaces: Mapping[str, Space],
        blobs: Mapping[str, Blobs],
        keys: Keys,
        pins: Pins,
        folder: Path,
        clock: Callable[[], int],
        segment_changes: int = SEGMENT_CHANGES,
    ) -> None:
        self.keys, self.pins, self.folder, self.clock = keys, pins, folder, clock
        self.county, self.town = spaces[COUNTY], spaces[space_of(pins.town)]
        self.blobs = blobs[self.town.name]
        self.spool = Spool(folder / "spool", self.blobs)
        aside = folder / "quarantine"
        self.replicas = {
            space.name: Replica(space, keys, self.roster, aside, clock, segment_changes)
            for space in (self.county, self.town)
        }

    def roster(self) -> Roster:
        """Who may speak, as the county has signed it."""
        return roster_of(self.county, self.pins.hub, self.pins.public_key)
