"""Counting what came against its catalogue, category by category; nothing is filled in before."""

from typing import Any

from anyio.to_thread import run_sync as in_thread
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Template

from edge.domain.access import Clerk, Right
from edge.domain.counting import Count, Counts, count_of, differing, write_counts
from edge.domain.matters.flow import YES
from edge.store.matters import matter_of_flow
from edge.web import drafts
from edge.web.parts import Parts
from edge.web.rendering import go, page
from edge.workflows import matters, reception


@get("/receptions/{matter:str}", sync_to_thread=True)
def show(
    request: Request[Any, Any, Any],
    reader: NamedDependency[Clerk],
    parts: NamedDependency[Parts],
    matter: FromPath[str],
) -> Template:
    """The catalogue on one side, what lies there on the other."""
    reader.require(Right.FILE)
    with parts.office.space.read() as town:
        held = matter_of_flow(town, matter, reception.FLOW)
        came = reception.waiting_arrival(town, held.fields) is not None
        listed = reception.listed_of(parts.office, town, held)
    return page(
        request,
        "matters/count.html",
        matter=held,
        came=came,
        listed=listed,
        nothing=Count(),
        scheme=reception.scheme_for(parts.office),
        kept=drafts.draft_of(parts, reader, f"count-{matter}"),
    )


@post("/receptions/{matter:str}/count", status_code=303)
async def count(
    request: Request[Any, Any, Any],
    reader: NamedDependency[Clerk],
    parts: NamedDependency[Parts],
    matter: FromPath[str],
) -> Response[Any]:
    """Keep the count, and take the dossier in where it agrees; errors as `reception`'s steps."""
    sent = {name: str(value) for name, value in (await request.form()).items()}
    return go(request, await in_thread(_counted, parts, reader, matter, sent))


HANDLERS = [show, count]


def _counted(parts: Parts, clerk: Clerk, matter: str, sent: dict[str, str]) -> str:
    clerk.require(Right.FILE)
    with parts.office.space.read() as town:
        matter_of_flow(town, matter, reception.FLOW)
    listed, counted = (_typed(parts, sent, side) for side in ("listed", "counted"))
    told = {"listed": write_counts(listed), "counted": write_counts(counted)}
    held = matters.take_step(parts.office, clerk, matter, "count", told)
    drafts.drop(parts, clerk, f"count-{matter}")
    with parts.office.space.read() as town:
        agreed = not differing(reception.listed_of(parts.office, town, held), counted)
    if agreed:
        matters.take_step(parts.office, clerk, matter, "accept", {"agreed": YES})
    return f"/matters/{matter}"


def _typed(parts: Parts, sent: dict[str, str], side: str) -> Counts:
    """What was typed into one side of the table."""
    return {
        each.code: count_of(
            sent.get(f"{side}-pieces-{each.code}", ""),
            sent.get(f"{side}-pages-{each.code}", ""),
            each.code,
        )
        for each in reception.scheme_for(parts.office).tops
    }
