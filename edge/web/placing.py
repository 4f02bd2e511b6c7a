"""Putting a dossier in its place: its shelf's code read on the overview is where it stands now."""

from typing import Annotated, Any

import msgspec
from litestar import Request, Response, post
from litestar.di import NamedDependency
from litestar.params import FromPath, URLEncodedBody

from edge.domain.access import Clerk
from edge.store import dossiers
from edge.web import undo
from edge.web.locale import gettext
from edge.web.parts import Parts
from edge.web.rendering import go
from edge.workflows import supplement


class Placed(msgspec.Struct, frozen=True):
    """The words of a place."""

    shelf: Annotated[str, msgspec.Meta(min_length=1, max_length=60)]


@post("/dossiers/{dossier:str}/place", status_code=303, sync_to_thread=True)
def place(
    request: Request[Any, Any, Any],
    reader: NamedDependency[Clerk],
    parts: NamedDependency[Parts],
    dossier: FromPath[str],
    data: URLEncodedBody[Placed],
) -> Response[Any]:
    """Put it there, and offer to take that back; errors as `supplement.move`."""
    with parts.office.space.read() as town:
        before = dossiers.dossier_of(town, dossier)
    held = supplement.move(parts.office, reader, dossier, data.shelf)
    here = f"/persons/{held.person}"
    words = gettext("已放到 %(shelf)s") % {"shelf": held.shelf}
    undo.offer(parts, reader, "moved", words, here, dossier=dossier, shelf=before.shelf)
    return go(request, here)
