"""Who is signed in at this browser: a server-side session, kept in memory alone.

A session begins with a sign-in and under a name that no browser chose. Two programs on one machine
(a hub and its boxes in the demonstration) share a browser's cookies, so each uses its own names.
"""

import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from litestar import Request
from litestar.connection import ASGIConnection
from litestar.datastructures import Cookie, MutableScopeHeaders
from litestar.di import NamedDependency
from litestar.middleware.session.server_side import (
    ServerSideSessionBackend,
    ServerSideSessionConfig,
)
from litestar.types import Empty, Message, ScopeSession

from edge.domain.access import Clerk, Right
from edge.domain.errors import Denied
from edge.store.staff import enrolled_at, member_by_id
from edge.web.idleness import Touches
from edge.web.parts import Parts
from edge.workflows.handing_over import has_left

MAX_AGE_SECONDS = 8 * 3600
_BEGUN = "session-begun"
# The matter whose readers sit at this browser; only a new sign-in leads out again.
READING = "reading"
# What is sent without doing anything: what was done before can still be taken back.
_NO_ACT = ("/undo", "/drafts", "/search", "/codes")
_Connection = ASGIConnection[Any, Any, Any, Any]


class NotSignedIn(Exception):
    """Nobody is signed in at this browser, or the time is over; `left`: by having handed over."""

    def __init__(self, left: bool = False) -> None:
        super().__init__()
        self.left = left


class _Sessions(ServerSideSessionBackend):
    """Keeps a session only as long as it is wanted.

    A request that was under way while the session ended must not bring it back, and a session that
    nobody began takes no memory. Where nobody was at the browser for too long, the clerk's session
    has ended as if the page had locked itself.
    """

    def __init__(self, config: ServerSideSessionConfig) -> None:
        super().__init__(config)
        steady = config.steady if isinstance(config, _Config) else time.monotonic
        self._touches = Touches(steady, MAX_AGE_SECONDS)

    async def load_from_connection(self, connection: _Connection) -> dict[str, Any]:
        """Load what is kept; of a browser that was left alone only who was there, and where."""
        held = await super().load_from_connection(connection)
        # Readers sit over one page for long; their time is bounded by what let them in.
        if "clerk" not in held or READING in held:
            return held
        place = self._touches.note(connection.cookies[self.config.key], connection)
        if not place:
            return held
        connection.scope["state"][_BEGUN] = True
        return _left(held["clerk"]["id"], place)

    async def store_in_message(
        self, scope_session: ScopeSession, message: Message, connection: _Connection
    ) -> None:
        """Keep what changed; name the session anew where it begins."""
        store = self.config.get_store_from_app(connection.scope["litestar_app"])
        known = connection.cookies.get(self.config.key)
        if known and (scope_session is Empty or _BEGUN in connection.scope["state"]):
            await self.delete(known, store=store)
        if scope_session is Empty:
            if known:
                self._name(message, "null", expires=0)
            return
        kept = self.serialize_data(scope_session, connection.scope)
        if _BEGUN in connection.scope["state"]:
            begun = self.generate_session_id()
            self._touches.begin(begun)
            await self.set(begun, kept, store=store)
            self._name(message, begun)
        elif known and await self.get(known, store=store) not in (None, kept):
            await self.set(known, kept, store=store)

    def _name(self, message: Message, value: str, expires: int | None = None) -> None:
        cookie = Cookie(
            key=self.config.key,
            value=value,
            expires=expires,
            httponly=True,
            samesite=self.config.samesite,
        )
        MutableScopeHeaders.from_message(message).add("Set-Cookie", cookie.to_header(header=""))


@dataclass
class _Config(ServerSideSessionConfig):
    _backend_class = _Sessions
    steady: Callable[[], float] = time.monotonic


def mark_of(secret: str) -> str:
    """What tells one program's cookies from another's; changes with the secret."""
    return hashlib.sha256(secret.encode()).hexdigest()[:8]


def sessions(secret: str, steady: Callable[[], float]) -> ServerSideSessionConfig:
    """Configure the sessions of the program that signs with this secret.

    `steady` counts the seconds that nobody was at a browser.
    """
    return _Config(
        steady=steady,
        key=f"sid-{mark_of(secret)}",
        store="sessions",
        max_age=MAX_AGE_SECONDS,
        samesite="strict",
        httponly=True,
        renew_on_access=True,
        exclude=["^/static", "^/healthz", "^/metrics"],
    )


def sign_in(request: Request[Any, Any, Any], clerk: Clerk) -> None:
    """Begin the clerk's session; what an earlier one held is dropped."""
    _begin(
        request,
        {
            "clerk": {
                "id": clerk.id,
                "name": clerk.name,
                "town": clerk.town,
                "roles": sorted(clerk.roles),
            }
        },
    )


def sign_out(request: Request[Any, Any, Any], place: str = "") -> None:
    """End the session at this browser; its clerk will come back to `place`."""
    clerk = signed_in(request)
    if clerk is None or not is_own(place):
        request.clear_session()
    else:
        _begin(request, _left(clerk.id, place))


def is_own(place: str) -> bool:
    """Say whether an address stays with this program; browsers read `\\` as `/`."""
    return place.startswith("/") and place[1:2] not in ("/", "\\") and place.isprintable()


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


def provide_clerk(request: Request[Any, Any, Any], parts: NamedDependency[Parts]) -> Clerk:
    """Give handlers the clerk as the record knows them now; raises NotSignedIn.

    While readers sit at the screen nothing but what they were let in to answers: Denied
    `reading.confined`. Who is withdrawn, has handed over, or loses a role, loses it with the next
    request and not with the session. The templates find the clerk in the request's state.
    """
    kept = signed_in(request)
    if kept is None:
        raise NotSignedIn
    with parts.office.county.read() as county:
        member = member_by_id(county, kept.id)
        since = enrolled_at(county, kept.id)
    with parts.office.space.read() as town:
        left = has_left(town, kept.id, since)
    if member is None or left or member.clerk.town not in ("", parts.office.code):
        sign_out(request)
        raise NotSignedIn(left)
    confined = request.session.get(READING)
    if confined and not f"{request.url.path}/".startswith(f"/reading/{confined}/"):
        raise Denied("reading.confined")
    request.state["clerk"] = member.clerk
    if request.method == "POST" and not request.url.path.startswith(_NO_ACT):
        parts.undos.take(kept.id)
    request.state["undo"] = parts.undos.of(kept.id)
    return member.clerk


def provide_reader(clerk: NamedDependency[Clerk]) -> Clerk:
    """Give handlers a clerk who may read dossiers; raises NotSignedIn or Denied."""
    clerk.require(Right.READ)
    return clerk


def _left(clerk: str, place: str) -> dict[str, Any]:
    return {"left": {"clerk": clerk, "place": place}}


def _begin(request: Request[Any, Any, Any], held: dict[str, Any]) -> None:
    request.set_session(held)
    request.state[_BEGUN] = True
