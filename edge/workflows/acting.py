"""What the steps of matters do beyond moving them on, in the same transaction.

An effect checks first and writes after: whatever it raises leaves the matter where it was. One
that appends acts belongs to a step that is not `undoable`. Fields that it gives stand on record
with those that the clerk filled in.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime

from edge.domain.access import Clerk
from edge.domain.kinds import Kind
from edge.domain.matters.flow import Deadline, Flow
from edge.domain.matters.standing import heads_of
from edge.domain.office_time import CHINA
from edge.domain.workdays import after_days
from edge.store import matters, rules
from edge.store.dossiers import Dossier
from edge.store.entries import Pen
from edge.store.matters import Matter
from edge.store.papers import take_number
from edge.workflows.office import Office


@dataclass(frozen=True, slots=True)
class Acting:
    """What an effect is given: who acts on which matter, and what was filled in.

    Of a beginning, the matter stands as it is about to be.
    """

    office: Office
    clerk: Clerk
    pen: Pen
    flow: Flow
    matter: Matter
    fields: Mapping[str, str]


Effect = Callable[[Acting], Mapping[str, str] | None]


def day_of(at: int) -> date:
    """The office's day of a moment in milliseconds."""
    return datetime.fromtimestamp(at / 1000, UTC).astimezone(CHINA).date()


def laid_down_for(office: Office) -> dict[str, str]:
    """The county's rules as this office knows them."""
    with office.county.read() as county:
        return rules.rules_of(county)


def due_of(at: int, deadline: Deadline | None, laid_down: Mapping[str, str]) -> str:
    """When something is due that was begun at a moment; empty for no deadline."""
    if deadline is None:
        return ""
    days = rules.number_of(laid_down, deadline.rule, deadline.days)
    return after_days(day_of(at), days, deadline.working).strftime("%Y%m%d")


def next_matter_number(office: Office, pen: Pen) -> str:
    """Give a matter its number: town, year, the box's ordinal, running number."""
    year = day_of(pen.at).year
    running = take_number(pen.connection, f"matter-{year}")
    return f"{office.code}-{year}-{office.ordinal:02d}-{running:05d}"


def begin_another(acting: Acting, flow: Flow, fields: Mapping[str, str]) -> str:
    """Begin a matter of the office that follows from this step; gives its id."""
    return _begin(acting.office, acting.pen, flow, fields, {})


def begin_about(
    office: Office, pen: Pen, flow: Flow, held: Dossier, fields: Mapping[str, str]
) -> str:
    """Begin a matter about a dossier that follows from an act; gives its id."""
    return _begin(office, pen, flow, fields, {"dossier": held.id, "person": held.person})


def _begin(
    office: Office, pen: Pen, flow: Flow, fields: Mapping[str, str], about: Mapping[str, str]
) -> str:
    id, due = pen.new_id(), due_of(pen.at, flow.deadline, laid_down_for(office))
    number = next_matter_number(office, pen)
    told = {"flow": flow.code, "number": number, "due": due, "fields": dict(fields), **about}
    pen.append(Kind.MATTER_OPENED, id, {name: value for name, value in told.items() if value})
    return id


def step_another(pen: Pen, matter: str, step: str, fields: Mapping[str, str]) -> None:
    """Take a step of another matter, which the caller has checked; often an `inner` one."""
    heads = heads_of(matters.acts_of(pen.connection, matter))
    pen.append(Kind.MATTER_STEPPED, matter, {"step": step, "fields": dict(fields)}, heads)
