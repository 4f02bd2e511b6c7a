"""What the town's dossiers lack: materials that must be there, and what records do not say."""

from typing import Any

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Template

from edge.documents.forms import FORMS
from edge.domain.access import Clerk, Right
from edge.store.lacks import MISSING, UNSAID
from edge.web.papers import printed
from edge.web.parts import Parts
from edge.web.rendering import go, page
from edge.workflows import gaps
from edge.workflows.intake_papers import promise_of
from edge.workflows.papers import Wanted, issue_paper

MOST = 100


@get("/gaps", sync_to_thread=True)
def show(
    request: Request[Any, Any, Any],
    reader: NamedDependency[Clerk],
    parts: NamedDependency[Parts],
    missing: FromQuery[str] = "",
    unsaid: FromQuery[str] = "",
    after: FromQuery[str] = "",
) -> Template:
    """Over all, or the dossiers that lack one material, or whose record leaves one thing unsaid.

    `after` is the last dossier on the page before.
    """
    found = gaps.gaps_over_all(parts.office, reader)
    what, name = (MISSING, missing) if missing else (UNSAID, unsaid)
    shown = gaps.lacking(parts.office, reader, what, name, after, MOST + 1) if name else []
    return page(
        request,
        "gaps.html",
        gaps=found,
        shown=shown[:MOST],
        more=len(shown) > MOST,
        missing=missing,
        unsaid=unsaid,
    )


@post("/dossiers/{dossier:str}/promise", status_code=303, sync_to_thread=True)
def promise(
    request: Request[Any, Any, Any],
    reader: NamedDependency[Clerk],
    parts: NamedDependency[Parts],
    dossier: FromPath[str],
) -> Response[Any]:
    """Print the notice of what is missing, with the promise; errors as `promise_of`."""
    reader.require(Right.FILE)
    with parts.office.space.read() as town:
        sheet = promise_of(parts.office, town, dossier)
    wanted = Wanted(FORMS["missing_promise"], sheet, dossier=dossier)
    return go(request, printed(parts, reader, issue_paper(parts.office, reader, wanted)))


HANDLERS = [show, promise]
