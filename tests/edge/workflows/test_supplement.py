"""Filing, reclassifying and correcting."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from edge.domain.errors import Conflict, InvalidInput, NotFound
from edge.store.captures import waiting_captures, waiting_pages
from edge.store.conflicts import open_conflicts
from edge.store.dossiers import catalogue, pages_of
from edge.store.entries import history_of
from edge.store.persons import conflicts_of, person_of
from edge.store.projection import dump
from edge.workflows.office import Office
from edge.workflows.resolution import Choice, settle
from edge.workflows.supplement import Filing, correct_person, file_material, reclassify
from edge.workflows.transfer import send
from tests.offices import (
    CLERK,
    COUNTY,
    MAPLE,
    CountyDesk,
    deliver,
    id_number,
    office_in,
    receive_person,
    scan,
)


@pytest.fixture
def dossier(office: Office) -> str:
    return receive_person(office, "王建国", id_number(11)).dossier


def filing_of(office: Office, dossier: str, category: str = "1", title: str = "履历表") -> Filing:
    return Filing(dossier, category, title, "1998-05", scan(office, title), (1,))


def test_filed_pages_stand_last_in_their_category(office: Office, dossier: str) -> None:
    batch = scan(office, "one", "two", "three")
    first = file_material(office, CLERK, Filing(dossier, "4-1", "学籍", "199809", batch, (3, 1)))
    second = file_material(office, CLERK, Filing(dossier, "4-1", " 毕业证 ", "", batch, (2,), True))
    with office.space.read() as connection:
        scanned = pages_of(connection, batch)
        filed = pages_of(connection, first.id)
        assert waiting_captures(connection) == []
        assert [each.title for each in catalogue(connection, dossier)] == ["学籍", "毕业证"]
    assert [page.blob for page in filed] == [scanned[2].blob, scanned[0].blob]
    assert (first.position, second.position, second.copy) == (1, 2, True)


def test_the_catalogue_stands_in_the_order_of_the_ten_categories(
    office: Office, dossier: str
) -> None:
    for category in ("10", "9-2", "1", "4-2", "4-1"):
        file_material(office, CLERK, filing_of(office, dossier, category, f"m{category}"))
    with office.space.read() as connection:
        order = [each.category for each in catalogue(connection, dossier)]
    assert order == ["1", "4-1", "4-2", "9-2", "10"]


def test_of_equal_sheets_one_filed_leaves_the_other_waiting(office: Office, dossier: str) -> None:
    batch = scan(office, "same", "same", "other")
    file_material(office, CLERK, Filing(dossier, "1", "首页", "", batch, (1,)))
    with office.space.read() as connection:
        assert [page.number for page in waiting_pages(connection, batch)] == [2, 3]
        assert waiting_captures(connection)[0].waiting == 2
    file_material(office, CLERK, Filing(dossier, "1", "次页", "", batch, (2, 3)))
    with office.space.read() as connection:
        assert waiting_captures(connection) == []


@pytest.mark.parametrize(
    ("alter", "key"),
    [
        (lambda filing: replace(filing, category="11"), "category.unknown"),
        (lambda filing: replace(filing, formed_on="去年"), "date.partial"),
        (lambda filing: replace(filing, formed_on="19981301"), "date.partial"),
        (lambda filing: replace(filing, formed_on="2099"), "date.not_yet"),
        (lambda filing: replace(filing, title="  "), "material.title_missing"),
        (lambda filing: replace(filing, pages=()), "material.no_pages"),
    ],
)
def test_a_wrong_filing_is_refused(
    office: Office, dossier: str, alter: Callable[[Filing], Filing], key: str
) -> None:
    filing = filing_of(office, dossier)
    with pytest.raises(InvalidInput) as caught:
        file_material(office, CLERK, alter(filing))
    assert caught.value.key == key
    with office.space.read() as connection:
        assert catalogue(connection, dossier) == []
        assert len(waiting_captures(connection)) == 1


def test_a_page_is_filed_once(office: Office, dossier: str) -> None:
    filing = filing_of(office, dossier)
    file_material(office, CLERK, filing)
    with pytest.raises(Conflict) as again:
        file_material(office, CLERK, filing)
    twice = Filing(dossier, "1", "双", "", scan(office, "once"), (1, 1))
    with pytest.raises(Conflict) as doubled:
        file_material(office, CLERK, twice)
    assert again.value.key == doubled.value.key == "page.already_filed"
    assert again.value.fields == {"number": 1}


def test_what_is_not_here_is_named(office: Office, dossier: str) -> None:
    filing = filing_of(office, dossier)
    wrong: tuple[tuple[Callable[[Filing], Filing], str], ...] = (
        (lambda filing: replace(filing, dossier="0" * 32), "dossier.unknown"),
        (lambda filing: replace(filing, capture="0" * 32), "capture.unknown"),
    )
    for alter, key in wrong:
        with pytest.raises(NotFound) as caught:
            file_material(office, CLERK, alter(filing))
        assert caught.value.key == key
    with pytest.raises(NotFound) as material:
        reclassify(office, CLERK, "0" * 32, "1", "放错了")
    assert material.value.key == "material.unknown"


def test_a_dossier_sent_away_is_closed(office: Office, dossier: str) -> None:
    filing = filing_of(office, dossier)
    material = file_material(office, CLERK, filing_of(office, dossier, title="先存"))
    send(office, CLERK, dossier, MAPLE, "工作调动")
    acts: tuple[Callable[[], object], ...] = (
        lambda: file_material(office, CLERK, filing),
        lambda: reclassify(office, CLERK, material.id, "2", "放错了"),
    )
    for act in acts:
        with pytest.raises(Conflict) as caught:
            act()
        assert caught.value.key == "dossier.sent_away"


def test_reclassifying_and_moving_back_leaves_both_acts_on_record(
    office: Office, dossier: str
) -> None:
    material = file_material(office, CLERK, filing_of(office, dossier, "1"))
    moved = reclassify(office, CLERK, material.id, "4-1", "放错了")
    assert (moved.category, moved.position) == ("4-1", 1)
    back = reclassify(office, CLERK, material.id, "1", "放错了")
    assert (back.category, back.position) == ("1", 1)
    with office.space.read() as connection:
        acts = [entry.kind for entry in history_of(connection, material.id)]
        assert conflicts_of(connection, material.id) == []
    assert acts == ["material.filed", "material.reclassified", "material.reclassified"]


def test_two_boxes_that_correct_one_name_make_a_conflict_shown_alike(tmp_path: Path) -> None:
    with office_in(tmp_path / "a") as one, office_in(tmp_path / "b") as two:
        person = receive_person(one, "王建国", id_number(11)).person
        deliver(one.space, two.space)
        correct_person(one, CLERK, person, "name", "王健国", "p1")
        correct_person(two, CLERK, person, "name", "汪建国", "p2")
        deliver(one.space, two.space)
        deliver(two.space, one.space)
        with one.space.read() as first, two.space.read() as second:
            assert dump(first) == dump(second)
            shown = person_of(first, person).name
            assert conflicts_of(first, person) == conflicts_of(second, person) == ["name"]
            latest = max(history_of(first, person), key=lambda entry: entry.id)
        assert shown == latest.body["value"]

        with one.space.read() as first:
            (clash,) = open_conflicts(first)
        chosen = min(clash.entries)
        settle(
            CountyDesk(one.space), COUNTY, Choice(clash.kind, person, "name", clash.entries, chosen)
        )
        deliver(one.space, two.space)
        with one.space.read() as first, two.space.read() as second:
            assert dump(first) == dump(second)
            assert conflicts_of(second, person) == []
            assert person_of(second, person).name == "王健国"


def test_corrections_of_different_fields_do_not_clash(tmp_path: Path) -> None:
    with office_in(tmp_path / "a") as one, office_in(tmp_path / "b") as two:
        person = receive_person(one, "王建国", id_number(11)).person
        deliver(one.space, two.space)
        correct_person(one, CLERK, person, "phone", "13900000000", "")
        correct_person(two, CLERK, person, "unit", "柳河粮站", "")
        deliver(one.space, two.space)
        deliver(two.space, one.space)
        with one.space.read() as connection:
            told = person_of(connection, person)
            assert conflicts_of(connection, person) == []
    assert (told.phone, told.unit) == ("13900000000", "柳河粮站")


@pytest.mark.parametrize(
    ("field", "value", "key"),
    [
        ("id", "x", "person.field_unknown"),
        ("birth", "20261122", "date.not_yet"),
        ("id_number", id_number(1, "20261122"), "id_number.date"),
        ("name", "  ", "person.name_missing"),
        ("id_number", "123", "id_number.length"),
        ("birth", "不详", "date.partial"),
    ],
)
def test_a_wrong_correction_is_refused(
    office: Office, dossier: str, field: str, value: str, key: str
) -> None:
    person = receive_person(office, "李兰", id_number(20)).person
    with pytest.raises(InvalidInput) as caught:
        correct_person(office, CLERK, person, field, value, "")
    assert caught.value.key == key


def test_a_corrected_number_is_kept_in_the_form_that_is_searched(office: Office) -> None:
    person = receive_person(office, "李兰").person
    correct_person(office, CLERK, person, "id_number", "990101870512011", "")
    with office.space.read() as connection:
        assert person_of(connection, person).id_number == id_number(11)


def test_nobody_unknown_is_corrected(office: Office) -> None:
    with pytest.raises(NotFound) as caught:
        correct_person(office, CLERK, "0" * 32, "name", "王", "")
    assert caught.value.key == "person.unknown"
