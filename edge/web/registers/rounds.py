"""A round of inspection on the screen: every point answered by a tap, the faults in words."""

from typing import Any

from anyio.to_thread import run_sync as in_thread
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Template

from edge.domain.access import Clerk
from edge.domain.matters.flow import LONGEST_TEXT
from edge.domain.rooms import BAD, GOOD, VERDICTS, Finding, points_of, written
from edge.store.matters import matter_of_flow
from edge.web.matters import stepped
from edge.web.parts import Parts
from edge.web.rendering import go, page
from edge.web.typed import typed
from edge.workflows.acting import laid_down_for

FLOW = "inspection"
LONGEST_NOTE = 200


@get("/inspections/{matter:str}", sync_to_thread=True)
def show(
    request: Request[Any, Any, Any],
    reader: NamedDependency[Clerk],
    parts: NamedDependency[Parts],
    matter: FromPath[str],
) -> Template:
    """The points of this round, as the county wants them."""
    with parts.office.space.read() as town:
        held = matter_of_flow(town, matter, FLOW)
    return page(
        request,
        "registers/round.html",
        matter=held,
        points=points_of(laid_down_for(parts.office)),
        verdicts=VERDICTS,
        good=GOOD,
        bad=BAD,
    )


@post("/inspections/{matter:str}/record", status_code=303)
async def record(
    request: Request[Any, Any, Any],
    reader: NamedDependency[Clerk],
    parts: NamedDependency[Parts],
    matter: FromPath[str],
) -> Response[Any]:
    """Put the round on record; errors as `matters.take_step` and `inspecting.recorded`."""
    sent = await request.form()
    points = points_of(laid_down_for(parts.office))
    findings = [
        Finding(point, verdict, _note(point, sent.get(f"note-{number}")))
        for number, point in enumerate(points)
        if (verdict := str(sent.get(f"point-{number}", ""))) in VERDICTS
    ]
    told = {
        "results": written(findings),
        "others": typed(sent.get("others"), "同去的人", LONGEST_TEXT),
    }
    return go(request, await in_thread(stepped, parts, reader, matter, "record", told))


HANDLERS = [show, record]


def _note(point: str, text: object) -> str:
    return typed(" ".join(str(text or "").split()), point, LONGEST_NOTE)
