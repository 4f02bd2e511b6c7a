"""A matter from its beginning to its end: numbered, due, by two people, taken back on record."""

from pathlib import Path

import pytest

from edge.documents.forms import FORMS
from edge.domain.access import Clerk
from edge.domain.errors import Conflict, Denied, InvalidInput
from edge.domain.kinds import Kind
from edge.domain.matters.registry import FLOWS
from edge.store.entries import all_entries, history_of
from edge.store.matters import count_open, matter_of, open_matters
from edge.store.projection import dump, rebuild
from edge.workflows.matter_papers import COMPOSERS
from edge.workflows.matters import Opening, open_matter, take_step, undo_step
from edge.workflows.office import Office
from tests.offices import CLERK, READER, WILLOW, deliver, office_in

COLLEAGUE = Clerk("u-colleague", "查敏", WILLOW, frozenset({"clerk"}))


def found_damp(office: Office) -> str:
    fields = {"what": "东墙返潮", "place": "1库2列"}
    return open_matter(office, CLERK, Opening("rectification", fields=fields)).id


def test_a_shortcoming_is_mended_by_one_and_accepted_by_another(office: Office) -> None:
    matter = found_damp(office)
    with office.space.read() as town:
        begun = matter_of(town, matter)
        assert (begun.state, begun.due, begun.number) == (
            "found",
            "20261220",
            f"{WILLOW}-2026-00-00001",
        )
        assert count_open(town, "20261221") == (1, 1)
    with pytest.raises(Conflict, match=r"matter\.not_now"):
        take_step(office, CLERK, matter, "accept", {})
    with pytest.raises(InvalidInput, match=r"matter\.field_missing"):
        take_step(office, CLERK, matter, "mend", {})
    take_step(office, CLERK, matter, "mend", {"done": "开除湿机"})
    with pytest.raises(Denied, match=r"matter\.second_person"):
        take_step(office, CLERK, matter, "accept", {})
    with pytest.raises(Denied, match=r"access\.denied"):
        take_step(office, READER, matter, "accept", {})
    closed = take_step(office, COLLEAGUE, matter, "accept", {})
    assert (closed.state, closed.open, closed.due) == ("closed", False, "")
    with office.space.read() as town:
        assert open_matters(town) == []


def test_a_step_taken_back_stays_on_record(office: Office) -> None:
    matter = found_damp(office)
    take_step(office, CLERK, matter, "mend", {"done": "开除湿机"})
    assert undo_step(office, CLERK, matter).state == "found"
    with pytest.raises(Conflict, match=r"matter\.nothing_to_undo"):
        undo_step(office, CLERK, matter)
    with office.space.read() as town:
        kinds = [entry.kind for entry in history_of(town, matter)]
    assert kinds == [Kind.MATTER_OPENED, Kind.MATTER_STEPPED, Kind.MATTER_UNDONE]


def test_two_boxes_apart_agree_once_they_meet(tmp_path: Path) -> None:
    with office_in(tmp_path / "a") as here, office_in(tmp_path / "b") as there:
        matter = found_damp(here)
        deliver(here.space, there.space)
        take_step(here, CLERK, matter, "mend", {"done": "通风"})
        take_step(there, COLLEAGUE, matter, "mend", {"done": "除湿"})
        deliver(here.space, there.space)
        deliver(there.space, here.space)
        seen = []
        for office in (here, there):
            with office.space.read() as town:
                seen.append(matter_of(town, matter))
            before = office.space.write(dump)
            office.space.write(lambda c: rebuild(c, list(all_entries(c))))
            assert office.space.write(dump) == before
        assert seen[0] == seen[1]
        assert (seen[0].state, seen[0].aside) == ("mended", 1)


def test_every_paper_of_every_flow_has_its_form_and_marks_are_not_shared() -> None:
    named = {each for flow in FLOWS.values() for each in (flow.paper, *flow.papers)}
    named |= {step.paper for flow in FLOWS.values() for step in flow.steps}
    assert named - {""} <= FORMS.keys()
    assert COMPOSERS.keys() <= FORMS.keys()
    marks = [form.mark for form in FORMS.values()]
    assert sorted(marks) == sorted(set(marks))
