"""Signing in with a PIN; wrong guesses cost ever more time, also across restarts."""

from edge.domain.access import Clerk
from edge.domain.errors import Denied
from edge.store import desk
from edge.store.database import Connection
from edge.store.staff import member_by_login, pin_matches
from edge.workflows.office import Office

FREE_GUESSES = 5
LONGEST_WAIT_MS = 15 * 60_000


def sign_in(office: Office, login: str, pin: str) -> Clerk:
    """Check a PIN and say who it is.

    Raises Denied `pin.wrong` (left: guesses before a wait), `pin.wait` (seconds).
    """
    now = office.author.clock()

    # A guess counts before it is checked, so that many at once are no way round the wait.
    def count(connection: Connection) -> tuple[int, int]:
        failures, last = desk.failures_of(connection, login)
        wait = _wait_ms(failures) - (now - last)
        if wait <= 0:
            desk.note_failure(connection, login, now)
        return failures, wait

    failures, wait = office.space.write(count)
    if wait > 0:
        raise Denied("pin.wait", seconds=-(-wait // 1000))
    with office.county.read() as county:
        member = member_by_login(county, login)
    known = member is not None and member.clerk.town in ("", office.code)
    if member is None or not known or not pin_matches(member.verifier, pin):
        raise Denied("pin.wrong", left=max(0, FREE_GUESSES - failures - 1))
    office.space.write(lambda connection: desk.clear_failures(connection, login))
    return member.clerk


def _wait_ms(failures: int) -> int:
    if failures < FREE_GUESSES:
        return 0
    doublings = min(failures - FREE_GUESSES, 10)
    return min(30_000 << doublings, LONGEST_WAIT_MS)
