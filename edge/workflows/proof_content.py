"""What a proof says: only what the dossier states, each statement with the page it rests on.

A storage proof tells where the dossier is; every other kind repeats statements that a clerk noted
down from pages looked at.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from edge.documents.proof import Citation, ProofKind
from edge.domain.archive import category_of
from edge.domain.errors import Conflict, InvalidInput
from edge.domain.recorded import spoken, statement_of
from edge.store import conflicts, proofs, records
from edge.store.database import Connection
from edge.store.dossiers import Dossier, Standing, dossier_of, dossiers_of_person
from edge.store.entries import entry_of
from edge.store.persons import Person, person_of
from edge.store.records import Note

# Which statements a kind of proof repeats; one page of paper holds eight of them.
STATED: Mapping[ProofKind, tuple[str, ...]] = {
    ProofKind.STORAGE: (),
    ProofKind.EXPERIENCE: ("experience", "work_start", "service"),
    ProofKind.BIRTH: ("birth",),
    ProofKind.SERVICE: ("work_start", "service", "deemed", "special"),
    ProofKind.EDUCATION: ("education",),
    ProofKind.KINSHIP: ("kinship",),
    ProofKind.CONDUCT: ("conduct", "party"),
}
MOST_NOTES = 8
# Whoever stands so is no longer looked after like the others: think twice before a proof.
LEFT = ("退休", "死亡")


@dataclass(frozen=True, slots=True)
class Content:
    """What a proof rests on and what it says."""

    dossier: Dossier
    person: Person
    notes: tuple[Note, ...]
    statements: tuple[str, ...]
    citations: tuple[Citation, ...]


@dataclass(frozen=True, slots=True)
class Caution:
    """What a clerk should know before a proof is sealed; `key` names its sentence."""

    key: str
    fields: Mapping[str, object]


def notes_for(connection: Connection, held: Dossier, kind: ProofKind) -> list[Note]:
    """The notes that a proof of this kind may repeat, in the order of its statements.

    What stands in another dossier of the person that bears a grade of secrecy is not among them.
    """
    order = STATED[kind]
    every = dossiers_of_person(connection, held.person)
    closed = {each.id for each in every if each.secrecy and each.id != held.id}
    noted = records.notes_of(connection, held.person)
    found = [note for note in noted if note.field in order and note.dossier not in closed]
    return sorted(found, key=lambda note: (order.index(note.field), note.value, note.id))


def content_of(
    connection: Connection, dossier: str, kind: ProofKind, chosen: Sequence[str] = ()
) -> Content:
    """Put together what a proof says; without a choice it repeats every note of its kind.

    Raises Conflict `dossier.sent_away`, `proof.nothing_noted`; InvalidInput `proof.note_unknown`,
    `proof.too_many`.
    """
    held = dossier_of(connection, dossier)
    if held.standing is Standing.SENT:
        raise Conflict("dossier.sent_away")
    person = person_of(connection, held.person)
    notes = notes_for(connection, held, kind)
    if chosen:
        by_id = {note.id: note for note in notes}
        if unknown := [id for id in chosen if id not in by_id]:
            raise InvalidInput("proof.note_unknown", note=unknown[0])
        notes = [note for note in notes if note.id in chosen]
    if STATED[kind] and not notes:
        raise Conflict("proof.nothing_noted")
    if len(notes) > MOST_NOTES:
        raise InvalidInput("proof.too_many", most=MOST_NOTES)
    said = tuple(_said(note) for note in notes) if STATED[kind] else _storage(held, person)
    return Content(held, person, tuple(notes), said, tuple(_cited(note) for note in notes))


def cautions(connection: Connection, dossier: str) -> list[Caution]:
    """What to think of before a proof is issued from a dossier."""
    held = dossier_of(connection, dossier)
    person = person_of(connection, held.person)
    found = []
    if person.status in LEFT:
        found.append(Caution("proof.caution.status", {"status": person.status}))
    doubts = conflicts.doubts_of(connection, [person.id, held.id])
    if doubts:
        found.append(Caution("proof.caution.doubts", {"count": len(doubts)}))
    for each in proofs.proofs_of(connection, dossier):
        if not each.ended_at and drift_of(connection, each):
            found.append(Caution("proof.caution.drift", {"number": each.number}))
    return found


def drift_of(connection: Connection, proof: proofs.Proof) -> list[tuple[str, str]]:
    """Where the record has changed since a proof was issued: what it says, what holds now.

    Compared by content, so that it is the same for every order in which acts arrive.
    """
    body = entry_of(connection, proof.entry).body
    held = dossier_of(connection, proof.dossier)
    person = person_of(connection, held.person)
    told = [("holder", person.name), ("id_number", person.id_number)]
    changed = [(str(body[name]), now) for name, now in told if name in body and body[name] != now]
    notes = [str(each) for each in body.get("notes", [])]
    struck = records.struck_of(connection, notes)
    for id, said in zip(notes, body.get("statement", []), strict=False):
        if id in struck:
            changed.append((str(said), ""))
    if not notes and "holder" in body:
        said = [str(each) for each in body.get("statement", [])]
        now_said = list(_storage(held, person))
        changed += [(was, now) for was, now in zip(said, now_said, strict=False) if was != now]
    return changed


def _storage(dossier: Dossier, person: Person) -> tuple[str, ...]:
    kept = f"该同志人事档案编号为{dossier.number}，档案类别为{dossier.dossier_class}。"
    unit = f"档案所载原工作单位为{person.unit}。" if person.unit else ""
    return (kept + unit,)


def _said(note: Note) -> str:
    name, value = statement_of(note.field).name, spoken(note.field, note.value)
    words = f"（原文“{note.words}”）" if note.words and note.words != value else ""
    altered = "该处有改动痕迹。" if note.altered else ""
    return f"《{note.title}》第{note.page}页记载，{name}：{value}{words}。{altered}"


def _cited(note: Note) -> Citation:
    category = category_of(note.category).name if note.category else "—"
    return Citation(category, note.title, note.page)
