"""How a matter stands: its acts folded in the one order that every peer finds."""

import heapq
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from edge.domain.matters.flow import Flow

OPEN = "open"
# Fields by which an act links its matter to the dossier and person that it has made.
OF_DOSSIER, OF_PERSON = "of_dossier", "of_person"


@dataclass(frozen=True, slots=True)
class Act:
    """One act on a matter: `step` is `open` for its beginning; `undoes` names an act taken back.

    `after` names the acts that it followed, `due` (YYYYMMDD) the deadline that it sets.
    """

    entry: str
    step: str
    fields: Mapping[str, str] = field(default_factory=dict)
    after: tuple[str, ...] = ()
    undoes: str = ""
    due: str = ""
    at: int = 0
    by: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a matter stands. `taken`: the acts that count, in order; `aside`: those that came out
    of turn, since two offices acted without knowing of one another.
    """

    state: str
    open: bool
    due: str
    fields: Mapping[str, str]
    taken: tuple[Act, ...]
    aside: tuple[Act, ...]

    @property
    def last(self) -> Act | None:
        """The act that may be taken back: the last one that counts, the beginning aside."""
        return self.taken[-1] if len(self.taken) > 1 else None

    def taken_by(self, step: str) -> frozenset[str]:
        """Who has taken a step."""
        return frozenset(act.by for act in self.taken if act.step == step)


def heads_of(acts: Iterable[Act]) -> list[str]:
    """Name the acts that no other follows; the next act names them in `after`."""
    every = tuple(acts)
    followed = {entry for act in every for entry in act.after}
    return sorted(act.entry for act in every if act.entry not in followed)


def stand(flow: Flow | None, acts: Sequence[Act], beginning: str = "") -> Standing:
    """Fold the acts of one matter; the entry `beginning` opened it, else the first that would.

    What cannot be taken back counts, whoever says that it was taken back. Without a flow, which a
    newer peer may have brought, the matter stands open where it was.
    """
    named = {act.undoes for act in acts if act.undoes}
    undone = {act.entry for act in acts if act.entry in named and _may_be_undone(flow, act)}
    state, due = flow.states[0].code if flow else "", ""
    fields: dict[str, str] = {}
    taken: list[Act] = []
    aside: list[Act] = []
    for act in in_order(acts):
        if act.undoes or act.entry in undone:
            continue
        other = act.step == OPEN and beginning not in ("", act.entry)
        follows = None if other else _follows(flow, state, act, begun=bool(taken))
        if follows is None:
            aside.append(act)
            continue
        state = follows
        taken.append(act)
        fields.update(act.fields)
        due = act.due or due
    is_open = flow is None or flow.state(state).open
    return Standing(state, is_open, due if is_open else "", fields, tuple(taken), tuple(aside))


def _may_be_undone(flow: Flow | None, act: Act) -> bool:
    if act.step == OPEN or flow is None:
        return False
    return all(each.undoable for each in flow.steps if each.code == act.step)


def _follows(flow: Flow | None, state: str, act: Act, begun: bool) -> str | None:
    """Give the state that an act leads to; None where it may not be taken."""
    if act.step == OPEN or not begun:
        return state if act.step == OPEN and not begun else None
    if flow is None:
        return state
    step = next((each for each in flow.steps if each.code == act.step), None)
    if step is None or state not in step.sources:
        return None
    return step.target or state


def in_order(acts: Sequence[Act]) -> list[Act]:
    """Order acts after those that they follow, else by entry; what follows itself comes last."""
    by_entry = {act.entry: act for act in acts}
    waits = {e: {a for a in act.after if a in by_entry} for e, act in by_entry.items()}
    followers: dict[str, list[str]] = defaultdict(list)
    for entry, parents in waits.items():
        for parent in parents:
            followers[parent].append(entry)
    ready = sorted(entry for entry, parents in waits.items() if not parents)
    ordered = []
    while ready:
        entry = heapq.heappop(ready)
        ordered.append(entry)
        for follower in followers[entry]:
            waits[follower].discard(entry)
            if not waits[follower]:
                heapq.heappush(ready, follower)
    ordered += sorted(by_entry.keys() - set(ordered))
    return [by_entry[entry] for entry in ordered]
