"""Dossiers on their way to and from other towns."""

from typing import Annotated, Any

import msgspec
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, URLEncodedBody
from litestar.response import Template

from edge.domain.access import Clerk
from edge.store import persons, staff, transfers
from edge.web.parts import Parts
from edge.web.persons import opened
from edge.web.rendering import go, page
from edge.workflows import transfer


class Sent(msgspec.Struct, frozen=True):
    """The form of sending away."""

    town: str = ""
    reason: Annotated[str, msgspec.Meta(max_length=120)] = ""
    letter: Annotated[str, msgspec.Meta(max_length=60)] = ""


class Taken(msgspec.Struct, frozen=True):
    """The form of taking in."""

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
        names=names,
        whose=whose,
        own=parts.office.code,
    )


@get("/transfers/new/{dossier:str}", sync_to_thread=True)
def form(
    request: Request[Any, Any, Any],
    reader: NamedDependency[Clerk],
    parts: NamedDependency[Parts],
    dossier: FromPath[str],
) -> Template:
    """Where the dossier shall go."""
    held, person = opened(request, parts, reader, dossier)
    with parts.office.county.read() as county:
        towns = [e for e in staff.town_offices(county) if e.code != parts.office.code]
    return page(request, "transfer.html", dossier=held, person=person, towns=towns)


@post("/transfers/new/{dossier:str}/send", status_code=303, sync_to_thread=True)
def send(
    request: Request[Any, Any, Any],
    reader: NamedDependency[Clerk],
    parts: NamedDependency[Parts],
    dossier: FromPath[str],
    data: URLEncodedBody[Sent],
) -> Response[Any]:
    """Send it; errors as `transfer.send`."""
    transfer.send(parts.office, reader, dossier, data.town, data.reason, data.letter)
    return go(request, "/transfers")


@post("/transfers/{id:str}/receive", status_code=303, sync_to_thread=True)
def receive(
    request: Request[Any, Any, Any],
    reader: NamedDependency[Clerk],
    parts: NamedDependency[Parts],
    id: FromPath[str],
    data: URLEncodedBody[Taken],
) -> Response[Any]:
    """Take it in; errors as `transfer.receive_transfer`."""
    received = transfer.receive_transfer(parts.office, reader, id, data.shelf)
    return go(request, f"/persons/{received.person}")
