"""Exchange by stick at the county: take in what a town has brought, and give it what it lacks."""

from typing import Any

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, URLEncodedBody
from litestar.response import Template

from edge.domain.access import Clerk, Right
from edge.web.rendering import go, page
from edge.web.sync import ChosenStick
from sync.hub.web.parts import Parts


@get("/sticks", sync_to_thread=True)
def show(
    request: Request[Any, Any, Any], clerk: NamedDependency[Clerk], parts: NamedDependency[Parts]
) -> Template:
    """The sticks that are plugged in at the county."""
    clerk.require(Right.CARRY)
    return page(request, "hub/sticks.html", **_shown(parts))


@get("/sticks/now", sync_to_thread=True)
def part(
    request: Request[Any, Any, Any], clerk: NamedDependency[Clerk], parts: NamedDependency[Parts]
) -> Template:
    """The same without its page, asked again while a carrying goes on."""
    clerk.require(Right.CARRY)
    return page(request, "parts/sticks.html", **_shown(parts))


@post("/sticks/now/{act:str}", status_code=303, sync_to_thread=True)
def carry(
    request: Request[Any, Any, Any],
    clerk: NamedDependency[Clerk],
    parts: NamedDependency[Parts],
    act: FromPath[str],
    data: URLEncodedBody[ChosenStick],
) -> Response[Any]:
    """Begin to export or import; errors as `Sticks.start`."""
    clerk.require(Right.CARRY)
    parts.sticks.start(act, data.stick, data.receiver)
    return go(request, "/sticks")


def _shown(parts: Parts) -> dict[str, Any]:
    return {
        "base": "/sticks/now",
        "sticks": parts.sticks.plugged(),
        "carriage": parts.sticks.carriage,
        "towns": parts.towns(),
    }
