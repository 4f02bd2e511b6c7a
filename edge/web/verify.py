"""Checking a paper by its code: typed, read by the gun, or opened from its QR code."""

from typing import Annotated, Any

import msgspec
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, URLEncodedBody
from litestar.response import Template

from edge.domain.access import Clerk
from edge.domain.errors import InvalidInput
from edge.web.parts import Parts
from edge.web.persons import OVERVIEW, looked
from edge.web.proofs import KINDS
from edge.web.rendering import go, page
from edge.workflows.authenticity import authentic, code_in, said_in, vouched_for


class Asked(msgspec.Struct, frozen=True):
    """The code as typed."""

    code: Annotated[str, msgspec.Meta(max_length=512)] = ""


@get("/verify", sync_to_thread=False)
def form(
    request: Request[Any, Any, Any], reader: NamedDependency[Clerk], parts: NamedDependency[Parts]
) -> Template:
    """Where a code is typed or scanned."""
    return page(request, "verify.html", code="", found=None, elsewhere=None, kind=None)


@post("/verify/ask", status_code=303, sync_to_thread=False)
def ask(
    request: Request[Any, Any, Any],
    reader: NamedDependency[Clerk],
    parts: NamedDependency[Parts],
    data: URLEncodedBody[Asked],
) -> Response[Any]:
    """Go to what the code leads to; raises InvalidInput `verify.code`."""
    code, said = code_in(data.code), said_in(data.code)
    if not code:
        raise InvalidInput("verify.code")
    return go(request, f"/verify/{code}" + (f"?said={said}" if said else ""))


@get("/verify/{code:str}", sync_to_thread=True)
def show(
    request: Request[Any, Any, Any],
    reader: NamedDependency[Clerk],
    parts: NamedDependency[Parts],
    code: FromPath[str],
    said: FromQuery[str] = "",
) -> Template:
    """Whether this office issued it, how it stands, and what it says, redacted.

    Of another office's proof, what its QR code says for itself under that office's seal.
    """
    asked = code_in(code)
    with parts.office.space.read() as town:
        found = authentic(town, asked) if asked else None
    if found and found.dossier:
        looked(request, parts, reader, found.dossier, OVERVIEW)
    elsewhere = None if found else vouched_for(parts.office, asked, said)
    return page(
        request,
        "verify.html",
        code=asked or code,
        found=found,
        elsewhere=elsewhere,
        kind=KINDS.get(elsewhere.kind) if elsewhere else None,
    )


HANDLERS = [form, ask, show]
