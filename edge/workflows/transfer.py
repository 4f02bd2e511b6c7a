"""Moving a dossier to another town: sent here, carried by post, received there.

The hub routes the record; the law wants the paper to go by confidential post and a receipt
to come back. Deadline 15 working days; never carried by the person concerned.
"""

from collections.abc import Mapping
from typing import Any

from edge.domain.access import Clerk, Right
from edge.domain.errors import Conflict, InvalidInput, NotFound
from edge.domain.kinds import Kind
from edge.store.custody import heads_of_custody
from edge.store.database import Connection
from edge.store.dossiers import Dossier, Standing, dossier_of
from edge.store.entries import Pen
from edge.store.persons import person_by_id_number
from edge.store.records import NOTE_FIELDS
from edge.store.staff import town_offices
from edge.store.transfers import arrival_of, transfer_of
from edge.workflows.accession import Received, next_number
from edge.workflows.office import Office


def send(
    office: Office, clerk: Clerk, dossier: str, town: str, reason: str, letter: str = ""
) -> str:
    """Send a dossier to another town and give the transfer's id.

    Raises InvalidInput `transfer.town_unknown`, Conflict `dossier.lent` or `dossier.sent_away`.
    """
    clerk.require(Right.TRANSFER)
    with office.county.read() as county:
        towns = {each.code for each in town_offices(county)}
    if town not in towns or town == office.code:
        raise InvalidInput("transfer.town_unknown", town=town)

    return office.transact(clerk, lambda pen: send_away(office, pen, dossier, town, reason, letter))


def send_away(
    office: Office, pen: Pen, dossier: str, to: str, reason: str, letter: str = ""
) -> str:
    """Send a dossier within a transaction and give the transfer's id.

    `to` is a town of the county by code, or the name of an office that is none. Raises Conflict
    `dossier.lent` or `dossier.sent_away`.
    """
    require_here(dossier_of(pen.connection, dossier))
    transfer = pen.new_id()
    told = {"dossier": dossier, "from": office.code, "to": to}
    pen.append(
        Kind.TRANSFER_SENT,
        transfer,
        {**told, "reason": reason.strip(), "letter": letter.strip()},
        heads_of_custody(pen.connection, dossier),
    )
    return transfer


def require_here(held: Dossier) -> None:
    """Raise Conflict `dossier.lent` (borrower) or `dossier.sent_away` unless the paper is here."""
    if held.loan is not None:
        raise Conflict("dossier.lent", borrower=held.loan.borrower)
    if held.standing is Standing.SENT:
        raise Conflict("dossier.sent_away")


def receive_transfer(
    office: Office, clerk: Clerk, transfer: str, shelf: str = "", pages: int | None = None
) -> Received:
    """Take in a dossier that another town has sent: person, dossier, catalogue, notes, custody.

    `pages` are those counted on the paper. Raises NotFound `transfer.unknown`, Conflict
    `transfer.received_already`, and `reception.pages_differ` (recorded, counted) where they are
    not as many as came with the record: the law wants both to be one.
    """
    clerk.require(Right.FILE)
    return office.transact(clerk, lambda pen: take_over(office, pen, transfer, shelf, pages))


def take_over(
    office: Office, pen: Pen, transfer: str, shelf: str = "", pages: int | None = None
) -> Received:
    """Take a transfer in within a transaction; errors as `receive_transfer`."""
    arrival = arrival_to_receive(pen.connection, transfer)
    recorded = pages_of_arrival(arrival)
    if pages is not None and recorded and pages != recorded:
        raise Conflict("reception.pages_differ", recorded=recorded, counted=pages)
    received = _register(office, pen, arrival, shelf)
    pen.append(Kind.TRANSFER_RECEIVED, transfer, {"dossier": received.dossier})
    return received


def arrival_to_receive(connection: Connection, transfer: str) -> Mapping[str, Any]:
    """Give what came along with a transfer that waits to be received; errors as its reception."""
    known = transfer_of(connection, transfer)
    arrival = arrival_of(connection, transfer)
    if known is None or arrival is None:
        raise NotFound("transfer.unknown")
    if "received" in known.steps:
        raise Conflict("transfer.received_already")
    return arrival


def pages_of_arrival(arrival: Mapping[str, Any]) -> int:
    """Count the pages that came with the record."""
    return sum(len(material.get("pages", [])) for material in arrival.get("materials", []))


def _register(office: Office, pen: Pen, arrival: Mapping[str, Any], shelf: str) -> Received:
    person = _person(pen, arrival["person"])
    dossier, number = pen.new_id(), next_number(office, pen)
    sent = arrival["dossier"]
    registered = {
        "person": person,
        "number": number,
        "class": sent["class"],
        "holder": office.name,
        "scheme": sent["scheme"],
        "shelf": shelf,
        "counts": sent.get("counts", {}),
        "former_number": sent["number"],
        "secrecy": str(sent.get("secrecy", "")),
    }
    received = {"from": arrival.get("from", ""), "letter": arrival.get("letter", "")}
    pen.append(Kind.DOSSIER_REGISTERED, dossier, registered)
    pen.append(Kind.CUSTODY_RECEIVED, dossier, {**received, "counts": registered["counts"]})
    materials = {pen.new_id(): material for material in arrival.get("materials", [])}
    pen.append_many(
        [
            (Kind.MATERIAL_FILED, id, {**material, "dossier": dossier}, ())
            for id, material in materials.items()
        ]
    )
    named = {str(material.get("id", "")): id for id, material in materials.items()}
    pen.append_many(
        [
            (Kind.RECORD_NOTED, person, _noted(note, dossier, named), ())
            for note in arrival.get("notes", [])
        ]
    )
    return Received(person, dossier, number)


def _noted(note: Mapping[str, Any], dossier: str, materials: Mapping[str, str]) -> dict[str, Any]:
    """A note that came along, about the dossier and the material that it has become a note on."""
    told = {name: note[name] for name in (*NOTE_FIELDS, "origin") if name in note}
    material = materials.get(str(note.get("material", "")), "")
    return {**told, "dossier": dossier, "material": material, "page": note.get("page", 0)}


def _person(pen: Pen, told: Mapping[str, str]) -> str:
    known = person_by_id_number(pen.connection, told.get("id_number", "") or "-")
    if known is not None:
        return known.id
    person = pen.new_id()
    pen.append(Kind.PERSON_REGISTERED, person, {k: v for k, v in told.items() if v})
    return person
