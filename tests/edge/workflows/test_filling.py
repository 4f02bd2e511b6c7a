"""Rooms of every kind, own and rented: separated, filled, full some day; and where a dossier is."""

from datetime import date

import pytest

from edge.domain.rooms import ROOM_KINDS
from edge.store.matters import open_matters
from edge.store.stock import dossiers_at
from edge.workflows.filling import rooms
from edge.workflows.matters import Opening, open_matter, take_step
from edge.workflows.office import Office
from edge.workflows.transfer import send
from tests.offices import CLERK, MAPLE, Clock, id_number, receive_person

DAY_MS = 86_400_000
# The nine rooms of a township that was seen, and the cadres'.
KINDS = {"失业托管", "退休", "医保", "回乡大学生", "考工", "企业参保", "机关参保", "居民保险"}


@pytest.mark.checklist("001-17", "003-10", "004-01", "004-20", "003-01")
def test_rooms_fill_at_a_years_rate_and_are_kept_apart(office: Office, clock: Clock) -> None:
    assert {*KINDS, "绩效", "干部"} <= set(ROOM_KINDS)
    own = {"name": "退休库", "shelf": "1库", "sort": "退休", "tenure": "自有", "capacity": "12"}
    rented = {**own, "name": "租用库", "shelf": "2库", "tenure": "租用", "capacity": "3"}
    room = open_matter(office, CLERK, Opening("room", fields=own))
    open_matter(office, CLERK, Opening("room", fields=rented))
    apart = {"office": "是", "reading": "否", "desk": "是", "note": "阅览室隔断下月完工"}
    checked = take_step(office, CLERK, room.id, "separate", apart)
    assert (checked.fields["reading"], checked.due) == ("否", "20271120")
    with office.space.read() as town:
        [wanting] = open_matters(town, "rectification")
    assert wanting.fields["what"] == "没有做到库房与阅览室分开"
    shelves = {"sort": "密集架", "count": "6", "each": "200"}
    assert open_matter(office, CLERK, Opening("container", fields=shelves)).open
    for number in range(6):
        receive_person(
            office, f"王{number}", id_number(number), shelf=f"1库1列1节1层{number + 1}位"
        )
    for number in range(6, 9):
        receive_person(office, f"李{number}", id_number(number), shelf="2库1列")
    with office.space.read() as town:
        gone = dossiers_at(town, "1库1列1节1层6位")[0]
    send(office, CLERK, gone.dossier, MAPLE, "迁居")
    clock.forward(364 * DAY_MS)
    with office.space.read() as town:
        first, second = (fill for _, fill in rooms(town, clock.now))
    assert (first.occupied, first.came, first.left, first.free) == (5, 6, 1, 7)
    full = first.full_on(date(2027, 11, 19))
    assert full is not None
    assert full.year == 2029
    assert second.full_on(date(2027, 11, 19)) == date(2027, 11, 19)
