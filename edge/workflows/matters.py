"""Opening a matter, taking its steps, taking the last one back; deadlines by the county's rules."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from edge.domain.access import Clerk
from edge.domain.errors import Conflict, Denied, InvalidInput
from edge.domain.kinds import Kind
from edge.domain.matters.flow import Flow, Step, Subject, checked
from edge.domain.matters.registry import flow_of
from edge.domain.matters.standing import OPEN, Standing, heads_of
from edge.domain.matters.way import has_taken, may_sign, may_take_back, signed_before
from edge.store import matters
from edge.store.dossiers import dossier_of
from edge.store.entries import Pen
from edge.store.matters import Matter
from edge.store.persons import person_of
from edge.workflows.acting import Acting, day_of, due_of, laid_down_for, next_matter_number
from edge.workflows.consultation import require_cleared
from edge.workflows.effects import EFFECTS
from edge.workflows.office import Office


@dataclass(frozen=True, slots=True)
class Opening:
    """What the clerk chose: the flow, whom or what it is about, and the fields of its form."""

    flow: str
    dossier: str = ""
    person: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)


def open_matter(office: Office, clerk: Clerk, opening: Opening) -> Matter:
    """Begin a matter under a number of its own.

    Raises NotFound (`matter.flow_unknown`, or its dossier or person), Denied `access.denied` and
    `dossier.secret` (grade), InvalidInput (`matter.subject_missing` or of `checked`), Conflict
    `matter.open_already` (number), and what the flow's effect raises.
    """
    flow = flow_of(opening.flow)
    clerk.require(flow.right)
    fields = checked(flow.opening, opening.fields, today_of(office))
    laid_down = laid_down_for(office)

    def act(pen: Pen) -> Matter:
        dossier, person = _subject(pen, clerk, flow, opening)
        number = next_matter_number(office, pen)
        id, due = pen.new_id(), due_of(pen.at, flow.deadline, laid_down)
        begun = Matter(
            id, flow.code, number, dossier, person, flow.states[0].code, True, due, fields,
            0, pen.at, clerk.id, pen.at,
        )  # fmt: skip
        filled = _take_effect(Acting(office, clerk, pen, flow, begun, fields), OPEN)
        told = {"flow": flow.code, "number": number, "dossier": dossier, "person": person}
        given = {"due": filled.get("due", due), "fields": _told(filled, fields)}
        pen.append(Kind.MATTER_OPENED, id, {k: v for k, v in {**told, **given}.items() if v})
        return matters.matter_of(pen.connection, id)

    return office.transact(clerk, act)


def take_step(
    office: Office, clerk: Clerk, matter: str, step: str, sent: Mapping[str, str]
) -> Matter:
    """Take one step of a matter.

    Raises NotFound `matter.unknown`, InvalidInput as `checked`, Denied `access.denied`,
    `dossier.secret` (grade), `matter.second_person` (step) and `matter.not_signer` (label),
    Conflict `matter.not_now` (state) and `matter.taken_already` (step), and what its effect raises.
    """

    def act(pen: Pen) -> Matter:
        held = matters.matter_of(pen.connection, matter)
        flow = flow_of(held.flow)
        chosen = flow.step(step)
        clerk.require(chosen.right)
        _require_cleared(pen, clerk, held)
        if held.state not in chosen.sources or chosen.inner:
            raise Conflict("matter.not_now", state=flow.state(held.state).name)
        _require_entitled(clerk, flow, chosen, matters.standing_of(pen.connection, held))
        fields = checked(chosen.fields, sent, day_of(pen.at))
        filled = _take_effect(Acting(office, clerk, pen, flow, held, fields), step)
        due = filled.get("due", due_of(pen.at, chosen.deadline, laid_down))
        told = {"step": step, "due": due, "fields": _told(filled, fields)}
        pen.append(
            Kind.MATTER_STEPPED,
            matter,
            {name: value for name, value in told.items() if value},
            heads_of(matters.acts_of(pen.connection, matter)),
        )
        return matters.matter_of(pen.connection, matter)

    laid_down = laid_down_for(office)
    return office.transact(clerk, act)


def undo_step(office: Office, clerk: Clerk, matter: str) -> Matter:
    """Take the last step back; it stays on record.

    What a second person signed, only that person takes back. Raises NotFound, Denied
    (`access.denied`, `matter.not_yours`), Conflict `matter.nothing_to_undo` where that step cannot
    be undone.
    """

    def act(pen: Pen) -> Matter:
        held = matters.matter_of(pen.connection, matter)
        flow = flow_of(held.flow)
        last = matters.standing_of(pen.connection, held).last
        if last is None or not flow.step(last.step).undoable:
            raise Conflict("matter.nothing_to_undo")
        clerk.require(flow.step(last.step).right)
        if not may_take_back(flow, last, clerk.id):
            raise Denied("matter.not_yours", step=flow.step(last.step).name)
        _require_cleared(pen, clerk, held)
        heads = heads_of(matters.acts_of(pen.connection, matter))
        pen.append(Kind.MATTER_UNDONE, matter, {"undoes": last.entry}, heads)
        return matters.matter_of(pen.connection, matter)

    return office.transact(clerk, act)


def today_of(office: Office) -> date:
    """The day at the office."""
    return day_of(office.author.clock())


def _subject(pen: Pen, clerk: Clerk, flow: Flow, opening: Opening) -> tuple[str, str]:
    dossier, person = "", ""
    if flow.subject is Subject.DOSSIER:
        held = dossier_of(pen.connection, opening.dossier)
        require_cleared(clerk, held)
        dossier, person = held.id, held.person
    elif flow.subject is Subject.PERSON:
        if not opening.person:
            raise InvalidInput("matter.subject_missing")
        person = person_of(pen.connection, opening.person).id
    if flow.sole:
        for each in matters.matters_of_person(pen.connection, person):
            if each.open and (each.flow, each.dossier) == (flow.code, dossier):
                raise Conflict("matter.open_already", number=each.number)
    return dossier, person


def _require_cleared(pen: Pen, clerk: Clerk, matter: Matter) -> None:
    if matter.dossier:
        require_cleared(clerk, dossier_of(pen.connection, matter.dossier))


def _require_entitled(clerk: Clerk, flow: Flow, step: Step, standing: Standing) -> None:
    if not may_sign(step, standing.fields, clerk.id):
        raise Denied("matter.not_signer", label=flow.fields()[step.signer].label)
    if earlier := signed_before(flow, standing, step, clerk.id):
        raise Denied("matter.second_person", step=earlier)
    if has_taken(standing, step, clerk.id):
        raise Conflict("matter.taken_already", step=step.name)


def _told(filled: Mapping[str, str], sent: Mapping[str, str]) -> dict[str, str]:
    """What stands on record as filled in: a deadline that an effect computed is no field."""
    return {name: value for name, value in filled.items() if name != "due" or name in sent}


def _take_effect(acting: Acting, step: str) -> Mapping[str, str]:
    """Let a step have its effect; gives what was filled in, and what the effect adds to it."""
    effect = EFFECTS.get((acting.flow.code, step))
    return {**acting.fields, **((effect(acting) if effect else None) or {})}
