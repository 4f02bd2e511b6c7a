"""Proofs: sealed, kept, numbered once."""

import hashlib
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from edge.documents.proof import ProofKind
from edge.documents.signature import verify
from edge.domain.errors import Conflict, Denied, NotFound
from edge.store.entries import entry_of
from edge.store.proofs import proof_by_code, proof_of, proofs_of
from edge.workflows.office import Office
from edge.workflows.proofs import ProofRequest, issue_proof, note_print, preview_proof, revoke_proof
from edge.workflows.transfer import send
from tests.offices import CLERK, MAPLE, READER, Clock, authority, id_number, office_in
from tests.offices import receive_person as receive_one


@pytest.fixture
def request_storage(office: Office) -> ProofRequest:
    received = receive_one(office, "王䶮", id_number(11), unit="柳河粮站")
    return ProofRequest(received.dossier, ProofKind.STORAGE, "购房")


def test_an_issued_proof_verifies_and_is_kept(
    office: Office, request_storage: ProofRequest
) -> None:
    proof = issue_proof(office, CLERK, request_storage)
    pdf = office.blobs.read(proof.blob)
    verdict = verify(pdf, [authority().certificate], datetime.now(UTC))
    assert (verdict.intact, verdict.trusted, verdict.signer) == (True, True, office.name)
    assert hashlib.sha256(pdf).hexdigest() == proof.blob
    altered = bytearray(pdf)
    altered[len(altered) // 2] ^= 1
    assert not verify(bytes(altered), [authority().certificate], datetime.now(UTC)).intact
    with office.space.read() as connection:
        assert proof_by_code(connection, proof.code) == proof
        assert proofs_of(connection, request_storage.dossier) == [proof]
        entry = connection.execute("select entry from proof").fetchone()[0]
        statement = entry_of(connection, entry).body["statement"]
    assert any("柳河粮站" in each for each in statement)


def test_numbers_never_repeat_also_across_a_restart(tmp_path: Path) -> None:
    clock = Clock()
    numbers = []
    for _ in range(2):
        with office_in(tmp_path, clock=clock) as office:
            received = receive_one(office, "某人")
            request = ProofRequest(received.dossier, ProofKind.STORAGE, "办事")
            numbers.append(issue_proof(office, CLERK, request).number)
    assert [number[-5:] for number in numbers] == ["0001号", "0002号"]
    assert len(set(numbers)) == 2


def test_the_same_proof_is_asked_about_before_it_is_issued_twice_a_day(
    office: Office, clock: Clock, request_storage: ProofRequest
) -> None:
    first = issue_proof(office, CLERK, request_storage)
    clock.forward(60_000)
    with pytest.raises(Conflict) as twin:
        issue_proof(office, CLERK, request_storage)
    told = {"proof": first.id, "number": first.number, "time": "12:00"}
    assert (twin.value.key, twin.value.fields) == ("proof.twin", told)
    for other in (replace(request_storage, purpose="贷款"), replace(request_storage, again=True)):
        assert issue_proof(office, CLERK, other).number != first.number
    revoke_proof(office, CLERK, first.id, "写错")
    with pytest.raises(Conflict, match=r"proof\.twin"):
        issue_proof(office, CLERK, request_storage)  # the one that was wanted twice
    clock.forward(86_400_000)
    assert issue_proof(office, CLERK, request_storage).number.endswith("-0004号")


def test_a_proof_that_cannot_be_set_wastes_no_number(
    office: Office, request_storage: ProofRequest
) -> None:
    with pytest.raises(NotFound) as caught:
        issue_proof(office, CLERK, ProofRequest("0" * 32, ProofKind.STORAGE, ""))
    assert caught.value.key == "dossier.unknown"
    assert issue_proof(office, CLERK, request_storage).number.endswith("-0001号")


def test_a_preview_takes_no_number_and_leaves_no_record(
    office: Office, request_storage: ProofRequest
) -> None:
    assert preview_proof(office, CLERK, request_storage).startswith(b"\x89PNG")
    with office.space.read() as connection:
        assert proofs_of(connection, request_storage.dossier) == []
    assert issue_proof(office, CLERK, request_storage).number.endswith("-0001号")


def test_printing_is_counted(office: Office, request_storage: ProofRequest) -> None:
    proof = issue_proof(office, CLERK, request_storage)
    note_print(office, CLERK, proof.id, "counter", 7)
    note_print(office, CLERK, proof.id, "counter", 8)
    with office.space.read() as connection:
        assert proof_of(connection, proof.id).prints == 2
    with pytest.raises(NotFound) as caught:
        note_print(office, CLERK, "0" * 32, "counter", 9)
    assert caught.value.key == "proof.unknown"
    with pytest.raises(Denied):
        note_print(office, READER, proof.id, "counter", 10)


def test_no_proof_of_what_was_sent_away_or_without_the_right(
    office: Office, request_storage: ProofRequest
) -> None:
    with pytest.raises(Denied):
        issue_proof(office, READER, request_storage)
    send(office, CLERK, request_storage.dossier, MAPLE, "调动")
    with pytest.raises(Conflict) as caught:
        issue_proof(office, CLERK, request_storage)
    assert caught.value.key == "dossier.sent_away"
