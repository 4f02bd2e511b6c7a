"""The scanning line on the screen: a code read at each station, what waits where, how far it is."""

from typing import Any

from anyio.to_thread import run_sync as in_thread
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Template

from edge.domain.access import Clerk, Right
from edge.domain.errors import NotFound
from edge.domain.matters.line import DIGITISATION, STATIONS
from edge.store import census
from edge.web.matters import paper_or_matter
from edge.web.parts import Parts
from edge.web.rendering import go, page
from edge.web.typed import all_typed
from edge.workflows import stations

# From the station on where the dossier's bag is closed, reading its code opens it on the screen.
RESEAL = "reseal"


@get("/line", sync_to_thread=True)
def show(
    request: Request[Any, Any, Any],
    reader: NamedDependency[Clerk],
    parts: NamedDependency[Parts],
    at: FromQuery[str] = "",
) -> Template:
    """One station, or the whole line."""
    reader.require(Right.READ)
    if at and at not in (stations.REGISTER, *STATIONS):
        raise NotFound("line.no_station")
    with parts.office.space.read() as town:
        progress = census.progress(town)
    fields = DIGITISATION.step(at).fields if at in STATIONS else DIGITISATION.opening
    return page(
        request,
        "line.html",
        at=at,
        fields=[each for each in fields if each.name != "code"],
        stations=[DIGITISATION.step(each) for each in STATIONS],
        states=DIGITISATION.states,
        queue=stations.queue(parts.office),
        progress=progress,
        offers={},
    )


@post("/line/{at:str}/read", status_code=303)
async def read(
    request: Request[Any, Any, Any],
    reader: NamedDependency[Clerk],
    parts: NamedDependency[Parts],
    at: FromPath[str],
) -> Response[Any]:
    """Take a dossier on by its code; errors as `stations.read_at`."""
    sent = all_typed(await request.form())
    return go(request, await in_thread(_read, parts, reader, at, sent))


HANDLERS = [show, read]


def _read(parts: Parts, clerk: Clerk, at: str, sent: dict[str, str]) -> str:
    matter = stations.read_at(parts.office, clerk, at, sent)
    if at == stations.REGISTER:
        return paper_or_matter(parts, clerk, matter, "open")
    return f"/persons/{matter.person}" if at == RESEAL else f"/line?at={at}"
