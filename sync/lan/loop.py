"""Exchanges with the neighbours that are found, kept going for as long as the hub is away."""

import logging
import random
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from edge.domain.errors import DangxiaError, PeerUnreachable
from edge.store import enrolment, exchange
from edge.store.branches import chain_head
from sync.discovery import BOX, Found
from sync.lan.session import session_with
from sync.roster import Member
from sync.session import Session
from sync.side import Side

_LOG = logging.getLogger(__name__)
FIRST_WAIT, LONGEST_WAIT, LOOK_S, PAUSE_S = 2.0, 120.0, 1.0, 0.2
# For files a round takes about so long, shared by the neighbours in it, each at least the least.
FILES_S, LEAST_FILES_S = 30.0, 5.0
ENTRIES_S = 120.0


@dataclass(frozen=True, slots=True)
class Neighbour:
    """Another box of the town: `ordinal` is its number there, `at` (ms) the last good exchange.

    `near` says that it has been heard on the local net; `error` is the key of what went wrong when
    last tried, empty after a good exchange.
    """

    id: str
    name: str
    ordinal: int
    at: int | None
    near: bool
    error: str = ""


@dataclass(slots=True)
class _Line:
    session: Session
    failures: int = 0
    due: float = 0.0
    visited: float = 0.0
    error: str = ""
    met: str = ""


class NeighbourLoop:
    """A thread that exchanges with each neighbour every `interval` seconds while `away` holds.

    `heard` lists who announces itself: hints, each to be proved by the key that the roster names.
    Each has `patience` seconds for entries: what was moved stays, and the others have their turn.
    """

    def __init__(
        self,
        side: Side,
        heard: Callable[[], Sequence[Found]],
        away: Callable[[], bool],
        interval: float = 15.0,
        patience: float = ENTRIES_S,
    ) -> None:
        self._patience = patience
        self._side, self._heard, self._away, self._interval = side, heard, away, interval
        self._lines: dict[str, _Line] = {}
        self._wake, self._stopping = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._run, name="neighbours", daemon=True)
        self._told = -1

    def start(self) -> None:
        """Begin; a commit of the town's space that is this box's own nudges it from now on."""
        self._side.town.on_commit(self._wake.set)
        self._thread.start()

    def stop(self) -> None:
        """End at once, whoever is being waited for."""
        self._stopping.set()
        self._wake.set()
        for line in list(self._lines.values()):
            line.session.wire.halt()
        if self._thread.is_alive():
            self._thread.join()
        for line in self._lines.values():
            line.session.close()

    def status(self) -> tuple[Neighbour, ...]:
        """Every box of this town that was ever exchanged with or is heard now, in their order."""
        me, town = self._side.keys.id, self._side.pins.town
        with self._side.county.read() as connection:
            ordinals = enrolment.ordinals(connection)
        with self._side.town.read() as connection:
            contacts = exchange.contacts(connection)
        near = {each.id for each in self._heard()}
        found = [
            Neighbour(
                member.id,
                member.name,
                ordinals.get(member.id, 0),
                contacts.get(member.id),
                member.id in near,
                self._error_of(member.id),
            )
            for member in self._side.roster().members.values()
            if member.town == town and member.id != me and not member.revoked
        ]
        known = [each for each in found if each.near or each.at is not None]
        return tuple(sorted(known, key=lambda each: (each.ordinal, each.id)))

    def _error_of(self, box: str) -> str:
        line = self._lines.get(box)
        return line.error if line else ""

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                if self._away():
                    self._visit_all()
            except Exception:
                # The outermost frame: whatever broke, neighbours are looked for again.
                _LOG.exception("looking for neighbours failed")
            if self._wake.wait(LOOK_S):
                # Merging commits often.
                self._stopping.wait(PAUSE_S)
                self._wake.clear()

    def _visit_all(self) -> None:
        """The entries of all of them, then files, so that nobody waits for another's files."""
        own = self._own_head()
        due = self._due(own)
        if len(due) > 1:
            for found, member in due:
                self._visit(found, member, 0.0)
        reached = [
            (found, member)
            for found, member in due
            if (line := self._lines.get(found.id)) is None or not line.failures
        ]
        for found, member in reached:
            self._visit(found, member, max(FILES_S / len(reached), LEAST_FILES_S))
        self._told = own

    def _due(self, own: int) -> list[tuple[Found, Member]]:
        """Whom to visit now, the one longest not visited first."""
        roster, now, due = self._side.roster(), time.monotonic(), list[tuple[Found, Member]]()
        for found in self._heard():
            member = roster.members.get(found.id)
            if member is None or not self._is_neighbour(found, member):
                continue
            line = self._lines.get(found.id)
            news = own > self._told and (line is None or not line.failures)
            if line is None or news or now >= line.due:
                due.append((found, member))
        return sorted(due, key=lambda each: self._visited(each[0].id))

    def _visited(self, box: str) -> float:
        line = self._lines.get(box)
        return line.visited if line else 0.0

    def _is_neighbour(self, found: Found, member: Member) -> bool:
        side = self._side
        ours = member.town == side.pins.town and member.id != side.keys.id
        return found.role == BOX and ours and not member.revoked

    def _visit(self, found: Found, member: Member, seconds: float) -> None:
        """Exchange with a neighbour, for so many seconds with files."""
        for url in self._addresses(found):
            line = self._line(member, url)
            if self._stopping.is_set():
                return
            line.visited = time.monotonic()
            line.session.wire.until = line.visited + self._patience + seconds
            try:
                line.session.run_once(self._for_a_while(seconds))
            except PeerUnreachable as error:
                self._failed(line, error.key)
                continue
            except DangxiaError as error:
                _LOG.warning("neighbour %s: %s", member.id[:8], error.key)
                self._failed(line, error.key)
            except Exception:
                # What breaks with one neighbour must not keep the others waiting.
                _LOG.exception("an exchange with a neighbour failed")
                self._failed(line, "sync.failed")
            else:
                line.failures, line.error, line.met = 0, "", url
                waits = line.session.parcels.unfinished
                line.due = time.monotonic() + (0 if waits else self._interval)
            return

    def _addresses(self, found: Found) -> list[str]:
        """Where it was met last, and where it says it is: anybody may say that for it."""
        line = self._lines.get(found.id)
        met = [line.met] if line and line.met else []
        return list(dict.fromkeys((*met, found.url, *found.others)))

    def _line(self, member: Member, url: str) -> _Line:
        line = self._lines.get(member.id)
        if line is None:
            line = self._lines[member.id] = _Line(session_with(self._side, member, url))
        elif line.session.wire.url != url:
            line.session.wire.move(url)
        return line

    def _failed(self, line: _Line, key: str) -> None:
        line.failures, line.error = line.failures + 1, key
        bound = min(FIRST_WAIT * 2**line.failures, LONGEST_WAIT)
        line.due = time.monotonic() + random.uniform(0.2, bound)

    def _for_a_while(self, seconds: float) -> Callable[[], bool]:
        end = time.monotonic() + seconds

        def going_on() -> bool:
            return not self._stopping.is_set() and time.monotonic() < end and self._away()

        return going_on

    def _own_head(self) -> int:
        with self._side.town.read() as connection:
            return chain_head(connection, self._side.keys.id)[0]
