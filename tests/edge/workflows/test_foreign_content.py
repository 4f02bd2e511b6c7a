"""What another box filled in with nonsense is shown as it came, and stops nobody's work."""

from typing import Any

import pytest

from edge.domain.errors import Denied, InvalidInput
from edge.domain.kinds import Kind
from edge.domain.recorded import spoken
from edge.store.database import Connection
from edge.store.entries import Author, Pen
from edge.store.matters import matter_of
from edge.store.records import notes_of
from edge.workflows.affair_papers import retirement_sheet
from edge.workflows.filling import rooms
from edge.workflows.intake_papers import collection_receipt
from edge.workflows.matters import take_step
from edge.workflows.office import Office
from edge.workflows.reading_room import reading_of
from edge.workflows.reminders import Cause, reminders
from edge.workflows.retiring import gathered_of
from tests.offices import CLERK, Clock, id_number, receive_person

NONSENSE = ("many", "-3", "九", "9" * 5_000)
FIELDS = ("birth", "work_start", "service", "nothing known")
DAY_MS = 86_400_000


def told(office: Office, *acts: tuple[str, str, dict[str, Any]]) -> None:
    """Write as the other box of the town does, whatever it says."""

    def act(connection: Connection) -> None:
        pen = Pen(connection, Author("b" * 32, Clock()), "u-other")
        for kind, about, said in acts:
            pen.append(kind, about, said)

    office.space.write(act)


def begun(matter: str, flow: str, **fields: str) -> tuple[str, str, dict[str, Any]]:
    return Kind.MATTER_OPENED, matter, {"flow": flow, "number": matter, "fields": fields}


def stepped(matter: str, step: str, **fields: str) -> tuple[str, str, dict[str, Any]]:
    return Kind.MATTER_STEPPED, matter, {"step": step, "fields": fields}


@pytest.mark.parametrize("nonsense", NONSENSE)
def test_no_number_is_a_number_of_none(office: Office, nonsense: str) -> None:
    held = receive_person(office, "王秀英", id_number(7))
    about = {"person": held.person, "dossier": held.dossier}
    reading = {"flow": "consultation", "fields": {"until": nonsense}, **about}
    note = {"value": nonsense, "page": 1, "formed_on": "1990", **about}
    told(
        office,
        begun("room", "room", name="库", shelf="1库", capacity=nonsense),
        begun("village", "collection", village="桥头村"),
        stepped("village", "note", whose="一捆", pieces=nonsense),
        begun("report", "yearly_report", year=nonsense),
        begun("retiring", "retirement_check", months=nonsense, age_months=nonsense, began="x"),
        (Kind.MATTER_OPENED, "reading", reading),
        stepped("reading", "approve"),
        stepped("reading", "begin", until=nonsense),
        *((Kind.RECORD_NOTED, held.person, {"field": each, **note}) for each in FIELDS),
    )
    with office.space.read() as town:
        [(_, fill)] = rooms(town, office.author.clock())
        assert (fill.capacity, fill.occupied) == (0, 0)
        assert collection_receipt(office, town, matter_of(town, "village")).facts
        assert retirement_sheet(office, town, matter_of(town, "retiring")).facts
        found = gathered_of(town, held.person, "男职工", "20261120")
        assert (found.tenure.total, found.retirement) == (0, None)
        assert [spoken(each.field, each.value) for each in notes_of(town, held.person)] == [
            nonsense
        ] * len(FIELDS)
    with pytest.raises(InvalidInput, match=r"report\.year"):
        take_step(office, CLERK, "report", "count", {})
    with pytest.raises(Denied, match=r"reading\.over"):
        reading_of(office, CLERK, "reading")


def test_a_round_reminds_of_the_rooms_that_it_went_through_alone(
    office: Office, clock: Clock
) -> None:
    told(
        office,
        begun("one", "room", name="退休库", shelf="1库"),
        begun("placeless", "room", name="租用库"),
        begun("eleven", "room", name="新库", shelf="11库"),
        begun("planned", "inspection", place="1库2列"),
        begun("nowhere", "inspection", sort="日常巡查"),
    )
    clock.forward(60 * DAY_MS)
    with office.space.read() as town:
        due = [each for each in reminders(office, town, CLERK) if each.cause is Cause.ROUND]
    assert {each.matter for each in due} == {"placeless", "eleven"}
