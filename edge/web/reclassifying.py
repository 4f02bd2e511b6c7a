"""Another category for a material that was filed under a wrong one; what it was stays on record."""

from typing import Annotated, Any

import msgspec
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, URLEncodedBody
from litestar.response import Template

from edge.domain.access import Clerk, Right
from edge.domain.kinds import Kind
from edge.store import dossiers, persons, rules, staff
from edge.store.entries import history_of
from edge.web import undo
from edge.web.locale import gettext
from edge.web.parts import Parts
from edge.web.persons import looked
from edge.web.rendering import go, page
from edge.workflows import supplement


class Reclassified(msgspec.Struct, frozen=True):
    """The form: where the material belongs, and why it is not where it was."""

    category: Annotated[str, msgspec.Meta(min_length=1, max_length=20)]
    reason: Annotated[str, msgspec.Meta(min_length=1, max_length=supplement.LONGEST_REASON)]


@get("/materials/{material:str}/category", sync_to_thread=True)
def choose(
    request: Request[Any, Any, Any],
    reader: NamedDependency[Clerk],
    parts: NamedDependency[Parts],
    material: FromPath[str],
) -> Template:
    """Where a material stands now, where it stood before and why, and where it could go."""
    reader.require(Right.FILE)
    with parts.office.space.read() as town:
        held = dossiers.material_of(town, material)
    looked(request, parts, reader, held.dossier, material)
    with parts.office.space.read() as town:
        dossier = dossiers.dossier_of(town, held.dossier)
        person = persons.person_of(town, dossier.person)
        changes = [e for e in history_of(town, material) if e.kind == Kind.MATERIAL_RECLASSIFIED]
    with parts.office.county.read() as county:
        scheme = rules.scheme_of(county, dossier.scheme)
        names = staff.names_of_staff(county)
    return page(
        request,
        "material_category.html",
        material=held,
        dossier=dossier,
        person=person,
        scheme=scheme,
        changes=changes,
        names=names,
        longest=supplement.LONGEST_REASON,
    )


@post("/materials/{material:str}/category/change", status_code=303, sync_to_thread=True)
def change(
    request: Request[Any, Any, Any],
    reader: NamedDependency[Clerk],
    parts: NamedDependency[Parts],
    material: FromPath[str],
    data: URLEncodedBody[Reclassified],
) -> Response[Any]:
    """Move it there; errors as `supplement.reclassify`."""
    with parts.office.space.read() as town:
        before = dossiers.material_of(town, material)
    now = supplement.reclassify(parts.office, reader, material, data.category, data.reason)
    here = (
        f"/dossiers/{now.dossier}/view/{now.id}/1" if now.pages else f"/materials/{now.id}/category"
    )
    words = gettext("“%(title)s”已改到 %(code)s 类") % {"title": now.title, "code": now.category}
    told = {"material": material, "category": before.category}
    undo.offer(parts, reader, "reclassified", words, here, **told)
    return go(request, here)


HANDLERS = [choose, change]
