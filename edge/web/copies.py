"""Copies of scanned materials as PDF/A, to keep or to print."""

from typing import Any
from urllib.parse import quote

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Template

from edge.domain.access import Clerk, Right
from edge.domain.errors import DeviceUnavailable
from edge.web.parts import Parts
from edge.web.queueing import send
from edge.web.rendering import page
from edge.workflows.copying import copy_of


@get("/materials/{material:str}/copy", sync_to_thread=True)
def copy(
    reader: NamedDependency[Clerk], parts: NamedDependency[Parts], material: FromPath[str]
) -> Response[bytes]:
    """The pages of a material as one PDF/A."""
    title, pdf = copy_of(parts.office, reader, material)
    name = quote(f"{title}.pdf")
    return Response(
        pdf,
        media_type="application/pdf",
        headers={
            "Cache-Control": "no-store",
            "Content-Disposition": f"attachment; filename*=UTF-8''{name}",
        },
    )


@post("/materials/{material:str}/copy/print", status_code=200, sync_to_thread=True)
def print_copy(
    request: Request[Any, Any, Any],
    reader: NamedDependency[Clerk],
    parts: NamedDependency[Parts],
    material: FromPath[str],
) -> Template:
    """Print the copy; errors as of the printer."""
    reader.require(Right.PROVE)
    if parts.printer is None:
        raise DeviceUnavailable("device.printer.absent", fault="absent")
    title, pdf = copy_of(parts.office, reader, material)
    send(parts, pdf, title)
    return page(request, "parts/copy_sent.html", title=title)
