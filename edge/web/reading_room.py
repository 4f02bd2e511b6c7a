"""The reading room's screen: readers let in by a matter leaf through its dossier, nothing else."""

from typing import Any

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Template

from edge.domain.access import Clerk
from edge.domain.errors import NotFound
from edge.imaging.derive import straightened
from edge.store import dossiers, records
from edge.web import session
from edge.web.parts import Parts
from edge.web.rendering import go, page, unkept
from edge.web.wording import local
from edge.workflows import reading_room
from edge.workflows.digitising import pose_of
from edge.workflows.reading_room import Reading


@post("/reading/{matter:str}/enter", status_code=303, sync_to_thread=True)
def enter(
    request: Request[Any, Any, Any],
    reader: NamedDependency[Clerk],
    parts: NamedDependency[Parts],
    matter: FromPath[str],
) -> Response[Any]:
    """Hand this screen to the readers; only signing in again leads out."""
    reading_room.reading_of(parts.office, reader, matter)
    request.session[session.READING] = matter
    return go(request, f"/reading/{matter}")


@post("/reading/{matter:str}/leave", status_code=303, sync_to_thread=False)
def leave(
    request: Request[Any, Any, Any], reader: NamedDependency[Clerk], matter: FromPath[str]
) -> Response[Any]:
    """Lock this screen; the clerk signs in to go on with the matter."""
    if request.session.get(session.READING) == matter:
        session.sign_out(request, f"/matters/{matter}")
    return go(request, "/lock")


@get("/reading/{matter:str}", sync_to_thread=True)
def room(
    request: Request[Any, Any, Any],
    reader: NamedDependency[Clerk],
    parts: NamedDependency[Parts],
    matter: FromPath[str],
) -> Template:
    """What the readers may see, before the first page is opened."""
    reading = reading_room.reading_of(parts.office, reader, matter)
    return _page(request, parts, reading, None, 0)


@get("/reading/{matter:str}/{material:str}/{number:int}", sync_to_thread=True)
def leaf(
    request: Request[Any, Any, Any],
    reader: NamedDependency[Clerk],
    parts: NamedDependency[Parts],
    matter: FromPath[str],
    material: FromPath[str],
    number: FromPath[int],
) -> Template:
    """One page; the look is on record against the matter first."""
    reading = reading_room.look(parts.office, reader, matter, material, number)
    shown = next(each for each in reading.materials if each.id == material)
    return _page(request, parts, reading, shown, number)


@get("/reading/{matter:str}/{material:str}/{number:int}/image", sync_to_thread=True)
def image(
    reader: NamedDependency[Clerk],
    parts: NamedDependency[Parts],
    matter: FromPath[str],
    material: FromPath[str],
    number: FromPath[int],
) -> Response[bytes]:
    """The page's picture; asked for by its address alone it is a look of its own."""
    reading = reading_room.reading_of(parts.office, reader, matter)
    if all(each.id != material for each in reading.materials):
        raise NotFound("page.unknown")
    with parts.office.space.read() as town:
        seen = any(look[1:] == (material, number) for look in records.looks_by_matter(town, matter))
        pages = dossiers.pages_of(town, material)
    shown = next((each for each in pages if each.number == number), None)
    if shown is None:
        raise NotFound("page.unknown")
    if not seen:
        reading_room.look(parts.office, reader, matter, material, number)
    jpeg = straightened(parts.office.blobs.read(shown.blob), pose_of(shown))
    return unkept(jpeg, "image/jpeg")


HANDLERS = [enter, leave, room, leaf, image]


def _page(
    request: Request[Any, Any, Any],
    parts: Parts,
    reading: Reading,
    material: dossiers.Material | None,
    number: int,
) -> Template:
    with parts.office.space.read() as town:
        numbers = {
            each.id: [leaf.number for leaf in dossiers.pages_of(town, each.id)]
            for each in reading.materials
        }
    order = [(each.id, n) for each in reading.materials for n in numbers[each.id]]
    at = order.index((material.id, number)) if material else -1
    base = f"/reading/{reading.matter.id}"
    following = order[at + 1] if at + 1 < len(order) else None
    return page(
        request,
        "reading.html",
        reading=reading,
        base=base,
        numbers=numbers,
        material=material,
        number=number,
        previous=f"{base}/{order[at - 1][0]}/{order[at - 1][1]}" if at > 0 else "",
        next=f"{base}/{following[0]}/{following[1]}" if following else "",
        until=local(reading.until).strftime("%H:%M"),
        left=max(0, (reading.until - parts.now) // 60_000),
        seen_at=local(parts.now).strftime("%Y-%m-%d %H:%M"),
    )
