"""Matters and their acts; how a matter stands is folded anew whenever one of its acts arrives."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from edge.domain.entry import Entry
from edge.domain.kinds import Kind
from edge.domain.matters.registry import FLOWS
from edge.domain.matters.standing import OF_DOSSIER, OF_PERSON, OPEN, Act, Standing, stand
from edge.store.database import Connection
from edge.store.reducers.content import text_of
from edge.store.reducers.registrations import or_replace


def opened(connection: Connection, entries: Sequence[Entry]) -> None:
    """Fold `matter.opened`."""
    connection.executemany(
        "insert into matter values (?, ?, ?, ?, ?, ?, '', 1, '', '{}', 0, ?, ?, 0) "
        + or_replace("matter", "flow", "number", "dossier", "person", "at", "by"),
        [
            (
                entry.about,
                entry.id,
                *(text_of(entry, name) for name in ("flow", "number", "dossier", "person")),
                entry.at,
                entry.by,
            )
            for entry in entries
        ],
    )
    acted(connection, entries)


def acted(connection: Connection, entries: Sequence[Entry]) -> None:
    """Fold `matter.stepped` and `matter.undone`, and the act that a `matter.opened` is."""
    connection.executemany(
        "insert or ignore into matter_act values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (
                entry.id,
                entry.about,
                OPEN if entry.kind == Kind.MATTER_OPENED else text_of(entry, "step"),
                json.dumps(_links(entry) | _fields(entry.body.get("fields", {})), sort_keys=True),
                json.dumps(list(entry.after)),
                text_of(entry, "undoes"),
                text_of(entry, "due"),
                entry.at,
                entry.by,
                entry.box,
            )
            for entry in entries
        ],
    )
    _refold(connection, {entry.about for entry in entries})


def refold_flows(connection: Connection, flows: Sequence[str]) -> None:
    """Fold every matter of these flows again, whose rules are others than when they were folded."""
    marks = ", ".join("?" * len(flows))
    found = connection.execute(f"select id from matter where flow in ({marks})", list(flows))
    _refold(connection, [id for (id,) in found.fetchall()])


def acts_of(connection: Connection, matter: str) -> list[Act]:
    """Read every act on one matter, in the order of entries."""
    rows = connection.execute(
        "select entry, step, fields, after, undoes, due, at, by from matter_act where matter = ? "
        "order by entry",
        (matter,),
    )
    return [
        Act(entry, step, json.loads(fields), tuple(json.loads(after)), undoes, due, at, by)
        for entry, step, fields, after, undoes, due, at, by in rows
    ]


def standing_of(connection: Connection, matter: str) -> Standing | None:
    """Fold one matter; None while its beginning is still to come."""
    row = connection.execute("select flow, entry from matter where id = ?", (matter,)).fetchone()
    if row is None:
        return None
    flow, beginning = row
    return stand(FLOWS.get(flow), acts_of(connection, matter), beginning)


def _refold(connection: Connection, matters: Iterable[str]) -> None:
    for matter in sorted(matters):
        now = standing_of(connection, matter)
        if now is None:
            continue
        connection.execute(
            "update matter set dossier = ?, person = ?, state = ?, open = ?, due = ?, fields = ?, "
            "aside = ?, changed = ? where id = ?",
            (
                now.fields.get(OF_DOSSIER, ""),
                now.fields.get(OF_PERSON, ""),
                now.state,
                now.open,
                now.due,
                json.dumps(_filled(now.fields), sort_keys=True, ensure_ascii=False),
                len(now.aside),
                max((act.at for act in now.taken), default=0),
                matter,
            ),
        )


def _filled(fields: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in fields.items() if name not in (OF_DOSSIER, OF_PERSON)}


def _links(entry: Entry) -> dict[str, str]:
    """Whom a beginning is about, as fields, so that undoing a later link shows it again."""
    links = {OF_DOSSIER: text_of(entry, "dossier"), OF_PERSON: text_of(entry, "person")}
    return {name: id for name, id in links.items() if id}


def _fields(said: Mapping[str, Any]) -> dict[str, str]:
    return {str(name): str(value) for name, value in said.items()}
