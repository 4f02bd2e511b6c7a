"""Sealed proofs issued, and the running numbers of papers."""

from dataclasses import dataclass

from edge.domain.errors import NotFound
from edge.store.database import Connection


@dataclass(frozen=True, slots=True)
class Proof:
    """One issued proof; `blob` is the sealed PDF's SHA-256."""

    id: str
    dossier: str
    kind: str
    number: str
    purpose: str
    code: str
    blob: str
    at: int
    by: str
    prints: int


_PROOF = (
    "select id, dossier, kind, number, purpose, code, lower(hex(blob)), at, by, "
    "(select count(*) from proof_print x where x.proof = proof.id) from proof "
)


def take_number(connection: Connection, name: str) -> int:
    """Take the next running number; once taken it is never given again."""
    row = connection.execute(
        "insert into counter values (?, 1) on conflict (name) do update set last = last + 1 "
        "returning last",
        (name,),
    ).fetchone()
    return int(row[0])


def proof_of(connection: Connection, id: str) -> Proof:
    """Read one proof; raises NotFound `proof.unknown`."""
    row = connection.execute(_PROOF + "where id = ?", (id,)).fetchone()
    if row is None:
        raise NotFound("proof.unknown")
    return Proof(*row)


def proof_by_code(connection: Connection, code: str) -> Proof | None:
    """Find a proof by the short code printed on it."""
    row = connection.execute(_PROOF + "where code = ? limit 1", (code,)).fetchone()
    return Proof(*row) if row else None


def proofs_of(connection: Connection, dossier: str) -> list[Proof]:
    """List the proofs issued from a dossier, the newest first."""
    rows = connection.execute(_PROOF + "where dossier = ? order by id desc", (dossier,))
    return [Proof(*row) for row in rows]
