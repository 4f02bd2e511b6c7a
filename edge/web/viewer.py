"""Leafing through a dossier; every page shown is on record."""

from typing import Any

from litestar import Request, Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template

from edge.domain.access import Clerk
from edge.domain.errors import NotFound
from edge.imaging.derive import straightened
from edge.store import dossiers
from edge.web.parts import Parts
from edge.web.persons import LOOK_LASTS_MS, opened
from edge.web.rendering import page, unkept
from edge.web.wording import local
from edge.workflows import consultation
from edge.workflows.digitising import pose_of

JPEG = "image/jpeg"


@get("/dossiers/{dossier:str}/view", sync_to_thread=True)
def first_page(
    reader: NamedDependency[Clerk], parts: NamedDependency[Parts], dossier: FromPath[str]
) -> Redirect:
    """Open the dossier at its first page."""
    with parts.office.space.read() as town:
        held = [each for each in dossiers.catalogue(town, dossier) if each.pages]
    if not held:
        raise NotFound("dossier.no_pages")
    return Redirect(f"/dossiers/{dossier}/view/{held[0].id}/1", status_code=303)


@get("/dossiers/{dossier:str}/view/{material:str}/{number:int}", sync_to_thread=True)
def leaf(
    request: Request[Any, Any, Any],
    reader: NamedDependency[Clerk],
    parts: NamedDependency[Parts],
    dossier: FromPath[str],
    material: FromPath[str],
    number: FromPath[int],
    master: FromQuery[bool] = False,
) -> Template:
    """One page large, with all the pages beside it; raises NotFound `page.unknown`.

    It is shown straightened, or with `master` as it was scanned.
    """
    held, person = opened(request, parts, reader, dossier, material)
    with parts.office.space.read() as town:
        leaves = [
            (each, dossiers.pages_of(town, each.id))
            for each in dossiers.catalogue(town, dossier)
            if each.pages
        ]
    order = [(each, shown) for each, pages in leaves for shown in pages]
    places = [(each.id, shown.number) for each, shown in order]
    if (material, number) not in places:
        raise NotFound("page.unknown")
    at = places.index((material, number))
    return page(
        request,
        "viewer.html",
        dossier=held,
        person=person,
        leaves=leaves,
        material=order[at][0],
        shown=order[at][1],
        as_scanned=master or pose_of(order[at][1]).is_straight,
        askew=not pose_of(order[at][1]).is_straight,
        previous=_address(dossier, places[at - 1]) if at else "",
        next=_address(dossier, places[at + 1]) if at + 1 < len(places) else "",
        seen_at=local(parts.now).strftime("%Y-%m-%d %H:%M"),
    )


def _address(dossier: str, place: tuple[str, int]) -> str:
    return f"/dossiers/{dossier}/view/{place[0]}/{place[1]}"


@get("/pages/{owner:str}/{digest:str}", sync_to_thread=True)
def image(
    reader: NamedDependency[Clerk],
    parts: NamedDependency[Parts],
    owner: FromPath[str],
    digest: FromPath[str],
) -> Response[bytes]:
    """One page image of a material or capture; never kept by the browser.

    An image asked for by its address alone, its dossier not open, is a look of its own. Raises
    NotFound `blob.awaiting` where the file has not arrived yet.
    """
    _look(reader, parts, owner, digest)
    return _jpeg(parts.office.blobs.read(digest))


@get("/pages/{owner:str}/{digest:str}/straight", sync_to_thread=True)
def straight(
    reader: NamedDependency[Clerk],
    parts: NamedDependency[Parts],
    owner: FromPath[str],
    digest: FromPath[str],
) -> Response[bytes]:
    """The same page cut out, levelled and turned upright, made anew from its master each time."""
    _look(reader, parts, owner, digest)
    with parts.office.space.read() as town:
        shown = dossiers.page_with(town, owner, digest)
    if shown is None:
        raise NotFound("page.unknown")
    return _jpeg(straightened(parts.office.blobs.read(digest), pose_of(shown)))


def _look(reader: Clerk, parts: Parts, owner: str, digest: str) -> None:
    with parts.office.space.read() as town:
        named = dossiers.owner_names_blob(town, owner, digest)
        dossier = dossiers.dossier_of_owner(town, owner)
        since = parts.now - LOOK_LASTS_MS
        seen = not dossier or dossiers.is_seen(town, dossier, reader.id, since)
        if dossier:
            consultation.check_cleared(parts.office, reader, dossiers.dossier_of(town, dossier))
    if not named and not parts.scanning.names_file(owner, digest):
        raise NotFound("page.unknown")
    if not seen:
        consultation.view(parts.office, reader, dossier, owner)


def _jpeg(content: bytes) -> Response[bytes]:
    return unkept(content, JPEG)
