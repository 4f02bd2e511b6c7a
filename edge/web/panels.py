"""What a flow shows of its own on a matter, gathered for its part `matters/of/<flow>.html`."""

from collections.abc import Callable, Mapping
from typing import Any

from edge.domain.access import Right
from edge.domain.counting import Count, Counts, read_counts
from edge.domain.keeping import keeping_of
from edge.domain.matters.moves import DOUBT
from edge.store import persons, volumes
from edge.store.captures import waiting_captures
from edge.store.dossiers import Standing, catalogue, dossier_of
from edge.store.matters import Matter, matters_of_dossier, standing_of
from edge.web.parts import Parts
from edge.web.persons import sections_of
from edge.workflows import adding, borrowing, collecting, reception, retiring, scan_line, sorting
from edge.workflows.handing_over import people_here
from edge.workflows.matters import today_of

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
    # What was taken in by our slip was counted without a catalogue to compare it with.
    against = bool(listed) or matter.state == "checking"
    rows = compared(parts, listed, counted) if counted and against else ()
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


def _lending(parts: Parts, matter: Matter) -> Mapping[str, Any]:
    """What is looked into since the pages came back other than they went out."""
    if "difference" not in matter.fields:
        return {"doubts": []}
    with parts.office.space.read() as town:
        known = matters_of_dossier(town, matter.dossier)
    doubts = [each for each in known if each.flow == DOUBT.code and each.id > matter.id]
    return {"doubts": [each for each in doubts if each.open][:1]}


def _retirement(parts: Parts, matter: Matter) -> Mapping[str, Any]:
    """Whether what was gathered says another birth than is registered, and what bears traces."""
    group = matter.fields.get("group", "")
    today = today_of(parts.office).strftime("%Y%m%d")
    with parts.office.space.read() as town:
        found = retiring.gathered_of(town, matter.person, group, today)
        pages = sum(each.pages for each in catalogue(town, matter.dossier))
    return {"found": found, "pages": pages}


def _rule_document(parts: Parts, matter: Matter) -> Mapping[str, Any]:
    """Who of the office is to read it, and whether each has."""
    with parts.office.space.read() as town, parts.office.county.read() as county:
        read = standing_of(town, matter).taken_by("acknowledge")
        people = people_here(town, county, parts.office.code)
    return {"readers": [(each.name, each.id in read) for each in people if each.may(Right.READ)]}


def _volume(parts: Parts, matter: Matter) -> Mapping[str, Any]:
    """How long it is kept, and what an appraisal decided, while it is kept here."""
    if matter.state != "kept":
        return {"keeping": None}
    today = today_of(parts.office).strftime("%Y%m%d")
    return {"keeping": keeping_of(matter.fields, matter.due, today)}


def _digitisation(parts: Parts, matter: Matter) -> Mapping[str, Any]:
    """How many pages were counted, scanned and filed, and where to look at them."""
    with parts.office.space.read() as town:
        filed = sum(each.pages for each in catalogue(town, matter.dossier))
        waiting = [each for each in waiting_captures(town) if each.dossier == matter.dossier]
    pages = sum(each.waiting for each in waiting)
    return {"filed": filed, "waiting": pages, "captures": [each.id for each in waiting]}


def _supplement(parts: Parts, matter: Matter) -> Mapping[str, Any]:
    """Whether scanning comes next: what was judged to be filed has not been filed yet."""
    if matter.state != "identified":
        return {"scan": False}
    with parts.office.space.read() as town:
        here = dossier_of(town, matter.dossier).standing is not Standing.SENT
        filed = any(each.at >= matter.at for each in catalogue(town, matter.dossier))
        waiting = [w.id for w in waiting_captures(town) if w.dossier == matter.dossier]
    return {"scan": here and not filed, "captures": waiting}


def _collection(parts: Parts, matter: Matter) -> Mapping[str, Any]:
    """What the village still owes, each thing to be ticked off while it is chased.

    While pieces are noted the form stands above what was noted, so that it stays in sight.
    """
    lacking, state = collecting.lines_of(matter), matter.state
    return {"lacking": lacking, "chasing": state == "chasing", "below": state == "gathering"}


PANELS: Mapping[str, Panel] = {
    reception.FLOW: _reception,
    sorting.FLOW: _sorting,
    borrowing.FLOW: _lending,
    adding.FLOW: _supplement,
    collecting.FLOW: _collection,
    scan_line.FLOW: _digitisation,
    "retirement_check": _retirement,
    "rule_document": _rule_document,
    volumes.FLOW: _volume,
}
