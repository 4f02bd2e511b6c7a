"""Labels for covers and places, printed at once."""

from typing import Annotated, Any

import msgspec
from litestar import Request, post
from litestar.di import NamedDependency
from litestar.params import FromPath, URLEncodedBody
from litestar.response import Template

from edge.domain.access import Clerk
from edge.domain.errors import DeviceUnavailable
from edge.web.locale import sentence
from edge.web.parts import Labels, Parts
from edge.web.rendering import page
from edge.workflows import labelling

Number = Annotated[int, msgspec.Meta(ge=1, le=9999)]


class Place(msgspec.Struct, frozen=True):
    """A place of a shelf: room, row, bay, level, place."""

    room: Number
    row: Number
    bay: Number
    level: Number
    place: Number


@post("/dossiers/{dossier:str}/label", status_code=200, sync_to_thread=True)
def cover(
    request: Request[Any, Any, Any],
    reader: NamedDependency[Clerk],
    parts: NamedDependency[Parts],
    dossier: FromPath[str],
) -> Template:
    """Print the label of a dossier's cover; errors as `labelling.print_cover`."""
    labels = _labels(parts)
    labelling.print_cover(
        parts.office, reader, dossier, labels.size, labels.dpi, labels.printer.print_label
    )
    return page(request, "parts/done_notice.html", said=sentence("label.printed"))


@post("/places/label", status_code=200, sync_to_thread=True)
def place(
    request: Request[Any, Any, Any],
    reader: NamedDependency[Clerk],
    parts: NamedDependency[Parts],
    data: URLEncodedBody[Place],
) -> Template:
    """Print the label of a place; errors as `labelling.print_place`."""
    labels = _labels(parts)
    at = (data.room, data.row, data.bay, data.level, data.place)
    labelling.print_place(
        parts.office, reader, at, labels.size, labels.dpi, labels.printer.print_label
    )
    return page(request, "parts/done_notice.html", said=sentence("label.printed"))


HANDLERS = [cover, place]


def _labels(parts: Parts) -> Labels:
    if parts.labels is None:
        raise DeviceUnavailable("label.none", fault="absent", detail="")
    return parts.labels
