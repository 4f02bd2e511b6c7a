"""Signing in with a PIN; wrong guesses cost ever more time, also across restarts."""

from edge.domain.access import Clerk
from edge.domain.errors import Denied
from edge.store import desk
from edge.store.database import Connection, Space
from edge.store.staff import enrolled_at, member_by_login, pin_matches, verifier_of
from edge.workflows.handing_over import has_left
from edge.workflows.office import Office

FREE_GUESSES = 5
LONGEST_WAIT_MS = 15 * 60_000
# An unknown name is checked against this, so that the time taken does not tell who exists.
NOBODY = verifier_of("")


def sign_in(office: Office, login: str, pin: str) -> Clerk:
    """Check a PIN and say who it is.

    Raises Denied `pin.wrong` (left: guesses before a wait), `pin.wait` (seconds), and
    `handover.left` for whoever has handed over.
    """
    failures = count_guess(office.space, login, office.author.clock())
    with office.county.read() as county:
        member = member_by_login(county, login)
    right = pin_matches(member.verifier if member else NOBODY, pin)
    if member is None or not right or member.clerk.town not in ("", office.code):
        raise Denied("pin.wrong", left=max(0, FREE_GUESSES - failures - 1))
    office.space.write(lambda connection: desk.clear_failures(connection, login))
    with office.county.read() as county, office.space.read() as town:
        if has_left(town, member.clerk.id, enrolled_at(county, member.clerk.id)):
            raise Denied("handover.left")
    return member.clerk


def count_guess(space: Space, login: str, now: int) -> int:
    """Count a guess before it is checked, so that many at once are no way round the wait.

    Gives how many were wrong before; raises Denied `pin.wait` (seconds).
    """

    def count(connection: Connection) -> tuple[int, int]:
        failures, last = desk.failures_of(connection, login)
        # A guess from the future was made before the clock was set right: it costs no wait.
        wait = _wait_ms(failures) - (now - last) if last <= now else 0
        if wait <= 0:
            desk.note_failure(connection, login, now)
        return failures, wait

    failures, wait = space.write(count)
    if wait > 0:
        raise Denied("pin.wait", seconds=-(-wait // 1000))
    return failures


def _wait_ms(failures: int) -> int:
    if failures < FREE_GUESSES:
        return 0
    doublings = min(failures - FREE_GUESSES, 10)
    return min(30_000 << doublings, LONGEST_WAIT_MS)
