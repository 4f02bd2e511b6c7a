"""Settling conflicts: one of the sides is chosen by an entry, and nothing is taken away.

Identity, birth and work history, receptions, and acts after a right had ended are the county's to
decide; an office proposes. Every act names the sides that its author saw: where another has come
since, it raises errors.Conflict `conflict.changed` and nothing is written.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from edge.domain import errors
from edge.domain.access import Clerk, Right
from edge.domain.conflict import (
    ACCEPTED,
    BOTH,
    DOUBTFUL,
    Conflict,
    ConflictKind,
    decided_by_county,
)
from edge.domain.kinds import Kind
from edge.store.conflicts import acts_after_right, answers_to, conflict_of, value_claimed
from edge.store.custody import custody_acts, heads_of_custody
from edge.store.database import Space
from edge.store.dossiers import material_of
from edge.store.entries import Pen, entry_of
from edge.store.persons import person_of
from edge.workflows.supplement import standing_claims

T = TypeVar("T")
NOTE_LIMIT = 200


class Desk(Protocol):
    """Where the acts of one space are written: an office, or the county in a town's space."""

    @property
    def of_county(self) -> bool:
        """Whether what is written here counts as the county's word; an office's never does."""
        ...

    def transact(self, clerk: Clerk, act: Callable[[Pen], T]) -> T:
        """Run one act in one transaction."""
        ...


@dataclass(frozen=True, slots=True)
class Choice:
    """What was chosen: `seen` are the entries that stood side by side on the screen.

    `chosen` is an entry for facts and custody, a subject for the rest; `both` where two records
    are found to be two persons or two dossiers.
    """

    kind: ConflictKind
    subject: str
    field: str
    seen: frozenset[str]
    chosen: str
    note: str = ""


def right_to_settle(kind: str, field: str = "") -> Right:
    """Name the right that settling takes."""
    if decided_by_county(kind, field):
        return Right.SUPERVISE
    return Right.LEND if kind == ConflictKind.CUSTODY else Right.FILE


def settle(desk: Desk, clerk: Clerk, choice: Choice) -> None:
    """Settle a conflict by the act of its kind; acts after a right had ended have their own.

    Raises Denied `conflict.for_county` for what the county decides, from any other desk.
    """
    act = _ACTS.get(choice.kind)
    if act is None:
        raise errors.NotFound("conflict.unknown")
    act(desk, clerk, choice)


def propose(desk: Desk, clerk: Clerk, choice: Choice) -> None:
    """Tell the county what the office takes to be right; the conflict stays open."""
    clerk.require(Right.FILE)

    def act(pen: Pen) -> None:
        conflict = _seen(pen, choice)
        _require_choice(choice, _choices(conflict))
        _answer(pen, Kind.CONFLICT_PROPOSED, conflict, choice)

    desk.transact(clerk, act)


def settle_fact(desk: Desk, clerk: Clerk, choice: Choice) -> None:
    """Claim the chosen value again, naming every head."""
    _require_desk(desk, clerk, choice)

    def act(pen: Pen) -> None:
        conflict = _seen(pen, choice)
        _require_choice(choice, conflict.entries)
        chosen = entry_of(pen.connection, choice.chosen)
        value = value_claimed(chosen, choice.field)
        note = {"note": choice.note} if choice.note else {}
        if _is_person(pen, conflict.subject):
            source = str(chosen.body.get("source", ""))
            told: Mapping[str, Any] = {"field": choice.field, "value": value, "source": source}
            if decided_by_county(choice.kind, choice.field):
                told = {**told, "county": True}
            after = standing_claims(pen, conflict.subject, choice.field)
            pen.append(Kind.PERSON_CORRECTED, conflict.subject, {**told, **note}, after)
        elif choice.field == "shelf":
            after = standing_claims(pen, conflict.subject, choice.field)
            pen.append(Kind.DOSSIER_MOVED, conflict.subject, {"shelf": value, **note}, after)
        else:
            shown = material_of(pen.connection, conflict.subject)
            place = {
                "category": value_claimed(chosen, "category") or shown.category,
                "position": int(value_claimed(chosen, "position") or shown.position),
            }
            after = standing_claims(pen, conflict.subject)
            pen.append(Kind.MATERIAL_RECLASSIFIED, conflict.subject, {**place, **note}, after)

    desk.transact(clerk, act)


def settle_reception(desk: Desk, clerk: Clerk, choice: Choice) -> None:
    """Say which of two records is the rightful one, or that they are two; both are kept."""
    _require_desk(desk, clerk, choice)

    def act(pen: Pen) -> None:
        conflict = _seen(pen, choice)
        _require_choice(choice, _choices(conflict))
        _answer(pen, Kind.CONFLICT_RESOLVED, conflict, choice)

    desk.transact(clerk, act)


def settle_number(desk: Desk, clerk: Clerk, choice: Choice) -> None:
    """Say which keeps the number; the other keeps its paper and is marked."""
    _require_desk(desk, clerk, choice)

    def act(pen: Pen) -> None:
        conflict = _seen(pen, choice)
        _require_choice(choice, frozenset(conflict.subjects))
        _answer(pen, Kind.CONFLICT_RESOLVED, conflict, choice)

    desk.transact(clerk, act)


def settle_shelf(desk: Desk, clerk: Clerk, choice: Choice) -> None:
    """Say which dossier stands in the place, as seen there; the others wait to be placed."""
    _require_desk(desk, clerk, choice)

    def act(pen: Pen) -> None:
        conflict = _seen(pen, choice)
        _require_choice(choice, frozenset(conflict.subjects))
        _answer(pen, Kind.CONFLICT_RESOLVED, conflict, choice)
        for dossier in conflict.subjects:
            if dossier != choice.chosen:
                after = standing_claims(pen, dossier, "shelf")
                pen.append(Kind.DOSSIER_MOVED, dossier, {"shelf": ""}, after)

    desk.transact(clerk, act)


def settle_custody(desk: Desk, clerk: Clerk, choice: Choice) -> None:
    """Say which act happened to the paper; other loans of it that are open are closed."""
    _require_desk(desk, clerk, choice)

    def act(pen: Pen) -> None:
        conflict = _seen(pen, choice)
        _require_choice(choice, conflict.entries)
        _answer(pen, Kind.CONFLICT_RESOLVED, conflict, choice)
        acts = custody_acts(pen.connection, conflict.subject)
        returned = {each.loan for each in acts if each.loan}
        for each in acts:
            if each.step == "lent" and each.entry in conflict.entries - {choice.chosen} - returned:
                pen.append(
                    Kind.CUSTODY_RETURNED,
                    conflict.subject,
                    {"loan": each.entry, "pages": 0, "void": True},
                    heads_of_custody(pen.connection, conflict.subject),
                )

    desk.transact(clerk, act)


def review_late_acts(desk: Desk, county: Space, clerk: Clerk, choice: Choice) -> None:
    """Say of acts after a right had ended that they are accepted, or stay doubtful."""
    _require_desk(desk, clerk, choice)
    _require_choice(choice, frozenset({ACCEPTED, DOUBTFUL}))

    def act(pen: Pen) -> None:
        with county.read() as connection:
            late = acts_after_right(pen.connection, connection)
        conflict = next((each for each in late if each.subject == choice.subject), None)
        if conflict is None:
            raise errors.NotFound("conflict.unknown")
        _require_seen(conflict, choice)
        _answer(pen, Kind.CONFLICT_RESOLVED, conflict, choice)

    desk.transact(clerk, act)


def _require_desk(desk: Desk, clerk: Clerk, choice: Choice) -> None:
    clerk.require(right_to_settle(choice.kind, choice.field))
    if decided_by_county(choice.kind, choice.field) and not desk.of_county:
        raise errors.Denied("conflict.for_county")


def _choices(conflict: Conflict) -> frozenset[str]:
    if conflict.kind in (ConflictKind.FACT, ConflictKind.CUSTODY):
        return conflict.entries
    own = frozenset(conflict.subjects)
    twofold = conflict.kind in (ConflictKind.PERSON, ConflictKind.RECEPTION)
    return own | {BOTH} if twofold else own


def _seen(pen: Pen, choice: Choice) -> Conflict:
    conflict = conflict_of(pen.connection, choice.kind, choice.subject, choice.field)
    _require_seen(conflict, choice)
    return conflict


def _require_seen(conflict: Conflict, choice: Choice) -> None:
    if conflict.entries != choice.seen:
        raise errors.Conflict("conflict.changed")
    if len(choice.note) > NOTE_LIMIT:
        raise errors.InvalidInput("conflict.note_long", limit=NOTE_LIMIT)


def _require_choice(choice: Choice, possible: frozenset[str]) -> None:
    if choice.chosen not in possible:
        raise errors.InvalidInput("conflict.choice")


def _answer(pen: Pen, kind: Kind, conflict: Conflict, choice: Choice) -> None:
    earlier = [each.entry for each in answers_to(pen.connection, conflict)]
    told = {
        "conflict": str(conflict.kind),
        "chosen": choice.chosen,
        "answers": sorted(conflict.entries),
        "note": choice.note,
    }
    field = {"field": conflict.field} if conflict.field else {}
    pen.append(kind, conflict.subject, {**told, **field}, after=earlier)


def _is_person(pen: Pen, subject: str) -> bool:
    try:
        person_of(pen.connection, subject)
    except errors.NotFound:
        return False
    return True


_ACTS: dict[ConflictKind, Callable[[Desk, Clerk, Choice], None]] = {
    ConflictKind.FACT: settle_fact,
    ConflictKind.PERSON: settle_reception,
    ConflictKind.RECEPTION: settle_reception,
    ConflictKind.SHELF: settle_shelf,
    ConflictKind.CUSTODY: settle_custody,
    ConflictKind.DOSSIER_NUMBER: settle_number,
    ConflictKind.PROOF_NUMBER: settle_number,
}
