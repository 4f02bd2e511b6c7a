"""Every space of the county with its files, opened from one folder."""

import threading
from pathlib import Path

from edge.domain.errors import NotFound
from edge.store.blobs import Blobs
from edge.store.database import Space
from edge.store.keys import Keys
from sync.roster import COUNTY, space_of


class HubSpaces:
    """The county space and one space for each town: `spaces/<name>.db`, `blobs/<name>/`."""

    def __init__(self, folder: Path, keys: Keys) -> None:
        self.folder = folder
        self._keys = keys
        self._opening = threading.Lock()
        self._spaces: dict[str, Space] = {}
        self._blobs: dict[str, Blobs] = {}
        self._open(COUNTY)
        for path in sorted((folder / "spaces").glob("town-*.db")):
            self._open(path.stem)

    @property
    def county(self) -> Space:
        """The space that the hub alone writes."""
        return self._spaces[COUNTY]

    @property
    def towns(self) -> dict[str, Space]:
        """Every town's space by the town's code."""
        return {
            name.removeprefix("town-"): space
            for name, space in sorted(self._spaces.items())
            if name != COUNTY
        }

    def space(self, name: str) -> Space:
        """One space by name; raises NotFound `space.unknown`."""
        if name not in self._spaces:
            raise NotFound("space.unknown", name=name)
        return self._spaces[name]

    def town(self, code: str) -> Space:
        """One town's space; raises NotFound `space.unknown`."""
        return self.space(space_of(code))

    def blobs(self, name: str) -> Blobs:
        """The files of one space; raises NotFound `space.unknown`."""
        if name not in self._blobs:
            raise NotFound("space.unknown", name=name)
        return self._blobs[name]

    def create_town(self, code: str) -> Space:
        """Make a town's space, or give it back when it exists."""
        return self._open(space_of(code))

    def close(self) -> None:
        """Close every database."""
        for space in self._spaces.values():
            space.close()

    def _open(self, name: str) -> Space:
        with self._opening:
            if name not in self._spaces:
                path = self.folder / "spaces" / f"{name}.db"
                self._spaces[name] = Space(path, self._keys.derive("database"), name)
                self._blobs[name] = Blobs(self.folder / "blobs" / name, self._keys)
            return self._spaces[name]
