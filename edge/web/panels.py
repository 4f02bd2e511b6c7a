"""What a flow shows of its own on a matter, gathered for its part `matters/of/<flow>.html`."""

from collections.abc import Callable, Mapping
from typing import Any

from edge.domain.counting import Count, Counts, read_counts
from edge.store import persons
from edge.store.dossiers import catalogue, dossier_of
from edge.store.matters import Matter
from edge.web.parts import Parts
from edge.web.persons import sections_of
from edge.workflows import reception, sorting

Panel = Callable[[Parts, Matter], Mapping[str, Any]]


def panel_of(parts: Parts, matter: Matter) -> Mapping[str, Any]:
    """Gather it; empty for a flow that shows nothing of its own."""
    gather = PANELS.get(matter.flow)
    return gather(parts, matter) if gather else {}


def _reception(parts: Parts, matter: Matter) -> Mapping[str, Any]:
    with parts.office.space.read() as town:
        arrival = reception.waiting_arrival(town, matter.fields)
        listed = reception.listed_of(parts.office, town, matter)
        namesakes = persons.namesakes(town, matter.fields.get("name", ""), matter.person)
    counted = read_counts(matter.fields.get("counted", ""))
    rows = compared(parts, listed, counted) if counted else ()
    return {"arrival": arrival is not None, "rows": rows, "namesakes": namesakes}


def compared(parts: Parts, listed: Counts, counted: Counts) -> list[tuple[Any, Count, Count]]:
    """Put catalogue and count side by side, by the categories that either has."""
    scheme = reception.scheme_for(parts.office)
    return [
        (category, listed.get(category.code, Count()), counted.get(category.code, Count()))
        for category in scheme.tops
        if category.code in {*listed, *counted}
    ]


def _sorting(parts: Parts, matter: Matter) -> Mapping[str, Any]:
    """The checklist: each category in its order, what the dossier holds of it, whether done."""
    with parts.office.space.read() as town:
        scheme = sorting.scheme_for(parts.office, town, matter.dossier)
        done = sorting.ticked(town, matter)
        held = dossier_of(town, matter.dossier)
        sections = sections_of(held, catalogue(town, matter.dossier), scheme)
    turn = sorting.next_of(scheme, done)
    return {"sections": sections, "done": done, "turn": turn.code if turn else ""}


PANELS: Mapping[str, Panel] = {reception.FLOW: _reception, sorting.FLOW: _sorting}
