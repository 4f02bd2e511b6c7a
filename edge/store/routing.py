"""What the hub reads to carry a dossier from one town's space into another's."""

from typing import Any

from edge.store.database import Connection
from edge.store.dossiers import PAGE_FIELDS, Page, catalogue, dossier_of, pages_of
from edge.store.persons import person_of
from edge.store.records import NOTE_FIELDS, Note, notes_of


def steps_of(connection: Connection, transfer: str) -> dict[str, tuple[str, str]]:
    """The steps on record here of one transfer: step to (origin, destination)."""
    rows = connection.execute(
        "select step, origin, destination from transfer where transfer = ? order by entry desc",
        (transfer,),
    )
    return {step: (origin, destination) for step, origin, destination in rows}


def sent_and_open(connection: Connection) -> list[tuple[str, str, str, str, str]]:
    """Transfers sent from here and not confirmed: (transfer, dossier, to, reason, letter)."""
    rows = connection.execute(
        "select transfer, dossier, destination, reason, letter from transfer t "
        "where step = 'sent' and not exists (select 1 from transfer x "
        "where x.transfer = t.transfer and x.step = 'confirmed') order by entry"
    )
    return rows.fetchall()


def contents_of(connection: Connection, dossier: str) -> dict[str, Any]:
    """A dossier as it travels: person, dossier, materials with their pages, notes on these."""
    held = dossier_of(connection, dossier)
    person = person_of(connection, held.person)
    columns = [name for name in person.__slots__ if getattr(person, name)]
    return {
        "person": {name: getattr(person, name) for name in columns},
        "dossier": {
            "id": held.id,
            "number": held.number,
            "class": held.dossier_class,
            "holder": held.holder,
            "scheme": held.scheme,
            "counts": held.counts,
            "secrecy": held.secrecy,
        },
        "materials": [
            {
                "id": material.id,
                "category": material.category,
                "position": material.position,
                "title": material.title,
                "formed_on": material.formed_on,
                "copy": material.copy,
                "pages": [_page(page) for page in pages_of(connection, material.id)],
            }
            for material in catalogue(connection, dossier)
        ],
        "notes": [
            _note(note) for note in notes_of(connection, person.id) if note.dossier == held.id
        ],
    }


def _note(note: Note) -> dict[str, Any]:
    told = {name: getattr(note, name) for name in NOTE_FIELDS}
    return {**{k: v for k, v in told.items() if v}, "origin": note.origin or note.id}


def _page(page: Page) -> dict[str, Any]:
    return {name: getattr(page, name) for name in PAGE_FIELDS}


def received_here(connection: Connection) -> list[tuple[str, str]]:
    """Transfers that this town has received: (transfer, town it came from)."""
    rows = connection.execute(
        "select distinct r.transfer, a.origin from transfer r "
        "join transfer a on a.transfer = r.transfer and a.step = 'arrived' "
        "where r.step = 'received' order by r.transfer"
    )
    return rows.fetchall()
