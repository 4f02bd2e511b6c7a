"""The scanning line on the screen: a code read at each station, what waits where, how far it is."""

from typing import Any

from anyio.to_thread import run_sync as in_thread
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Template

from edge.domain.access import Clerk, Right
from edge.domain.errors import Conflict, NotFound
from edge.domain.matters.line import DIGITISATION, STATIONS
from edge.store import census
from edge.store.matters import Matter
from edge.store.persons import names_of_dossiers
from edge.web.locale import gettext
from edge.web.matters import paper_or_matter
from edge.web.parts import Parts
from edge.web.rendering import go, page
from edge.web.typed import all_typed
from edge.web.undo import offer
from edge.workflows import stations

# Where the scan is done, and where another person looks at it before signing.
SCAN, CHECK = "scan", "check"
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
    waiting = stations.queue(parts.office)
    fields = DIGITISATION.step(at).fields if at in STATIONS else DIGITISATION.opening
    return page(
        request,
        "line.html",
        at=at,
        fields=[each for each in fields if each.name != "code"],
        stations=[DIGITISATION.step(each) for each in STATIONS],
        states=DIGITISATION.states,
        queue=waiting,
        cart=stations.cart_of(waiting),
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
    if at == SCAN:
        return _scanned(parts, clerk, sent)
    if at == CHECK:
        return f"/matters/{stations.found(parts.office, clerk, sent.get('code', '')).id}"
    matter = stations.read_at(parts.office, clerk, at, sent)
    if at == stations.REGISTER:
        return paper_or_matter(parts, clerk, matter, "open")
    return _done(parts, clerk, at, matter)


def _scanned(parts: Parts, clerk: Clerk, sent: dict[str, str]) -> str:
    """Open the scanner for a dossier of which nothing is scanned; else let it go on."""
    dossier = stations.found(parts.office, clerk, sent.get("code", "")).dossier
    _close_batches(parts, clerk, dossier)
    try:
        return _done(parts, clerk, SCAN, stations.read_at(parts.office, clerk, SCAN, sent))
    except Conflict as error:
        if error.key != "line.nothing_scanned":
            raise
        return f"/dossiers/{dossier}/supplement"


def _done(parts: Parts, clerk: Clerk, at: str, matter: Matter) -> str:
    """Say whose dossier went on to what, to be taken back if it was the wrong one."""
    next_page = f"/persons/{matter.person}" if at == RESEAL else f"/line?at={at}"
    step = DIGITISATION.step(at)
    if step.undoable:
        with parts.office.space.read() as town:
            name = names_of_dossiers(town, [matter.dossier]).get(matter.dossier, "")
        now = gettext(DIGITISATION.state(matter.state).name)
        words = gettext("%(name)s：%(step)s好了，现在%(state)s") % {
            "name": name, "step": gettext(step.name), "state": now,
        }  # fmt: skip
        offer(parts, clerk, "stepped", words, f"/line?at={at}", matter=matter.id)
    return next_page


def _close_batches(parts: Parts, clerk: Clerk, dossier: str) -> None:
    """Whoever reads the cover again has done scanning: the batch is kept as it is."""
    for begun in parts.scanning.open_batches():
        if (begun.dossier, begun.clerk.id) == (dossier, clerk.id) and not begun.reading:
            parts.scanning.close(begun.id)
