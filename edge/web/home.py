"""The home screen, the list of things to do, and the station's signals."""

from typing import Any

from litestar import Request, get
from litestar.di import NamedDependency
from litestar.response import ServerSentEvent, Template

from edge.domain.access import Clerk
from edge.web.events import COUNTER
from edge.web.parts import Parts
from edge.web.rendering import page
from edge.web.todo import items_of


@get("/", sync_to_thread=True)
def home(
    request: Request[Any, Any, Any],
    clerk: NamedDependency[Clerk],
    parts: NamedDependency[Parts],
) -> Template:
    """What shall be done now."""
    with parts.office.space.read() as town:
        todo = len(items_of(parts, town, clerk))
    return page(request, "home.html", todo=todo)


@get("/todo", sync_to_thread=True)
def todo(
    request: Request[Any, Any, Any],
    clerk: NamedDependency[Clerk],
    parts: NamedDependency[Parts],
) -> Template:
    """What waits for somebody."""
    with parts.office.space.read() as town:
        items = items_of(parts, town, clerk)
    return page(request, "todo.html", items=items)


@get("/events", sync_to_thread=False)
def events(clerk: NamedDependency[Clerk], parts: NamedDependency[Parts]) -> ServerSentEvent:
    """The station's signals, for as long as the page is open."""
    return ServerSentEvent(parts.stations.listen(COUNTER))
