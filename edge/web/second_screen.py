"""The second screen: what the clerk shows, redacted, and the citizen's word on it."""

from typing import Annotated, Any

import msgspec
from litestar import Request, Response, get, post
from litestar.datastructures import Cookie
from litestar.di import NamedDependency
from litestar.params import URLEncodedBody
from litestar.response import ServerSentEvent, Template

from edge.domain.errors import InvalidInput
from edge.store import screens
from edge.store.screens import CitizenScreen
from edge.store.staff import member_by_id
from edge.web import screen_session
from edge.web.events import SECOND
from edge.web.parts import Parts
from edge.web.rendering import go, page
from edge.workflows import citizens

LARGE = "24"


class Code(msgspec.Struct, frozen=True):
    """The code that lets a screen in."""

    code: Annotated[str, msgspec.Meta(pattern=r"^[0-9]{6}$")]


class Confirmed(msgspec.Struct, frozen=True):
    """Which sheet the citizen confirms."""

    number: int


@get("/citizen", sync_to_thread=True)
def entrance(request: Request[Any, Any, Any], parts: NamedDependency[Parts]) -> Response[Any]:
    """Where such a screen begins: its code, its resting page, or self-service."""
    screen = screen_session.known_screen(request, parts)
    if screen is None:
        return page(request, "citizen/let_in.html", size=LARGE)
    if screen.mode in screen_session.SELF_MODES:
        return go(request, "/self")
    return page(request, "citizen/second.html", size=LARGE, showing=parts.facing.shown(parts.now))


@post("/citizen/let-in", status_code=303, sync_to_thread=True)
def let_in(
    request: Request[Any, Any, Any], parts: NamedDependency[Parts], data: URLEncodedBody[Code]
) -> Response[Any]:
    """Let this browser in by a code from a clerk's screen; raises InvalidInput `screen.code`."""
    invited = parts.facing.redeem(data.code, parts.now)
    if invited is None:
        raise InvalidInput("screen.code")
    return with_secret(request, parts, *invited, place="/citizen")


def with_secret(
    request: Request[Any, Any, Any], parts: Parts, mode: str, by: str, place: str
) -> Response[Any]:
    """Make this browser a screen of the given mode and send it on."""
    cookie, id = screen_session.give_secret(parts)
    known = CitizenScreen(id, mode, parts.now, by)
    parts.office.space.write(lambda town: screens.let_in(town, known))
    answer = go(request, place)
    answer.set_cookie(cookie)
    return answer


def forgotten(answer: Response[Any], parts: Parts) -> Response[Any]:
    """Take the secret from this browser."""
    answer.set_cookie(Cookie(key=screen_session.cookie_for(parts), value="", max_age=0))
    return answer


@get("/citizen/events", sync_to_thread=False)
def events(
    second: NamedDependency[CitizenScreen], parts: NamedDependency[Parts]
) -> ServerSentEvent:
    """The second screen's signals: that something is shown or taken away, never what."""
    return ServerSentEvent(parts.stations.listen(SECOND))


@get("/citizen/shown", sync_to_thread=True)
def shown(
    request: Request[Any, Any, Any],
    second: NamedDependency[CitizenScreen],
    parts: NamedDependency[Parts],
) -> Template:
    """The sheet that stands there now, or the resting page."""
    showing = parts.facing.shown(parts.now)
    return page(request, "citizen/shown.html", size=LARGE, showing=showing)


@post("/citizen/confirm", status_code=303, sync_to_thread=True)
def confirm(
    request: Request[Any, Any, Any],
    second: NamedDependency[CitizenScreen],
    parts: NamedDependency[Parts],
    data: URLEncodedBody[Confirmed],
) -> Response[Any]:
    """The citizen says that it is right: an entry by the clerk who showed it."""
    held = parts.facing.confirm(data.number, parts.now)
    if held is not None:
        with parts.office.county.read() as county:
            member = member_by_id(county, held.clerk)
        if member is not None:
            sheet = held.sheet
            citizens.confirm(parts.office, member.clerk, sheet.subject, sheet.what, sheet.lines)
            parts.stations.publish("confirmed")
    return go(request, "/citizen")


@post("/citizen/stay", status_code=204, sync_to_thread=False)
def stay(second: NamedDependency[CitizenScreen], parts: NamedDependency[Parts]) -> None:
    """The citizen is still there."""
    parts.facing.stay(second.id, parts.now)


@post("/citizen/end", status_code=303, sync_to_thread=False)
def end(
    request: Request[Any, Any, Any],
    second: NamedDependency[CitizenScreen],
    parts: NamedDependency[Parts],
) -> Response[Any]:
    """Wipe the screen."""
    parts.facing.wipe()
    parts.stations.publish("confirmed")
    return go(request, "/citizen")


HANDLERS = [entrance, let_in, events, shown, confirm, stay, end]
