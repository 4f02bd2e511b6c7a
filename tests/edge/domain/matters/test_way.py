"""Where a matter has been, what lies ahead, and which step the screen offers first."""

import pytest

from edge.domain.matters.flow import Flow
from edge.domain.matters.moves import LENDING
from edge.domain.matters.registry import FLOWS
from edge.domain.matters.standing import OPEN, Act, Standing, stand
from edge.domain.matters.volumes import DESTRUCTION, VOLUME
from edge.domain.matters.way import Reached, lead_of, may_take_back, signed_before, way_of


def after(flow: Flow, *steps: str) -> Standing:
    """A matter of which the clerk took these steps one after another."""
    names = [OPEN, *steps]
    before = [()] + [(f"{number:032x}",) for number in range(len(steps))]
    acts = [
        Act(f"{number:032x}", name, after=before[number], by="a")
        for number, name in enumerate(names)
    ]
    return stand(flow, acts)


def words(flow: Flow, standing: Standing) -> list[str]:
    signs = {Reached.BEHIND: "<", Reached.NOW: "=", Reached.AHEAD: ">"}
    return [signs[each.reached] + each.state.code for each in way_of(flow, standing)]


def lead(flow: Flow, standing: Standing) -> str:
    found = lead_of(flow, standing, flow.steps_from(standing.state))
    return found.code if found else ""


def test_a_loan_shows_its_way_and_only_what_befell_it_besides() -> None:
    out = after(LENDING, "approve", "lend")
    assert words(LENDING, out) == ["<asked", "<approved", "=out", ">returned"]
    assert lead(LENDING, out) == "give_back"
    short = after(LENDING, "approve", "lend", "give_back_short")
    assert words(LENDING, short)[-3:] == ["<out", "=doubted", ">returned"]
    reception = FLOWS["reception"]
    assert words(reception, after(reception))[:3] == ["=applied", ">called", ">under_way"]
    refused = after(LENDING, "refuse")
    assert words(LENDING, refused) == ["<asked", "=refused"]
    assert lead(LENDING, refused) == ""


def test_the_next_step_is_neither_a_way_out_nor_one_taken_before() -> None:
    check, review = FLOWS["retirement_check"], FLOWS["political_review"]
    assert lead(check, after(check)) == "gather"
    assert lead(check, after(check, "gather", "again", "gather")) == "push"
    read = after(review, "approve", "begin", "return")
    assert lead(review, after(review, "approve")) == "begin"
    assert lead(review, read) == "write"
    assert words(review, read) == ["<asked", "<reading", "=approved", ">written", ">sent"]
    assert lead(VOLUME, after(VOLUME)) == "file"
    # What lasts has no end that it strives for.
    kept = after(VOLUME, "file")
    assert words(VOLUME, kept) == ["<forming", "=kept"]
    # And what it is not due for, nothing of it presses.
    assert lead(VOLUME, kept) == ""
    due = lead_of(VOLUME, kept, VOLUME.steps_from("kept"), due=True)
    assert due == VOLUME.step("extend")


def test_whoever_made_the_list_neither_approves_nor_takes_a_signature_back() -> None:
    listed = after(DESTRUCTION, "group", "list")
    approve = DESTRUCTION.step("approve")
    assert signed_before(DESTRUCTION, listed, approve, "a") == "编制并打印清册"
    assert signed_before(DESTRUCTION, listed, approve, "b") == ""
    watched = after(DESTRUCTION, "group", "list", "approve", "carry_out", "watch").last
    assert watched is not None
    assert may_take_back(DESTRUCTION, watched, "a")
    assert not may_take_back(DESTRUCTION, watched, "b")


@pytest.mark.parametrize("flow", FLOWS.values(), ids=lambda flow: flow.code)
def test_every_open_state_of_business_leads_to_its_end(flow: Flow) -> None:
    if flow.lasting:
        return
    for state in flow.states:
        standing = Standing(state.code, state.open, "", {}, (), ())
        assert not state.open or len(way_of(flow, standing)) > 1, state.code
