"""What cannot all be so: rules by which every peer finds the same conflicts in the same record.

All rules are functions of the set of entries, never of their order or of a clock. A resolution
answers the entries that it names; whatever else joins the conflict later opens it again.
Sources: the business resolutions of the design, and the single writer of custody.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from edge.domain.kinds import Kind


class ConflictKind(StrEnum):
    """What clashes: claims, receptions, places, custody, numbers, or an act with its right."""

    FACT = "fact"
    PERSON = "person"
    RECEPTION = "reception"
    SHELF = "shelf"
    CUSTODY = "custody"
    DOSSIER_NUMBER = "dossier_number"
    PROOF_NUMBER = "proof_number"
    RIGHT = "right"


# Identity, birth and work history: pensions hang on them, so the county always reviews them.
REVIEWED_FIELDS = frozenset({"name", "id_number", "sex", "birth", "unit"})
ACCEPTED, DOUBTFUL = "accepted", "doubtful"
# What is chosen where two records of one number are found to be two persons or two dossiers.
BOTH = "both"


def decided_by_county(kind: str, field: str = "") -> bool:
    """Say whether the county decides; the office may then only propose."""
    if kind == ConflictKind.FACT:
        return field in REVIEWED_FIELDS
    return kind in (ConflictKind.PERSON, ConflictKind.RECEPTION, ConflictKind.RIGHT)


def is_for_county(kind: str, body: Mapping[str, Any]) -> bool:
    """Say whether an entry decides, by its kind and data, what the county alone may decide."""
    if kind == Kind.CONFLICT_RESOLVED:
        return decided_by_county(str(body.get("conflict", "")), str(body.get("field", "")))
    return kind == Kind.PERSON_CORRECTED and "county" in body


def names_one_place(shelf: str) -> bool:
    """Say whether a shelf text names a place for one dossier: 库-列-节-面-层-位 down to the 位.

    A text that ends at a cabinet or a layer has room for many.
    """
    return shelf.endswith("位")


@dataclass(frozen=True, slots=True)
class Party:
    """One side: the entry that claims, and the person, dossier or proof that it claims for."""

    entry: str
    subject: str


@dataclass(frozen=True, slots=True)
class Conflict:
    """Sides that clash; `subject` is the least of what they are about, `field` only of facts."""

    kind: ConflictKind
    subject: str
    field: str
    parties: tuple[Party, ...]

    @property
    def entries(self) -> frozenset[str]:
        """The entries that a resolution has to answer, every one."""
        return frozenset(party.entry for party in self.parties)

    @property
    def subjects(self) -> tuple[str, ...]:
        """What the sides are about, each once, in the order of ids."""
        return tuple(sorted({party.subject for party in self.parties}))

    @property
    def for_county(self) -> bool:
        """Whether the county decides."""
        return decided_by_county(self.kind, self.field)


@dataclass(frozen=True, slots=True)
class Resolution:
    """One answer: what was chosen of which entries; `after` names answers that it replaces."""

    entry: str
    chosen: str
    answers: frozenset[str]
    after: tuple[str, ...] = ()


def settled_by(entries: frozenset[str], resolutions: Iterable[Resolution]) -> Resolution | None:
    """Give the resolution that stands, or None while the conflict is open.

    Open is also what two offices have answered differently without knowing of one another.
    """
    covering = [each for each in resolutions if entries <= each.answers]
    replaced = {entry for each in covering for entry in each.after}
    standing = [each for each in covering if each.entry not in replaced]
    if len({each.chosen for each in standing}) != 1:
        return None
    return max(standing, key=lambda each: each.entry)


class Step(StrEnum):
    """One step of a dossier's custody."""

    RECEIVED = "received"
    LENT = "lent"
    RETURNED = "returned"
    SENT = "sent"


@dataclass(frozen=True, slots=True)
class CustodyAct:
    """One act of custody; `loan` is what a return returns, `after` the custody that it found."""

    entry: str
    step: Step
    loan: str = ""
    after: tuple[str, ...] = ()


def custody_heads(acts: Iterable[CustodyAct]) -> list[str]:
    """Name the acts that no other follows; the next act names them in `after`."""
    every = tuple(acts)
    followed = {entry for act in every for entry in act.after}
    return sorted(act.entry for act in every if act.entry not in followed)


def violations(acts: Iterable[CustodyAct]) -> frozenset[str]:
    """Name the acts of one dossier's custody that cannot all have happened to one bundle of paper.

    Two that follow the same act; loans open together; an open loan of a dossier sent away, or two
    sendings; a return of a loan never made, or two of one loan.
    """
    every = tuple(act for act in acts if act.step is not Step.RECEIVED)
    loans = {act.entry for act in every if act.step is Step.LENT}
    sendings = {act.entry for act in every if act.step is Step.SENT}
    returns: dict[str, set[str]] = defaultdict(set)
    following: dict[str, set[str]] = defaultdict(set)
    for act in every:
        if act.step is Step.RETURNED:
            returns[act.loan].add(act.entry)
        for entry in act.after:
            following[entry].add(act.entry)
    out = loans - returns.keys()
    clashing = [out | sendings] if len(out | sendings) > 1 else []
    clashing += [own for loan, own in returns.items() if loan not in loans or len(own) > 1]
    clashing += [own for own in following.values() if len(own) > 1]
    return frozenset(entry for group in clashing for entry in group)
