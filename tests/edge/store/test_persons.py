"""Finding persons by whatever the clerk knows of them."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.domain.errors import InvalidInput
from edge.domain.identity import check_id_number
from edge.domain.pinyin import initials_of
from edge.domain.query import By, Query, parse
from edge.store.database import Connection
from edge.store.entries import Author, Pen
from edge.store.persons import person_by_id_number
from edge.store.search import search
from edge.workflows.office import Office
from edge.workflows.supplement import correct_person
from tests.offices import CLERK, Clock, id_number, office_in, open_space, receive_person

NAMES = (
    "单喆", "仇伟", "区静", "曾敏", "解放", "王建国", "王国建", "欧阳建国", "王䶮", "𬱖", "李𬱖䶮",
    "〇建", "买买提·吐尔逊", "𠮷野", "阿a明", "朴金",
)  # fmt: skip


@pytest.fixture(scope="module")
def town() -> Iterator[Office]:
    """An office with persons of every odd sort of name; nobody here changes it."""
    with tempfile.TemporaryDirectory() as folder, office_in(Path(folder)) as office:
        for number, name in enumerate(NAMES):
            receive_person(office, name, id_number(number), former_name="赵旧名" * (number == 0))
        yield office


def found(office: Office, text: str) -> set[str]:
    with office.space.read() as connection:
        return {hit.person.name for hit in search(connection, parse(text))}


@given(st.data())
@settings(max_examples=120)
def test_every_infix_of_every_name_finds_exactly_its_bearers(
    town: Office, data: st.DataObject
) -> None:
    name = data.draw(st.sampled_from([each for each in NAMES if each != NAMES[0]]))
    start = data.draw(st.integers(0, len(name) - 1))
    infix = name[start : data.draw(st.integers(start + 1, len(name)))]
    with town.space.read() as connection:
        hits = search(connection, Query(By.NAME, infix))
    assert {hit.person.name for hit in hits} == {each for each in NAMES if infix in each}


@pytest.mark.parametrize("name", NAMES)
def test_a_name_as_typed_finds_its_bearer(town: Office, name: str) -> None:
    assert name in found(town, name)
    assert name in found(town, " ".join(name))


@pytest.mark.parametrize("name", NAMES)
def test_every_reading_and_every_beginning_of_initials_finds(town: Office, name: str) -> None:
    for spelling in initials_of(name):
        assert name in found(town, spelling.lower())
        assert name in found(town, spelling[:1])


@pytest.mark.parametrize(
    ("typed", "name"),
    [("sz", "单喆"), ("dz", "单喆"), ("qw", "仇伟"), ("cw", "仇伟"), ("oj", "区静"), ("qj", "区静"),
     ("zm", "曾敏"), ("cm", "曾敏"), ("xf", "解放"), ("jf", "解放"), ("oyjg", "欧阳建国")],
)  # fmt: skip
def test_surnames_read_in_two_ways_are_found_by_both(town: Office, typed: str, name: str) -> None:
    assert name in found(town, typed)


def test_former_names_find_and_do_not_run_into_the_present_one(town: Office) -> None:
    assert found(town, "旧名") == {"单喆"}
    assert found(town, "喆赵") == set()
    assert found(town, "zjm") == {"单喆"}


@pytest.mark.parametrize("number", range(len(NAMES)))
def test_an_identity_number_finds_one_person(town: Office, number: int) -> None:
    whole = id_number(number)
    assert found(town, whole) == {NAMES[number]}
    assert found(town, f" {whole[:6]} {whole[6:14]} {whole[14:].lower()} ") == {NAMES[number]}
    assert found(town, whole.translate({48 + digit: 0xFF10 + digit for digit in range(10)})) == {
        NAMES[number]
    }


def test_an_old_identity_number_finds_its_modern_bearer(town: Office) -> None:
    modern = id_number(5)
    assert found(town, modern[:6] + modern[8:17]) == {NAMES[5]}
    with town.space.read() as connection:
        person = person_by_id_number(connection, check_id_number(modern).modern)
        assert person is not None
        assert person.name == NAMES[5]
        assert person_by_id_number(connection, id_number(999)) is None


@pytest.mark.parametrize("number", range(len(NAMES)))
def test_the_tail_of_an_identity_number_finds_all_who_share_it(town: Office, number: int) -> None:
    tail = id_number(number)[-6:]
    sharing = {NAMES[each] for each in range(len(NAMES)) if id_number(each)[-6:] == tail}
    assert found(town, tail.lower()) == sharing
    assert NAMES[number] in sharing


def test_a_dossier_number_and_its_beginning_find(town: Office) -> None:
    with town.space.read() as connection:
        (hit,) = search(connection, parse(id_number(3)))
        by_number = search(connection, parse(hit.number.lower()))
        beginning = search(connection, parse(hit.number[:-2]))
    assert by_number == [hit]
    assert hit in beginning
    assert len(beginning) >= 9


def test_a_person_without_a_number_has_no_tail(tmp_path: Path) -> None:
    with office_in(tmp_path) as office:
        receive_person(office, "无证")
        assert found(office, "000000") == set()
        assert found(office, "wz") == {"无证"}


def test_a_corrected_name_is_found_by_the_new_one_only(tmp_path: Path) -> None:
    with office_in(tmp_path) as office:
        person = receive_person(office, "王建国", id_number(1)).person
        correct_person(office, CLERK, person, "name", "李健郭", "")
        correct_person(office, CLERK, person, "id_number", id_number(8), "")
        for text in ("建国", "wjg", id_number(1)):
            assert found(office, text) == set()
        for text in ("健郭", "ljg", id_number(8)):
            assert found(office, text) == {"李健郭"}


@given(st.text(max_size=24))
@settings(max_examples=150)
def test_no_text_breaks_the_search(town: Office, text: str) -> None:
    try:
        query = parse(text)
    except InvalidInput:
        return
    with town.space.read() as connection:
        assert len(search(connection, query)) <= len(NAMES)


def test_answers_are_bounded(tmp_path: Path) -> None:
    space = open_space(tmp_path, "town-1")
    author = Author("b" * 32, Clock())

    def fill(connection: Connection) -> None:
        pen = Pen(connection, author, "u")
        acts = [("person.registered", pen.new_id(), {"name": f"王{n}"}, ()) for n in range(700)]
        pen.append_many(acts)

    space.write(fill)
    with space.read() as connection:
        for by, text in ((By.NAME, "王"), (By.INITIALS, "W")):
            assert len(search(connection, Query(by, text), limit=20)) == 20
    space.close()
