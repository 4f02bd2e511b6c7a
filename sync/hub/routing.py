"""Carrying transfers between towns: sent → arrived in the other space; received → confirmed.

Every step is looked up by the transfer's id before it is written, so running again does nothing.
A hub that was set back may have forgotten a step: it writes none into a town's space until a box
of that town has told what it holds.
"""

import logging
import threading
from collections.abc import Callable

from edge.domain.entry import TEXT_LIMIT, canonical
from edge.domain.errors import ArchiveError, Conflict, NotFound
from edge.domain.kinds import Kind
from edge.store import exchange, holdings, routing
from edge.store.database import Connection, Space
from edge.store.entries import Author, Pen
from edge.store.standing import renewals
from sync.hub.spaces import HubSpaces
from sync.roster import COUNTY, space_of

_LOG = logging.getLogger(__name__)
ROUTER = "hub"
# What an entry adds to its content, its salt.
_MARGIN = 1_024


class Router:
    """The hub's hand in transfers."""

    def __init__(self, spaces: HubSpaces, hub: str, clock: Callable[[], int]) -> None:
        self._spaces = spaces
        self._author = Author(hub, clock)
        self._running = threading.Lock()
        # Spaces whose transfers wait for another town to be heard; after a start, perhaps any.
        self._waiting = {space_of(code) for code in spaces.towns}

    def run(self, name: str) -> int:
        """Do what the transfers standing in one space ask for; how many entries were written.

        What cannot be done now, be it for another town's database, waits until a box is heard:
        whose records have just been taken in must not hear of it.
        """
        with self._running:
            try:
                return self._deliver(name) + self._confirm(name)
            except ArchiveError as error:
                _LOG.error("the transfers of %s wait: %s", name, error)
                self._waiting.add(name)
                return 0

    def resume(self) -> None:
        """A box was heard to the end: do what may have waited for that."""
        with self._running:
            waiting, self._waiting = self._waiting, set()
        for name in sorted(waiting):
            if self._sound(name):
                self.run(name)

    def fetch(self, name: str, digest: str) -> bool:
        """Bring a file into a space that a transfer entitles to it; False when there is none."""
        with self._spaces.space(name).read() as connection:
            origin = holdings.origin_of(connection, bytes.fromhex(digest))
        return origin is not None and self._copy(origin, name, digest)

    def _sound(self, name: str) -> Space | None:
        """The other town's space; of an unknown or a damaged one the transfers stay open."""
        try:
            return self._spaces.space(name)
        except ArchiveError:
            return None

    def _deliver(self, name: str) -> int:
        with self._spaces.space(name).read() as connection:
            waiting = routing.sent_and_open(connection)
        return sum(self._arrive(name, *transfer) for transfer in waiting)

    def _may_write(self, origin: str, destination: str) -> bool:
        """Say whether all that the hub has ever written into a space is known to stand there."""
        set_back = 0
        for name in (COUNTY, origin, destination):
            with self._spaces.space(name).read() as connection:
                set_back = max([set_back, *renewals(connection)])
        with self._spaces.space(destination).read() as connection:
            heard = max(exchange.contacts(connection).values(), default=0)
        if set_back and heard <= set_back:
            self._waiting.add(origin)
            return False
        return True

    def _arrive(
        self, name: str, transfer: str, dossier: str, town: str, reason: str, letter: str
    ) -> int:
        destination = space_of(town)
        space = self._sound(destination)
        if space is None:
            return 0
        with space.read() as connection:
            if "arrived" in routing.steps_of(connection, transfer):
                return 0
        if not self._may_write(name, destination):
            return 0
        try:
            with self._spaces.space(name).read() as connection:
                contents = routing.contents_of(connection, dossier)
        except NotFound:
            # A dossier that is not here: it stays open at the sender's.
            return 0
        digests = [
            page[side]
            for material in contents["materials"]
            for page in material["pages"]
            for side in ("thumb", "blob")
        ]
        sender = name.removeprefix("town-")
        content = {**contents, "from": sender, "to": town, "reason": reason, "letter": letter}
        if len(canonical(content).encode()) > TEXT_LIMIT - _MARGIN:
            # No box would take that entry in, nor anything after it.
            _LOG.error("transfer %s is too large for one entry and stays open", transfer)
            return 0

        def arrive(connection: Connection) -> int:
            if "arrived" in routing.steps_of(connection, transfer):
                return 0
            holdings.entitle(connection, [bytes.fromhex(each) for each in digests], name)
            pen = Pen(connection, self._author, ROUTER)
            pen.append(Kind.TRANSFER_ARRIVED, transfer, content)
            return 1

        written = space.write(arrive, urgent=False)
        for digest in digests:
            self._copy(name, destination, digest)
        return written

    def _confirm(self, name: str) -> int:
        """Tell each sender what this town has received."""
        with self._spaces.space(name).read() as connection:
            received = routing.received_here(connection)
        return sum(self._close(name, origin, transfer) for transfer, origin in received)

    def _close(self, name: str, town: str, transfer: str) -> int:
        def confirm(connection: Connection) -> int:
            steps = routing.steps_of(connection, transfer)
            if "sent" not in steps or "confirmed" in steps:
                return 0
            Pen(connection, self._author, ROUTER).append(Kind.TRANSFER_CONFIRMED, transfer, {})
            return 1

        space = self._sound(space_of(town))
        if space is None:
            return 0
        with space.read() as connection:
            if "confirmed" in routing.steps_of(connection, transfer):
                return 0
        if not self._may_write(name, space_of(town)):
            return 0
        return space.write(confirm, urgent=False)

    def _copy(self, origin: str, destination: str, digest: str) -> bool:
        """Copy a file between two folders; False while its own town has not sent it, sound, yet."""
        source, target = self._spaces.blobs(origin), self._spaces.blobs(destination)
        if target.has(digest):
            return True
        if not source.has(digest):
            return False
        try:
            content = source.read(digest)
        except Conflict:
            # Set aside by that; its town brings it again.
            return False
        target.put(content)
        held = [(bytes.fromhex(digest), len(content))]
        self._spaces.space(destination).write(lambda c: holdings.note_held(c, held), urgent=False)
        return True
