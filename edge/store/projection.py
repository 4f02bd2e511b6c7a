"""Computing the present from the record, in the same transaction as the entries.

Each kind has one reducer, which takes a batch of entries. Reducers give the same rows for every
order of arrival: rows are keyed by the entry or by its subject, a subject claimed twice keeps one
of them (`reducers.registrations`), and changing facts are folded again whenever one arrives.
"""

import logging
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence

from edge.domain.entry import Entry
from edge.domain.kinds import Kind
from edge.store import branches
from edge.store.bulk import insert_many
from edge.store.database import Connection
from edge.store.lacks import let_wait
from edge.store.phrases import forget_phrases
from edge.store.reducers import (
    citizens,
    climate,
    conflicts,
    county,
    custody,
    dossiers,
    facts,
    matters,
    papers,
    persons,
    proofs,
    records,
    registers,
    room,
)

log = logging.getLogger(__name__)
Reducer = Callable[[Connection, Sequence[Entry]], None]

REDUCERS: dict[str, Reducer] = {
    Kind.PERSON_REGISTERED: persons.registered,
    Kind.PERSON_CORRECTED: facts.claimed,
    Kind.RECORD_NOTED: records.noted,
    Kind.RECORD_STRUCK: records.struck,
    Kind.DOSSIER_REGISTERED: dossiers.registered,
    Kind.DOSSIER_MOVED: facts.claimed,
    Kind.DOSSIER_GRADED: facts.claimed,
    Kind.CAPTURE_TAKEN: dossiers.captured,
    Kind.CAPTURE_ARRANGED: dossiers.arranged,
    Kind.MATERIAL_FILED: dossiers.filed,
    Kind.MATERIAL_RECLASSIFIED: facts.claimed,
    Kind.CUSTODY_RECEIVED: custody.received,
    Kind.CUSTODY_LENT: custody.lent,
    Kind.CUSTODY_RENEWED: custody.renewed,
    Kind.CUSTODY_RETURNED: custody.returned,
    Kind.DOSSIER_VIEWED: custody.viewed,
    Kind.PROOF_ISSUED: proofs.issued,
    Kind.PROOF_PRINTED: proofs.printed,
    Kind.PROOF_REVOKED: proofs.revoked,
    Kind.CLIMATE_HOUR: climate.hour,
    Kind.CLIMATE_ALERT: climate.alerted,
    Kind.CLIMATE_CHANGED: climate.changed,
    Kind.CLIMATE_CLEARED: climate.ended,
    Kind.CLIMATE_ACKNOWLEDGED: climate.ended,
    Kind.CLIMATE_UNSEEN: climate.ended,
    Kind.SWITCH_COMMANDED: room.commanded,
    Kind.SWITCH_SETTLED: room.settled,
    Kind.SWITCH_OVERRIDDEN: room.overridden,
    Kind.ROOM_SEEN: room.seen,
    Kind.ROOM_SHEET_PRINTED: room.sheet_printed,
    Kind.TRANSFER_SENT: custody.transferred,
    Kind.TRANSFER_ARRIVED: custody.transferred,
    Kind.TRANSFER_RECEIVED: custody.transferred,
    Kind.TRANSFER_CONFIRMED: custody.transferred,
    Kind.MATTER_OPENED: matters.opened,
    Kind.MATTER_STEPPED: matters.acted,
    Kind.MATTER_UNDONE: matters.acted,
    Kind.PAPER_ISSUED: papers.issued,
    Kind.PAPER_PRINTED: papers.printed,
    Kind.LIST_FROZEN: registers.frozen,
    Kind.STOCK_SEEN: registers.seen,
    Kind.CITIZEN_CONFIRMED: citizens.confirmed,
    Kind.CONFLICT_RESOLVED: conflicts.answered,
    Kind.CONFLICT_PROPOSED: conflicts.answered,
    Kind.INSTITUTION_NAMED: county.institution_named,
    Kind.USER_ENROLLED: county.user_enrolled,
    Kind.USER_WITHDRAWN: county.user_withdrawn,
    Kind.BOX_ADMITTED: county.box_admitted,
    Kind.BOX_REVOKED: county.box_revoked,
    Kind.RULE_SET: county.rule_set,
    Kind.SCHEME_PUBLISHED: county.scheme_published,
}

# What dossiers lack is judged by what these tell.
_JUDGED = frozenset(
    (
        *(Kind.PERSON_REGISTERED, Kind.PERSON_CORRECTED, Kind.DOSSIER_REGISTERED),
        *(Kind.MATERIAL_FILED, Kind.MATERIAL_RECLASSIFIED, Kind.TRANSFER_SENT),
        *(Kind.TRANSFER_ARRIVED, Kind.TRANSFER_RECEIVED, Kind.TRANSFER_CONFIRMED),
        Kind.CONFLICT_RESOLVED,
    )
)

# Keyed by what makes a row the same at every peer; the dump of these tables is what two peers
# with the same entries agree on, byte for byte.
TABLES: tuple[str, ...] = (
    "chain",
    "fork",
    "branch",
    "history",
    "fact",
    "conflict",
    "conflict_party",
    "resolution",
    "resolution_answer",
    "authorship",
    "person",
    "person_initials",
    "dossier",
    "material",
    "capture",
    "arrangement",
    "page",
    "blob",
    "receipt_of_dossier",
    "loan",
    "loan_renewal",
    "loan_return",
    "view",
    "proof",
    "proof_print",
    "proof_end",
    "record_note",
    "record_struck",
    "climate_hour",
    "climate_alert",
    "climate_alert_change",
    "climate_alert_end",
    "switch_command",
    "switch_settled",
    "switch_override",
    "room_seen",
    "room_sheet",
    "transfer",
    "matter",
    "matter_act",
    "paper",
    "paper_print",
    "confirmation",
    "frozen_list",
    "stock_seen",
    "institution",
    "staff",
    "box",
    "rule",
    "scheme",
)


def project(connection: Connection, entries: Sequence[Entry]) -> None:
    """Bring the present up to date with entries that have just been stored.

    Raises KeyError, TypeError, AttributeError or ValueError for content that no reducer can read.
    """
    _note_history(connection, entries)
    judged = {subject for entry in entries if entry.kind in _JUDGED for subject in _named(entry)}
    if judged:
        let_wait(connection, judged)
    by_kind: dict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        by_kind[entry.kind].append(entry)
    for kind, batch in by_kind.items():
        reducer = REDUCERS.get(kind)
        if reducer is not None:
            try:
                reducer(connection, batch)
            except (OverflowError, connection.InterfaceError, connection.ProgrammingError) as error:
                raise ValueError(f"content of {kind} that no column holds") from error
    facts.refold(connection, {entry.about for entry in entries})
    conflicts.refold(connection, entries)
    if judged:
        let_wait(connection, judged)


def _named(entry: Entry) -> tuple[str, ...]:
    dossier = entry.body.get("dossier", "")
    return (entry.about, dossier) if isinstance(dossier, str) and dossier else (entry.about,)


def rebuild(connection: Connection, entries: Iterable[Entry], batch_size: int = 2_000) -> None:
    """Empty the present and compute it again from the record.

    An entry that no reducer can read was taken in by a program that did not know its kind: it
    stays in its chain and its subject's history, and changes nothing else.
    """
    for table in TABLES:
        if table != "blob":
            connection.execute(f"delete from {table}")
    # What goes for good is in no entry: what dossiers lack is judged anew.
    connection.execute("delete from lack_rules")
    # Until all are named, this one stands before the real table, whose triggers keep account of
    # every file: a file that is named as before is neither taken out of account nor put in again.
    connection.execute(
        "create temp table blob (digest blob primary key, class integer not null) without rowid"
    )
    connection.execute("insert into person_search (person_search) values ('delete-all')")
    forget_phrases(connection)
    batch: list[Entry] = []
    for entry in entries:
        batch.append(entry)
        if len(batch) >= batch_size:
            _project_readable(connection, batch)
            batch = []
    _project_readable(connection, batch)
    _name_anew(connection)


def dump(connection: Connection) -> bytes:
    """Render the whole present in one canonical form, for comparing peers and rebuilds."""
    lines = []
    for table in TABLES:
        described = connection.execute(f"pragma table_info({table})").fetchall()
        columns = [name for _, name, *_ in described if name != "row"]
        order = ", ".join(columns)
        for row in connection.execute(f"select {order} from {table} order by {order}"):
            lines.append(f"{table}\t{row!r}")
    return "\n".join(lines).encode()


def _name_anew(connection: Connection) -> None:
    """Let the real table of files hold what the other one does, and drop that one."""
    connection.execute(
        "delete from main.blob as b where not exists "
        "(select 1 from temp.blob t where t.digest = b.digest and t.class = b.class)"
    )
    connection.execute(
        "insert into main.blob select digest, class from temp.blob t where not exists "
        "(select 1 from main.blob b where b.digest = t.digest)"
    )
    connection.execute("drop table temp.blob")


def _project_readable(connection: Connection, batch: Sequence[Entry]) -> None:
    connection.execute("savepoint batch")
    try:
        project(connection, batch)
    except (KeyError, TypeError, AttributeError, ValueError):
        connection.execute("rollback to batch")
        if len(batch) == 1:
            log.warning("entry %s is passed over: its content cannot be read", batch[0].id)
            _note_history(connection, batch)
        else:
            middle = len(batch) // 2
            _project_readable(connection, batch[:middle])
            _project_readable(connection, batch[middle:])
    finally:
        connection.execute("release batch")


def _note_history(connection: Connection, entries: Sequence[Entry]) -> None:
    rows = ((e.id, e.about, e.kind, e.at, e.by, e.box, e.n) for e in entries)
    insert_many(connection, "insert or ignore into history", 7, rows)
    branches.note(connection, entries)
