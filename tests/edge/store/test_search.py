"""Finding persons by several words, by what their dossiers hold, and by filters."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from edge.domain.query import By, persons_only, readings_of
from edge.store.database import Space
from edge.store.entries import all_entries
from edge.store.persons import person_of
from edge.store.projection import rebuild
from edge.store.search import Filters, find, find_titles
from edge.store.snapshot import copy_record
from edge.workflows.lending import lend
from edge.workflows.office import Office
from edge.workflows.supplement import Filing, correct_person, file_material
from tests.offices import CLERK, id_number, office_in, receive_person, scan

HAMLET, RIVER = "青山县柳河镇桥头村", "青山县柳河镇沿河路12号"


@pytest.fixture(scope="module")
def town() -> Iterator[Office]:
    """Four persons who share names, places and titles; nobody here changes it."""
    with tempfile.TemporaryDirectory() as folder, office_in(Path(folder)) as office:
        people: tuple[tuple[str, str, str, dict[str, int]], ...] = (
            ("王建国", HAMLET, "13900001111", {}),
            ("王秀英", HAMLET, "0571-6543210", {"1": 2, "4-1": 1}),
            ("李桥头", RIVER, "13900002222", {"4": 1}),
            ("赵建国", RIVER, "", {}),
        )
        for number, (name, place, phone, counts) in enumerate(people):
            got = receive_person(
                office, name, id_number(number, f"19{60 + number}0512"),
                place=place, phone=phone, counts=counts,
            )  # fmt: skip
            if number in (0, 2):
                title = "入党志愿书" if number == 0 else "干部履历表"
                filing = Filing(got.dossier, "6", title, "", scan(office, name), (1,))
                file_material(office, CLERK, filing)
            if number == 3:
                lend(office, CLERK, got.dossier, "周", "", "20261201", 1)
        yield office


def names(office: Office, text: str, filters: Filters | None = None) -> list[str]:
    with office.space.read() as connection:
        words = persons_only(readings_of(text)) if text else ()
        return [hit.person.name for hit in find(connection, words, filters).hits]


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("1390000", ["李桥头", "王建国"]),
        ("0571-6543210", ["王秀英"]),
        ("沿河路", ["李桥头", "赵建国"]),
        ("沿河路12号", ["李桥头", "赵建国"]),
        # Who bears the words as a name comes before all who live there.
        ("桥头", ["李桥头"]),
        ("桥头村", ["王建国", "王秀英"]),
        ("建国 桥头", ["王建国"]),
        ("沿河 建国", ["赵建国"]),
        ("wjg 桥头村", ["王建国"]),
        ("建国 无此地", []),
        ("入党志愿书", []),
    ],
)
def test_each_word_is_a_name_a_place_or_a_number(
    town: Office, typed: str, expected: list[str]
) -> None:
    assert names(town, typed) == expected


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("志愿", [("王建国", "入党志愿书")]),
        ("建国 志愿书", [("王建国", "入党志愿书")]),
        ("履历表 桥头", [("李桥头", "干部履历表")]),
        ("秀英 志愿书", []),
    ],
)
def test_materials_are_found_by_their_titles(
    town: Office, typed: str, expected: list[tuple[str, str]]
) -> None:
    with town.space.read() as connection:
        hits = find_titles(connection, readings_of(typed))
    assert [(hit.name, hit.title) for hit in hits] == expected


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        (Filters(standing="lent"), ["赵建国"]),
        (Filters(standing="held"), ["李桥头", "王建国", "王秀英"]),
        # What was counted on paper is not lacking, and a part of a category is of the category.
        (Filters(lacking="4"), ["王建国", "赵建国"]),
        (Filters(lacking="6"), ["王秀英", "赵建国"]),
        (Filters(born_from="1961", born_until="1962"), ["李桥头", "王秀英"]),
        (Filters(dossier_class="退休"), []),
    ],
)
def test_filters_choose_among_all_or_among_those_found(
    town: Office, filters: Filters, expected: list[str]
) -> None:
    assert names(town, "", filters) == expected
    assert names(town, "建国", filters) == [each for each in expected if "建国" in each]


def test_what_has_moved_is_found_where_it_is_and_a_rebuild_finds_the_same(
    tmp_path: Path,
) -> None:
    with office_in(tmp_path / "office") as office:
        got = receive_person(office, "单喆", place=HAMLET)
        correct_person(office, CLERK, got.person, "place", RIVER, "")
        for _ in range(2):
            assert (names(office, "桥头村"), names(office, "沿河路")) == ([], ["单喆"])
            office.space.write(lambda c: rebuild(c, list(all_entries(c))))
        key = bytes(range(32))
        office.space.copy(lambda source, own: copy_record(source, own, tmp_path / "copy.db", key))
        copied = Space(tmp_path / "copy.db", key, office.space.name)
        with copied.read() as connection:
            found = find(connection, readings_of("沿河路"))
        copied.close()
        assert [hit.person.name for hit in found.hits] == ["单喆"]
        assert found.by is By.PLACE
        with office.space.read() as connection:
            assert person_of(connection, got.person).place == RIVER
