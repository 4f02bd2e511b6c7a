"""A case by its number, for whoever calls; and which pages the readers of a matter looked at."""

from typing import Any

from litestar import Request, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template

from edge.domain.access import Clerk
from edge.domain.errors import NotFound
from edge.store import dossiers, matters, records
from edge.web.parts import Parts
from edge.web.persons import OVERVIEW, looked
from edge.web.rendering import page


@get("/matters/number/{number:str}", sync_to_thread=True)
def by_number(
    reader: NamedDependency[Clerk], parts: NamedDependency[Parts], number: FromPath[str]
) -> Redirect:
    """Open the matter that bears a number; raises NotFound `matter.unknown`."""
    with parts.office.space.read() as town:
        held = matters.matter_by_number(town, number)
    if held is None:
        raise NotFound("matter.unknown")
    return Redirect(f"/matters/{held.id}", status_code=303)


@get("/matters/{matter:str}/looks", sync_to_thread=True)
def looks(
    request: Request[Any, Any, Any],
    reader: NamedDependency[Clerk],
    parts: NamedDependency[Parts],
    matter: FromPath[str],
) -> Template:
    """Every page that was shown to the readers of a matter, in order."""
    with parts.office.space.read() as town:
        held = matters.matter_of(town, matter)
    if held.dossier:
        looked(request, parts, reader, held.dossier, OVERVIEW)
    with parts.office.space.read() as town:
        seen = records.looks_by_matter(town, matter)
        held_materials = dossiers.catalogue(town, held.dossier) if held.dossier else []
    titles = {each.id: f"{each.category}　{each.title}" for each in held_materials}
    return page(request, "matters/looks.html", matter=held, looks=seen, titles=titles)


HANDLERS = [by_number, looks]
