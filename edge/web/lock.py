"""The locked screen, signing in and out, and the choice of language."""

from typing import Annotated, Any
from urllib.parse import urlsplit

import msgspec
from litestar import Request, Response, get, post
from litestar.datastructures import Cookie
from litestar.di import NamedDependency
from litestar.params import FromQuery, URLEncodedBody
from litestar.response import Redirect, Template

from edge.web import session
from edge.web.locale import COOKIE, LANGUAGES
from edge.web.parts import Parts
from edge.web.rendering import go, page
from edge.web.room import first_reading
from edge.web.sync import words_of
from edge.workflows import signing_in

YEAR_SECONDS = 31_536_000


class SignIn(msgspec.Struct, frozen=True):
    """The sign-in form."""

    login: Annotated[str, msgspec.Meta(max_length=60)]
    pin: Annotated[str, msgspec.Meta(max_length=60)]


class Left(msgspec.Struct, frozen=True):
    """The form that locks; `back` is the page that locked itself."""

    back: Annotated[str, msgspec.Meta(max_length=300)] = ""


class Language(msgspec.Struct, frozen=True):
    """The choice of language."""

    language: str


@get("/lock", sync_to_thread=False)
def locked(request: Request[Any, Any, Any], left: FromQuery[bool] = False) -> Template:
    """The locked screen; it names nobody. `left`: whoever was here has just handed over."""
    return page(request, "lock.html", left=left)


@get("/lock/state", sync_to_thread=True)
def locked_state(request: Request[Any, Any, Any], parts: NamedDependency[Parts]) -> Template:
    """Air and exchange on the locked screen."""
    with parts.office.space.read() as town:
        rooms = [(each.name, first_reading(town, each)) for each in parts.rooms]
    words = words_of(parts.sync(), parts.now)
    return page(request, "parts/lock_state.html", rooms=rooms, words=words, power=parts.power)


@post("/sign-in", status_code=303, sync_to_thread=True)
def sign_in(
    request: Request[Any, Any, Any], parts: NamedDependency[Parts], data: URLEncodedBody[SignIn]
) -> Response[Any]:
    """Check the PIN and open the home screen; raises Denied as `signing_in.sign_in`."""
    clerk = signing_in.sign_in(parts.office, data.login.strip(), data.pin)
    place = session.place_left(request, clerk)
    session.sign_in(request, clerk)
    return go(request, place)


@post("/sign-out", status_code=303, sync_to_thread=False)
def lock(request: Request[Any, Any, Any], data: URLEncodedBody[Left]) -> Redirect:
    """End the session at this browser; after a lock by itself its clerk comes back here."""
    session.sign_out(request, data.back)
    return Redirect("/lock", status_code=303)


@post("/language", status_code=303, sync_to_thread=False)
def choose_language(
    request: Request[Any, Any, Any], data: URLEncodedBody[Language]
) -> Response[Any]:
    """Keep the language in a cookie and go back to the page."""
    chosen = data.language if data.language in LANGUAGES else LANGUAGES[0]
    came = urlsplit(request.headers.get("referer", ""))
    back = came.path + (f"?{came.query}" if came.query else "")
    answer = Redirect(back if session.is_own(back) else "/", status_code=303)
    answer.set_cookie(
        Cookie(key=COOKIE, value=chosen, max_age=YEAR_SECONDS, samesite="strict", httponly=True)
    )
    return answer
