"""Sorting a dossier: the categories of its scheme ticked off one after the other."""

from collections.abc import Mapping

from edge.domain.errors import Conflict
from edge.domain.scheme import Category, Scheme
from edge.store import rules
from edge.store.database import Connection
from edge.store.dossiers import dossier_of
from edge.store.matters import Matter, standing_of
from edge.workflows.acting import Acting, Effect
from edge.workflows.office import Office

FLOW = "sorting"


def scheme_for(office: Office, town: Connection, dossier: str) -> Scheme:
    """The scheme that a dossier is sorted by."""
    with office.county.read() as county:
        return rules.scheme_of(county, dossier_of(town, dossier).scheme)


def ticked(town: Connection, matter: Matter) -> tuple[str, ...]:
    """The categories sorted so far; sorting it all again begins at the first."""
    done: list[str] = []
    for act in standing_of(town, matter).taken:
        if act.step == "again":
            done.clear()
        elif act.step == "sorted":
            done.append(act.fields.get("category", ""))
    return tuple(done)


def next_of(scheme: Scheme, done: tuple[str, ...]) -> Category | None:
    """The category whose turn it is; None once every one was sorted."""
    return next((each for each in scheme.tops if each.code not in done), None)


def sorted_one(acting: Acting) -> Mapping[str, str]:
    """Tick the next category off; raises Conflict `sorting.all_done`."""
    category = _next(acting)
    if category is None:
        raise Conflict("sorting.all_done")
    return {"category": category.code}


def classified(acting: Acting) -> None:
    """Go on once all are sorted; raises Conflict `sorting.left` (category)."""
    category = _next(acting)
    if category is not None:
        raise Conflict("sorting.left", category=f"{category.code} {category.name}")


def _next(acting: Acting) -> Category | None:
    scheme = scheme_for(acting.office, acting.pen.connection, acting.matter.dossier)
    return next_of(scheme, ticked(acting.pen.connection, acting.matter))


EFFECTS: Mapping[tuple[str, str], Effect] = {
    (FLOW, "sorted"): sorted_one,
    (FLOW, "classified"): classified,
}
