"""How a matter stands is the same for every order in which its acts became known."""

from datetime import date
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.domain.errors import InvalidInput
from edge.domain.matters.flow import Field, FieldKind, Flow, checked
from edge.domain.matters.office import RECTIFICATION
from edge.domain.matters.registry import FLOWS
from edge.domain.matters.standing import OPEN, Act, heads_of, stand
from edge.domain.timely import When

ENTRIES = [f"{number:032x}" for number in range(1, 8)]


@st.composite
def histories(draw: st.DrawFn) -> list[Act]:
    acts = [Act(ENTRIES[0], OPEN, {"what": "潮"})]
    for entry in ENTRIES[1 : draw(st.integers(1, len(ENTRIES)))]:
        known = st.lists(st.sampled_from([act.entry for act in acts]), max_size=2, unique=True)
        undoes = draw(st.sampled_from(["", "", acts[-1].entry]))
        step = "" if undoes else draw(st.sampled_from(["mend", "accept", "again", "none", OPEN]))
        acts.append(Act(entry, step, {"done": entry[-1]}, tuple(draw(known)), undoes))
    return acts


@given(histories(), st.randoms())
def test_every_order_of_arrival_gives_the_same_standing(acts: list[Act], chance: Random) -> None:
    shuffled = list(acts)
    chance.shuffle(shuffled)
    assert stand(RECTIFICATION, shuffled) == stand(RECTIFICATION, acts)


@given(histories())
def test_each_act_counts_once_or_stands_aside_unless_it_was_taken_back(acts: list[Act]) -> None:
    standing = stand(RECTIFICATION, acts)
    named = {act.undoes for act in acts if act.undoes}
    undone = {act.entry for act in acts if act.entry in named and act.step != OPEN}
    told = [act.entry for act in (*standing.taken, *standing.aside)]
    assert sorted(told) == sorted(a.entry for a in acts if not a.undoes and a.entry not in undone)
    assert set(heads_of(acts)) <= {act.entry for act in acts}


def test_of_two_acts_apart_the_first_counts_and_the_other_waits_to_be_looked_at() -> None:
    begun = Act(ENTRIES[0], OPEN)
    here = Act(ENTRIES[1], "mend", {"done": "通风"}, (begun.entry,))
    there = Act(ENTRIES[2], "mend", {"done": "除湿"}, (begun.entry,))
    standing = stand(RECTIFICATION, [there, here, begun])
    assert (standing.state, standing.fields["done"]) == ("mended", "通风")
    assert standing.aside == (there,)


def test_what_cannot_be_taken_back_counts_whoever_says_otherwise() -> None:
    flow = next(each for each in FLOWS.values() if not all(s.undoable for s in each.steps))
    step = next(each for each in flow.steps if not each.undoable)
    begun = Act(ENTRIES[0], OPEN)
    done = Act(ENTRIES[1], step.code, after=(begun.entry,))
    hostile = [Act(ENTRIES[2], "", undoes=done.entry), Act(ENTRIES[3], "", undoes=begun.entry)]
    assert stand(flow, [begun, done, *hostile]) == stand(flow, [begun, done])


def test_what_follows_itself_neither_hangs_nor_counts() -> None:
    ring = [Act("a" * 32, "mend", after=("b" * 32,)), Act("b" * 32, "accept", after=("a" * 32,))]
    standing = stand(RECTIFICATION, [Act(ENTRIES[0], OPEN), *ring])
    assert standing.state == "closed"


@pytest.mark.parametrize("flow", FLOWS.values(), ids=lambda flow: flow.code)
def test_every_flow_is_sound(flow: Flow) -> None:
    states = {state.code for state in flow.states}
    steps = {step.code for step in flow.steps}
    assert len(states) == len(flow.states)
    assert len(steps) == len(flow.steps)
    reached = {flow.states[0].code}
    for _ in states:
        reached |= {s.target for s in flow.steps if s.target and reached & set(s.sources)}
    assert reached == states, "a state that no step leads to"
    for step in flow.steps:
        assert set(step.sources) <= states
        assert set(step.unlike) <= steps | {OPEN}
        assert all(flow.state(source).open for source in step.sources), "a step out of what is done"
        if step.signer:
            named = next(each for each in flow.opening if each.name == step.signer)
            assert (named.kind, named.required) == (FieldKind.STAFF, True)
    ends = {state.code for state in flow.states if not state.open}
    assert ends, "a matter that never ends"
    kinds: dict[str, Field] = {}
    for field in (*flow.opening, *(each for step in flow.steps for each in step.fields)):
        assert kinds.setdefault(field.name, field).kind == field.kind
        assert bool(field.choices) == (field.kind is FieldKind.CHOICE)
        dated = field.kind in (FieldKind.DAY, FieldKind.DATE)
        assert dated == (field.when is not None), f"{field.label}: where may it lie?"


def test_fields_are_read_in_one_form_and_refused_with_their_label() -> None:
    day = Field("day", "日期", FieldKind.DAY, required=True, when=When.HAS_BEEN)
    count = Field("count", "页数", FieldKind.NUMBER)
    today = date(2026, 11, 20)
    assert checked((day, count), {"day": "2026-11-5", "count": "007"}, today) == {
        "day": "20261105",
        "count": "7",
    }
    for sent in ({}, {"day": "2026"}, {"day": "20261105", "count": "²"}, {"day": "20261122"}):
        with pytest.raises(InvalidInput):
            checked((day, count), sent, today)
    with pytest.raises(InvalidInput) as caught:
        checked((count,), {"count": "1" * 3_000}, today)
    assert caught.value.fields == {"label": "页数", "limit": 200, "length": 3_000}
