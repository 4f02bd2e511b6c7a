"""Receiving a dossier: the person, the paper, the count, the shelf.

Missing materials are noted and never a reason to refuse (人社厅发〔2016〕75号).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from edge.domain.access import Clerk, Right
from edge.domain.archive import DOSSIER_CLASSES
from edge.domain.errors import Conflict, InvalidInput
from edge.domain.identity import IdNumber, check_number
from edge.domain.kinds import Kind
from edge.domain.scheme import Scheme
from edge.store import rules
from edge.store.dossiers import dossier_by_number, dossiers_of_person
from edge.store.entries import Pen
from edge.store.papers import take_number
from edge.store.persons import person_by_id_number
from edge.workflows.acting import day_of
from edge.workflows.office import Office


@dataclass(frozen=True, slots=True)
class Reception:
    """What the clerk entered; empty texts where nothing is known.

    `number` empty lets the box give the next one. `counts` are pieces by category, as counted.
    """

    name: str
    id_number: str
    dossier_class: str
    shelf: str = ""
    number: str = ""
    origin: str = ""
    letter: str = ""
    former_name: str = ""
    ethnicity: str = ""
    phone: str = ""
    place: str = ""
    education: str = ""
    politics: str = ""
    unit: str = ""
    counts: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Received:
    """What reception made."""

    person: str
    dossier: str
    number: str


def receive(office: Office, clerk: Clerk, reception: Reception) -> Received:
    """Register the person if new, register the dossier, and take custody.

    Raises InvalidInput for a wrong name, ID number, class, category or count; Conflict
    `dossier.already_here` (number) when this office holds the person's dossier, and
    `dossier.number_taken`.
    """
    clerk.require(Right.FILE)
    checked, scheme = prepared(office, reception)
    return office.transact(clerk, lambda pen: take_in(office, pen, checked, scheme))


def prepared(office: Office, reception: Reception) -> tuple[Reception, Scheme]:
    """Check what was entered, and name the scheme that it is counted by; errors as `receive`."""
    with office.county.read() as county:
        scheme = rules.scheme_for_new(county)
    return _checked(reception, scheme, day_of(office.author.clock())), scheme


def take_in(office: Office, pen: Pen, reception: Reception, scheme: Scheme) -> Received:
    """Receive within a transaction; raises Conflict as `receive`."""
    person = _person(pen, reception)
    for held in dossiers_of_person(pen.connection, person):
        if held.dossier_class == reception.dossier_class and held.standing != "sent":
            raise Conflict("dossier.already_here", number=held.number)
    number = reception.number or next_number(office, pen)
    if dossier_by_number(pen.connection, number) is not None:
        raise Conflict("dossier.number_taken", number=number)
    dossier = pen.new_id()
    counts = {code: count for code, count in reception.counts.items() if count}
    pen.append_many(
        [
            (
                Kind.DOSSIER_REGISTERED,
                dossier,
                {
                    "person": person,
                    "number": number,
                    "class": reception.dossier_class,
                    "holder": office.name,
                    "scheme": scheme.code,
                    "shelf": reception.shelf,
                    "counts": counts,
                },
                (),
            ),
            (
                Kind.CUSTODY_RECEIVED,
                dossier,
                {"from": reception.origin, "letter": reception.letter, "counts": counts},
                (),
            ),
        ]
    )
    return Received(person, dossier, number)


def next_number(office: Office, pen: Pen) -> str:
    """Give the next dossier number of this box: town code, box ordinal, running number.

    The ordinal keeps two boxes of one town from giving the same number while apart.
    """
    running = take_number(pen.connection, "dossier")
    return f"{office.code}-{office.ordinal:02d}-{running:05d}"


def _person(pen: Pen, reception: Reception) -> str:
    if reception.id_number:
        known = person_by_id_number(pen.connection, reception.id_number)
        if known is not None:
            if known.name != reception.name:
                raise Conflict("person.name_differs", known=known.name, entered=reception.name)
            return known.id
    person = pen.new_id()
    told = {
        "name": reception.name,
        "former_name": reception.former_name,
        "id_number": reception.id_number,
        "ethnicity": reception.ethnicity,
        "phone": reception.phone,
        "place": reception.place,
        "education": reception.education,
        "politics": reception.politics,
        "unit": reception.unit,
        **_told_by_number(reception.id_number),
    }
    pen.append(Kind.PERSON_REGISTERED, person, {k: v for k, v in told.items() if v})
    return person


def _told_by_number(id_number: str) -> dict[str, str]:
    if not id_number:
        return {}
    told = check_number(id_number)
    if not isinstance(told, IdNumber):
        return {}
    return {"sex": str(told.sex), "birth": told.birth_date.strftime("%Y%m%d")}


def _checked(reception: Reception, scheme: Scheme, today: date) -> Reception:
    name = reception.name.strip()
    if not name:
        raise InvalidInput("person.name_missing")
    if reception.dossier_class not in DOSSIER_CLASSES:
        raise InvalidInput("dossier.class_unknown", text=reception.dossier_class)
    for code, count in reception.counts.items():
        scheme.category(code)
        if not 0 <= count <= 9999:
            raise InvalidInput("dossier.count_wrong", category=code, count=count)
    stated = reception.id_number
    id_number = check_number(stated, today).modern if stated else ""
    values = {name: getattr(reception, name) for name in Reception.__slots__}
    number = "".join(reception.number.split()).upper()
    return Reception(**{**values, "name": name, "id_number": id_number, "number": number})
