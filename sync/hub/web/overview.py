"""The overview: towns and boxes with their last confirmed exchange, and what wants attention."""

from typing import Any

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import ServerSentEvent, Template

from edge.domain.access import Clerk, Right
from edge.web.events import COUNTER
from edge.web.rendering import go, page
from sync.hub.disk import disk_of
from sync.hub.web import registers
from sync.hub.web.parts import Parts
from sync.hub.web.standings import pending, standings, total
from sync.hub.web.words import words_of_box, words_of_county


@get("/", sync_to_thread=True)
def overview(
    request: Request[Any, Any, Any],
    clerk: NamedDependency[Clerk],
    parts: NamedDependency[Parts],
) -> Template:
    """The whole county at a glance."""
    towns = standings(parts)
    return page(
        request,
        "hub/overview.html",
        towns=towns,
        total=total(each.counts for each in towns),
        pending=pending(parts),
        damaged=parts.damaged(),
        disk=disk_of(parts.spaces.folder),
        may_accept=clerk.may(Right.ADMINISTER),
        alerts=registers.alerts_open(parts),
        journeys=[each for each in registers.journeys(parts) if not each.done],
        may_read=clerk.may(Right.READ),
        names=parts.names(),
        words_of=words_of_box,
        now=parts.now,
    )


@get("/state", sync_to_thread=True)
def state(
    request: Request[Any, Any, Any],
    clerk: NamedDependency[Clerk],
    parts: NamedDependency[Parts],
) -> Template:
    """The words in the bar."""
    boxes = [box for town in standings(parts) for box in town.boxes]
    words = words_of_county(boxes, len(pending(parts)), parts.now)
    return page(request, "parts/sync_words.html", words=words)


@post("/boxes/{box:str}/accept", status_code=303, sync_to_thread=True)
def accept(
    request: Request[Any, Any, Any],
    clerk: NamedDependency[Clerk],
    parts: NamedDependency[Parts],
    box: FromPath[str],
) -> Response[Any]:
    """Admit a box that asks; the administrator's alone."""
    clerk.require(Right.ADMINISTER)
    parts.accept(box, clerk.id)
    parts.stations.publish("sync")
    return go(request, "/")


@get("/events", sync_to_thread=False)
def events(clerk: NamedDependency[Clerk], parts: NamedDependency[Parts]) -> ServerSentEvent:
    """The county's signals, for as long as the page is open."""
    return ServerSentEvent(parts.stations.listen(COUNTER))
