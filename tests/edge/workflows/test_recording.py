"""What pages state, noted down: only from pages looked at, all kept, slips struck out."""

from collections.abc import Callable
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.documents.proof import ProofKind
from edge.domain.asker import Asker, AskerKind, check_asker
from edge.domain.errors import Conflict, Denied, InvalidInput
from edge.domain.kinds import Kind
from edge.domain.matters.proving import KINDS
from edge.domain.recorded import STATEMENTS, Form, check_value, statements_in
from edge.domain.tenure import first_recorded, reckon_tenure, spoken_length
from edge.store.entries import Author, Pen, entry_of
from edge.store.proofs import ProofStanding, proof_of
from edge.store.records import Note, notes_of
from edge.workflows.authenticity import authentic, code_in
from edge.workflows.consultation import view
from edge.workflows.matters import Opening, open_matter, take_step
from edge.workflows.office import Office
from edge.workflows.proof_content import cautions, drift_of
from edge.workflows.proofs import ProofRequest, issue_proof, preview_proof, revoke_proof
from edge.workflows.recording import Noting, note_record, strike_record
from edge.workflows.supplement import Filing, correct_person, file_material
from tests.edge.workflows.test_matters import COLLEAGUE
from tests.offices import CLERK, READER, Clock, id_number, receive_person, scan

TODAY = date(2026, 11, 20)
BORN = id_number(7, "19650312")


@pytest.fixture
def page(office: Office) -> Noting:
    """A page of a dossier that the clerk has before her."""
    received = receive_person(office, "王秀英", BORN, unit="柳河粮站")
    capture = scan(office, "登记表", "背面")
    filing = Filing(received.dossier, "1", "职工登记表", "198507", capture, (1, 2))
    material = file_material(office, CLERK, filing).id
    view(office, CLERK, received.dossier, material)
    return Noting(received.dossier, "birth", "1965.3", 2, material, words="一九六五年三月生")


def notes_in(office: Office) -> list[Note]:
    with office.space.read() as town:
        (person,) = town.execute("select id from person").fetchone()
        return notes_of(town, person)


@pytest.mark.checklist("000-22", "001-19")
def test_a_birth_is_proved_by_the_page_that_was_looked_at_and_by_no_other(
    office: Office, page: Noting
) -> None:
    request = ProofRequest(page.dossier, ProofKind.BIRTH, "生育登记")
    with pytest.raises(Conflict, match=r"proof\.nothing_noted"):
        issue_proof(office, CLERK, request)
    note = note_record(office, CLERK, page)
    assert (note.value, note.title, note.page, note.formed_on) == (
        "196503", "职工登记表", 2, "198507",
    )  # fmt: skip
    proof = issue_proof(office, CLERK, request)
    with office.space.read() as town:
        body = entry_of(town, proof.entry).body
    assert body["statement"] == [
        "《职工登记表》第2页记载，出生日期：1965年3月（原文“一九六五年三月生”）。"
    ]
    assert body["notes"] == [note.id]


def test_what_was_not_looked_at_or_is_not_there_is_not_noted(office: Office, page: Noting) -> None:
    def changed(**told: object) -> Noting:
        return Noting(**{n: getattr(page, n) for n in Noting.__slots__} | told)

    with pytest.raises(Conflict, match=r"record\.not_looked_at"):
        note_record(office, COLLEAGUE, page)
    with pytest.raises(Denied):
        note_record(office, READER, page)
    for wrong, key in (
        (changed(page=3), "record.page_unknown"),
        (changed(value=""), "record.value_missing"),
        (changed(field="fortune"), "record.field_unknown"),
        (changed(field="service", value="199912-198507"), "record.span"),
        (changed(material="", title=""), "record.title_missing"),
        (changed(words="长" * 201), "record.words_long"),
    ):
        with pytest.raises(InvalidInput, match=key.replace(".", r"\.")):
            note_record(office, CLERK, wrong)
    on_paper = note_record(office, CLERK, changed(material="", title="招工表", category="9-2"))
    assert (on_paper.material, on_paper.category) == ("", "9-2")
    assert len(notes_in(office)) == 1


def test_a_slip_is_struck_out_and_stays_on_record(office: Office, page: Noting) -> None:
    note = note_record(office, CLERK, page)
    proof = issue_proof(office, CLERK, ProofRequest(page.dossier, ProofKind.BIRTH, "办事"))
    strike_record(office, CLERK, note.id, "看错一位")
    strike_record(office, CLERK, note.id, "再划一次")
    assert notes_in(office) == []
    with office.space.read() as town:
        kinds = [kind for (kind,) in town.execute("select kind from history order by entry")]
        assert kinds.count(Kind.RECORD_NOTED) == kinds.count(Kind.RECORD_STRUCK) == 1
        # The proof that rested on it now differs from the record, and the clerk is told.
        assert drift_of(town, proof)
        (caution,) = cautions(town, page.dossier)
    assert caution.fields["number"] == proof.number


@pytest.mark.checklist("000-18")
def test_a_proof_is_revoked_or_replaced_and_its_number_stays(office: Office, page: Noting) -> None:
    request = ProofRequest(page.dossier, ProofKind.STORAGE, "入职就业")
    first = issue_proof(office, CLERK, request)
    correct_person(office, CLERK, notes_person(office), "name", "王秀瑛", "")
    with office.space.read() as town:
        assert ("王秀英", "王秀瑛") in drift_of(town, first)
    again = ProofRequest(page.dossier, ProofKind.STORAGE, "入职就业", replaces=first.id)
    second = issue_proof(office, CLERK, again)
    assert second.number != first.number
    with office.space.read() as town:
        ended = proof_of(town, first.id)
        found = authentic(town, first.code)
    assert (ended.standing, ended.instead, second.replaces) == (
        ProofStanding.REISSUED, second.id, first.id,
    )  # fmt: skip
    assert found is not None
    assert (found.instead, found.holder) == (second.number, "王＊＊")
    assert revoke_proof(office, CLERK, second.id, "写错用途").standing is ProofStanding.REVOKED
    refused: tuple[Callable[[], object], ...] = (
        lambda: revoke_proof(office, CLERK, first.id, "x"),
        lambda: issue_proof(office, CLERK, again),
    )
    for late in refused:
        with pytest.raises(Conflict, match=r"proof\.ended"):
            late()
    with pytest.raises(InvalidInput, match=r"proof\.reason_missing"):
        revoke_proof(office, CLERK, second.id, " ")


def notes_person(office: Office) -> str:
    with office.space.read() as town:
        return str(town.execute("select id from person").fetchone()[0])


def test_who_does_not_come_in_person_needs_a_letter(office: Office, page: Noting) -> None:
    delegate = Asker(AskerKind.DELEGATE, "李四", id_number(8), True)
    proof = issue_proof(
        office, CLERK, ProofRequest(page.dossier, ProofKind.STORAGE, "办事", asker=delegate)
    )
    with office.space.read() as town:
        assert entry_of(town, proof.entry).body["asker"] == dict(delegate.told)
    for asker, key in (
        (Asker(AskerKind.DELEGATE, "李四", id_number(8)), "asker.mandate_missing"),
        (Asker(AskerKind.DELEGATE, "", "", True), "asker.name_missing"),
        (Asker(AskerKind.UNIT, "李四", id_number(8), unit="粮站"), "asker.letter_missing"),
        (Asker(AskerKind.DELEGATE, "李四", "110101199001011234", True), "id_number.check"),
    ):
        with pytest.raises(InvalidInput, match=key.replace(".", r"\.")):
            check_asker(asker)


def test_a_kind_that_the_county_names_waits_for_a_second_clerk(
    office: Office, page: Noting
) -> None:
    office.county.write(
        lambda c: Pen(c, Author("f" * 32, Clock()), "hub").append(
            Kind.RULE_SET, "proof.second_look", {"value": "出生记载证明，经历证明"}
        )
    )
    note_record(office, CLERK, page)
    fields = {"kind": "出生记载证明", "purpose": "办理退休"}
    asked = open_matter(office, CLERK, Opening("proof_request", page.dossier, fields=fields)).id
    request = ProofRequest(page.dossier, ProofKind.BIRTH, "办理退休", matter=asked)
    for too_early in (request, ProofRequest(page.dossier, ProofKind.BIRTH, "办理退休")):
        with pytest.raises(Conflict, match=r"proof\.second_look"):
            issue_proof(office, CLERK, too_early)
    with pytest.raises(Denied, match=r"matter\.second_person"):
        take_step(office, CLERK, asked, "approve", {})
    take_step(office, COLLEAGUE, asked, "approve", {})
    with pytest.raises(Conflict, match=r"proof\.not_issued_yet"):
        take_step(office, CLERK, asked, "issue", {})
    assert preview_proof(office, CLERK, request).startswith(b"\x89PNG")
    assert issue_proof(office, CLERK, request).matter == asked
    assert take_step(office, CLERK, asked, "issue", {}).state == "issued"
    with pytest.raises(Conflict, match=r"proof\.not_asked_for"):
        issue_proof(office, CLERK, request)


def test_every_kind_of_proof_can_be_asked_for() -> None:
    assert set(KINDS) == {str(kind) for kind in ProofKind}


def test_a_machine_s_reading_is_offered_with_its_words() -> None:
    read = "姓名 王秀英\n出生年月 一九六五年三月十二日\n1985年7月参加工作\n参加工作时间：1985.07"
    found = [(each.code, each.value) for each in statements_in(read)]
    assert ("birth", "19650312") in found
    assert ("work_start", "198507") in found


@given(st.sampled_from(sorted(STATEMENTS)), st.text(max_size=20))
def test_a_value_is_refused_or_stands_in_the_one_form(code: str, text: str) -> None:
    try:
        value = check_value(code, text, TODAY)
    except InvalidInput:
        return
    assert check_value(code, value, TODAY) == value
    assert value.strip() == value or STATEMENTS[code].form is not Form.WORDS


def test_the_first_record_is_that_of_the_earliest_material_and_service_counts_once() -> None:
    def noted(id: str, field: str, value: str, formed_on: str = "") -> Note:
        return Note(
            id, "p", field, value, "", "d", "", "表", "1", 1, formed_on, False, 0, "u", "", False
        )

    births = [
        noted("a", "birth", "19640301", "2001"),
        noted("b", "birth", "196503", "198507"),
        noted("c", "birth", "1963"),
    ]
    first = first_recorded(births)
    assert first is not None
    assert first.value == "196503"
    spans = [
        noted("d", "service", "198507-199012"),
        noted("e", "deemed", "198901-199206"),
        noted("f", "special", "198601-198712"),
        noted("g", "work_start", "198507", "198507"),
    ]
    length = reckon_tenure(spans)
    assert (length.began, length.total, length.deemed, length.special) == ("198507", 84, 42, 24)
    assert spoken_length(length.total) == "7年"


def test_a_code_is_found_in_what_was_typed_or_scanned() -> None:
    assert code_in(" r9hydqzz ") == "R9HYDQZZ"
    assert code_in("https://dangan.example/verify/R9HYDQZZ") == "R9HYDQZZ"
    assert code_in("R9HYDQZ0") == code_in("") == ""
