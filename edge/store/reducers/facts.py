"""Facts that change: claims are kept, the shown one is chosen, clashes are listed."""

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence

from edge.domain.conflict import REVIEWED_FIELDS, ConflictKind
from edge.domain.entry import Entry, parse, read
from edge.domain.fold import Fact, heads, shown
from edge.domain.kinds import Kind
from edge.store.database import Connection
from edge.store.reducers import persons

# Which table shows a subject's facts, and which of its columns may be claimed.
_SHOWN: dict[str, tuple[str, ...]] = {
    "person": persons.COLUMNS,
    "dossier": ("shelf", "secrecy"),
    "material": ("category", "position"),
}
Standing = list[tuple[str, tuple[Fact, ...]]]
"""Subjects, and the claims of one field that nobody has superseded."""


def claimed(connection: Connection, entries: Sequence[Entry]) -> None:
    """Fold the kinds that claim facts."""
    connection.executemany(
        "insert or ignore into fact values (?, ?, ?, ?, ?, ?)",
        [
            (
                entry.id + ":" + field,
                entry.about,
                field,
                value,
                json.dumps(list(entry.after)),
                entry.kind == Kind.PERSON_CORRECTED and "county" in entry.body,
            )
            for entry in entries
            for field, value in _claims(entry)
        ],
    )


def refold(connection: Connection, subjects: Iterable[str]) -> None:
    """Choose again what is shown of each subject that has claims."""
    claims = _facts_of(connection, subjects)
    if not claims:
        return
    for table, columns in _SHOWN.items():
        rows = connection.execute(
            f"select t.id, t.entry, e.data from json_each(?) w join {table} t on t.id = w.value "
            "join entry e on e.id = unhex(t.entry)",
            (json.dumps(sorted(claims)),),
        ).fetchall()
        folded: dict[str, Standing] = defaultdict(list)
        for subject, entry, data in rows:
            original = read(data) if data else {}
            for field in {fact.field for fact in claims[subject]}.intersection(columns):
                facts = [fact for fact in claims[subject] if fact.field == field]
                base = Fact(entry, field, str(original.get(field, "")))
                standing = heads([base, *facts], REVIEWED_FIELDS).get(field) or (base,)
                folded[field].append((subject, standing))
        for field, found in sorted(folded.items()):
            connection.executemany(
                f"update {table} set {field} = ? where id = ?",
                [(shown(standing).value, subject) for subject, standing in found],
            )
            _note_conflicts(connection, field, found)
        if table == "person":
            persons.index(connection, [subject for subject, _, _ in rows])


def _facts_of(connection: Connection, subjects: Iterable[str]) -> dict[str, list[Fact]]:
    claims: dict[str, list[Fact]] = defaultdict(list)
    for subject, claim, field, value, after, county in connection.execute(
        "select f.subject, f.entry, f.field, f.value, f.after, f.county from json_each(?) w "
        "join fact f on f.subject = w.value",
        (json.dumps(sorted(subjects)),),
    ):
        superseded = tuple(json.loads(after))
        claims[subject].append(
            Fact(claim.partition(":")[0], field, value, superseded, bool(county))
        )
    return claims


def _claims(entry: Entry) -> list[tuple[str, str]]:
    body = entry.body
    if entry.kind == Kind.PERSON_CORRECTED and "field" in body:
        return [(str(body["field"]), str(body.get("value", "")))]
    if entry.kind == Kind.DOSSIER_MOVED:
        return [("shelf", str(body["shelf"]))] if "shelf" in body else []
    if entry.kind == Kind.DOSSIER_GRADED:
        return [("secrecy", str(body["secrecy"]))] if "secrecy" in body else []
    place = [("position", str(int(body["position"])))] if "position" in body else []
    return [("category", str(body["category"])), *place] if "category" in body else place


def shown_claim(connection: Connection, table: str, subject: str, field: str) -> str:
    """Name the entry whose claim a row shows in one field."""
    row = connection.execute(f"select entry from {table} where id = ?", (subject,)).fetchone()
    rows = connection.execute(
        "select entry, value, after, county from fact where subject = ? and field = ?",
        (subject, field),
    ).fetchall()
    base = Fact(row[0], field, str(_original(connection, row[0]).body.get(field, "")))
    claims = [
        Fact(e.partition(":")[0], field, v, tuple(json.loads(a)), bool(c)) for e, v, a, c in rows
    ]
    return shown(heads([base, *claims], REVIEWED_FIELDS).get(field) or (base,)).entry


def _note_conflicts(connection: Connection, field: str, found: Standing) -> None:
    for table in ("conflict", "conflict_party"):
        connection.executemany(
            f"delete from {table} where kind = ? and subject = ? and field = ?",
            [(ConflictKind.FACT, subject, field) for subject, _ in found],
        )
    # Who says the same agrees, whoever said it first.
    parted = [each for each in found if len({fact.value for fact in each[1]}) > 1]
    connection.executemany(
        "insert into conflict values (?, ?, ?, '')",
        [(ConflictKind.FACT, subject, field) for subject, _ in parted],
    )
    connection.executemany(
        "insert into conflict_party values (?, ?, ?, ?, ?)",
        [
            (ConflictKind.FACT, subject, field, fact.entry, subject)
            for subject, standing in parted
            for fact in standing
        ],
    )


def _original(connection: Connection, entry: str) -> Entry:
    head, data = connection.execute(
        "select head, data from entry where id = ?", (bytes.fromhex(entry),)
    ).fetchone()
    return parse(head, data)
