"""Sealed proofs as they stand: valid, revoked, or issued anew."""

from dataclasses import dataclass
from enum import StrEnum

from edge.domain.errors import NotFound
from edge.store.database import Connection


class ProofStanding(StrEnum):
    """Whether a proof still holds."""

    VALID = "valid"
    REVOKED = "revoked"
    REISSUED = "reissued"


@dataclass(frozen=True, slots=True)
class Proof:
    """One issued proof; `blob` is the sealed PDF's SHA-256, `entry` the act that issued it.

    `ended_at` (ms, 0 while it holds) and `reason` tell of its revocation; `instead` is the proof
    issued in its place, `replaces` the one that this stands for.
    """

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
    entry: str
    replaces: str
    matter: str
    ended_at: int
    reason: str
    instead: str

    @property
    def standing(self) -> ProofStanding:
        """Whether it still holds."""
        if not self.ended_at:
            return ProofStanding.VALID
        return ProofStanding.REISSUED if self.instead else ProofStanding.REVOKED


# Revoked twice by offices apart, the first to be told counts; one that names a successor wins.
_END = (
    "(select {} from proof_end e where e.proof = proof.id order by e.instead = '', e.entry limit 1)"
)
_PROOF = (
    "select id, dossier, kind, number, purpose, code, lower(hex(blob)), at, by, "
    "(select count(*) from proof_print x where x.proof = proof.id), entry, replaces, matter, "
    f"coalesce({_END.format('e.at')}, 0), coalesce({_END.format('e.reason')}, ''), "
    f"coalesce({_END.format('e.instead')}, '') from proof "
)


def proof_of(connection: Connection, id: str) -> Proof:
    """Read one proof; raises NotFound `proof.unknown`."""
    row = connection.execute(_PROOF + "where id = ?", (id,)).fetchone()
    if row is None:
        raise NotFound("proof.unknown")
    return Proof(*row)


def proof_by_code(connection: Connection, code: str) -> Proof | None:
    """Find a proof by the short code printed on it."""
    row = connection.execute(_PROOF + "where code = ? and code <> '' limit 1", (code,)).fetchone()
    return Proof(*row) if row else None


def proofs_of(connection: Connection, dossier: str) -> list[Proof]:
    """List the proofs issued from a dossier, the newest first."""
    rows = connection.execute(_PROOF + "where dossier = ? order by id desc", (dossier,))
    return [Proof(*row) for row in rows]


def proof_of_matter(connection: Connection, matter: str) -> Proof | None:
    """Find the proof that a matter asked for."""
    row = connection.execute(
        _PROOF + "where matter = ? and matter <> '' order by id limit 1", (matter,)
    ).fetchone()
    return Proof(*row) if row else None
