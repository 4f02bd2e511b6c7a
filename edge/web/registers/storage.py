"""Rooms and places: how full each room is, and putting a dossier where it belongs."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any
from urllib.parse import urlencode

import msgspec
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromQuery, URLEncodedBody
from litestar.response import Template

from edge.domain.access import Clerk, Right
from edge.domain.fill import Fill
from edge.store import stock
from edge.store.dossiers import dossier_of
from edge.store.matters import Matter
from edge.store.persons import names_of_dossiers
from edge.web.locale import gettext
from edge.web.parts import Parts
from edge.web.rendering import go, page
from edge.web.undo import offer
from edge.workflows import filling, places
from edge.workflows.matters import today_of


@dataclass(frozen=True, slots=True)
class RoomLine:
    """One room: its matter, how full it is, and the day when it will be full, if any."""

    room: Matter
    fill: Fill
    full_on: date | None
    tone: str


class Putting(msgspec.Struct, frozen=True):
    """A cover's code or number, and a place's code or words."""

    cover: Annotated[str, msgspec.Meta(max_length=80)]
    place: Annotated[str, msgspec.Meta(max_length=80)]


@get("/storage", sync_to_thread=True)
def storage(
    request: Request[Any, Any, Any], reader: NamedDependency[Clerk], parts: NamedDependency[Parts]
) -> Template:
    """Every room: what it holds, what it could hold, when it will be full."""
    today = today_of(parts.office)
    with parts.office.space.read() as town:
        rooms = [
            RoomLine(room, fill, fill.full_on(today), _tone(fill))
            for room, fill in filling.rooms(town, parts.now)
        ]
        lost = stock.placeless(town)
    return page(request, "registers/storage.html", rooms=rooms, lost=lost)


def _tone(fill: Fill) -> str:
    return "alarm" if fill.free <= 0 else "care" if fill.share >= 0.9 else ""


@get("/places", sync_to_thread=True)
def show(
    request: Request[Any, Any, Any],
    reader: NamedDependency[Clerk],
    parts: NamedDependency[Parts],
    cover: FromQuery[str] = "",
    done: FromQuery[str] = "",
    ousted: FromQuery[str] = "",
) -> Template:
    """Scan a dossier, scan a place; `done` is what was put last."""
    reader.require(Right.FILE)
    moved, whose, clean = None, "", True
    if done:
        with parts.office.space.read() as town:
            moved = dossier_of(town, done)
            whose = names_of_dossiers(town, [done]).get(done, "")
            clean = stock.is_disinfected(town, moved.number)
    return page(
        request,
        "registers/places.html",
        cover=cover[:80],
        moved=moved,
        whose=whose,
        clean=clean,
        ousted=ousted[:200],
    )


@post("/places/put", status_code=303, sync_to_thread=True)
def put(
    request: Request[Any, Any, Any],
    reader: NamedDependency[Clerk],
    parts: NamedDependency[Parts],
    data: URLEncodedBody[Putting],
) -> Response[Any]:
    """Put it there; errors as `places.put`."""
    moved = places.put(parts.office, reader, data.cover, data.place)
    words = gettext("已放到 %(shelf)s") % {"shelf": moved.dossier.shelf}
    offer(parts, reader, "placed", words, "/places", dossier=moved.dossier.id)
    told = {"done": moved.dossier.id, "ousted": " ".join(moved.ousted)}
    return go(request, f"/places?{urlencode({k: v for k, v in told.items() if v})}")


HANDLERS = [storage, show, put]
