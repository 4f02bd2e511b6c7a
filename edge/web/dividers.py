"""Separator and cover sheets, printed from the screens where a stack is prepared."""

from typing import Annotated, Any

import msgspec
from litestar import Request, post
from litestar.di import NamedDependency
from litestar.params import FromPath, URLEncodedBody
from litestar.response import Template

from edge.domain.access import Clerk
from edge.web.locale import sentence
from edge.web.parts import Parts
from edge.web.persons import OVERVIEW, looked
from edge.web.queueing import send
from edge.web.rendering import page
from edge.workflows import dividing


class Copies(msgspec.Struct, frozen=True):
    """The form of printing separators."""

    copies: Annotated[int, msgspec.Meta(ge=1, le=dividing.MOST)] = 10


@post("/dividers/separators", status_code=200, sync_to_thread=True)
def print_separators(
    request: Request[Any, Any, Any],
    reader: NamedDependency[Clerk],
    parts: NamedDependency[Parts],
    data: URLEncodedBody[Copies],
) -> Template:
    """Print separator sheets; errors as `dividing.separators` and of the printer."""
    return _sent(request, parts, dividing.separators(parts.office, reader, data.copies))


@post("/dossiers/{dossier:str}/cover-sheet", status_code=200, sync_to_thread=True)
def print_cover_sheet(
    request: Request[Any, Any, Any],
    reader: NamedDependency[Clerk],
    parts: NamedDependency[Parts],
    dossier: FromPath[str],
) -> Template:
    """Print a dossier's cover sheet, a look at it; errors as of `print_separators`."""
    looked(request, parts, reader, dossier, OVERVIEW)
    return _sent(request, parts, dividing.cover_sheet(parts.office, reader, dossier))


HANDLERS = [print_separators, print_cover_sheet]


def _sent(request: Request[Any, Any, Any], parts: Parts, pdf: bytes) -> Template:
    send(parts, pdf, sentence("divider.sheet"))
    return page(request, "parts/done_notice.html", said=sentence("divider.sent"))
