"""Stock-taking on the screen: one reading after the other, and how paper and record agree."""

from typing import Annotated, Any

import msgspec
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, URLEncodedBody
from litestar.response import Template

from edge.domain.access import Clerk, Right
from edge.domain.stock import CONDITIONS, Outcome
from edge.store import stock
from edge.store.matters import matter_of_flow
from edge.web.parts import Parts
from edge.web.rendering import go, page
from edge.workflows import stocktaking

Id = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{32}$")]


class Reading(msgspec.Struct, frozen=True):
    """What the gun read, at which place, in which condition."""

    code: Annotated[str, msgspec.Meta(max_length=512)] = ""
    place: Annotated[str, msgspec.Meta(max_length=80)] = ""
    condition: Annotated[str, msgspec.Meta(max_length=8)] = ""


class Taken(msgspec.Struct, frozen=True):
    """The reading to be taken back."""

    entry: Id


@get("/stocktaking/{matter:str}", sync_to_thread=True)
def show(
    request: Request[Any, Any, Any],
    reader: NamedDependency[Clerk],
    parts: NamedDependency[Parts],
    matter: FromPath[str],
) -> Template:
    """Count on: the last readings, and what does not agree yet."""
    return _shown(request, parts, reader, matter, "")


@post("/stocktaking/{matter:str}/read", status_code=200, sync_to_thread=True)
def read(
    request: Request[Any, Any, Any],
    reader: NamedDependency[Clerk],
    parts: NamedDependency[Parts],
    matter: FromPath[str],
    data: URLEncodedBody[Reading],
) -> Template:
    """Take a reading; errors as `stocktaking.read`."""
    told = stocktaking.read(parts.office, reader, matter, data.code, data.place, data.condition)
    return _shown(request, parts, reader, matter, told.place)


@post("/stocktaking/{matter:str}/take-back", status_code=200, sync_to_thread=True)
def take_back(
    request: Request[Any, Any, Any],
    reader: NamedDependency[Clerk],
    parts: NamedDependency[Parts],
    matter: FromPath[str],
    data: URLEncodedBody[Taken],
) -> Template:
    """Take a reading back; errors as `stocktaking.take_back`."""
    stocktaking.take_back(parts.office, reader, matter, data.entry)
    return _shown(request, parts, reader, matter, "")


@post("/stocktaking/{matter:str}/take-over", status_code=303, sync_to_thread=True)
def take_over(
    request: Request[Any, Any, Any],
    reader: NamedDependency[Clerk],
    parts: NamedDependency[Parts],
    matter: FromPath[str],
) -> Response[Any]:
    """Let the record follow what was seen; errors as `stocktaking.take_over_places`."""
    stocktaking.take_over_places(parts.office, reader, matter)
    return go(request, f"/stocktaking/{matter}")


HANDLERS = [show, read, take_back, take_over]


def _shown(
    request: Request[Any, Any, Any], parts: Parts, reader: Clerk, matter: str, place: str
) -> Template:
    reader.require(Right.ROOM)
    with parts.office.space.read() as town:
        held = matter_of_flow(town, matter, stocktaking.FLOW)
        last = stock.last_readings(town, matter)
        found = stocktaking.standing_of(town, held)
    return page(
        request,
        "registers/stock.html",
        matter=held,
        place=place or (last[0].place if last else ""),
        last=last,
        found=found,
        words=stocktaking.WORDS,
        outcomes=list(Outcome),
        conditions=CONDITIONS,
        share=stocktaking.share(found),
    )
