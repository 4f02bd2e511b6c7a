"""Conflicts as they stand, their sides, and what offices and the county have said of them."""

import json
from collections.abc import Iterable
from dataclasses import dataclass

from edge.domain.conflict import Conflict, ConflictKind, Party, Resolution, settled_by
from edge.domain.entry import Entry
from edge.domain.errors import NotFound
from edge.domain.kinds import Kind
from edge.store.database import Connection
from edge.store.dossiers import Dossier, dossier_of, material_of
from edge.store.entries import entries_by_id
from edge.store.persons import Person, person_of
from edge.store.reducers.conflicts import resolutions_of

_PARTIES = (
    "select c.kind, c.subject, c.field, p.entry, p.party from conflict c "
    "join conflict_party p using (kind, subject, field) "
)


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a conflict: `choice` stands for it; `facts` are what it says, by name."""

    choice: str
    entry: Entry
    facts: tuple[tuple[str, str], ...]
    dossier: str = ""

    @property
    def source(self) -> str:
        """The page or paper that it rests on, as the clerk cited it."""
        return str(self.entry.body.get("source", "") or self.entry.body.get("letter", ""))


@dataclass(frozen=True, slots=True)
class Answer:
    """What somebody has said of a conflict; `decided` unless it was a proposal."""

    entry: str
    chosen: str
    note: str
    decided: bool
    at: int
    by: str


def open_conflicts(connection: Connection) -> list[Conflict]:
    """List what has not been settled, by kind and subject; acts after a right ended apart."""
    return _conflicts(
        connection.execute(
            _PARTIES + "where c.settled = '' order by c.kind, c.subject, c.field, p.entry"
        )
    )


def for_the_office(connection: Connection) -> list[Conflict]:
    """List the open conflicts that somebody at the counter has still to answer."""
    return [each for each in open_conflicts(connection) if not proposals(connection, each)]


def conflict_of(connection: Connection, kind: str, subject: str, field: str = "") -> Conflict:
    """Read one open conflict; raises NotFound `conflict.unknown`, also when it is settled."""
    found = _conflicts(
        connection.execute(
            _PARTIES + "where c.settled = '' and c.kind = ? and c.subject = ? and c.field = ? "
            "order by p.entry",
            (kind, subject, field),
        )
    )
    if not found:
        raise NotFound("conflict.unknown")
    return found[0]


def doubts_of(connection: Connection, parties: Iterable[str]) -> list[Conflict]:
    """List the open conflicts that any of some persons, dossiers or proofs has a part in."""
    rows = connection.execute(
        "select distinct c.kind, c.subject, c.field from json_each(?) w "
        "join conflict_party p on p.party = w.value "
        "join conflict c using (kind, subject, field) where c.settled = '' "
        "order by c.kind, c.subject, c.field",
        (json.dumps(sorted(parties)),),
    ).fetchall()
    return [conflict_of(connection, *row) for row in rows]


def proposals(connection: Connection, conflict: Conflict) -> list[Answer]:
    """List what offices propose to the county of the conflict as it is now, oldest first.

    A proposal that does not know of one of the sides is none.
    """
    return [each for each in answers_to(connection, conflict) if not each.decided]


def answers_to(connection: Connection, conflict: Conflict) -> list[Answer]:
    """List everything that was said of the conflict as it is now, oldest first."""
    rows = connection.execute(
        "select r.entry, r.chosen, r.note, r.decided, r.at, r.by, r.answers "
        "from resolution_answer a join resolution r on r.entry = a.resolution "
        "where a.answered = ? and r.kind = ? order by r.entry",
        (min(conflict.entries, default=""), conflict.kind),
    )
    return [
        Answer(entry, chosen, note, bool(decided), at, by)
        for entry, chosen, note, decided, at, by, answers in rows
        if conflict.entries <= set(json.loads(answers))
    ]


def acts_after_right(town: Connection, county: Connection) -> list[Conflict]:
    """List who acted in a town after the county had withdrawn the right, as far as not reviewed.

    Two spaces are asked, so this is no projection: each withdrawal is looked up in the town.
    """
    withdrawn = county.execute(
        "select about, min(at) from history where kind = ? group by about order by about",
        (Kind.USER_WITHDRAWN,),
    ).fetchall()
    found = []
    for user, at in withdrawn:
        late = _late_acts(town, user, at)
        entries = frozenset(late)
        answers: list[Resolution] = resolutions_of(town, ConflictKind.RIGHT, entries)
        if late and settled_by(entries, answers) is None:
            parties = tuple(Party(entry, user) for entry in late)
            found.append(Conflict(ConflictKind.RIGHT, user, "", parties))
    return found


def _late_acts(town: Connection, user: str, withdrawn_at: int) -> list[str]:
    last = town.execute("select last from authorship where by = ?", (user,)).fetchone()
    if last is None or last[0] <= withdrawn_at:
        return []
    kinds = json.dumps([str(kind) for kind in Kind])
    rows = town.execute(
        "select entry from history where kind in (select value from json_each(?)) "
        "and at > ? and at <= ? and by = ? order by entry",
        (kinds, withdrawn_at, last[0], user),
    )
    return [entry for (entry,) in rows]


def person_behind(connection: Connection, conflict: Conflict) -> Person | None:
    """Read the person whom a conflict is about; None where none is known here."""
    for subject in conflict.subjects:
        for ask in (_of_person, _of_dossier, _of_material, _of_proof):
            try:
                return ask(connection, subject)
            except NotFound:
                continue
    return None


def sides_of(connection: Connection, conflict: Conflict, limit: int = 60) -> list[Side]:
    """Read the sides of a conflict, at most `limit`, in the order of entries."""
    parties = {party.entry: party.subject for party in conflict.parties[:limit]}
    held = entries_by_id(connection, [bytes.fromhex(entry) for entry in parties])
    return [_side(connection, conflict, entry, parties[entry.id]) for entry in held]


def page_cited(connection: Connection, person: str, digest: str) -> tuple[str, str, int] | None:
    """Find a cited page in a person's dossiers: (dossier, material, number)."""
    try:
        blob = bytes.fromhex(digest)
    except ValueError:
        return None
    row = connection.execute(
        "select d.id, m.id, p.number from dossier d join material m on m.dossier = d.id "
        "join page p on p.owner = m.id where d.person = ? and p.blob = ? "
        "order by d.id, m.id, p.number limit 1",
        (person, blob),
    ).fetchone()
    return (str(row[0]), str(row[1]), int(row[2])) if row else None


def value_claimed(entry: Entry, field: str) -> str:
    """What an entry claims for a field of its subject."""
    corrects = entry.kind == Kind.PERSON_CORRECTED
    return str(entry.body.get("value" if corrects else field, ""))


def _conflicts(rows: Iterable[tuple[str, str, str, str, str]]) -> list[Conflict]:
    found: dict[tuple[str, str, str], list[Party]] = {}
    for kind, subject, field, entry, party in rows:
        found.setdefault((kind, subject, field), []).append(Party(entry, party))
    return [Conflict(ConflictKind(key[0]), *key[1:], tuple(own)) for key, own in found.items()]


def _side(connection: Connection, conflict: Conflict, entry: Entry, party: str) -> Side:
    if conflict.kind is ConflictKind.FACT:
        return Side(entry.id, entry, ((conflict.field, value_claimed(entry, conflict.field)),))
    if conflict.kind is ConflictKind.PERSON:
        return Side(party, entry, _person_facts(connection, party))
    if conflict.kind is ConflictKind.PROOF_NUMBER:
        told = entry.body
        facts = tuple((name, str(told.get(name, ""))) for name in ("kind", "number", "purpose"))
        return Side(party, entry, facts, str(told.get("dossier", "")))
    if conflict.kind is ConflictKind.CUSTODY:
        names = ("borrower", "unit", "due", "pages", "to")
        facts = tuple((name, str(entry.body[name])) for name in names if entry.body.get(name))
        return Side(entry.id, entry, facts, party)
    if conflict.kind is ConflictKind.RIGHT:
        return Side(entry.id, entry, ())
    return Side(party, entry, _dossier_facts(connection, party), party)


def _person_facts(connection: Connection, id: str) -> tuple[tuple[str, str], ...]:
    person = person_of(connection, id)
    rows = connection.execute(
        "select number from dossier where person = ? order by id", (id,)
    ).fetchall()
    return (
        ("name", person.name),
        ("id_number", person.id_number),
        ("birth", person.birth),
        ("unit", person.unit),
        ("dossier_number", "、".join(number for (number,) in rows)),
    )


def _dossier_facts(connection: Connection, id: str) -> tuple[tuple[str, str], ...]:
    dossier: Dossier = dossier_of(connection, id)
    named = connection.execute("select name from person where id = ?", (dossier.person,)).fetchone()
    origin = connection.execute(
        "select r.origin from history h join receipt_of_dossier r on r.entry = h.entry "
        "where h.about = ? and h.kind = ? order by h.entry limit 1",
        (id, Kind.CUSTODY_RECEIVED),
    ).fetchone()
    return (
        ("name", named[0] if named else ""),
        ("dossier_number", dossier.number),
        ("class", dossier.dossier_class),
        ("shelf", dossier.shelf),
        ("from", origin[0] if origin else ""),
        ("pieces", str(sum(dossier.counts.values()) or "")),
    )


def _of_person(connection: Connection, subject: str) -> Person:
    return person_of(connection, subject)


def _of_dossier(connection: Connection, subject: str) -> Person:
    return person_of(connection, dossier_of(connection, subject).person)


def _of_material(connection: Connection, subject: str) -> Person:
    return _of_dossier(connection, material_of(connection, subject).dossier)


def _of_proof(connection: Connection, subject: str) -> Person:
    row = connection.execute("select dossier from proof where id = ?", (subject,)).fetchone()
    if row is None:
        raise NotFound("proof.unknown")
    return _of_dossier(connection, row[0])
