"""The way of a matter: what it has been through, what lies ahead, and which step comes next."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from edge.domain.matters.flow import Flow, State, Step, Turn
from edge.domain.matters.standing import OPEN, Act, Standing


class Reached(StrEnum):
    """Whether a station of the way is behind, here or ahead."""

    BEHIND = "behind"
    NOW = "now"
    AHEAD = "ahead"


@dataclass(frozen=True, slots=True)
class Station:
    """One state on the way of a matter."""

    state: State
    reached: Reached


def end_of(flow: Flow) -> str:
    """The end that a matter is begun for: the first closed state; empty where it has none."""
    return next((each.code for each in flow.states if not each.open), "")


def way_of(flow: Flow, standing: Standing) -> list[Station]:
    """What the matter has been through, where it stands, and the usual way on to its end.

    States that it has turned away from are left out, so that nobody reads a refusal as a step
    that everything goes through; a line of a register lasts, and its end is no aim.
    """
    ahead = [] if flow.lasting else _ahead(flow, standing.state)
    behind: list[str] = []
    state = flow.states[0].code
    for act in standing.taken:
        if act.step != OPEN:
            state = flow.step(act.step).target or state
        if state not in behind:
            behind.append(state)
    past = [each for each in behind if each != standing.state and each not in ahead]
    return [
        *(Station(flow.state(code), Reached.BEHIND) for code in past),
        Station(flow.state(standing.state), Reached.NOW),
        *(Station(flow.state(code), Reached.AHEAD) for code in ahead),
    ]


def lead_of(
    flow: Flow, standing: Standing, steps: Sequence[Step], due: bool = False
) -> Step | None:
    """Which of the steps that may be taken is the usual next one: the first in the flow's order.

    One that leads to another end than `end_of`, or closes a line of a register, is never it; one
    that has moved the matter on before is it only where nothing else is. `due`: its day has come.
    """
    ends = {each.code for each in flow.states if not each.open}
    if not flow.lasting:
        ends.discard(end_of(flow))
    turns = {Turn.USUAL, Turn.DUE} if due else {Turn.USUAL}
    usual = [each for each in steps if each.target not in ends and each.turn in turns]
    taken = {act.step for act in standing.taken}
    fresh = [each for each in usual if not (each.target and each.code in taken)]
    return next(iter(fresh or usual), None)


def _ahead(flow: Flow, state: str, passed: frozenset[str] = frozenset()) -> list[str]:
    """The states of the way to the end by the usual steps, this one left out; empty for none."""
    goal, seen = end_of(flow), passed | {state}
    for step in flow.steps:
        if state not in step.sources or not step.target or step.target in seen:
            continue
        if step.target == goal:
            return [goal]
        further = _ahead(flow, step.target, seen) if flow.state(step.target).open else []
        if further:
            return [step.target, *further]
    return []


def signed_before(flow: Flow, standing: Standing, step: Step, clerk: str) -> str:
    """Name the step that this person took and whose taker may not take this one; empty if none."""
    for earlier in step.unlike:
        if clerk in standing.taken_by(earlier):
            return flow.name if earlier == OPEN else flow.step(earlier).name
    return ""


def may_sign(step: Step, fields: Mapping[str, str], clerk: str) -> bool:
    """Whether this person is the one whom the matter names for a step; so are all where none is."""
    return not step.signer or fields.get(step.signer, "") == clerk


def has_taken(standing: Standing, step: Step, clerk: str) -> bool:
    """Whether this person has taken a step that each person takes once."""
    return step.once and clerk in standing.taken_by(step.code)


def may_take_back(flow: Flow, act: Act, clerk: str) -> bool:
    """Whether this person may take an act back; a second person's signature is only their own."""
    step = flow.step(act.step)
    own = bool(step.unlike or step.signer or step.once)
    return step.undoable and (not own or act.by == clerk)
