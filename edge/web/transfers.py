"""Dossiers on their way to and from other towns."""

from typing import Annotated, Any

import msgspec
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, URLEncodedBody
from litestar.response import Template

from edge.domain.access import Clerk
from edge.domain.errors import InvalidInput
from edge.store import persons, staff, transfers
from edge.web.locale import gettext
from edge.web.parts import Parts
from edge.web.rendering import go, page
from edge.workflows import transfer
from edge.workflows.matters import Opening, open_matter


class Taken(msgspec.Struct, frozen=True):
    """The form of taking in; `pages` as counted on the paper."""

    pages: Annotated[str, msgspec.Meta(max_length=6)] = ""
    shelf: Annotated[str, msgspec.Meta(max_length=60)] = ""


@get("/transfers", sync_to_thread=True)
def show(
    request: Request[Any, Any, Any], reader: NamedDependency[Clerk], parts: NamedDependency[Parts]
) -> Template:
    """What came, what went, and what is still on its way."""
    with parts.office.county.read() as county:
        names = {each.code: each.name for each in staff.institutions(county)}
    with parts.office.space.read() as town:
        every = transfers.transfers(town)
        arrivals = {
            each.id: transfers.arrival_of(town, each.id) or {}
            for each in every
            if "arrived" in each.steps and "received" not in each.steps
        }
        whose = persons.names_of_dossiers(town, [each.dossier for each in every])
    return page(
        request,
        "transfers.html",
        every=every,
        arrivals=arrivals,
        counted={id: transfer.pages_of_arrival(came) for id, came in arrivals.items()},
        names=names,
        whose=whose,
        own=parts.office.code,
    )


@post("/transfers/{id:str}/receive", status_code=303, sync_to_thread=True)
def receive(
    request: Request[Any, Any, Any],
    reader: NamedDependency[Clerk],
    parts: NamedDependency[Parts],
    id: FromPath[str],
    data: URLEncodedBody[Taken],
) -> Response[Any]:
    """Take it in; raises InvalidInput `loan.pages_wrong`, and as `transfer.receive_transfer`."""
    if not (data.pages.isascii() and data.pages.isdecimal()):
        raise InvalidInput("loan.pages_wrong", pages=data.pages)
    received = transfer.receive_transfer(
        parts.office, reader, id, data.shelf, pages=int(data.pages)
    )
    return go(request, f"/persons/{received.person}")


@post("/transfers/{id:str}/reception", status_code=303, sync_to_thread=True)
def begin(
    request: Request[Any, Any, Any],
    reader: NamedDependency[Clerk],
    parts: NamedDependency[Parts],
    id: FromPath[str],
) -> Response[Any]:
    """Begin to receive it step by step; errors as `open_matter` and `arrival_to_receive`."""
    with parts.office.space.read() as town:
        came = transfer.arrival_to_receive(town, id)
    with parts.office.county.read() as county:
        holder = staff.name_of_institution(county, str(came.get("from", "")))
    person, dossier = came.get("person") or {}, came.get("dossier") or {}
    fields = {
        "name": str(person.get("name", "")),
        "id_number": str(person.get("id_number", "")),
        "class": str(dossier.get("class", "")),
        "holder": holder,
        "reason": str(came.get("reason", "")) or gettext("转递"),
    }
    begun = open_matter(parts.office, reader, Opening("reception", fields=fields))
    return go(request, f"/matters/{begun.id}")
