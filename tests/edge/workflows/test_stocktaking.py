"""Places and stock-taking: put, moved, put back; counted, corrected, signed by two."""

import pytest

from edge.domain.access import Clerk
from edge.domain.cover_code import cover_code, shelf_code
from edge.domain.errors import Conflict, Denied, InvalidInput, NotFound
from edge.domain.stock import Outcome
from edge.store.dossiers import dossier_of
from edge.store.lists import list_of
from edge.store.matters import Matter, matter_of
from edge.store.stock import last_readings, placeless, recorded_at
from edge.workflows.lending import lend
from edge.workflows.matters import Opening, open_matter, take_step
from edge.workflows.office import Office
from edge.workflows.places import put, put_back
from edge.workflows.stocktaking import read, standing_of, take_back, take_over_places
from edge.workflows.supplement import Filing, file_material
from tests.offices import CLERK, READER, WILLOW, id_number, receive_person, scan

COLLEAGUE = Clerk("u-colleague", "查敏", WILLOW, frozenset({"clerk"}))
LEVEL_3, LEVEL_4 = shelf_code(1, 2, 1, 3, 1), shelf_code(1, 2, 1, 4, 1)


def shelf_at(office: Office, dossier: str) -> str:
    with office.space.read() as town:
        return dossier_of(town, dossier).shelf


@pytest.mark.checklist("002-10", "000-17")
def test_a_dossier_is_put_in_its_place_and_put_back(office: Office) -> None:
    one = receive_person(office, "王建国", id_number(1), shelf="1库1列1节1层1位")
    two = receive_person(office, "李芳", id_number(2))
    moved = put(office, CLERK, cover_code(one.dossier), LEVEL_3)
    assert (moved.dossier.shelf, moved.before) == ("1库2列1节3层1位", "1库1列1节1层1位")
    assert put_back(office, CLERK, one.dossier).shelf == "1库1列1节1层1位"
    with pytest.raises(InvalidInput, match=r"code\.check"):
        put(office, CLERK, one.number, LEVEL_3[:-1] + "?")
    with pytest.raises(NotFound):
        put(office, CLERK, "W-0", LEVEL_3)
    with pytest.raises(Denied):
        put(office, READER, one.number, LEVEL_3)
    # What is scanned at the shelf wins; whose place it was on record waits to be found.
    taken = put(office, CLERK, two.number, "1库1列1节1层1位")
    assert taken.ousted == (one.number,)
    with office.space.read() as town:
        assert [each.number for each in placeless(town)] == [one.number]
        assert [each.number for each in recorded_at(town, "1库1列")] == [two.number]
    lend(office, CLERK, two.dossier, "赵六", "", "20261201", 1)
    with pytest.raises(Conflict, match=r"dossier\.lent"):
        put(office, CLERK, two.number, LEVEL_3)


@pytest.fixture
def counting(office: Office) -> Matter:
    fields = {"shelf": "1库", "year": "2026"}
    return open_matter(office, CLERK, Opening("stocktaking", fields=fields))


@pytest.mark.checklist("003-08", "004-19")
def test_a_shelf_is_counted_corrected_and_signed_by_two(office: Office, counting: Matter) -> None:
    right = receive_person(office, "王建国", id_number(1), shelf="1库2列1节3层1位")
    wrong = receive_person(office, "李芳", id_number(2), shelf="1库2列1节4层1位")
    gone = receive_person(office, "张强", id_number(3), shelf="1库2列1节3层3位")
    lent = receive_person(office, "赵静", id_number(4), shelf="1库2列1节3层4位")
    lend(office, CLERK, lent.dossier, "钱七", "", "20261201", 1)
    file_material(
        office, CLERK, Filing(right.dossier, "1", "履历表", "1998", scan(office, "a"), (1,))
    )
    with pytest.raises(InvalidInput, match=r"stock\.place_first"):
        read(office, CLERK, counting.id, right.number)
    place = read(office, CLERK, counting.id, LEVEL_3).place
    read(office, CLERK, counting.id, cover_code(right.dossier), place, "受潮")
    read(office, CLERK, counting.id, wrong.number, place)
    read(office, CLERK, counting.id, "NOBODY'S", place)
    mistaken = read(office, CLERK, counting.id, gone.number, place)
    assert mistaken.dossier == gone.dossier
    with office.space.read() as town:
        last = last_readings(town, counting.id)[0]
    take_back(office, CLERK, counting.id, last.entry)
    with office.space.read() as town:
        found = standing_of(town, counting)
    counts = {each: found.count(each) for each in Outcome if found.count(each)}
    assert counts == {
        Outcome.RIGHT: 1,
        Outcome.MISPLACED: 1,
        Outcome.MISSING: 1,
        Outcome.ON_LOAN: 1,
        Outcome.UNKNOWN: 1,
    }
    assert take_over_places(office, CLERK, counting.id) == 1
    assert shelf_at(office, wrong.dossier) == "1库2列1节3层"
    take_step(office, CLERK, counting.id, "reconcile", {})
    with pytest.raises(Conflict, match=r"matter\.not_now"):
        read(office, CLERK, counting.id, gone.number, place)
    with pytest.raises(Denied, match=r"matter\.second_person"):
        take_step(office, CLERK, counting.id, "accept", {})
    assert not take_step(office, COLLEAGUE, counting.id, "accept", {}).open
    with office.space.read() as town:
        frozen = list_of(town, counting.id, "stocktaking")
        assert frozen is not None
        facts = dict(frozen.facts)
        assert matter_of(town, counting.id).state == "closed"
    assert (facts["不在位"], facts["破损、受潮等"], facts["已数字化"]) == (
        "1 份",
        "1 份",
        "1 份（33%）",
    )
    assert [line[0] for line in frozen.lines] == ["不在位", "认不出", "在位"]


def test_a_cover_that_was_misread_is_said_at_once(office: Office, counting: Matter) -> None:
    one = receive_person(office, "王建国", id_number(1))
    code = cover_code(one.dossier)
    with pytest.raises(InvalidInput, match=r"code\.check"):
        read(office, CLERK, counting.id, code[:-1] + ("0" if code[-1] != "0" else "1"), "1库")
