"""Volumes on the screen: begun by the filing scope, chosen for destruction or for the archive."""

from typing import Annotated, Any

import msgspec
from anyio.to_thread import run_sync as in_thread
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, URLEncodedBody
from litestar.response import Template

from edge.domain.access import Clerk, Right
from edge.domain.errors import InvalidInput
from edge.domain.retention import CATEGORY_CODES, schedule
from edge.store import volumes
from edge.store.matters import matter_of_flow
from edge.store.papers import papers_of_matter
from edge.web.matters import paper_or_matter, stepped
from edge.web.parts import Parts
from edge.web.registers.media import medium_at
from edge.web.rendering import go, page
from edge.workflows import archive_package, archiving, e_files
from edge.workflows.acting import laid_down_for
from edge.workflows.matters import today_of

LONGEST_LIST = 400


class Stick(msgspec.Struct, frozen=True):
    """The medium that was chosen, by the path that the list of media gave."""

    medium: Annotated[str, msgspec.Meta(max_length=400)]


class OneFile(msgspec.Struct, frozen=True):
    """A file on a medium, and the digest that its sender gave."""

    medium: Annotated[str, msgspec.Meta(max_length=400)]
    name: Annotated[str, msgspec.Meta(max_length=255)]
    digest: Annotated[str, msgspec.Meta(max_length=64)] = ""


@get("/volumes/new", sync_to_thread=True)
def begin(
    request: Request[Any, Any, Any],
    reader: NamedDependency[Clerk],
    parts: NamedDependency[Parts],
    series: FromQuery[str] = "",
) -> Template:
    """The filing scope: choose a row, and begin a volume of it."""
    reader.require(Right.FILE)
    rows = schedule(laid_down_for(parts.office))
    categories = {
        name: [row for row in rows.values() if row.category == name] for name in CATEGORY_CODES
    }
    return page(
        request, "registers/volume_new.html", categories=categories, chosen=rows.get(series)
    )


@get("/destruction/{matter:str}", sync_to_thread=True)
def expired(
    request: Request[Any, Any, Any],
    reader: NamedDependency[Clerk],
    parts: NamedDependency[Parts],
    matter: FromPath[str],
) -> Template:
    """The volumes whose term is over, none chosen beforehand."""
    with parts.office.space.read() as town:
        held = matter_of_flow(town, matter, "destruction")
        found = volumes.expired(town, held.fields.get("until", ""))
    return page(
        request, "registers/choose.html", matter=held, found=found[:LONGEST_LIST], step="list"
    )


@get("/archive-handover/{matter:str}", sync_to_thread=True)
def kept(
    request: Request[Any, Any, Any],
    reader: NamedDependency[Clerk],
    parts: NamedDependency[Parts],
    matter: FromPath[str],
) -> Template:
    """The volumes that are kept here; those whose time has come stand first."""
    today = today_of(parts.office).strftime("%Y%m%d")
    with parts.office.space.read() as town:
        held = matter_of_flow(town, matter, archiving.FLOW)
        found = volumes.volumes(town, "kept")
    found.sort(key=lambda each: (each.term != "永久", each.due > today, each.volume))
    return page(
        request, "registers/choose.html", matter=held, found=found[:LONGEST_LIST], step="choose"
    )


@post("/choose/{matter:str}/{step:str}", status_code=303)
async def choose(
    request: Request[Any, Any, Any],
    reader: NamedDependency[Clerk],
    parts: NamedDependency[Parts],
    matter: FromPath[str],
    step: FromPath[str],
) -> Response[Any]:
    """Put the chosen volumes on the list; errors as `matters.take_step`."""
    sent = await request.form()
    named = [str(each) for each in sent.getall("volume", [])] + [str(sent.get("dossiers", ""))]
    told = {"volumes": "\n".join(named), "opinion": str(sent.get("opinion", ""))}
    return go(request, await in_thread(stepped, parts, reader, matter, step, told))


@get("/archive-handover/{matter:str}/export", sync_to_thread=True)
def media(
    request: Request[Any, Any, Any],
    reader: NamedDependency[Clerk],
    parts: NamedDependency[Parts],
    matter: FromPath[str],
) -> Template:
    """The media that are plugged in: sticks, discs, folders that stand for one."""
    with parts.office.space.read() as town:
        held = matter_of_flow(town, matter, archiving.FLOW)
    return page(request, "registers/media.html", matter=held, sticks=parts.sticks.plugged())


@post("/archive-handover/{matter:str}/write", status_code=303, sync_to_thread=True)
def write(
    request: Request[Any, Any, Any],
    reader: NamedDependency[Clerk],
    parts: NamedDependency[Parts],
    matter: FromPath[str],
    data: URLEncodedBody[Stick],
) -> Response[Any]:
    """Write the package and print the list; errors as `archive_package.export`."""
    medium = medium_at(parts, data.medium)
    now = archive_package.export(parts.office, reader, matter, medium)
    return go(request, paper_or_matter(parts, reader, now, "export"))


@get("/volumes/{volume:str}/files", sync_to_thread=True)
def files(
    request: Request[Any, Any, Any],
    reader: NamedDependency[Clerk],
    parts: NamedDependency[Parts],
    volume: FromPath[str],
) -> Template:
    """The files of a volume, and those on the media that could be taken in."""
    reader.require(Right.FILE)
    with parts.office.space.read() as town:
        held = matter_of_flow(town, volume, volumes.FLOW)
        kept = [e for e in papers_of_matter(town, volume) if e.form == archiving.E_FILE]
    offered = [
        (stick, sorted(each.name for each in stick.path.glob("*.[pP][dD][fF]"))[:50])
        for stick in parts.sticks.plugged()
    ]
    return page(request, "registers/files.html", matter=held, kept=kept, offered=offered)


@post("/volumes/{volume:str}/collect", status_code=303, sync_to_thread=True)
def collect(
    request: Request[Any, Any, Any],
    reader: NamedDependency[Clerk],
    parts: NamedDependency[Parts],
    volume: FromPath[str],
    data: URLEncodedBody[OneFile],
) -> Response[Any]:
    """Take a file in; errors as `e_files.collect`, InvalidInput `carry.no_stick`."""
    reader.require(Right.FILE)
    medium = medium_at(parts, data.medium)
    found = next((each for each in medium.glob("*") if each.name == data.name), None)
    # A link could lead to what is no medium's.
    if found is None or found.is_symlink() or not found.is_file():
        raise InvalidInput("e_file.gone", name=data.name)
    if found.stat().st_size > e_files.LARGEST:
        raise InvalidInput("e_file.large")
    e_files.collect(parts.office, reader, volume, found.name, found.read_bytes(), data.digest)
    return go(request, f"/volumes/{volume}/files")


HANDLERS = [begin, expired, kept, choose, media, write, files, collect]
