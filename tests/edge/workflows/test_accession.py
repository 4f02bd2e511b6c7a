"""Receiving a dossier, and what is refused."""

import pytest

from edge.domain.access import Clerk
from edge.domain.errors import Conflict, Denied, InvalidInput
from edge.domain.query import parse
from edge.store.dossiers import Standing, dossier_of, dossiers_of_person
from edge.store.entries import history_of
from edge.store.persons import count_persons, person_of
from edge.store.search import search
from edge.workflows.accession import Reception, receive
from edge.workflows.office import Office
from tests.offices import CLERK, READER, TECHNICIAN, id_number, receive_person

WANG = id_number(11)


def test_reception_puts_person_paper_count_and_shelf_on_record(office: Office) -> None:
    reception = Reception(
        " 王䶮 ", WANG, "流动", shelf="甲-3-12", origin="县人才中心", letter="调函〔2026〕7号",
        former_name="王小龙", counts={"1": 2, "4-1": 3, "6": 0},
    )  # fmt: skip
    received = receive(office, CLERK, reception)
    with office.space.read() as connection:
        person = person_of(connection, received.person)
        dossier = dossier_of(connection, received.dossier)
        acts = [entry.kind for entry in history_of(connection, received.dossier)]
    assert (person.name, person.former_name, person.id_number) == ("王䶮", "王小龙", WANG)
    assert (person.birth, person.sex) == ("19870512", "male")
    assert dossier.counts == {"1": 2, "4-1": 3}
    assert (dossier.shelf, dossier.holder, dossier.standing) == (
        "甲-3-12",
        office.name,
        Standing.HELD,
    )
    assert acts == ["dossier.registered", "custody.received"]


def test_numbers_given_by_the_box_run_on_and_name_town_and_box(office: Office) -> None:
    first = receive_person(office, "甲一", id_number(1))
    second = receive_person(office, "乙二", id_number(2))
    assert first.number == f"{office.code}-{office.ordinal:02d}-00001"
    assert second.number == f"{office.code}-{office.ordinal:02d}-00002"


def test_another_class_of_dossier_joins_the_known_person(office: Office) -> None:
    first = receive_person(office, "王建国", WANG)
    second = receive(office, CLERK, Reception("王建国", WANG, "退休"))
    assert second.person == first.person
    with office.space.read() as connection:
        assert len(dossiers_of_person(connection, first.person)) == 2
        assert count_persons(connection) == 1


def test_an_old_identity_number_finds_the_same_person(office: Office) -> None:
    old = "990101" + "870512" + "011"
    first = receive_person(office, "王建国", WANG)
    second = receive(office, CLERK, Reception("王建国", old, "退休"))
    assert second.person == first.person


def test_persons_without_a_number_stay_apart(office: Office) -> None:
    assert receive_person(office, "王建国").person != receive_person(office, "王建国").person


def test_the_same_class_twice_is_refused_with_its_number(office: Office) -> None:
    received = receive_person(office, "王建国", WANG)
    with pytest.raises(Conflict) as caught:
        receive_person(office, "王建国", WANG)
    assert caught.value.key == "dossier.already_here"
    assert caught.value.fields == {"number": received.number}


def test_another_name_under_a_known_number_is_refused(office: Office) -> None:
    receive_person(office, "王建国", WANG)
    with pytest.raises(Conflict) as caught:
        receive_person(office, "王建军", WANG)
    assert caught.value.key == "person.name_differs"
    assert caught.value.fields == {"known": "王建国", "entered": "王建军"}


def test_a_taken_dossier_number_is_refused_and_nothing_is_written(office: Office) -> None:
    receive_person(office, "王建国", WANG)
    receive(office, CLERK, Reception("李兰", id_number(20), "流动", number="LH-77"))
    with pytest.raises(Conflict) as caught:
        receive(office, CLERK, Reception("赵梅", id_number(22), "流动", number="lh-77 "))
    assert caught.value.key == "dossier.number_taken"
    with office.space.read() as connection:
        assert count_persons(connection) == 2


def test_a_number_written_by_hand_is_found_however_it_is_typed(office: Office) -> None:
    received = receive(office, CLERK, Reception("李兰", id_number(20), "流动", number="lh-77"))
    with office.space.read() as connection:
        for typed in ("LH-77", "lh-77", " lh-7"):
            assert [hit.dossier for hit in search(connection, parse(typed))] == [received.dossier]


@pytest.mark.parametrize(
    ("reception", "key"),
    [
        (Reception(" ", WANG, "流动"), "person.name_missing"),
        (Reception("王建国", WANG, "干部"), "dossier.class_unknown"),
        (Reception("王建国", WANG[:-1], "流动"), "id_number.length"),
        (Reception("王建国", "99010119870512011" + "4", "流动"), "id_number.check"),
        (Reception("王建国", "990101198702300111", "流动"), "id_number.date"),
        (Reception("王建国", id_number(11, "20261122"), "流动"), "id_number.date"),
        (Reception("王建国", "99010119870512011Y", "流动"), "id_number.digits"),
        (Reception("王建国", WANG, "流动", counts={"11": 1}), "category.unknown"),
        (Reception("王建国", WANG, "流动", counts={"1": -1}), "dossier.count_wrong"),
    ],
)
def test_wrong_input_names_what_is_wrong(office: Office, reception: Reception, key: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        receive(office, CLERK, reception)
    assert caught.value.key == key
    with office.space.read() as connection:
        assert count_persons(connection) == 0


@pytest.mark.parametrize("clerk", [READER, TECHNICIAN])
def test_only_who_may_file_receives(office: Office, clerk: Clerk) -> None:
    with pytest.raises(Denied) as caught:
        receive(office, clerk, Reception("王建国", WANG, "流动"))
    assert caught.value.key == "access.denied"
