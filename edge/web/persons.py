"""A person and the dossier: what it holds, what it lacks, where it is."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

from litestar import Request, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Template

from edge.domain.access import Clerk
from edge.domain.archive import BUILT_IN
from edge.domain.matters.flow import Flow, Subject
from edge.domain.matters.registry import FLOWS
from edge.domain.scheme import UNLISTED, Category, Scheme
from edge.store import captures, conflicts, dossiers, matters, persons, proofs, rules, screens
from edge.store.database import Connection
from edge.web.parts import Parts
from edge.web.rendering import page
from edge.workflows import consultation
from edge.workflows.gaps import missing_in
from edge.workflows.office import Office

OVERVIEW = "overview"
# A page left open and come back to after so long is another look.
LOOK_LASTS_MS = 30 * 60_000


@dataclass(frozen=True, slots=True)
class Section:
    """One of the categories; `first` is its first material with pages.

    `counted` are the pieces counted at reception, on paper, whether scanned or not.
    """

    category: Category
    materials: int
    counted: int
    pages: int
    lacking: tuple[Category, ...]
    first: str


def sections_of(
    dossier: dossiers.Dossier, held: list[dossiers.Material], scheme: Scheme
) -> list[Section]:
    """Count a dossier's materials by the categories of its scheme and name what is lacking."""
    counted: Counter[str] = Counter()
    for code, count in dossier.counts.items():
        counted[scheme.top(code).code] += count
    on_paper = {code for code, count in dossier.counts.items() if count}
    gaps = scheme.gaps(dossier.dossier_class, {each.category for each in held} | on_paper)
    materials, pages = Counter[str](), Counter[str]()
    first: dict[str, str] = {}
    for each in held:
        top = scheme.top(each.category).code
        materials[top] += 1
        pages[top] += each.pages
        if each.pages:
            first.setdefault(top, each.id)
    unlisted = UNLISTED.code in {*materials, *counted}
    return [
        Section(
            category=category,
            materials=materials[category.code],
            counted=counted[category.code],
            pages=pages[category.code],
            lacking=tuple(gap for gap in gaps if scheme.top(gap.code) == category),
            first=first.get(category.code, ""),
        )
        for category in (*scheme.tops, *((UNLISTED,) if unlisted else ()))
    ]


@get("/persons/{person:str}", sync_to_thread=True)
def show(
    request: Request[Any, Any, Any],
    reader: NamedDependency[Clerk],
    parts: NamedDependency[Parts],
    person: FromPath[str],
) -> Template:
    """The overview that a swipe of the card opens."""
    shown = overview(parts.office, person)
    if shown["dossier"]:
        looked(request, parts, reader, shown["dossier"].id, OVERVIEW)
    begun = [each for each in parts.scanning.open_batches() if each.person == person]
    business = [flow for flow in FLOWS.values() if offered(flow, reader, bool(shown["dossier"]))]
    return page(
        request,
        "person.html",
        begun=begun,
        flows=FLOWS,
        business=business,
        labels=parts.labels is not None,
        **shown,
    )


def offered(flow: Flow, reader: Clerk, has_dossier: bool) -> bool:
    """Say whether a flow can be begun for a person by this clerk."""
    if flow.subject is Subject.OFFICE or not reader.may(flow.right):
        return False
    return flow.subject is Subject.PERSON or has_dossier


def looked(
    request: Request[Any, Any, Any], parts: Parts, reader: Clerk, dossier: str, what: str
) -> None:
    """Put a look on record before anything is shown, once while it is looked at.

    What a grade of secrecy shuts out raises Denied each time, also while it was looked at.
    """
    with parts.office.space.read() as town:
        consultation.check_cleared(parts.office, reader, dossiers.dossier_of(town, dossier))
    place, now = f"{dossier}/{what}", parts.now
    before, at = request.session.get("looking", ("", 0))
    if before != place or not 0 <= now - at < LOOK_LASTS_MS:
        consultation.view(parts.office, reader, dossier, what)
        request.session["looking"] = (place, now)


def opened(
    request: Request[Any, Any, Any], parts: Parts, reader: Clerk, dossier: str, what: str = OVERVIEW
) -> tuple[dossiers.Dossier, persons.Person]:
    """Put the look on record, then hand over the dossier and whose it is."""
    looked(request, parts, reader, dossier, what)
    with parts.office.space.read() as town:
        held = dossiers.dossier_of(town, dossier)
        return held, persons.person_of(town, held.person)


def overview(office: Office, person: str) -> dict[str, Any]:
    """Gather what the overview shows; raises NotFound `person.unknown`."""
    with office.space.read() as town, office.county.read() as county:
        return _overview(office, town, county, person)


def _overview(office: Office, town: Connection, county: Connection, person: str) -> dict[str, Any]:
    known = persons.person_of(town, person)
    held = dossiers.dossiers_of_person(town, person)
    dossier = held[0] if held else None
    materials = dossiers.catalogue(town, dossier.id) if dossier else []
    scheme = rules.scheme_of(county, dossier.scheme) if dossier else BUILT_IN
    return {
        "person": known,
        "dossier": dossier,
        "others": held[1:],
        "materials": materials,
        "scheme": scheme,
        "missing": missing_in(office, town, dossier.id) if dossier else (),
        "sections": sections_of(dossier, materials, scheme) if dossier else [],
        "pages": sum(each.pages for each in materials),
        "conflicts": conflicts.doubts_of(town, [person, *(each.id for each in held)]),
        "confirmed": screens.confirmations_of(town, dossier.id if dossier else person),
        "proofs": proofs.proofs_of(town, dossier.id) if dossier else [],
        "matters": [each for each in matters.matters_of_person(town, person) if each.open],
        "waiting": [
            each
            for each in captures.waiting_captures(town)
            if dossier and each.dossier == dossier.id
        ],
    }
