"""Which browser is a screen that faces citizens: a secret in a cookie, let in once by a code.

Such a screen has no clerk and so no right at all: every other address sends it to the lock.
"""

import hashlib
import secrets
from typing import Any

from litestar import Request
from litestar.datastructures import Cookie
from litestar.di import NamedDependency

from edge.store.screens import CitizenScreen, screen_of
from edge.web.facing import NotLetIn
from edge.web.parts import Parts

COOKIE = "citizen-screen"
YEAR_SECONDS = 31_536_000
SECRET_BYTES = 32
SECOND_MODE, SELF_MODE, TURNED_MODE = "second", "self", "turned"
SELF_MODES = (SELF_MODE, TURNED_MODE)


def cookie_for(parts: Parts) -> str:
    """The cookie's name; programs that share a machine in a demonstration keep theirs apart."""
    return f"{COOKIE}-{parts.office.code}-{parts.office.author.box[:8]}"


def id_of(secret: str) -> str:
    """What is kept of a browser's secret."""
    return hashlib.sha256(secret.encode()).hexdigest()


def give_secret(parts: Parts) -> tuple[Cookie, str]:
    """Make a secret for a browser: the cookie that holds it, and the id by which it is known."""
    secret = secrets.token_urlsafe(SECRET_BYTES)
    cookie = Cookie(
        key=cookie_for(parts), value=secret, max_age=YEAR_SECONDS, samesite="strict", httponly=True
    )
    return cookie, id_of(secret)


def known_screen(request: Request[Any, Any, Any], parts: Parts) -> CitizenScreen | None:
    """The screen that this browser is, if any."""
    secret = request.cookies.get(cookie_for(parts), "")
    if not secret:
        return None
    with parts.office.space.read() as town:
        return screen_of(town, id_of(secret))


def provide_second(request: Request[Any, Any, Any], parts: NamedDependency[Parts]) -> CitizenScreen:
    """Give handlers the second screen; raises NotLetIn for any other browser."""
    screen = known_screen(request, parts)
    if screen is None or screen.mode != SECOND_MODE:
        raise NotLetIn
    return screen


def provide_self(request: Request[Any, Any, Any], parts: NamedDependency[Parts]) -> CitizenScreen:
    """Give handlers the self-service screen; raises NotLetIn for any other browser."""
    screen = known_screen(request, parts)
    if screen is None or screen.mode not in SELF_MODES:
        raise NotLetIn
    return screen
