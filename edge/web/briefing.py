"""The list of what an applicant has to bring, printed."""

from typing import Any

from litestar import Request, Response, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from edge.domain.access import Clerk
from edge.domain.matters.registry import flow_of
from edge.web.papers import printed
from edge.web.parts import Parts
from edge.web.rendering import go
from edge.workflows.briefing import issue_briefing


@post("/flows/{flow:str}/brings", status_code=303, sync_to_thread=True)
def brief(
    request: Request[Any, Any, Any],
    reader: NamedDependency[Clerk],
    parts: NamedDependency[Parts],
    flow: FromPath[str],
) -> Response[Any]:
    """Issue and print the list; errors as `briefing.issue_briefing`."""
    paper = issue_briefing(parts.office, reader, flow_of(flow))
    return go(request, printed(parts, reader, paper))


HANDLERS = [brief]
