"""Signing in at the county: staff of no town, by PIN; wrong guesses cost ever more time."""

from typing import Annotated, Any

import msgspec
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import URLEncodedBody
from litestar.response import Template

from edge.domain.access import Clerk, Right
from edge.domain.errors import Denied
from edge.store import desk
from edge.store.staff import member_by_id, member_by_login, pin_matches
from edge.web import session
from edge.web.locale import sentence_of
from edge.web.rendering import go, page
from edge.workflows.signing_in import FREE_GUESSES, NOBODY, count_guess
from sync.hub.web.parts import Parts


class SignIn(msgspec.Struct, frozen=True):
    """The sign-in form."""

    login: Annotated[str, msgspec.Meta(max_length=60)]
    pin: Annotated[str, msgspec.Meta(max_length=60)]


def check_pin(parts: Parts, login: str, pin: str) -> Clerk:
    """Say who it is; raises Denied `pin.wrong` (left) or `pin.wait` (seconds).

    Attempts are kept in the county space, whose table is this machine's own and never replicated.

    Only people of the county itself come in here; who can neither supervise nor administer is
    refused like a wrong PIN.
    """
    failures = count_guess(parts.county, login, parts.now)
    with parts.county.read() as county:
        member = member_by_login(county, login)
    right = pin_matches(member.verifier if member else NOBODY, pin)
    if member is None or not right or not _of_county(member.clerk):
        raise Denied("pin.wrong", left=max(0, FREE_GUESSES - failures - 1))
    parts.county.write(lambda county: desk.clear_failures(county, login))
    return member.clerk


def _of_county(clerk: Clerk) -> bool:
    return clerk.town == "" and (clerk.may(Right.SUPERVISE) or clerk.may(Right.ADMINISTER))


def provide_clerk(request: Request[Any, Any, Any], parts: NamedDependency[Parts]) -> Clerk:
    """Give handlers the person as the record knows them now; raises NotSignedIn.

    Who is withdrawn, or loses a role, loses it with the next request and not with the session.
    """
    kept = session.signed_in(request)
    if kept is None:
        raise session.NotSignedIn
    with parts.county.read() as county:
        member = member_by_id(county, kept.id)
    if member is None or not _of_county(member.clerk):
        session.sign_out(request)
        raise session.NotSignedIn
    request.state["clerk"] = member.clerk
    return member.clerk


@get("/lock", sync_to_thread=False)
def locked(request: Request[Any, Any, Any]) -> Template:
    """The locked screen; it names nobody."""
    return page(request, "hub/lock.html", login="", wrong="")


@post("/sign-in", status_code=303, sync_to_thread=True)
def sign_in(
    request: Request[Any, Any, Any],
    parts: NamedDependency[Parts],
    data: URLEncodedBody[SignIn],
) -> Response[Any]:
    """Let a person of the county in, or say what was wrong beside the form."""
    try:
        clerk = check_pin(parts, data.login.strip(), data.pin)
    except Denied as error:
        return page(request, "hub/lock.html", 403, login=data.login, wrong=sentence_of(error))
    place = session.place_left(request, clerk)
    session.sign_in(request, clerk)
    return go(request, place)
