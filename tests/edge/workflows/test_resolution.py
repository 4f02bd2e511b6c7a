"""Two boxes of one town that could not hear one another, and what comes of it when they can."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from edge.domain import errors
from edge.domain.access import Clerk
from edge.domain.conflict import ACCEPTED, BOTH, Conflict, ConflictKind
from edge.domain.kinds import Kind
from edge.store.conflicts import (
    acts_after_right,
    doubts_of,
    for_the_office,
    open_conflicts,
    proposals,
    sides_of,
)
from edge.store.dossiers import dossier_of, dossiers_of_person, open_loans
from edge.store.entries import Author, Pen, history_of
from edge.store.persons import person_of
from edge.store.projection import dump
from edge.workflows.accession import Received, Reception, receive
from edge.workflows.lending import give_back, lend
from edge.workflows.office import Office
from edge.workflows.resolution import Choice, propose, review_late_acts, settle
from edge.workflows.supplement import correct_person
from edge.workflows.transfer import send
from tests.offices import (
    CLERK,
    COUNTY,
    MAPLE,
    READER,
    Clock,
    CountyDesk,
    deliver,
    id_number,
    office_in,
    scan,
)

PLACE = "1库1列1节1层1位"
Boxes = tuple[Office, Office]


@pytest.fixture
def boxes(tmp_path: Path) -> Iterator[Boxes]:
    """Two boxes of one office."""
    with office_in(tmp_path / "a") as one, office_in(tmp_path / "b") as two:
        yield one, two


def take(
    office: Office, name: str, citizen: str = "", number: str = "", shelf: str = ""
) -> Received:
    """Receive a dossier under a number of its own: these boxes were never numbered apart."""
    running = number or office.author.box[:8] + str(office.author.clock())
    return receive(office, CLERK, Reception(name, citizen, "流动", shelf, running))


def meet(boxes: Boxes) -> None:
    """Let both boxes hear everything; they must then see the same present."""
    one, two = boxes
    deliver(one.space, two.space)
    deliver(two.space, one.space)
    with one.space.read() as first, two.space.read() as second:
        assert dump(first) == dump(second)


def opened(office: Office) -> list[Conflict]:
    with office.space.read() as connection:
        return open_conflicts(connection)


def the_one(boxes: Boxes, kind: ConflictKind) -> Conflict:
    """The one conflict that both boxes see."""
    found = opened(boxes[0])
    assert [each.kind for each in found] == [kind]
    assert found == opened(boxes[1])
    return found[0]


def choice(conflict: Conflict, chosen: str, note: str = "") -> Choice:
    return Choice(conflict.kind, conflict.subject, conflict.field, conflict.entries, chosen, note)


def entry_by(office: Office, conflict: Conflict) -> str:
    """The side that one box wrote."""
    with office.space.read() as connection:
        (side,) = [
            each for each in sides_of(connection, conflict) if each.entry.box == office.author.box
        ]
    return side.choice


def test_a_telephone_corrected_twice_is_settled_at_the_counter(boxes: Boxes) -> None:
    one, two = boxes
    person = take(one, "王建国", id_number(11)).person
    meet(boxes)
    correct_person(one, CLERK, person, "phone", "13900000001", "p1")
    correct_person(two, CLERK, person, "phone", "13900000002", "")
    meet(boxes)
    conflict = the_one(boxes, ConflictKind.FACT)
    with one.space.read() as connection:
        assert [(dict(s.facts)["phone"], s.source) for s in sides_of(connection, conflict)] == [
            ("13900000001", "p1"),
            ("13900000002", ""),
        ]
    settle(two, CLERK, choice(conflict, entry_by(one, conflict), "有页为证"))
    meet(boxes)
    assert opened(one) == []
    with one.space.read() as connection:
        assert person_of(connection, person).phone == "13900000001"


def test_two_that_say_the_same_do_not_clash(boxes: Boxes) -> None:
    person = take(boxes[0], "王建国", id_number(11)).person
    meet(boxes)
    for office in boxes:
        correct_person(office, CLERK, person, "phone", "13900000001", "")
    meet(boxes)
    assert opened(boxes[0]) == []


@pytest.mark.parametrize(
    ("field", "values"), [("birth", ("19870512", "19850512")), ("unit", ("粮站", "供销社"))]
)
def test_birth_and_work_are_proposed_by_the_office_and_decided_by_the_county(
    boxes: Boxes, field: str, values: tuple[str, str]
) -> None:
    one, two = boxes
    person = take(one, "王建国").person
    meet(boxes)
    for office, value in zip(boxes, values, strict=True):
        correct_person(office, CLERK, person, field, value, "")
    meet(boxes)
    conflict = the_one(boxes, ConflictKind.FACT)
    chosen = choice(conflict, entry_by(one, conflict))
    with pytest.raises(errors.Denied):
        settle(one, CLERK, chosen)
    with pytest.raises(errors.Denied):
        correct_person(one, CLERK, person, field, values[0], "")
    propose(one, CLERK, chosen)
    meet(boxes)
    assert opened(two) == [conflict]
    with two.space.read() as connection:
        assert [each.by for each in proposals(connection, conflict)] == [CLERK.id]
        assert for_the_office(connection) == []
    settle(CountyDesk(two.space), COUNTY, chosen)
    meet(boxes)
    assert opened(one) == []
    with one.space.read() as connection:
        assert getattr(person_of(connection, person), field) == values[0]


def test_one_person_received_at_both_counters_stays_twice_and_in_doubt(boxes: Boxes) -> None:
    one, two = boxes
    first = take(one, "王建国", id_number(11), number="A1")
    second = take(two, "王建国", id_number(11), number="A2")
    meet(boxes)
    conflict = the_one(boxes, ConflictKind.PERSON)
    assert set(conflict.subjects) == {first.person, second.person}
    with pytest.raises(errors.Denied):
        settle(one, CLERK, choice(conflict, first.person))
    settle(CountyDesk(two.space), COUNTY, choice(conflict, first.person, "存根在一号"))
    meet(boxes)
    assert opened(one) == []
    with one.space.read() as connection:
        for received in (first, second):
            assert person_of(connection, received.person).id_number == id_number(11)
            assert dossier_of(connection, received.dossier)
        said = history_of(connection, conflict.subject)[-1]
    assert (said.kind, said.by) == (Kind.CONFLICT_RESOLVED, COUNTY.id)


def test_one_dossier_received_twice_is_settled_and_a_third_opens_it_again(boxes: Boxes) -> None:
    one, two = boxes
    person = take(one, "王建国", id_number(11), number="A0").person
    with one.space.read() as connection:
        (sent,) = dossiers_of_person(connection, person)
    send(one, CLERK, sent.id, MAPLE, "调动")
    meet(boxes)
    assert opened(one) == []
    first = take(one, "王建国", id_number(11), number="A1")
    second = take(two, "王建国", id_number(11), number="A2")
    meet(boxes)
    conflict = the_one(boxes, ConflictKind.RECEPTION)
    assert set(conflict.subjects) == {first.dossier, second.dossier}
    settle(CountyDesk(one.space), COUNTY, choice(conflict, BOTH))
    assert opened(one) == []
    pen_writes(two, person, "A3")
    meet(boxes)
    again = the_one(boxes, ConflictKind.RECEPTION)
    assert again.entries > conflict.entries
    settle(CountyDesk(one.space), COUNTY, choice(again, first.dossier))
    meet(boxes)
    assert opened(two) == []


def pen_writes(office: Office, person: str, number: str) -> None:
    """A third box's reception, as it comes by merging."""

    def act(pen: Pen) -> None:
        told = {"person": person, "class": "流动", "number": number}
        pen.append(Kind.DOSSIER_REGISTERED, pen.new_id(), told)

    office.transact(CLERK, act)


def test_of_two_dossiers_on_one_place_the_one_seen_there_stays(boxes: Boxes) -> None:
    one, two = boxes
    first = take(one, "王建国", id_number(11), number="A1", shelf=PLACE)
    second = take(two, "李兰", id_number(20), number="A2", shelf=PLACE)
    meet(boxes)
    conflict = the_one(boxes, ConflictKind.SHELF)
    settle(two, CLERK, choice(conflict, second.dossier))
    meet(boxes)
    assert opened(one) == []
    with one.space.read() as connection:
        shelves = [dossier_of(connection, each.dossier).shelf for each in (first, second)]
    assert shelves == ["", PLACE]


def test_a_cabinet_holds_many(boxes: Boxes) -> None:
    take(boxes[0], "王建国", id_number(11), number="B1", shelf="1库2列3柜")
    take(boxes[0], "李兰", id_number(20), number="B2", shelf="1库2列3柜")
    assert opened(boxes[0]) == []


def lent_at_both(boxes: Boxes) -> str:
    dossier = take(boxes[0], "王建国", id_number(11)).dossier
    meet(boxes)
    for office, borrower in zip(boxes, ("赵", "钱"), strict=True):
        lend(office, CLERK, dossier, borrower, "", "20261201", 3)
    return dossier


def test_of_two_loans_at_once_the_one_that_happened_stays_open(boxes: Boxes) -> None:
    one, two = boxes
    dossier = lent_at_both(boxes)
    meet(boxes)
    conflict = the_one(boxes, ConflictKind.CUSTODY)
    settle(two, CLERK, choice(conflict, entry_by(one, conflict)))
    meet(boxes)
    assert opened(one) == []
    with one.space.read() as connection:
        assert [loan.borrower for loan in open_loans(connection)] == ["赵"]
    give_back(two, CLERK, dossier, 3)
    meet(boxes)
    assert opened(one) == []


def test_loans_apart_clash_even_when_both_have_come_back(boxes: Boxes) -> None:
    dossier = lent_at_both(boxes)
    for office in boxes:
        give_back(office, CLERK, dossier, 3)
    meet(boxes)
    conflict = the_one(boxes, ConflictKind.CUSTODY)
    assert len(conflict.parties) == 2


def test_a_loan_of_what_was_sent_away_elsewhere_is_noticed(boxes: Boxes) -> None:
    one, two = boxes
    dossier = take(one, "王建国", id_number(11)).dossier
    meet(boxes)
    send(one, CLERK, dossier, MAPLE, "调动")
    lend(two, CLERK, dossier, "赵", "", "20261201", 3)
    meet(boxes)
    conflict = the_one(boxes, ConflictKind.CUSTODY)
    assert len(conflict.parties) == 2
    settle(one, CLERK, choice(conflict, entry_by(one, conflict)))
    meet(boxes)
    assert opened(one) == []
    with two.space.read() as connection:
        assert open_loans(connection) == []


def test_a_return_of_a_loan_never_made_is_noticed_and_lending_by_turns_is_not(
    boxes: Boxes,
) -> None:
    one, two = boxes
    dossier = take(one, "王建国", id_number(11)).dossier
    for office in (one, two, one):
        meet(boxes)
        lend(office, CLERK, dossier, "赵", "", "20261201", 3)
        meet(boxes)
        give_back(two, CLERK, dossier, 3)
    meet(boxes)
    assert opened(one) == []
    one.transact(
        CLERK,
        lambda pen: pen.append(Kind.CUSTODY_RETURNED, dossier, {"loan": "0" * 32, "pages": 1}),
    )
    meet(boxes)
    assert the_one(boxes, ConflictKind.CUSTODY).subject == dossier


def test_a_number_on_two_dossiers_is_kept_by_one(boxes: Boxes) -> None:
    one, two = boxes
    first = take(one, "王建国", id_number(11), number="A1")
    take(two, "李兰", id_number(20), number="A1")
    meet(boxes)
    conflict = the_one(boxes, ConflictKind.DOSSIER_NUMBER)
    settle(one, CLERK, choice(conflict, first.dossier))
    meet(boxes)
    assert opened(two) == []


def test_a_number_on_two_proofs_is_noticed(boxes: Boxes) -> None:
    def issue(office: Office, told: dict[str, str]) -> None:
        office.transact(CLERK, lambda pen: pen.append(Kind.PROOF_ISSUED, pen.new_id(), told))

    for office in boxes:
        dossier = take(office, "王建国", number=office.author.box[:6]).dossier
        issue(office, {"dossier": dossier, "kind": "存档证明", "number": "证〔2026〕0001号"})
    meet(boxes)
    conflict = the_one(boxes, ConflictKind.PROOF_NUMBER)
    settle(boxes[0], CLERK, choice(conflict, conflict.subjects[0]))
    meet(boxes)
    assert opened(boxes[1]) == []


def withdraw(office: Office, user: Clerk) -> None:
    """The hub takes a person's right away; the box hears of it."""
    hub = Author("f" * 32, office.author.clock)
    office.county.write(lambda c: Pen(c, hub, "hub").append(Kind.USER_WITHDRAWN, user.id, {}))


def late(office: Office) -> list[Conflict]:
    with office.space.read() as town, office.county.read() as county:
        return acts_after_right(town, county)


def test_acts_after_the_right_had_ended_are_reviewed_and_new_ones_open_it_again(
    tmp_path: Path,
) -> None:
    clock = Clock()
    with (
        office_in(tmp_path / "a", clock=clock) as informed,
        office_in(tmp_path / "b", clock=clock) as cut_off,
    ):
        take(cut_off, "王建国", id_number(11))
        clock.forward(60_000)
        withdraw(informed, CLERK)
        deliver(cut_off.space, informed.space)
        assert late(informed) == []
        clock.forward(60_000)
        batch = scan(cut_off, "one")
        deliver(cut_off.space, informed.space)
        (conflict,) = late(informed)
        assert conflict.subject == CLERK.id
        with informed.space.read() as connection:
            assert [s.entry.about for s in sides_of(connection, conflict)] == [batch]
        accepted = choice(conflict, ACCEPTED)
        with pytest.raises(errors.Denied):
            review_late_acts(informed, informed.county, CLERK, accepted)
        review_late_acts(CountyDesk(informed.space), informed.county, COUNTY, accepted)
        assert late(informed) == []
        scan(cut_off, "two")
        deliver(cut_off.space, informed.space)
        assert len(late(informed)[0].parties) == 2


def test_what_came_in_while_the_sides_were_looked_at_is_not_answered(boxes: Boxes) -> None:
    one, two = boxes
    person = take(one, "王建国", id_number(11)).person
    meet(boxes)
    correct_person(one, CLERK, person, "phone", "1", "")
    correct_person(two, CLERK, person, "phone", "2", "")
    meet(boxes)
    conflict = the_one(boxes, ConflictKind.FACT)
    seen = choice(conflict, entry_by(one, conflict))
    with pytest.raises(errors.InvalidInput):
        settle(one, CLERK, choice(conflict, "0" * 32))
    with pytest.raises(errors.Denied):
        settle(one, READER, seen)
    settle(two, CLERK, choice(conflict, entry_by(two, conflict)))
    correct_person(one, CLERK, person, "phone", "3", "")
    meet(boxes)
    with pytest.raises(errors.Conflict) as caught:
        settle(one, CLERK, seen)
    assert caught.value.key == "conflict.changed"


def test_two_offices_that_answer_differently_are_asked_again(boxes: Boxes) -> None:
    one, two = boxes
    first = take(one, "王建国", id_number(11), number="A1")
    second = take(two, "李兰", id_number(20), number="A1")
    meet(boxes)
    conflict = the_one(boxes, ConflictKind.DOSSIER_NUMBER)
    settle(one, CLERK, choice(conflict, first.dossier))
    settle(two, CLERK, choice(conflict, second.dossier))
    meet(boxes)
    assert the_one(boxes, ConflictKind.DOSSIER_NUMBER) == conflict
    with one.space.read() as connection:
        assert doubts_of(connection, [second.dossier]) == [conflict]
    settle(one, CLERK, choice(conflict, second.dossier))
    meet(boxes)
    assert opened(two) == []
