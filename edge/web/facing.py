"""What stands on the screens that face citizens: what a clerk shows, and who is visiting.

In memory alone: a restart wipes both. Nothing here outlives the citizen's last touch for long,
whatever the browser does.
"""

import secrets
import threading
from collections.abc import Mapping
from dataclasses import dataclass, replace

from edge.web.locale import language

LASTS_MS = 120_000
INVITED_MS = 600_000
MOST_WRONG = 5


class NotLetIn(Exception):
    """This browser is no screen that faces citizens, or not one of the wanted kind."""


class NobodyThere(Exception):
    """No card was laid down at this screen, or the visit is over."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """What a citizen is to see: already redacted, nothing else of the record goes there.

    `subject` and `what` say what a confirmation is about.
    """

    title: str
    lines: tuple[tuple[str, str], ...]
    subject: str
    what: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Showing:
    """A sheet on the second screen, by language; `number` tells it from the one before."""

    number: int
    sheets: Mapping[str, Sheet]
    clerk: str
    until: int
    confirmed: bool = False

    @property
    def sheet(self) -> Sheet:
        """The sheet in the language of the screen that asks."""
        return self.sheets[language()]


@dataclass(frozen=True, slots=True)
class Visit:
    """Who laid a card on the self-service screen's reader; `proof` and `job` are being printed."""

    person: str
    until: int
    proof: str = ""
    job: int | None = None


@dataclass
class _Invitation:
    code: str
    mode: str
    by: str
    until: int
    wrong: int = 0


class Facing:
    """The second screen's sheet, the visits by screen, and the code that lets a screen in.

    May be told and asked from any thread.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._number = 0
        self._showing: Showing | None = None
        self._visits: dict[str, Visit] = {}
        self._invitation: _Invitation | None = None

    def show(self, sheets: Mapping[str, Sheet], clerk: str, now: int) -> Showing:
        """Put a sheet, by language, on the second screen, in the place of the one before."""
        with self._lock:
            self._number += 1
            self._showing = Showing(self._number, sheets, clerk, now + LASTS_MS)
            return self._showing

    def shown(self, now: int) -> Showing | None:
        """What stands on the second screen now."""
        with self._lock:
            if self._showing and now > self._showing.until:
                self._showing = None
            return self._showing

    def confirm(self, number: int, now: int) -> Showing | None:
        """Mark the sheet of this number as confirmed, once; None where it is gone."""
        with self._lock:
            held = self._showing
            if not held or held.number != number or held.confirmed or now > held.until:
                return None
            self._showing = replace(held, confirmed=True, until=now + LASTS_MS)
            return held

    def wipe(self) -> None:
        """Take everything off the second screen."""
        with self._lock:
            self._showing = None

    def begin(self, screen: str, person: str, now: int) -> None:
        """Somebody has laid a card down."""
        with self._lock:
            self._visits[screen] = Visit(person, now + LASTS_MS)

    def visit(self, screen: str, now: int) -> Visit | None:
        """Who is at a screen now."""
        with self._lock:
            held = self._visits.get(screen)
            if held and now > held.until:
                held = self._visits.pop(screen, None) and None
            return held

    def print_for(self, screen: str, proof: str, job: int | None) -> None:
        """Note what is being printed for the visitor."""
        with self._lock:
            if screen in self._visits:
                self._visits[screen] = replace(self._visits[screen], proof=proof, job=job)

    def stay(self, screen: str, now: int) -> None:
        """The citizen has touched the screen."""
        with self._lock:
            if screen in self._visits and now <= self._visits[screen].until:
                self._visits[screen] = replace(self._visits[screen], until=now + LASTS_MS)
            if self._showing and now <= self._showing.until:
                self._showing = replace(self._showing, until=now + LASTS_MS)

    def end(self, screen: str) -> None:
        """The visit is over."""
        with self._lock:
            self._visits.pop(screen, None)

    def invite(self, mode: str, by: str, now: int) -> str:
        """Give the code that lets one screen in within ten minutes; the one before is void."""
        code = f"{secrets.randbelow(10**6):06d}"
        with self._lock:
            self._invitation = _Invitation(code, mode, by, now + INVITED_MS)
        return code

    def redeem(self, code: str, now: int) -> tuple[str, str] | None:
        """The mode that a code lets in, and who gave it; a code is void after a few wrong ones."""
        with self._lock:
            held = self._invitation
            if held is None or now > held.until or held.wrong >= MOST_WRONG:
                return None
            if not secrets.compare_digest(held.code, code):
                held.wrong += 1
                return None
            self._invitation = None
            return held.mode, held.by
