"""The conflict screens, asked without a browser: what is listed, who may settle, what is said."""

from functools import partial

from edge.domain.conflict import ConflictKind
from edge.domain.kinds import Kind
from edge.store.conflicts import open_conflicts
from edge.store.entries import Author, Pen
from edge.workflows.accession import Reception, receive
from tests.edge.web.conftest import Desk
from tests.offices import CLERK, id_number, receive_person

PLACE = "1库1列1节1层1位"


def double_booked(desk: Desk) -> list[str]:
    """Two dossiers on one place."""
    return [
        receive(desk.office, CLERK, Reception(name, number, "流动", PLACE, mark)).dossier
        for name, number, mark in (("王建国", id_number(11), "A1"), ("李兰", id_number(20), "A2"))
    ]


def test_a_conflict_is_counted_in_the_bar_and_among_what_is_to_do_until_it_is_settled(
    desk: Desk,
) -> None:
    first, second = double_booked(desk)
    desk.sign_in()
    assert "有 1 件要您处理" in desk.get("/sync/words").text
    assert "1 件记录对不上" in desk.get("/todo").text
    assert "一个架位登了两份档案" in desk.get("/conflicts").text
    place = f"/conflicts/shelf/{min(first, second)}"
    shown = desk.get(place)
    assert shown.status_code == 200
    assert "架上是这一份" in shown.text
    with desk.office.space.read() as town:
        seen = ",".join(open_conflicts(town)[0].entries)
    answer = desk.post(f"{place}/settle", seen=seen, chosen=second, note="看过")
    assert answer.status_code == 303
    assert "已同步" in desk.get("/sync/words").text
    assert desk.get(place).status_code == 404


def test_a_reader_may_look_and_not_settle(desk: Desk) -> None:
    first, second = double_booked(desk)
    desk.sign_in("oujing")
    place = f"/conflicts/shelf/{min(first, second)}"
    assert "架上是这一份" not in desk.get(place).text
    with desk.office.space.read() as town:
        seen = ",".join(open_conflicts(town)[0].entries)
    assert desk.post(f"{place}/settle", seen=seen, chosen=second).status_code == 403


def test_what_the_county_decides_is_proposed_and_leaves_the_counters_list(desk: Desk) -> None:
    person = receive_person(desk.office, "王建国", id_number(11)).person
    for value in ("19870512", "19850512"):
        told = {"field": "birth", "value": value}
        corrected = partial(Pen.append, kind=Kind.PERSON_CORRECTED, about=person, data=told)
        desk.office.transact(CLERK, corrected)
    with desk.office.space.read() as town:
        (conflict,) = open_conflicts(town)
    desk.sign_in()
    place = f"/conflicts/fact/{person}"
    assert "建议以这个为准" in desk.get(f"{place}?field=birth").text
    seen = ",".join(conflict.entries)
    chosen = conflict.parties[0].entry
    nothing = desk.post(f"{place}/settle", seen=seen, field="birth")
    assert nothing.status_code == 422
    assert desk.post(f"{place}/settle", seen=seen, chosen=chosen, field="birth").status_code == 303
    listed = desk.get("/conflicts").text
    assert "等县里核定" in listed
    assert "请您看一看" not in listed
    assert "有待核对" in desk.get(f"/persons/{person}").text
    stale = desk.post(f"{place}/settle", seen="", chosen=chosen, field="birth")
    assert stale.status_code == 409


def test_acts_after_a_right_had_ended_are_listed_and_stand_with_the_county(desk: Desk) -> None:
    desk.sign_in()
    hub = Author("f" * 32, lambda: 1)
    gone = Kind.USER_WITHDRAWN
    desk.office.county.write(lambda c: Pen(c, hub, "hub").append(gone, "u-maple", {}))
    stranger = Author("e" * 32, desk.office.author.clock)
    told = {"name": "王建国"}
    desk.office.space.write(
        lambda c: Pen(c, stranger, "u-maple").append(Kind.PERSON_REGISTERED, "p", told)
    )
    assert "查林停用以后还有 1 条记录" in desk.get("/conflicts").text
    shown = desk.get(f"/conflicts/{ConflictKind.RIGHT}/u-maple").text
    assert "登记人员" in shown
    assert "看过了，认可" not in shown


def test_nothing_of_the_kind_is_an_honest_answer(desk: Desk) -> None:
    desk.sign_in()
    for place in ("/conflicts/weather/1", "/conflicts/fact/1?field=name", "/conflicts/right/u-x"):
        assert desk.get(place).status_code == 404
    assert "没有要核对的" in desk.get("/conflicts").text


def test_a_supervisor_decides_at_the_county_and_not_at_a_box(desk: Desk) -> None:
    person = receive_person(desk.office, "王建国", id_number(11)).person
    for value in ("19870512", "19850512"):
        told = {"field": "birth", "value": value}
        corrected = partial(Pen.append, kind=Kind.PERSON_CORRECTED, about=person, data=told)
        desk.office.transact(CLERK, corrected)
    with desk.office.space.read() as town:
        (conflict,) = open_conflicts(town)
    desk.sign_in("zengmin")
    place = f"/conflicts/fact/{person}"
    assert 'name="chosen"' not in desk.get(f"{place}?field=birth").text
    seen, chosen = ",".join(conflict.entries), conflict.parties[0].entry
    refused = desk.post(f"{place}/settle", seen=seen, chosen=chosen, field="birth")
    assert refused.status_code == 403
    assert "请在县档案局的系统里办" in refused.text
