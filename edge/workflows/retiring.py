"""The retirement check: what the dossier records, gathered with its pages, reckoned, presented.

All that is recorded is kept and shown; who recognises birth and service is 社保.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from edge.domain.errors import Conflict, InvalidInput
from edge.domain.retirement import Group, Retirement, retirement_of
from edge.domain.tenure import Tenure, first_recorded, reckon_tenure
from edge.store import records
from edge.store.database import Connection
from edge.store.persons import Person, person_of
from edge.store.records import Note
from edge.workflows.acting import Acting, Effect, day_of

FIELDS = ("birth", "work_start", "service", "deemed", "special")


@dataclass(frozen=True, slots=True)
class Gathered:
    """What the check rests on; `retirement` is None while no month of birth is known.

    `first` is the birth recorded first; `differs`: it is not that of the identity card.
    """

    person: Person
    notes: tuple[Note, ...]
    first: Note | None
    tenure: Tenure
    retirement: Retirement | None

    @property
    def differs(self) -> bool:
        """Whether the birth recorded first is another than the registered one."""
        if self.first is None or not self.person.birth:
            return False
        shorter = min(len(self.first.value), len(self.person.birth))
        return self.first.value[:shorter] != self.person.birth[:shorter]

    @property
    def special(self) -> tuple[Note, ...]:
        """The notes of special work."""
        return tuple(note for note in self.notes if note.field == "special")

    @property
    def altered(self) -> tuple[Note, ...]:
        """The notes whose pages bear traces of an alteration."""
        return tuple(note for note in self.notes if note.altered)


def gathered_of(connection: Connection, person: str, group: str, today: str) -> Gathered:
    """Gather what is noted of a person, and reckon; `today` (YYYYMMDD) tells the policy."""
    known = person_of(connection, person)
    notes = [each for each in records.notes_of(connection, person) if each.field in FIELDS]
    notes.sort(key=lambda each: (FIELDS.index(each.field), each.formed_on or "9999", each.id))
    first = first_recorded(notes)
    try:
        birth = first.value if first else known.birth
        when = retirement_of(birth, Group(group), today) if group in {*Group} else None
    except InvalidInput:
        when = None
    return Gathered(known, tuple(notes), first, reckon_tenure(notes), when)


def gather(acting: Acting) -> Mapping[str, str]:
    """Freeze what was found on the matter; raises Conflict `retirement.no_birth`."""
    today = day_of(acting.pen.at).strftime("%Y%m%d")
    group = acting.matter.fields.get("group", "")
    found = gathered_of(acting.pen.connection, acting.matter.person, group, today)
    if found.first is None:
        raise Conflict("retirement.no_birth")
    told = {
        "first_birth": found.first.value,
        "first_note": found.first.id,
        "notes": " ".join(note.id for note in found.notes),
        "began": found.tenure.began,
        "months": str(found.tenure.total),
        "deemed_months": str(found.tenure.deemed),
        "special_months": str(found.tenure.special),
    }
    when = found.retirement
    if when is not None:
        told |= {
            "retires": when.month,
            "apply_from": when.apply_from,
            "age_months": str(when.age),
            "policy": when.policy,
        }
    return {name: value for name, value in told.items() if value}


EFFECTS: Mapping[tuple[str, str], Effect] = {("retirement_check", "gather"): gather}
