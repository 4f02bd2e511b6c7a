"""What a code on a paper leads to: whether this office issued it, and how it stands now.

Answered from this box's own record, so that it needs no network. What is told is redacted: the
paper in hand is compared with it, and whoever has none learns nobody's name.
"""

import re
from dataclasses import dataclass

from cryptography import x509

from edge.documents.vouching import Vouched, vouched
from edge.domain.cover_code import plain
from edge.store.database import Connection
from edge.store.entries import entry_of
from edge.store.papers import paper_by_code
from edge.store.proofs import Proof, ProofStanding, proof_by_code, proof_of
from edge.store.staff import seals_of_offices
from edge.workflows.office import Office

# An address, or the code alone; behind it what the QR code says for itself.
_ADDRESS = re.compile(r"(?:HTTPS?://[^\s?#]+?/)?([2-9A-HJ-NP-Z]{8})(?:/([2-7A-Z]{100,400}))?/?")
_LONG_NUMBER = re.compile(r"\d{17}[\dXx]|\d{15}")


@dataclass(frozen=True, slots=True)
class Authentic:
    """A paper that this office issued; `holder` is masked, `lines` are redacted.

    `proof` and `paper` name what it is; `instead` and `replaces` are numbers of other proofs.
    """

    number: str
    kind: str
    at: int
    standing: ProofStanding
    holder: str = ""
    purpose: str = ""
    lines: tuple[str, ...] = ()
    reason: str = ""
    ended_at: int = 0
    instead: str = ""
    replaces: str = ""
    proof: str = ""
    dossier: str = ""
    paper: str = ""


def code_in(text: str) -> str:
    """Find the short code in what was typed or scanned; empty for none."""
    found = _ADDRESS.fullmatch(plain(text))
    return found[1] if found else ""


def said_in(text: str) -> str:
    """Find what a scanned QR code says for itself behind its short code; empty for nothing."""
    found = _ADDRESS.fullmatch(plain(text))
    return (found[2] or "") if found else ""


def vouched_for(office: Office, code: str, said: str) -> Vouched | None:
    """Tell a genuine proof of another office of the county by what its QR code says, offline."""
    with office.county.read() as county:
        seals = seals_of_offices(county)
    certificates = [x509.load_pem_x509_certificates(pem.encode())[0] for pem in seals]
    return vouched(code, said, certificates) if said else None


def authentic(connection: Connection, code: str) -> Authentic | None:
    """Find what was issued under a code; None where this office knows nothing of it."""
    proof = proof_by_code(connection, code)
    if proof is not None:
        return _proof(connection, proof)
    paper = paper_by_code(connection, code)
    if paper is None:
        return None
    return Authentic(
        paper.number,
        paper.title,
        paper.at,
        ProofStanding.VALID,
        dossier=paper.dossier,
        paper=paper.id,
    )


def masked_name(name: str) -> str:
    """王＊＊"""
    return name[:1] + "＊" * max(len(name) - 1, 1) if name else ""


def _proof(connection: Connection, proof: Proof) -> Authentic:
    body = entry_of(connection, proof.entry).body
    holder = str(body.get("holder", ""))
    lines = tuple(_redacted(str(each), holder) for each in body.get("statement", []))
    return Authentic(
        proof.number,
        proof.kind,
        proof.at,
        proof.standing,
        masked_name(holder),
        proof.purpose,
        lines,
        proof.reason,
        proof.ended_at,
        _number(connection, proof.instead),
        _number(connection, proof.replaces),
        proof.id,
        proof.dossier,
    )


def _redacted(line: str, holder: str) -> str:
    hidden = line.replace(holder, masked_name(holder)) if holder else line
    return _LONG_NUMBER.sub(lambda found: found[0][:6] + "********" + found[0][-4:], hidden)


def _number(connection: Connection, proof: str) -> str:
    return proof_of(connection, proof).number if proof else ""
