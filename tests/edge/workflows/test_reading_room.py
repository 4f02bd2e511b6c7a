"""The reading room: who is let in, to what, for how long; and reviews and queries by units."""

from datetime import date
from pathlib import Path

import pytest

from edge.documents.proof import ProofKind
from edge.domain.access import Clerk, Right
from edge.domain.errors import Conflict, DangxiaError, Denied, InvalidInput
from edge.domain.kinds import Kind
from edge.store.database import Connection
from edge.store.entries import Author, Pen
from edge.store.matters import open_matters
from edge.store.records import looks_by_matter
from edge.store.routing import contents_of
from edge.workflows.accession import Received
from edge.workflows.consultation import view
from edge.workflows.matter_papers import issue_of
from edge.workflows.matters import Opening, open_matter, take_step
from edge.workflows.office import Office
from edge.workflows.proofs import ProofRequest, preview_proof
from edge.workflows.reading_room import look, reading_of
from edge.workflows.recording import Noting, note_record
from edge.workflows.supplement import Filing, file_material
from edge.workflows.transfer import receive_transfer
from tests.edge.workflows.test_matters import COLLEAGUE
from tests.offices import (
    CLERK,
    MAPLE,
    STRANGER,
    WILLOW,
    Clock,
    id_number,
    office_in,
    receive_person,
    scan,
)

KEEPER = Clerk("u-keeper", "管密", WILLOW, frozenset({"clerk", "confidant"}))
ASKED = {
    "unit": "青山县委组织部",
    "letter": "青组函〔2026〕8号",
    "reader": "赵一",
    "reader_id": id_number(21),
    "reader2": "钱二",
    "reader2_id": id_number(22),
    "purpose": "考察任免",
    "unrelated": "是",
    "no_photos": "是",
}


@pytest.fixture
def held(office: Office) -> Received:
    received = receive_person(office, "王秀英", id_number(7, "19650312"), phone="13900001111")
    for category, title in (("1", "履历表"), ("9-1", "工资表"), ("7", "奖状")):
        filing = Filing(
            received.dossier, category, title, "1990", scan(office, title, "背"), (1, 2)
        )
        file_material(office, CLERK, filing)
    return received


def lay_down(office: Office, rule: str, value: str) -> None:
    def act(connection: Connection) -> None:
        pen = Pen(connection, Author("f" * 32, Clock()), "hub")
        pen.append(Kind.RULE_SET, rule, {"value": value})

    office.county.write(act)


def ask(office: Office, held: Received, **told: str) -> str:
    fields = {name: value for name, value in {**ASKED, **told}.items() if value}
    return open_matter(office, CLERK, Opening("consultation", held.dossier, fields=fields)).id


@pytest.mark.checklist("001-12", "000-10")
def test_readers_see_what_was_approved_for_as_long_as_it_lies_open_and_each_page_is_on_record(
    office: Office, held: Received, clock: Clock
) -> None:
    matter = ask(office, held, categories="1、9")
    with pytest.raises(Denied, match=r"matter\.second_person"):
        take_step(office, CLERK, matter, "approve", {})
    take_step(office, COLLEAGUE, matter, "approve", {})
    with pytest.raises(Conflict, match=r"reading\.not_open"):
        reading_of(office, CLERK, matter)
    take_step(office, CLERK, matter, "begin", {})
    reading = reading_of(office, CLERK, matter)
    assert [each.title for each in reading.materials] == ["履历表", "工资表"]
    assert reading.readers == "赵一、钱二"
    look(office, CLERK, matter, reading.materials[0].id, 2)
    with office.space.read() as town:
        hidden = town.execute("select id from material where title = '奖状'").fetchone()[0]
        assert [seen[1:] for seen in looks_by_matter(town, matter)] == [
            (reading.materials[0].id, 2)
        ]
    with pytest.raises(DangxiaError, match=r"page\.unknown"):
        look(office, CLERK, matter, hidden, 1)
    clock.forward(60 * 60_000)
    with pytest.raises(Denied, match=r"reading\.over"):
        look(office, CLERK, matter, reading.materials[0].id, 1)
    take_step(office, CLERK, matter, "prolong", {})
    assert reading_of(office, CLERK, matter)
    told = {"extract": "履历表第1页：1985年7月参加工作", "extract_checked": "是"}
    take_step(office, CLERK, matter, "extract", told)
    assert issue_of(office, CLERK, matter, "extract").code
    assert issue_of(office, CLERK, matter, "reading_slip").number
    assert take_step(office, CLERK, matter, "return", {}).state == "returned"
    with pytest.raises(Conflict, match=r"reading\.not_open"):
        reading_of(office, CLERK, matter)


@pytest.mark.parametrize(
    ("told", "key"),
    [
        ({"reader2": "", "reader2_id": ""}, "reading.readers_few"),
        ({"reader2_id": id_number(21)}, "reading.reader_twice"),
        ({"reader_id": "110101199001011234"}, "id_number.check"),
        ({"reader": "王秀英"}, "reading.self"),
        ({"reader_id": id_number(7, "19650312")}, "reading.self"),
        ({"reader": "王大山"}, "reading.kin"),
        ({"categories": "11"}, "category.unknown"),
        ({"unrelated": ""}, "matter.field_missing"),
    ],
)
def test_nobody_is_let_in_alone_nor_to_their_own_or_their_kin_s(
    office: Office, held: Received, told: dict[str, str], key: str
) -> None:
    kin = Noting(held.dossier, "kinship", "父亲 王大山", 1, title="履历表", category="1")
    note_record(office, CLERK, kin)
    with pytest.raises(DangxiaError, match=key.replace(".", r"\.")):
        ask(office, held, **told)


def test_the_county_sets_how_many_read_and_whose_readers_must_be_members(
    office: Office, held: Received
) -> None:
    lay_down(office, "consultation.readers", "1")
    assert ask(office, held, reader2="", reader2_id="")
    lay_down(office, "consultation.party_classes", "流动，干部")
    with pytest.raises(InvalidInput, match=r"reading\.party"):
        ask(office, held)
    assert ask(office, held, party="是")


@pytest.mark.checklist("000-01", "000-25")
def test_a_review_of_a_relative_is_written_sealed_and_sent_within_the_letter_s_deadline(
    office: Office, held: Received
) -> None:
    fields = {
        "unit": "外县征兵办", "letter": "征〔2026〕3号", "about": "审查本人的亲属",
        "purpose": "参军", "channel": "县里转来", "due": "20261125",
    }  # fmt: skip
    matter = open_matter(office, CLERK, Opening("political_review", held.dossier, fields=fields))
    assert matter.due == "20261125"
    take_step(office, COLLEAGUE, matter.id, "approve", {})
    with pytest.raises(Denied, match=r"reading\.relative"):
        take_step(office, CLERK, matter.id, "begin", {})
    take_step(office, CLERK, matter.id, "write", {"findings": "未见问题。履历表第1页。"})
    letter = issue_of(office, CLERK, matter.id, "review_letter")
    assert letter.code
    sent = take_step(office, CLERK, matter.id, "send", {"way": "机要", "mail": "JY-1"})
    assert (sent.state, sent.due) == ("sent", "")
    without = {name: value for name, value in fields.items() if name != "due"}
    usual = open_matter(office, CLERK, Opening("political_review", held.dossier, fields=without))
    assert usual.due > date(2026, 11, 30).strftime("%Y%m%d")


def test_a_review_of_the_person_is_read_as_a_consultation(office: Office, held: Received) -> None:
    fields = {**ASKED, "about": "审查本人", "purpose": "录用", "channel": "派人来"}
    alone = {**fields, "reader2": "", "reader2_id": ""}
    with pytest.raises(InvalidInput, match=r"reading\.readers_few"):
        open_matter(office, CLERK, Opening("political_review", held.dossier, fields=alone))
    matter = open_matter(office, CLERK, Opening("political_review", held.dossier, fields=fields)).id
    take_step(office, COLLEAGUE, matter, "approve", {})
    take_step(office, CLERK, matter, "begin", {})
    assert len(reading_of(office, CLERK, matter).materials) == 3
    assert take_step(office, CLERK, matter, "return", {}).state == "approved"


@pytest.mark.checklist("001-20", "000-10")
def test_units_ask_as_far_as_their_right_goes_and_not_at_all_once_it_is_revoked(
    office: Office, held: Received, clock: Clock
) -> None:
    def query(extent: str) -> str:
        told = {
            "unit": "柳河粮站", "letter": "粮〔2026〕1号", "bearer": "孙三",
            "bearer_id": id_number(31), "extent": extent, "purpose": "核对工龄",
        }  # fmt: skip
        return open_matter(office, CLERK, Opening("unit_query", person=held.person, fields=told)).id

    matter = query("目录")
    take_step(office, COLLEAGUE, matter, "approve", {})
    take_step(office, CLERK, matter, "answer", {"answer": "该同志档案存于本所。"})
    assert issue_of(office, CLERK, matter, "query_reply").code
    granted = {"unit": "柳河粮站", "extent": "基本信息", "basis": "协议", "due": "20261231"}
    right = open_matter(office, CLERK, Opening("query_right", fields=granted)).id
    assert query("基本信息")
    with pytest.raises(Denied, match=r"query_right\.limited"):
        query("目录")
    take_step(office, CLERK, right, "limit", {"extent": "是否存档", "reason": "超范围用"})
    with pytest.raises(Denied, match=r"query_right\.limited"):
        query("基本信息")
    clock.forward(50 * 86_400_000)
    with pytest.raises(Denied, match=r"query_right\.over"):
        query("是否存档")
    take_step(office, CLERK, right, "renew", {"due": "20270601"})
    assert query("是否存档")
    take_step(office, CLERK, right, "revoke", {"reason": "泄露"})
    with pytest.raises(Denied, match=r"query_right\.revoked"):
        query("是否存档")


@pytest.mark.checklist("003-15")
def test_a_grade_of_secrecy_shuts_out_even_archivists_and_goes_along_with_the_dossier(
    office: Office, held: Received, tmp_path: Path
) -> None:
    assert not CLERK.may(Right.SECRET)
    graded = Opening("secrecy", held.dossier, fields={"grade": "机密", "basis": "密〔2026〕1号"})
    with pytest.raises(Denied, match=r"access\.denied"):
        open_matter(office, CLERK, graded)
    begun = ask(office, held)
    open_matter(office, KEEPER, graded)
    storage = ProofRequest(held.dossier, ProofKind.STORAGE, "办事")
    for act in (
        lambda who: view(office, who, held.dossier, "overview"),
        lambda who: preview_proof(office, who, storage),
        lambda who: issue_of(office, who, begun, "reading_slip"),
        lambda who: take_step(office, who, begun, "approve", {}),
    ):
        with pytest.raises(Denied, match=r"dossier\.secret"):
            act(CLERK)
        act(KEEPER)
    with pytest.raises(Denied, match=r"dossier\.secret"):
        ask(office, held)
    with office.space.read() as town:
        sent = contents_of(town, held.dossier)
    with office_in(tmp_path / "maple", MAPLE) as there:
        hub = Author("f" * 32, Clock())
        told = {**sent, "from": WILLOW, "to": MAPLE, "reason": "调动", "letter": ""}
        there.space.write(
            lambda c: Pen(c, hub, "hub").append(Kind.TRANSFER_ARRIVED, "a" * 32, told)
        )
        moved = receive_transfer(there, STRANGER, "a" * 32)
        with pytest.raises(Denied, match=r"dossier\.secret"):
            view(there, STRANGER, moved.dossier, "overview")
    lifted = Opening("secrecy", held.dossier, fields={"grade": "不定密", "basis": "解密"})
    open_matter(office, KEEPER, lifted)
    view(office, CLERK, held.dossier, "overview")
    assert ask(office, held)
    with office.space.read() as town:
        assert all(each.flow != "secrecy" for each in open_matters(town))
