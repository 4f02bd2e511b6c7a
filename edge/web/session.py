"""Who is signed in at this browser: a server-side session, kept in memory alone."""

from typing import Any

from litestar import Request
from litestar.middleware.session.server_side import ServerSideSessionConfig

from edge.domain.access import Clerk, Right

MAX_AGE_SECONDS = 8 * 3600
SESSIONS = ServerSideSessionConfig(
    key="sid",
    store="sessions",
    max_age=MAX_AGE_SECONDS,
    samesite="strict",
    httponly=True,
    renew_on_access=True,
    exclude=["^/static", "^/healthz", "^/metrics"],
)
STATION = "counter"


class NotSignedIn(Exception):
    """Nobody is signed in at this browser, or the time is over."""


def sign_in(request: Request[Any, Any, Any], clerk: Clerk) -> None:
    """Begin the clerk's session; what an earlier one held is dropped."""
    request.set_session(
        {
            "clerk": {
                "id": clerk.id,
                "name": clerk.name,
                "town": clerk.town,
                "roles": sorted(clerk.roles),
            }
        }
    )


def sign_out(request: Request[Any, Any, Any], place: str = "") -> None:
    """End the session at this browser; its clerk will come back to `place`."""
    clerk = signed_in(request)
    if clerk is None or not place.startswith("/") or place.startswith("//"):
        request.clear_session()
    else:
        request.set_session({"left": {"clerk": clerk.id, "place": place}})


def place_left(request: Request[Any, Any, Any], clerk: Clerk) -> str:
    """Where the clerk was when this browser was locked; another clerk begins at home."""
    left = request.session.get("left") if request.session else None
    return str(left["place"]) if left and left["clerk"] == clerk.id else "/"


def signed_in(request: Request[Any, Any, Any]) -> Clerk | None:
    """The clerk at this browser, if any."""
    kept = request.session.get("clerk") if request.session else None
    if not kept:
        return None
    return Clerk(kept["id"], kept["name"], kept["town"], frozenset(kept["roles"]))


async def provide_clerk(request: Request[Any, Any, Any]) -> Clerk:
    """Give handlers the clerk; raises NotSignedIn. The templates find it in the request's state."""
    clerk = signed_in(request)
    if clerk is None:
        raise NotSignedIn
    request.state["clerk"] = clerk
    return clerk


async def provide_reader(request: Request[Any, Any, Any]) -> Clerk:
    """Give handlers a clerk who may read dossiers; raises NotSignedIn or Denied."""
    clerk = await provide_clerk(request)
    clerk.require(Right.READ)
    return clerk
