"""Every space of the county with its files, opened from one folder."""

import logging
import threading
from pathlib import Path

from edge.domain.errors import ArchiveError, NotFound
from edge.store.blobs import Blobs
from edge.store.database import Space
from edge.store.keys import Keys
from edge.store.pages import damaged_pages
from edge.store.present import bring_up_to_date
from sync.roster import COUNTY, space_of

_LOG = logging.getLogger(__name__)


class HubSpaces:
    """The county space and one space for each town: `spaces/<name>.db`, `blobs/<name>/`.

    A town's damaged database keeps nothing else back: it stays where it is, nobody gets it, and
    the next start tries it again. Raises ArchiveError `storage.unreadable` for the county's own.
    """

    def __init__(self, folder: Path, keys: Keys) -> None:
        self.folder = folder
        self._keys = keys
        self._opening = threading.Lock()
        self._spaces: dict[str, Space] = {}
        self._blobs: dict[str, Blobs] = {}
        self._unreadable: set[str] = set()
        self._open(COUNTY)
        for path in sorted((folder / "spaces").glob("town-*.db")):
            try:
                self._open(path.stem)
            except ArchiveError as error:
                if error.key != "storage.unreadable":
                    raise
                _LOG.error("%s is damaged and left aside; docs/county.md says what to do", path)
                pages = damaged_pages(path, self._keys.derive("database"))
                if pages:
                    _LOG.error("%s: page %d is damaged, %d in all", path, pages[0], len(pages))
                self._unreadable.add(path.stem)

    @property
    def county(self) -> Space:
        """The space that the hub alone writes."""
        return self._spaces[COUNTY]

    @property
    def towns(self) -> dict[str, Space]:
        """Every town's sound space by the town's code."""
        return {
            name.removeprefix("town-"): space
            for name, space in sorted(self._spaces.items())
            if name != COUNTY and not space.damaged
        }

    @property
    def damaged(self) -> list[str]:
        """The codes of the towns whose database was found damaged, at the opening or since."""
        met = {name for name, space in self._spaces.items() if space.damaged and name != COUNTY}
        return sorted(name.removeprefix("town-") for name in self._unreadable | met)

    def space(self, name: str) -> Space:
        """One space by name.

        Raises NotFound `space.unknown`, and ArchiveError `storage.unreadable` for a damaged one.
        """
        if name in self._unreadable or (name in self._spaces and self._spaces[name].damaged):
            raise ArchiveError("storage.unreadable", name=f"{name}.db")
        if name not in self._spaces:
            raise NotFound("space.unknown", name=name)
        return self._spaces[name]

    def town(self, code: str) -> Space:
        """One town's space; raises as `space` does."""
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
                space = Space(path, self._keys.derive("database"), name)
                bring_up_to_date(space)
                self._spaces[name] = space
                self._blobs[name] = Blobs(self.folder / "blobs" / name, self._keys)
                self._unreadable.discard(name)
            return self._spaces[name]
