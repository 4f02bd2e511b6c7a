"""A dossier goes from one town to another by way of the county."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from edge.documents.proof import ProofKind
from edge.domain.access import Clerk
from edge.domain.errors import Conflict, Denied, InvalidInput, NotFound
from edge.domain.kinds import Kind
from edge.store.dossiers import Standing, catalogue, dossier_of, pages_of
from edge.store.entries import Author, Pen
from edge.store.persons import person_of
from edge.store.records import notes_of
from edge.store.routing import contents_of
from edge.store.transfers import arrival_of, transfer_of, transfers
from edge.workflows.accession import Reception, receive
from edge.workflows.consultation import view
from edge.workflows.matters import Opening, open_matter
from edge.workflows.office import Office
from edge.workflows.proof_content import notes_for
from edge.workflows.proofs import ProofRequest, preview_proof
from edge.workflows.recording import Noting, note_record, strike_record
from edge.workflows.supplement import Filing, file_material
from edge.workflows.transfer import receive_transfer, send
from tests.edge.workflows.test_reading_room import KEEPER
from tests.offices import (
    CLERK,
    MAPLE,
    READER,
    STRANGER,
    WILLOW,
    Clock,
    id_number,
    office_in,
    receive_person,
    scan,
)

HUB = Author("f" * 32, Clock())
RETIRED = Reception("王䶮", id_number(11), "退休")


@pytest.fixture
def maple(tmp_path: Path) -> Iterator[Office]:
    with office_in(tmp_path / "maple", MAPLE) as opened:
        yield opened


def as_sent(office: Office, transfer: str) -> dict[str, Any]:
    """What the hub makes of the sender's space for the receiver's."""
    with office.space.read() as connection:
        known = transfer_of(connection, transfer)
        assert known is not None
        dossier = dossier_of(connection, known.dossier)
        person = person_of(connection, dossier.person)
        materials = [
            {
                "category": each.category,
                "position": each.position,
                "title": each.title,
                "formed_on": each.formed_on,
                "copy": each.copy,
                "capture": each.capture,
                "pages": [
                    {"blob": page.blob, "thumb": page.thumb, "width": page.width, "dpi": page.dpi}
                    for page in pages_of(connection, each.id)
                ],
            }
            for each in catalogue(connection, dossier.id)
        ]
    told = {name: getattr(person, name) for name in ("name", "id_number", "sex", "birth", "unit")}
    return {
        "from": known.origin,
        "letter": "调函〔2026〕9号",
        "person": told,
        "dossier": {
            "number": dossier.number,
            "class": dossier.dossier_class,
            "scheme": dossier.scheme,
            "counts": dossier.counts,
        },
        "materials": materials,
    }


def arrive(office: Office, transfer: str, told: dict[str, Any]) -> None:
    office.space.write(
        lambda connection: Pen(connection, HUB, "hub").append(Kind.TRANSFER_ARRIVED, transfer, told)
    )


def sent_from(office: Office) -> tuple[str, str]:
    received = receive_person(office, "王䶮", id_number(11), unit="柳河粮站", counts={"1": 2})
    batch = scan(office, "one", "two", "left")
    file_material(office, CLERK, Filing(received.dossier, "4-1", "学籍", "1998", batch, (2, 1)))
    return received.dossier, send(office, CLERK, received.dossier, MAPLE, " 工作调动 ", "调1号")


def test_a_dossier_is_whole_in_the_other_town(office: Office, maple: Office) -> None:
    dossier, transfer = sent_from(office)
    with office.space.read() as connection:
        assert dossier_of(connection, dossier).standing is Standing.SENT
        (known,) = transfers(connection)
    assert (known.id, known.origin, known.destination) == (transfer, WILLOW, MAPLE)
    assert (known.steps, known.reason) == (frozenset({"sent"}), "工作调动")

    arrive(maple, transfer, as_sent(office, transfer))
    received = receive_transfer(maple, STRANGER, transfer, shelf="乙-1")
    with maple.space.read() as connection:
        person = person_of(connection, received.person)
        held = dossier_of(connection, received.dossier)
        (material,) = catalogue(connection, received.dossier)
        pages = pages_of(connection, material.id)
        arrived = transfer_of(connection, transfer)
        assert len(transfers(connection)) == 1
    with office.space.read() as connection:
        (original,) = catalogue(connection, dossier)
        assert [page.blob for page in pages] == [
            page.blob for page in pages_of(connection, original.id)
        ]
    assert (person.name, person.id_number, person.unit) == ("王䶮", id_number(11), "柳河粮站")
    assert (held.holder, held.shelf, held.standing) == (maple.name, "乙-1", Standing.HELD)
    assert held.counts == {"1": 2}
    assert held.number.startswith(MAPLE)
    assert (material.title, material.category, material.pages) == ("学籍", "4-1", 2)
    assert arrived is not None
    assert arrived.steps == {"arrived", "received"}


def test_the_images_of_a_dossier_that_came_are_awaited_until_they_arrive(
    office: Office, maple: Office
) -> None:
    _, transfer = sent_from(office)
    arrive(maple, transfer, as_sent(office, transfer))
    received = receive_transfer(maple, STRANGER, transfer)
    with maple.space.read() as connection:
        (material,) = catalogue(connection, received.dossier)
        page = pages_of(connection, material.id)[0]
    with pytest.raises(NotFound) as caught:
        maple.blobs.read(page.blob)
    assert caught.value.key == "blob.awaiting"
    maple.blobs.put(office.blobs.read(page.blob))
    assert maple.blobs.read(page.blob) == office.blobs.read(page.blob)


def test_a_person_known_already_is_not_made_twice(office: Office, maple: Office) -> None:
    known = receive_person(maple, "王䶮", id_number(11), clerk=STRANGER).person
    _, transfer = sent_from(office)
    arrive(maple, transfer, as_sent(office, transfer))
    assert receive_transfer(maple, STRANGER, transfer).person == known


def test_a_transfer_is_received_once(office: Office, maple: Office) -> None:
    _, transfer = sent_from(office)
    with pytest.raises(NotFound) as early:
        receive_transfer(maple, STRANGER, transfer)
    arrive(maple, transfer, as_sent(office, transfer))
    receive_transfer(maple, STRANGER, transfer)
    with pytest.raises(Conflict) as twice:
        receive_transfer(maple, STRANGER, transfer)
    assert (early.value.key, twice.value.key) == (
        "transfer.unknown",
        "transfer.received_already",
    )


def test_the_sender_cannot_receive_what_it_sent(office: Office) -> None:
    _, transfer = sent_from(office)
    with pytest.raises(NotFound):
        receive_transfer(office, CLERK, transfer)
    with office.space.read() as connection:
        assert arrival_of(connection, transfer) is None


@pytest.mark.parametrize("town", ["", "990101999", WILLOW])
def test_it_goes_to_another_known_town_only(office: Office, town: str) -> None:
    dossier = receive_person(office, "王䶮", id_number(11)).dossier
    with pytest.raises(InvalidInput) as caught:
        send(office, CLERK, dossier, town, "调动")
    assert caught.value.key == "transfer.town_unknown"


def test_it_is_sent_once(office: Office) -> None:
    dossier, _ = sent_from(office)
    with pytest.raises(Conflict) as caught:
        send(office, CLERK, dossier, MAPLE, "调动")
    assert caught.value.key == "dossier.sent_away"


@pytest.mark.parametrize("clerk", [READER])
def test_only_who_has_the_right_sends_or_receives(office: Office, clerk: Clerk) -> None:
    with pytest.raises(Denied):
        send(office, clerk, "0" * 32, MAPLE, "")
    with pytest.raises(Denied):
        receive_transfer(office, clerk, "0" * 32)


def test_who_comes_back_is_received_anew(office: Office, maple: Office) -> None:
    dossier, transfer = sent_from(office)
    arrive(maple, transfer, as_sent(office, transfer))
    away = receive_transfer(maple, STRANGER, transfer)
    back = send(maple, STRANGER, away.dossier, WILLOW, "调回")
    arrive(office, back, as_sent(maple, back))
    again = receive_transfer(office, CLERK, back)
    with office.space.read() as connection:
        assert dossier_of(connection, dossier).standing is Standing.SENT
        assert dossier_of(connection, again.dossier).standing is Standing.HELD
        assert dossier_of(connection, again.dossier).person == away_person(connection, dossier)


def test_notes_travel_with_their_dossier_and_come_back_with_it_once(
    office: Office, maple: Office
) -> None:
    received = receive_person(office, "王䶮", id_number(11))
    other = receive(office, CLERK, RETIRED).dossier
    batch = scan(office, "one")
    filing = Filing(received.dossier, "1", "职工登记表", "198507", batch, (1,))
    material = file_material(office, CLERK, filing).id
    view(office, CLERK, received.dossier, material)
    birth = Noting(received.dossier, "birth", "1965.3", 1, material, altered=True)
    slip = note_record(office, CLERK, birth)
    strike_record(office, CLERK, slip.id, "看错")
    kept = note_record(office, CLERK, birth)
    note_record(
        office, CLERK, Noting(other, "education", "1983.7", 1, title="毕业证", category="4-1")
    )
    graded = Opening("secrecy", received.dossier, fields={"grade": "机密", "basis": "密1号"})
    open_matter(office, KEEPER, graded)

    transfer = send(office, CLERK, received.dossier, MAPLE, "调动")
    with office.space.read() as town:
        told = {**contents_of(town, received.dossier), "from": WILLOW}
    arrive(maple, transfer, told)
    away = receive_transfer(maple, STRANGER, transfer)
    with maple.space.read() as town:
        (note,) = notes_of(town, away.person)
        (filed,) = catalogue(town, away.dossier)
        held = dossier_of(town, away.dossier)
        assert notes_for(town, held, ProofKind.BIRTH) == [note]
    assert (note.value, note.page, note.altered, note.origin) == ("196503", 1, True, kept.id)
    assert (note.dossier, note.material) == (away.dossier, filed.id)
    # The grade travels too, and closes the notes as it closes the pages.
    second = receive(maple, STRANGER, RETIRED).dossier
    with maple.space.read() as town:
        assert notes_for(town, dossier_of(town, second), ProofKind.BIRTH) == []
    with pytest.raises(Denied, match=r"dossier\.secret"):
        preview_proof(maple, STRANGER, ProofRequest(away.dossier, ProofKind.BIRTH, ""))

    back = send(maple, STRANGER, away.dossier, WILLOW, "调回")
    with maple.space.read() as town:
        told = {**contents_of(town, away.dossier), "from": MAPLE}
    arrive(office, back, told)
    again = receive_transfer(office, CLERK, back)
    with office.space.read() as town:
        births = [each for each in notes_of(town, again.person) if each.field == "birth"]
    assert [(each.dossier, each.origin) for each in births] == [(again.dossier, kept.id)]


def away_person(connection: Any, dossier: str) -> str:
    return dossier_of(connection, dossier).person
