"""Facts that change: claims are kept, the shown one is chosen, clashes are listed."""

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence

from edge.domain.conflict import REVIEWED_FIELDS, ConflictKind
from edge.domain.entry import Entry, parse
from edge.domain.fold import Fact, heads, shown
from edge.domain.kinds import Kind
from edge.store.database import Connection
from edge.store.reducers import persons

# Which table shows a subject's facts, and which of its columns may be claimed.
_SHOWN: dict[str, tuple[str, ...]] = {
    "person": persons.COLUMNS,
    "dossier": ("shelf",),
    "material": ("category", "position"),
}


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
    claimed = connection.execute(
        "select distinct subject from fact where subject in (select value from json_each(?))",
        (json.dumps(sorted(subjects)),),
    ).fetchall()
    for (subject,) in sorted(claimed):
        rows = connection.execute(
            "select entry, field, value, after, county from fact where subject = ?", (subject,)
        ).fetchall()
        facts = [
            Fact(e.partition(":")[0], f, v, tuple(json.loads(a)), bool(c)) for e, f, v, a, c in rows
        ]
        _show(connection, subject, facts)


def _claims(entry: Entry) -> list[tuple[str, str]]:
    body = entry.body
    if entry.kind == Kind.PERSON_CORRECTED and "field" in body:
        return [(str(body["field"]), str(body.get("value", "")))]
    if entry.kind == Kind.DOSSIER_MOVED:
        return [("shelf", str(body["shelf"]))] if "shelf" in body else []
    place = [("position", str(int(body["position"])))] if "position" in body else []
    return [("category", str(body["category"])), *place] if "category" in body else place


def _show(connection: Connection, subject: str, facts: list[Fact]) -> None:
    for table, columns in _SHOWN.items():
        row = connection.execute(
            f"select entry from {table} where id = ?",
            (subject,),
        ).fetchone()
        if row is None:
            continue
        original = _original(connection, row[0])
        by_field: dict[str, list[Fact]] = defaultdict(list)
        for fact in facts:
            if fact.field in columns:
                by_field[fact.field].append(fact)
        for field, claims in sorted(by_field.items()):
            base = Fact(original.id, field, str(original.body.get(field, "")))
            standing = heads([base, *claims], REVIEWED_FIELDS).get(field) or (base,)
            connection.execute(
                f"update {table} set {field} = ? where id = ?",
                (shown(standing).value, subject),
            )
            _note_conflict(connection, subject, field, standing)
        if table == "person":
            persons.index(connection, [subject])


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


def _note_conflict(
    connection: Connection, subject: str, field: str, standing: Sequence[Fact]
) -> None:
    address = (ConflictKind.FACT, subject, field)
    for table in ("conflict", "conflict_party"):
        connection.execute(
            f"delete from {table} where kind = ? and subject = ? and field = ?", address
        )
    # Who says the same agrees, whoever said it first.
    if len({fact.value for fact in standing}) > 1:
        connection.execute("insert into conflict values (?, ?, ?, '')", address)
        connection.executemany(
            "insert into conflict_party values (?, ?, ?, ?, ?)",
            [(*address, fact.entry, subject) for fact in standing],
        )


def _original(connection: Connection, entry: str) -> Entry:
    head, data = connection.execute(
        "select head, data from entry where id = ?", (bytes.fromhex(entry),)
    ).fetchone()
    return parse(head, data)
