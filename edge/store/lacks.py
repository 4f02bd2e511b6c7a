"""What dossiers lack, as last judged, and which of them wait to be judged again.

Judging asks for the county's rules, so it is done by `workflows.gaps`; here is what is judged, what
came of it, counted and in pages.
"""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from edge.store.database import Connection

MISSING, UNSAID, HERE, WHOLE = "missing", "unsaid", "here", "whole"


@dataclass(frozen=True, slots=True)
class Facts:
    """What a dossier that is here is judged by; `unsaid` are columns of the person left empty."""

    dossier: str
    number: str
    dossier_class: str
    politics: str
    unsaid: frozenset[str]
    titles: tuple[str, ...]
    categories: frozenset[str]


@dataclass(frozen=True, slots=True)
class Judged:
    """What came of it: names of the materials missing, and of what the record leaves out."""

    dossier: str
    number: str
    missing: tuple[str, ...]
    unsaid: tuple[str, ...]


class Lack(NamedTuple):
    """One dossier of a list, and all the materials that it lacks."""

    dossier: str
    person: str
    name: str
    number: str
    dossier_class: str
    missing: tuple[str, ...]


def let_wait(connection: Connection, subjects: Iterable[str]) -> None:
    """Let dossiers wait to be judged of which something changes: they, their persons or materials.

    To be asked before a change and after it, since a material may come from another dossier.
    """
    connection.execute(
        "insert or ignore into lack_stale "
        "select d.id from json_each(:subjects) w join dossier d on d.id = w.value union "
        "select d.id from json_each(:subjects) w join dossier d on d.person = w.value union "
        "select m.dossier from json_each(:subjects) w join material m on m.id = w.value",
        {"subjects": json.dumps(sorted(subjects))},
    )


def rules_of_judging(connection: Connection) -> str:
    """The digest of the rules by which everything was judged; empty before the first time."""
    row = connection.execute("select digest from lack_rules").fetchone()
    return str(row[0]) if row else ""


def judge_all_anew(connection: Connection, digest: str) -> None:
    """Let every dossier wait to be judged, by other rules than before."""
    connection.execute("delete from lack_rules")
    connection.execute("insert into lack_rules values (?)", (digest,))
    for source in ("id from dossier", "dossier from lack_judged"):
        connection.execute(f"insert or ignore into lack_stale select {source}")


def count_stale(connection: Connection) -> int:
    """How many dossiers wait to be judged."""
    return int(connection.execute("select count(*) from lack_stale").fetchone()[0])


def stale(connection: Connection, limit: int) -> list[str]:
    """Some of the dossiers that wait."""
    rows = connection.execute("select dossier from lack_stale limit ?", (limit,))
    return [dossier for (dossier,) in rows]


def facts_of(connection: Connection, dossiers: Sequence[str]) -> list[Facts]:
    """Read what these are judged by; those that are not here, or of nobody, are left out."""
    rows = connection.execute(
        "select d.id, d.number, d.class, p.politics, p.unit = '', p.education = '', "
        "p.politics = '', p.id_number = '', (select json_group_array(json_array(m.title, "
        "m.category)) from material m where m.dossier = d.id) "
        "from json_each(?) w join dossier d on d.id = w.value join person p on p.id = d.person "
        "where not exists (select 1 from transfer t where t.dossier = d.id and t.step = 'sent')",
        (json.dumps(list(dossiers)),),
    )
    found = []
    for id, number, dossier_class, politics, *empty, materials in rows:
        held = [(str(title), str(category)) for title, category in json.loads(materials)]
        columns = ("unit", "education", "politics", "id_number")
        unsaid = frozenset(name for name, left in zip(columns, empty, strict=True) if left)
        titles, categories = tuple(t for t, _ in held), frozenset(c for _, c in held)
        found.append(Facts(id, number, dossier_class, politics, unsaid, titles, categories))
    return found


def put(connection: Connection, dossiers: Sequence[str], judged: Iterable[Judged]) -> None:
    """Note what came of judging these, which then wait no more."""
    named = json.dumps(list(dossiers))
    change: Counter[tuple[str, str]] = Counter()
    before = connection.execute(
        "select j.dossier, j.number, j.missing, j.unsaid from json_each(?) w "
        "join lack_judged j on j.dossier = w.value",
        (named,),
    ).fetchall()
    for dossier, number, missing, unsaid in before:
        old = Judged(dossier, number, tuple(json.loads(missing)), tuple(json.loads(unsaid)))
        change.subtract(_counted(old))
        connection.executemany(
            "delete from lack where what = ? and name = ? and number = ? and dossier = ?",
            _rows(old),
        )
    for table in ("lack_judged", "lack_stale"):
        connection.execute(
            f"delete from {table} where dossier in (select value from json_each(?))", (named,)
        )
    for each in judged:
        change.update(_counted(each))
        connection.execute(
            "insert into lack_judged values (?, ?, ?, ?)",
            (each.dossier, each.number, json.dumps(each.missing), json.dumps(each.unsaid)),
        )
        connection.executemany("insert into lack values (?, ?, ?, ?)", _rows(each))
    connection.executemany(
        "insert into lack_count values (?, ?, ?) "
        "on conflict (what, name) do update set count = count + excluded.count",
        [(*key, count) for key, count in change.items() if count],
    )


def counts(connection: Connection) -> dict[tuple[str, str], int]:
    """How many dossiers there are of each: `MISSING` or `UNSAID` by name, `HERE` and `WHOLE`."""
    rows = connection.execute("select what, name, count from lack_count where count <> 0")
    return {(what, name): count for what, name, count in rows}


def lacking(connection: Connection, what: str, name: str, after: str, limit: int) -> list[Lack]:
    """List dossiers that lack one thing, by number, those that stand behind `after` (an id)."""
    last = connection.execute(
        "select number, dossier from lack_judged where dossier = ?", (after,)
    ).fetchone()
    rows = connection.execute(
        "select d.id, p.id, p.name, d.number, d.class, j.missing from lack l "
        "join dossier d on d.id = l.dossier join person p on p.id = d.person "
        "join lack_judged j on j.dossier = l.dossier "
        "where l.what = ? and l.name = ? and (l.number, l.dossier) > (?, ?) "
        "order by l.number, l.dossier limit ?",
        (what, name, *(last or ("", "")), limit),
    )
    return [
        Lack(dossier, person, who, number, dossier_class, tuple(json.loads(missing)))
        for dossier, person, who, number, dossier_class, missing in rows
    ]


def _counted(judged: Judged) -> list[tuple[str, str]]:
    whole = [] if judged.missing else [(WHOLE, "")]
    lacks = [(what, name) for what, name, *_ in _rows(judged)]
    return [(HERE, ""), *whole, *lacks]


def _rows(judged: Judged) -> list[tuple[str, str, str, str]]:
    told = ((MISSING, judged.missing), (UNSAID, judged.unsaid))
    return [(what, name, judged.number, judged.dossier) for what, names in told for name in names]
