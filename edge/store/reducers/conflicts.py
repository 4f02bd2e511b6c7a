"""Conflicts that join subjects: receptions, places, numbers, custody; and their resolutions.

Each is a group of rows that share what only one of them may have. Whatever changes a row undoes
the groups that it was in and makes those that it is in now.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence

from edge.domain.conflict import (
    ConflictKind,
    Resolution,
    names_one_place,
    settled_by,
    violations,
)
from edge.domain.entry import Entry
from edge.domain.kinds import Kind
from edge.store.custody import custody_acts
from edge.store.database import Connection
from edge.store.reducers.facts import shown_claim

# A correction may claim any field of any subject, a dossier's shelf too.
_PERSONS = frozenset({Kind.PERSON_REGISTERED, Kind.PERSON_CORRECTED})
_DOSSIERS = frozenset({Kind.DOSSIER_REGISTERED, Kind.DOSSIER_MOVED, Kind.PERSON_CORRECTED})
_PROOFS = frozenset({Kind.PROOF_ISSUED})
_CUSTODY = frozenset({Kind.CUSTODY_LENT, Kind.CUSTODY_RETURNED})
_ANSWERS = frozenset({Kind.CONFLICT_RESOLVED, Kind.CONFLICT_PROPOSED})
_GROUP = "where kind = ? and subject = ? and field = ?"
_SENT = "exists (select 1 from transfer t where t.dossier = d.id and t.step = 'sent')"

Members = Sequence[tuple[str, str]]
"""(entry that claims, party) of one group."""
Groups = Mapping[str, Callable[[Connection, str], Iterable[Members]]]
"""For each kind, how to find the groups that any of some ids (a JSON list) is in."""


def answered(connection: Connection, entries: Sequence[Entry]) -> None:
    """Fold `conflict.resolved` and `conflict.proposed`."""
    for entry in entries:
        body = entry.body
        answers = sorted({str(each) for each in body.get("answers", [])})
        texts = (str(body.get(name, "")) for name in ("chosen", "note"))
        connection.execute(
            "insert or ignore into resolution values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                entry.id,
                str(body.get("conflict", "")),
                entry.about,
                *texts,
                json.dumps(answers),
                json.dumps(list(entry.after)),
                entry.kind == Kind.CONFLICT_RESOLVED,
                entry.at,
                entry.by,
            ),
        )
        connection.executemany(
            "insert or ignore into resolution_answer values (?, ?)",
            [(each, entry.id) for each in answers],
        )


def refold(connection: Connection, entries: Sequence[Entry]) -> None:
    """Find again the conflicts that these entries may have made, changed or settled."""
    _note_authors(connection, entries)
    persons, dossiers, proofs = (
        {entry.about for entry in entries if entry.kind in kinds}
        for kinds in (_PERSONS, _DOSSIERS, _PROOFS)
    )
    custody = {entry.about for entry in entries if entry.kind in _CUSTODY}
    sent = {_dossier(entry) for entry in entries if entry.kind == Kind.TRANSFER_SENT}
    undone = _undo(connection, persons | dossiers | proofs | custody | sent)
    parties = {party for _, party in undone}
    for changed, groups in (
        (persons, _OF_PERSONS),
        (dossiers | sent, _OF_DOSSIERS),
        (proofs, _OF_PROOFS),
    ):
        _regroup(connection, changed | parties, groups)
    custody |= sent | {party for kind, party in undone if kind == ConflictKind.CUSTODY}
    for dossier in sorted(custody):
        acts = sorted(violations(custody_acts(connection, dossier)))
        _note(connection, ConflictKind.CUSTODY, [(entry, dossier) for entry in acts], least=1)
    _settle_answered(connection, [entry for entry in entries if entry.kind in _ANSWERS])


def resolutions_of(connection: Connection, kind: str, entries: Iterable[str]) -> list[Resolution]:
    """Read the decisions that answer all of some entries, in the order of ids."""
    wanted = frozenset(entries)
    rows = connection.execute(
        "select r.entry, r.chosen, r.answers, r.after from resolution_answer a "
        "join resolution r on r.entry = a.resolution "
        "where a.answered = ? and r.kind = ? and r.decided order by r.entry",
        (min(wanted, default=""), kind),
    )
    found = [
        Resolution(e, c, frozenset(json.loads(a)), tuple(json.loads(f))) for e, c, a, f in rows
    ]
    return [each for each in found if wanted <= each.answers]


def _note_authors(connection: Connection, entries: Sequence[Entry]) -> None:
    last: dict[str, int] = {}
    for entry in entries:
        last[entry.by] = max(entry.at, last.get(entry.by, 0))
    connection.executemany(
        "insert into authorship values (?, ?) on conflict (by) do update "
        "set last = excluded.last where excluded.last > authorship.last",
        sorted(last.items()),
    )


def _dossier(entry: Entry) -> str:
    dossier = entry.body.get("dossier", "")
    return dossier if isinstance(dossier, str) else ""


def _undo(connection: Connection, parties: set[str]) -> set[tuple[str, str]]:
    """Forget the groups that some parties were in; gives (kind, party) of all their members."""
    if connection.execute("select 1 from conflict_party limit 1").fetchone() is None:
        return set()
    groups = connection.execute(
        "select distinct kind, subject, field from json_each(?) w "
        "join conflict_party p on p.party = w.value where p.kind <> ?",
        (json.dumps(sorted(parties)), ConflictKind.FACT),
    ).fetchall()
    members: set[tuple[str, str]] = set()
    for group in groups:
        members.update(
            connection.execute(f"select kind, party from conflict_party {_GROUP}", group)
        )
        _drop(connection, group)
    return members


def _forget(connection: Connection, kind: str, parties: set[str]) -> None:
    for group in connection.execute(
        "select distinct kind, subject, field from json_each(?) w "
        "join conflict_party p on p.party = w.value where p.kind = ?",
        (json.dumps(sorted(parties)), kind),
    ).fetchall():
        _drop(connection, group)


def _drop(connection: Connection, group: tuple[str, str, str]) -> None:
    connection.execute(f"delete from conflict_party {_GROUP}", group)
    connection.execute(f"delete from conflict {_GROUP}", group)


def _regroup(connection: Connection, ids: set[str], groups: Groups) -> None:
    if not ids:
        return
    wanted = json.dumps(sorted(ids))
    for kind, ask in groups.items():
        for members in ask(connection, wanted):
            _note(connection, kind, members)


def _note(connection: Connection, kind: str, members: Members, least: int = 2) -> None:
    if len(members) < least:
        return
    # A group that has grown may be known by another subject than before.
    _forget(connection, kind, {party for _, party in members})
    address = (kind, min(party for _, party in members), "")
    entries = frozenset(entry for entry, _ in members)
    settled = settled_by(entries, resolutions_of(connection, kind, entries))
    connection.execute(
        "insert into conflict values (?, ?, ?, ?)",
        (*address, settled.entry if settled else ""),
    )
    connection.executemany(
        "insert into conflict_party values (?, ?, ?, ?, ?)",
        [(*address, entry, party) for entry, party in sorted(members)],
    )


def _settle_answered(connection: Connection, entries: Sequence[Entry]) -> None:
    answers = sorted({str(each) for entry in entries for each in entry.body.get("answers", [])})
    if not answers:
        return
    groups = connection.execute(
        "select distinct kind, subject, field from json_each(?) w "
        "join conflict_party p on p.entry = w.value where p.kind <> ?",
        (json.dumps(answers), ConflictKind.FACT),
    ).fetchall()
    for kind, subject, field in groups:
        members = connection.execute(
            f"select entry, party from conflict_party {_GROUP}", (kind, subject, field)
        ).fetchall()
        _note(connection, kind, members, least=1)


def _same_number(connection: Connection, ids: str) -> Iterable[Members]:
    for (number,) in connection.execute(
        "select distinct p.id_number from json_each(?) w join person p on p.id = w.value "
        "where p.id_number <> '' and exists (select 1 from person q "
        "where q.id_number = p.id_number and q.id <> p.id)",
        (ids,),
    ).fetchall():
        rows = connection.execute("select id from person where id_number = ?", (number,))
        yield [
            (shown_claim(connection, "person", id, "id_number"), id) for (id,) in rows.fetchall()
        ]


def _received_twice(connection: Connection, ids: str) -> Iterable[Members]:
    for person, dossier_class in connection.execute(
        "select distinct d.person, d.class from json_each(?) w join dossier d on d.id = w.value "
        "where d.person <> '' and exists (select 1 from dossier o "
        "where o.person = d.person and o.class = d.class and o.id <> d.id)",
        (ids,),
    ).fetchall():
        yield connection.execute(
            f"select d.entry, d.id from dossier d where d.person = ? and d.class = ? "
            f"and not {_SENT}",
            (person, dossier_class),
        ).fetchall()


def _same_place(connection: Connection, ids: str) -> Iterable[Members]:
    for (shelf,) in connection.execute(
        "select distinct d.shelf from json_each(?) w join dossier d on d.id = w.value "
        "where substr(d.shelf, -1) = '位' and exists (select 1 from dossier o "
        "where o.shelf = d.shelf and substr(o.shelf, -1) = '位' and o.id <> d.id)",
        (ids,),
    ).fetchall():
        if not names_one_place(shelf):
            continue
        rows = connection.execute(
            "select d.id from dossier d where d.shelf = ? and substr(d.shelf, -1) = '位' "
            f"and not {_SENT}",
            (shelf,),
        )
        yield [(shown_claim(connection, "dossier", id, "shelf"), id) for (id,) in rows.fetchall()]


def _issued_twice(table: str) -> Callable[[Connection, str], Iterable[Members]]:
    def groups(connection: Connection, ids: str) -> Iterable[Members]:
        for (number,) in connection.execute(
            f"select distinct d.number from json_each(?) w join {table} d on d.id = w.value "
            f"where d.number <> '' and exists (select 1 from {table} o "
            "where o.number = d.number and o.id <> d.id)",
            (ids,),
        ).fetchall():
            yield connection.execute(
                f"select entry, id from {table} where number = ?", (number,)
            ).fetchall()

    return groups


_OF_PERSONS: Groups = {ConflictKind.PERSON: _same_number}
_OF_DOSSIERS: Groups = {
    ConflictKind.RECEPTION: _received_twice,
    ConflictKind.SHELF: _same_place,
    ConflictKind.DOSSIER_NUMBER: _issued_twice("dossier"),
}
_OF_PROOFS: Groups = {ConflictKind.PROOF_NUMBER: _issued_twice("proof")}
