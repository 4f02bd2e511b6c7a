"""A day at the counter, from the paper on the desk to the dossier in the other town."""

from datetime import UTC, datetime
from pathlib import Path

from edge.documents.proof import ProofKind
from edge.documents.signature import verify
from edge.domain.climate import Limits, Reading
from edge.domain.entry import first_break
from edge.domain.query import parse
from edge.store.captures import waiting_captures
from edge.store.database import Connection
from edge.store.dossiers import Standing, catalogue, dossier_of, pages_of
from edge.store.entries import all_entries, entries_of_box, history_of
from edge.store.projection import dump, rebuild
from edge.store.room import open_alerts
from edge.store.seals import seal_own_chain, seals
from edge.store.search import search
from edge.workflows.accession import Reception, receive
from edge.workflows.consultation import view
from edge.workflows.digitising import add_page, begin_batch, close_batch
from edge.workflows.lending import give_back, lend
from edge.workflows.proofs import ProofRequest, issue_proof, note_print
from edge.workflows.signing_in import sign_in
from edge.workflows.storage_room import acknowledge, record
from edge.workflows.supplement import Filing, correct_person, file_material, reclassify
from edge.workflows.transfer import send
from tests.offices import (
    MAPLE,
    NOON,
    PIN,
    Clock,
    authority,
    id_number,
    keys_in,
    office_in,
    page_image,
)

NUMBER = id_number(11)


def test_a_day_at_the_counter_is_whole_on_record_and_proves_itself(tmp_path: Path) -> None:
    clock = Clock()
    with office_in(tmp_path, clock=clock) as office:
        clerk = sign_in(office, "101", PIN)
        received = receive(
            office,
            clerk,
            Reception("单䶮", NUMBER, "流动", shelf="甲-1", counts={"1": 1, "4-1": 1}),
        )
        batch = begin_batch(office, clerk, "scanner", "feeder-1", received.dossier)
        for sheet in ("résumé 1", "résumé 2", "diploma"):
            add_page(office, clerk, batch, page_image(sheet))
        close_batch(office, clerk, batch)
        resume = file_material(
            office, clerk, Filing(received.dossier, "1", "干部履历表", "1998-05", batch, (1, 2))
        )
        diploma = file_material(
            office, clerk, Filing(received.dossier, "4-2", "毕业证书", "1997", batch, (3,))
        )
        assert reclassify(office, clerk, diploma.id, "4-1", "放错了").category == "4-1"

    clock.forward(3_600_000)
    with office_in(tmp_path, clock=clock) as office:
        clerk = sign_in(office, "101", PIN)
        with office.space.read() as connection:
            assert waiting_captures(connection) == []
            for typed in (NUMBER, NUMBER[-6:], received.number, "单䶮", "䶮", "sy", "dy"):
                (hit,) = search(connection, parse(typed))
                assert hit.dossier == received.dossier
            assert [each.title for each in catalogue(connection, hit.dossier)] == [
                "干部履历表",
                "毕业证书",
            ]
            pages = pages_of(connection, resume.id)
        view(office, clerk, received.dossier, "overview")
        view(office, clerk, received.dossier, resume.id)
        assert office.blobs.read(pages[0].blob) == page_image("résumé 1").jpeg

        proof = issue_proof(
            office, clerk, ProofRequest(received.dossier, ProofKind.STORAGE, "购房")
        )
        note_print(office, clerk, proof.id, "counter", 1)
        verdict = verify(
            office.blobs.read(proof.blob), [authority().certificate], datetime.now(UTC)
        )
        assert verdict.intact
        assert verdict.trusted

        lend(office, clerk, received.dossier, "赵主任", "组织部", "20261201", 3)
        assert give_back(office, clerk, received.dossier, 3).standing is Standing.HELD
        correct_person(office, clerk, received.person, "phone", "13900000000", pages[0].blob)

        (alert,) = record(office, "room-1", Reading("s1", NOON, 20.0, 71.0), Limits())
        acknowledge(office, clerk, alert.id)
        record(
            office, "room-1", Reading("s1", NOON + 60_000, 20.0, 55.0), Limits(humidity_daily=90)
        )
        with office.space.read() as connection:
            assert open_alerts(connection) == []

        send(office, clerk, received.dossier, MAPLE, "工作调动")
        keys = keys_in(tmp_path)
        office.space.write(lambda c: seal_own_chain(c, keys.id, clock(), keys.signing))
        before, after, acts = office.space.write(rebuilt)
        assert before == after
        assert acts == 18
        with office.space.read() as connection:
            assert dossier_of(connection, received.dossier).standing is Standing.SENT
            looks = [
                entry.by
                for entry in history_of(connection, received.dossier)
                if entry.kind == "dossier.viewed"
            ]
            chain = list(entries_of_box(connection, keys.id))
            (seal,) = seals(connection)
        assert looks == [clerk.id, clerk.id]
        assert first_break(chain) is None
        assert (seal.n, seal.hash) == (len(chain), chain[-1].hash)
        assert seal.verifies(keys.public_key)


def rebuilt(connection: Connection) -> tuple[bytes, bytes, int]:
    before = dump(connection)
    entries = list(all_entries(connection))
    rebuild(connection, entries)
    return before, dump(connection), len(entries)
