"""The reading room: readers let in by a matter see exactly its dossier, for a time, page by page.

Who reads is named with ID; nobody reads about themselves or their kin; how many read, and whether
they must be members of the Party, are the county's rules. Each page shown is on record against the
matter before it is shown.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from edge.domain.access import Clerk, Right
from edge.domain.archive import BUILT_IN, category_of
from edge.domain.errors import Conflict, Denied, InvalidInput, NotFound
from edge.domain.identity import check_id_number
from edge.domain.kinds import Kind
from edge.domain.matters.consulting import NO_GRADE, RELATIVE, WHOLE
from edge.domain.matters.flow import number_in
from edge.store import records, rules
from edge.store.database import Connection
from edge.store.dossiers import Dossier, Material, catalogue, dossier_of
from edge.store.entries import Pen
from edge.store.matters import Matter, matter_of
from edge.store.persons import Person, person_of
from edge.workflows.acting import Acting, Effect, day_of, laid_down_for
from edge.workflows.consultation import check_cleared, require_cleared
from edge.workflows.office import Office
from edge.workflows.query_rights import require_extent
from edge.workflows.supplement import standing_claims

PURPOSE = "consultation"
READERS_RULE, READERS = "consultation.readers", 2
MINUTES_RULE, MINUTES = "consultation.minutes", 60
# The classes of dossiers whose readers must be members of the Party, parted by commas.
PARTY_RULE, PARTY_CLASSES = "consultation.party_classes", "干部"


@dataclass(frozen=True, slots=True)
class Reading:
    """What lies open: whose dossier, which materials of it, who reads, and until when (ms)."""

    matter: Matter
    dossier: Dossier
    person: Person
    materials: tuple[Material, ...]
    readers: str
    until: int


def asked(acting: Acting) -> Mapping[str, str]:
    """Check who wants to read, and what; errors as `_check_readers`, `_categories`."""
    town, fields = acting.pen.connection, acting.fields
    dossier = dossier_of(town, acting.matter.dossier)
    require_cleared(acting.clerk, dossier)
    today = day_of(acting.pen.at).strftime("%Y%m%d")
    require_extent(town, fields.get("unit", ""), WHOLE, today)
    if fields.get("about") != RELATIVE and (fields.get("reader") or acting.flow.code == PURPOSE):
        _check_readers(acting, dossier, person_of(town, dossier.person))
    return {"categories": " ".join(_categories(fields.get("categories", "")))}


def approved(acting: Acting) -> Mapping[str, str]:
    """Narrow what may be read, if the approver says so."""
    if "categories" not in acting.fields:
        return {}
    return {"categories": " ".join(_categories(acting.fields["categories"]))}


def begun(acting: Acting) -> Mapping[str, str]:
    """Open the dossier on the screen for so many minutes.

    Raises Denied `reading.relative`: for a relative the office writes, nobody reads; Conflict
    `reading.no_reader`.
    """
    if acting.matter.fields.get("about") == RELATIVE:
        raise Denied("reading.relative")
    if not acting.matter.fields.get("reader"):
        raise Conflict("reading.no_reader")
    dossier = dossier_of(acting.pen.connection, acting.matter.dossier)
    require_cleared(acting.clerk, dossier)
    minutes = rules.number_of(laid_down_for(acting.office), MINUTES_RULE, MINUTES)
    return {"until": str(acting.pen.at + minutes * 60_000)}


def reading_of(office: Office, clerk: Clerk, matter: str) -> Reading:
    """What lies open by a matter now.

    Raises NotFound, Conflict `reading.not_open`, Denied `reading.over` once the time is up.
    """
    clerk.require(Right.READ)
    with office.space.read() as town:
        held = matter_of(town, matter)
        if held.state != "reading" or not held.dossier:
            raise Conflict("reading.not_open")
        until = number_in(held.fields, "until")
        if office.author.clock() >= until:
            raise Denied("reading.over")
        dossier = dossier_of(town, held.dossier)
        check_cleared(office, clerk, dossier)
        allowed = held.fields.get("categories", "").split()
        shown = [each for each in catalogue(town, dossier.id) if _may_see(each, allowed)]
        person = person_of(town, dossier.person)
    names = (held.fields.get("reader", ""), held.fields.get("reader2", ""))
    readers = "、".join(filter(None, names))
    return Reading(held, dossier, person, tuple(shown), readers, until)


def look(office: Office, clerk: Clerk, matter: str, material: str, page: int) -> Reading:
    """Record that the readers look at a page; errors as `reading_of`, NotFound `page.unknown`."""
    reading = reading_of(office, clerk, matter)
    if not any(each.id == material and 1 <= page <= each.pages for each in reading.materials):
        raise NotFound("page.unknown")
    told = {"purpose": PURPOSE, "what": material, "matter": matter, "page": page}

    def act(pen: Pen) -> Reading:
        pen.append(Kind.DOSSIER_VIEWED, reading.dossier.id, told)
        return reading

    return office.transact(clerk, act)


def _may_see(material: Material, allowed: Sequence[str]) -> bool:
    inside = material.category in allowed or BUILT_IN.top(material.category).code in allowed
    return material.pages > 0 and (not allowed or inside)


def _categories(text: str) -> list[str]:
    """Read category codes; raises InvalidInput `category.unknown`."""
    words = text.replace("，", " ").replace("、", " ").replace(",", " ").split()
    return [category_of(word).code for word in words]


def _check_readers(acting: Acting, dossier: Dossier, person: Person) -> None:
    """Check names and ID numbers of the readers against the person and the county's rules.

    Raises InvalidInput: `reading.readers_few` (count), `reading.reader_twice`, `reading.party`,
    `reading.checks`, or of `check_id_number`; Denied: `reading.self`, `reading.kin` (name).
    """
    fields, laid_down = acting.fields, laid_down_for(acting.office)
    named = [(fields.get(name, ""), fields.get(f"{name}_id", "")) for name in ("reader", "reader2")]
    readers = [(name, check_id_number(number).modern) for name, number in named if name]
    least = rules.number_of(laid_down, READERS_RULE, READERS)
    if len(readers) < least:
        raise InvalidInput("reading.readers_few", count=least)
    if len({number for _, number in readers}) < len(readers):
        raise InvalidInput("reading.reader_twice")
    if "unrelated" not in fields or "no_photos" not in fields:
        raise InvalidInput("reading.checks")
    classes = laid_down.get(PARTY_RULE, PARTY_CLASSES).replace("，", ",").split(",")
    if dossier.dossier_class in classes and "party" not in fields:
        raise InvalidInput("reading.party")
    kin = _kin_of(acting.pen.connection, person.id)
    for name, number in readers:
        if number == person.id_number or name == person.name:
            raise Denied("reading.self", name=name)
        if any(name in said for said in kin):
            raise Denied("reading.kin", name=name)


def _kin_of(connection: Connection, person: str) -> list[str]:
    """What is noted down of a person's family."""
    return [note.value for note in records.notes_of(connection, person) if note.field == "kinship"]


def graded(acting: Acting) -> None:
    """Give the dossier its grade of secrecy, or take it off."""
    dossier, grade = acting.matter.dossier, acting.fields["grade"]
    told = {"secrecy": "" if grade == NO_GRADE else grade}
    after = standing_claims(acting.pen, dossier, "secrecy")
    acting.pen.append(Kind.DOSSIER_GRADED, dossier, told, after)


EFFECTS: Mapping[tuple[str, str], Effect] = {("secrecy", "open"): graded} | {
    (flow, step): effect
    for flow in ("consultation", "political_review")
    for step, effect in (
        ("open", asked),
        ("approve", approved),
        ("begin", begun),
        ("prolong", begun),
    )
}
