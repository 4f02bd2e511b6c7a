"""Labels for covers and places, printed at once."""

from typing import Annotated, Any

import msgspec
from litestar import Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, URLEncodedBody
from litestar.response import Template

from edge.domain.access import Clerk, Right
from edge.domain.errors import DeviceUnavailable
from edge.web.locale import sentence
from edge.web.parts import Labels, Parts
from edge.web.persons import OVERVIEW, looked
from edge.web.rendering import page
from edge.workflows import labelling

Number = Annotated[int, msgspec.Meta(ge=1, le=9999)]


class Level(msgspec.Struct, frozen=True):
    """A level of a shelf, and its places from one to the last, or that one alone."""

    room: Number
    row: Number
    bay: Number
    level: Number
    place: Number
    last: Annotated[str, msgspec.Meta(pattern="^[0-9]{0,4}$")] = ""


@post("/dossiers/{dossier:str}/label", status_code=200, sync_to_thread=True)
def cover(
    request: Request[Any, Any, Any],
    reader: NamedDependency[Clerk],
    parts: NamedDependency[Parts],
    dossier: FromPath[str],
) -> Template:
    """Print the label of a dossier's cover, a look at it; errors as `labelling.print_cover`."""
    labels = _labels(parts)
    looked(request, parts, reader, dossier, OVERVIEW)
    labelling.print_cover(
        parts.office,
        reader,
        dossier,
        labels.size,
        labels.dpi,
        labels.printer.print_label,
        labels.name,
    )
    return page(request, "parts/done_notice.html", said=sentence("label.printed"))


@get("/places/labels", sync_to_thread=True)
def choose_places(
    request: Request[Any, Any, Any],
    reader: NamedDependency[Clerk],
    parts: NamedDependency[Parts],
) -> Template:
    """Which places to print labels for."""
    reader.require(Right.ROOM)
    offered = parts.labels is not None
    most = labelling.MOST_PLACES
    return page(request, "registers/place_labels.html", labels=offered, most=most)


@post("/places/labels/print", status_code=200, sync_to_thread=True)
def print_places(
    request: Request[Any, Any, Any],
    reader: NamedDependency[Clerk],
    parts: NamedDependency[Parts],
    data: URLEncodedBody[Level],
) -> Template:
    """Print the labels of a level's places; errors as `labelling.print_places`."""
    labels = _labels(parts)
    last = int(data.last or 0)
    places = labelling.Places(data.room, data.row, data.bay, data.level, data.place, last)
    count = labelling.print_places(
        parts.office, reader, places, labels.size, labels.dpi, labels.printer.print_label
    )
    said = sentence("label.places_printed", {"count": count})
    return page(request, "parts/done_notice.html", said=said)


HANDLERS = [cover, choose_places, print_places]


def _labels(parts: Parts) -> Labels:
    if parts.labels is None:
        raise DeviceUnavailable("label.none", fault="absent", detail="")
    return parts.labels
