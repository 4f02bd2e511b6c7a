"""Sealed proofs: issued once, printed any number of times, revoked but never gone."""

from collections.abc import Sequence

from edge.domain.entry import Entry
from edge.store.database import Connection
from edge.store.reducers.dossiers import PAPER, name_blobs
from edge.store.reducers.registrations import or_replace

_PROOF = or_replace(
    *("proof", "dossier", "kind", "number", "purpose", "code", "blob", "at", "by", "box"),
    *("replaces", "matter"),
)


def issued(connection: Connection, entries: Sequence[Entry]) -> None:
    """Fold `proof.issued`."""
    rows, blobs = [], []
    for entry in entries:
        body = entry.body
        digest = bytes.fromhex(body.get("blob", ""))
        names = ("dossier", "kind", "number", "purpose", "code")
        texts = (str(body.get(name, "")) for name in names)
        told = (str(body.get(name) or "") for name in ("replaces", "matter"))
        rows.append((entry.about, entry.id, *texts, digest, entry.at, entry.by, entry.box, *told))
        if digest:
            blobs.append((digest, PAPER))
    connection.executemany(
        f"insert into proof values ({', '.join('?' * 13)}) {_PROOF}",
        rows,
    )
    name_blobs(connection, blobs)


def printed(connection: Connection, entries: Sequence[Entry]) -> None:
    """Fold `proof.printed`."""
    connection.executemany(
        "insert or ignore into proof_print values (?, ?, ?, ?, ?)",
        [
            (
                entry.id,
                entry.about,
                str(entry.body.get("printer", "")),
                str(entry.body.get("job", "")),
                entry.at,
            )
            for entry in entries
        ],
    )


def revoked(connection: Connection, entries: Sequence[Entry]) -> None:
    """Fold `proof.revoked`."""
    connection.executemany(
        "insert or ignore into proof_end values (?, ?, ?, ?, ?, ?)",
        [
            (
                entry.id,
                entry.about,
                str(entry.body.get("reason") or ""),
                str(entry.body.get("instead") or ""),
                entry.at,
                entry.by,
            )
            for entry in entries
        ],
    )
