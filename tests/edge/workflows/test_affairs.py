"""Affairs of persons: retirement checked, status merged, Party, household, titles, calls."""

from pathlib import Path

import pytest

from edge.domain.errors import Conflict, DangxiaError, NotFound
from edge.domain.retirement import Group
from edge.store.matters import matter_of
from edge.store.persons import Person, person_of
from edge.workflows.accession import Received
from edge.workflows.affair_papers import SPECIAL_WORK, retirement_sheet
from edge.workflows.matter_papers import issue_of
from edge.workflows.matters import Opening, open_matter, take_step, undo_step
from edge.workflows.office import Office
from edge.workflows.proof_content import cautions
from edge.workflows.recording import Noting, note_record
from edge.workflows.retiring import gathered_of
from tests.offices import CLERK, deliver, id_number, office_in, receive_person


@pytest.fixture
def held(office: Office) -> Received:
    return receive_person(office, "王秀英", id_number(7, "19650312"))


def known(office: Office, held: Received) -> Person:
    with office.space.read() as town:
        return person_of(town, held.person)


def begin(office: Office, flow: str, held: Received, **fields: str) -> str:
    opening = Opening(flow, dossier=held.dossier, person=held.person, fields=fields)
    return open_matter(office, CLERK, opening).id


@pytest.mark.checklist("000-22", "002-11")
def test_a_retirement_check_keeps_every_record_presents_the_first_and_waits_for_the_decision(
    office: Office, held: Received
) -> None:
    matter = begin(office, "retirement_check", held, group=str(Group.MEN), planned="202605")
    with pytest.raises(Conflict, match=r"matter\.open_already"):
        begin(office, "retirement_check", held, group=str(Group.MEN))
    with pytest.raises(Conflict, match=r"retirement\.no_birth"):
        take_step(office, CLERK, matter, "gather", {})
    for field, value, title, formed_on, altered in (
        ("birth", "196408", "职工登记表", "1990", False),
        ("birth", "196503", "招工表", "198507", True),
        ("work_start", "198507", "招工表", "198507", False),
        ("service", "198507-199506", "工资表", "1995", False),
        ("deemed", "198507-199212", "工资表", "1995", False),
        ("special", "198601-198912", "工种表", "1990", False),
        ("special", "198807-199106", "提升工登记", "1992", True),
    ):
        told = Noting(held.dossier, field, value, 1, title=title, category="9-1")
        noting = Noting(
            told.dossier, told.field, told.value, told.page, "", told.title, told.category,
            formed_on, "", altered,
        )  # fmt: skip
        note_record(office, CLERK, noting)
    with office.space.read() as town:
        found = gathered_of(town, held.person, str(Group.MEN), "20261120")
    assert found.first is not None
    assert (found.first.value, found.tenure.total, found.tenure.special) == ("196503", 120, 66)
    assert found.tenure.special_spells == ("198601-199106",)
    assert not found.differs
    assert [note.value for note in found.altered] == ["196503", "198807-199106"]
    gathered = take_step(office, CLERK, matter, "gather", {}).fields
    assert (gathered["first_birth"], gathered["retires"], gathered["apply_from"]) == (
        "196503", "202504", "202503",
    )  # fmt: skip
    assert len(gathered["notes"].split()) == 7
    undo_step(office, CLERK, matter)
    take_step(office, CLERK, matter, "gather", {})
    take_step(office, CLERK, matter, "push", {"to": "青山县社保中心", "way": "专人"})
    with office.space.read() as town:
        sheet = retirement_sheet(office, town, matter_of(town, matter))
    # Every spell keeps its page; none of it moves the month, and whose that is to decide is said.
    assert dict(sheet.facts)["其中特殊工种"] == "5年6个月（1986年1月至1991年6月）"
    assert dict(sheet.facts)["到龄月份"] == "2025年4月"
    assert SPECIAL_WORK in sheet.closing
    assert sheet.table is not None
    assert [row[2] for row in sheet.table.lines if row[0] == "特殊工种"] == [
        "9-1　工种表　第1页", "9-1　提升工登记　第1页",
    ]  # fmt: skip
    assert issue_of(office, CLERK, matter, "retirement_list").code
    decided = {"decided_birth": "196503", "decision": "社〔2026〕9号", "decided_months": "120"}
    assert take_step(office, CLERK, matter, "conclude", decided).state == "concluded"
    # The decision stands on the matter; the record of the person is not written over.
    assert known(office, held).birth == "19650312"


def test_statuses_told_by_two_boxes_merge_and_proofs_warn(tmp_path: Path) -> None:
    with office_in(tmp_path / "a") as here, office_in(tmp_path / "b") as there:
        held = receive_person(here, "王秀英", id_number(7, "19650312"))
        deliver(here.space, there.space)
        told = {"since": "202611", "source": "退休审批表"}
        begin(here, "person_status", held, status="退休", **told)
        begin(there, "person_status", held, status="死亡", **told)
        deliver(here.space, there.space)
        deliver(there.space, here.space)
        assert known(here, held) == known(there, held)
        assert known(here, held).status in ("退休", "死亡")
        for office in (here, there):
            with office.space.read() as town:
                keys = [each.key for each in cautions(town, held.dossier)]
            assert "proof.caution.status" in keys
            assert "proof.caution.doubts" in keys


@pytest.mark.checklist("002-08", "002-11", "002-01")
def test_party_membership_and_household_hang_on_the_person(office: Office, held: Received) -> None:
    told = {"direction": "转入", "partner": "县纺织厂支部", "letter": "介〔2026〕5号"}
    party = begin(office, "party_relation", held, **told)
    take_step(office, CLERK, party, "move", {"branch": "柳河镇流动党员支部"})
    assert known(office, held).party_place == ""
    take_step(office, CLERK, party, "confirm", {"on": "20261120"})
    assert known(office, held).party_place == "柳河镇流动党员支部"
    move = begin(office, "household", held, action="迁入", address="柳河镇集体户1号")
    take_step(office, CLERK, move, "done", {"on": "20261120"})
    assert known(office, held).household == "柳河镇集体户1号"
    lent = begin(office, "household", held, action="借用户口页", due="20261130")
    take_step(office, CLERK, lent, "done", {"on": "20261121"})
    assert known(office, held).household == "柳河镇集体户1号"
    nowhere = begin(office, "household", held, action="迁出")
    with pytest.raises(Conflict, match=r"household\.no_address"):
        take_step(office, CLERK, nowhere, "done", {"on": "20261120"})
    exam = begin(office, "title_exam", held, exam="经济师", grade="中级", year="2026")
    take_step(office, CLERK, exam, "check", {"checked": "学历登记表第1页"})
    take_step(office, CLERK, exam, "submit", {"to": "县职改办"})
    assert take_step(office, CLERK, exam, "result", {"passed": "通过"}).state == "known"


@pytest.mark.checklist("000-24")
def test_a_call_is_held_to_its_case_and_its_deadline(office: Office, held: Received) -> None:
    case = begin(office, "retirement_check", held, group=str(Group.WOMEN_50))
    with office.space.read() as town:
        number = town.execute("select number from matter where id = ?", (case,)).fetchone()[0]
    told = {"order": "HJ2026112001", "content": "问退休办到哪了", "due": "20261123"}
    with pytest.raises(NotFound, match=r"hotline\.no_case"):
        open_matter(office, CLERK, Opening("hotline", fields={**told, "case": "没有"}))
    call = open_matter(office, CLERK, Opening("hotline", fields=told))
    assert call.due == "20261123"
    linked = take_step(office, CLERK, call.id, "link", {"case": f" {number} "})
    assert (linked.fields["case"], linked.due) == (number, "20261123")
    take_step(office, CLERK, call.id, "answer", {"answer": "已在取证"})
    assert take_step(office, CLERK, call.id, "close", {"pleased": "满意"}).state == "closed"
    with pytest.raises(DangxiaError):
        take_step(office, CLERK, call.id, "again", {})
