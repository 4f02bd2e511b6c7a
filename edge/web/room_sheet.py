"""The log sheet on screen: seen by whom, printed on paper."""

from typing import Annotated, Any

import msgspec
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, URLEncodedBody
from litestar.response import Template

from edge.domain.access import Clerk
from edge.domain.errors import DeviceUnavailable, NotFound
from edge.domain.room_sheet import half_at, month_of
from edge.store import staff
from edge.web.locale import sentence
from edge.web.parts import Parts, Room
from edge.web.queueing import printing, send
from edge.web.rendering import go, page
from edge.workflows import room_sheet


class Month(msgspec.Struct, frozen=True):
    """The form of printing."""

    month: Annotated[str, msgspec.Meta(max_length=6)]


def _room(parts: Parts) -> Room:
    if not parts.rooms:
        raise NotFound("room.none")
    return parts.rooms[0]


@get("/room/sheet", sync_to_thread=True)
def show(
    request: Request[Any, Any, Any],
    clerk: NamedDependency[Clerk],
    parts: NamedDependency[Parts],
) -> Template:
    """This month: two readings a day, what is missing, and who saw them."""
    return _shown(request, parts, month_of(parts.now), None)


@get("/room/sheet/{month:str}", sync_to_thread=True)
def show_month(
    request: Request[Any, Any, Any],
    clerk: NamedDependency[Clerk],
    parts: NamedDependency[Parts],
    month: FromPath[str],
) -> Template:
    """Another month."""
    return _shown(request, parts, month, None)


@get("/room/sheet/{month:str}/job/{job:int}", sync_to_thread=True)
def show_job(
    request: Request[Any, Any, Any],
    clerk: NamedDependency[Clerk],
    parts: NamedDependency[Parts],
    month: FromPath[str],
    job: FromPath[int],
) -> Template:
    """The same, and how its printing goes."""
    return _shown(request, parts, month, printing(parts, job))


def _shown(
    request: Request[Any, Any, Any], parts: Parts, month: str, job: dict[str, Any] | None
) -> Template:
    room = _room(parts)
    sheet = room_sheet.month_sheet(parts.office, room.id, month)
    due = half_at(parts.now)
    signed = {(row.day.strftime("%Y%m%d"), row.half) for row in sheet.rows if row.seen}
    with parts.office.county.read() as county:
        names = staff.names_of_staff(county)
    waits = due if due is not None and due not in signed and due[0].startswith(month) else None
    # Days to come are of no use on a screen.
    rows = [row for row in sheet.rows if row.due or row.seen or _is_due(row, due)]
    return page(
        request,
        "room_sheet.html",
        room=room,
        sheet=sheet,
        rows=rows[::-1],
        names=names,
        waits=waits,
        halves=room_sheet.HALF_WORDS,
        job=job,
    )


def _is_due(row: Any, due: tuple[str, str] | None) -> bool:
    return due is not None and (row.day.strftime("%Y%m%d"), row.half) == due


@post("/room/sheet/see", status_code=303, sync_to_thread=True)
def see(
    request: Request[Any, Any, Any],
    clerk: NamedDependency[Clerk],
    parts: NamedDependency[Parts],
) -> Response[Any]:
    """Sign that the readings have been seen; errors as `room_sheet.see`."""
    room_sheet.see(parts.office, clerk, _room(parts).id)
    return go(request, "/room/sheet")


@post("/room/sheet/print", status_code=303, sync_to_thread=True)
def put_on_paper(
    request: Request[Any, Any, Any],
    clerk: NamedDependency[Clerk],
    parts: NamedDependency[Parts],
    data: URLEncodedBody[Month],
) -> Response[Any]:
    """Set the month's sheet and send it to the printer."""
    room = _room(parts)
    if parts.printer is None:
        raise DeviceUnavailable("device.printer.absent", fault="absent", detail="")
    printed = room_sheet.set_sheet(parts.office, clerk, room.id, room.name, data.month)
    title = sentence("room.sheet", {"month": data.month})
    job = send(parts, parts.office.blobs.read(printed.blob), title)
    room_sheet.note_print(parts.office, clerk, room.id, printed, "printer", job)
    return go(request, f"/room/sheet/{data.month}/job/{job}")
