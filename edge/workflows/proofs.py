"""Issuing a proof: numbered, typeset, sealed, kept, then printed; revoked or issued anew.

The number is taken before the paper is set; if the machine dies in between, that number is
skipped for ever rather than given twice.
"""

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime

from edge.documents.proof import ProofKind, ProofPaper, preview, typeset_proof
from edge.documents.seal import stamp_seal
from edge.documents.signature import sign
from edge.documents.vouching import Vouched, vouch
from edge.domain.access import Clerk, Right
from edge.domain.asker import SELF, Asker, check_asker
from edge.domain.errors import Conflict, InvalidInput
from edge.domain.kinds import Kind
from edge.domain.office_time import CHINA
from edge.store import matters, rules
from edge.store.database import Connection
from edge.store.entries import Pen, entry_of
from edge.store.papers import take_number
from edge.store.proofs import Proof, ProofStanding, proof_of, proof_of_matter, proofs_of
from edge.workflows.acting import day_of
from edge.workflows.authenticity import masked_name
from edge.workflows.consultation import check_cleared
from edge.workflows.office import Office
from edge.workflows.proof_content import Content, content_of

SEAL_LABEL = "档案证明专用章"
# Without 0/O and 1/I, so that a code can be read out over the telephone.
CODE_LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
# The county's rule that names the kinds of proof which a second clerk must have seen.
SECOND_LOOK = "proof.second_look"
LONGEST_REASON = 200
UNCODED = "········"  # stands on a preview, which nothing is signed for


@dataclass(frozen=True, slots=True)
class ProofRequest:
    """What the clerk chose; `notes` are those that it repeats, all of its kind where none is named.

    `replaces` is the proof that it is issued in place of, `matter` what asked for it. `again`: one
    like it was issued today, and a second is wanted.
    """

    dossier: str
    kind: ProofKind
    purpose: str
    notes: tuple[str, ...] = ()
    asker: Asker = SELF
    replaces: str = ""
    matter: str = ""
    again: bool = False


def preview_proof(office: Office, clerk: Clerk, request: ProofRequest) -> bytes:
    """Show the proof as PNG, unnumbered and unsealed; nothing is recorded."""
    clerk.require(Right.PROVE)
    content = _content(office, request)
    check_cleared(office, clerk, content.dossier)
    return preview(_paper(office, clerk, request, content, "（预览，未编号）", UNCODED))


def statements_of(office: Office, clerk: Clerk, request: ProofRequest) -> tuple[str, ...]:
    """Say what the proof would state; nothing is recorded. Errors as `issue_proof`."""
    clerk.require(Right.PROVE)
    content = _content(office, request)
    check_cleared(office, clerk, content.dossier)
    return content.statements


def issue_proof(office: Office, clerk: Clerk, request: ProofRequest) -> Proof:
    """Issue the proof and keep the sealed paper; one that it replaces is revoked by the same act.

    Raises what `content_of` and `check_asker` raise, Conflict `proof.second_look`, `proof.ended`
    for one that is to be replaced, `proof.twin` (proof, number, time) where the same was issued
    today, and InvalidInput `document.missing_glyph`.
    """
    clerk.require(Right.PROVE)
    asker = check_asker(request.asker)
    content = _content(office, request)
    check_cleared(office, clerk, content.dossier)
    _require_ready(office, request)
    with office.space.read() as town:
        _require_no_twin(town, request, asker, content, office.author.clock())
    year = datetime.fromtimestamp(office.author.clock() / 1000, CHINA).year
    running = office.space.write(lambda c: take_number(c, f"proof-{year}"))
    number = f"{office.code}证〔{year}〕{office.ordinal:02d}-{running:04d}号"
    code = "".join(secrets.choice(CODE_LETTERS) for _ in range(8))
    paper = _paper(office, clerk, request, content, number, code)
    typeset = typeset_proof(paper)
    stamp = stamp_seal(office.name, SEAL_LABEL)
    blob = office.blobs.put(sign(typeset.pdf, typeset.seal_box, stamp, office.seal))

    def act(pen: Pen) -> Proof:
        if request.replaces:
            _require_valid(proof_of(pen.connection, request.replaces))
        _require_no_twin(pen.connection, request, asker, content, pen.at)
        proof = pen.new_id()
        office.keep(pen.connection, blob)
        told = {
            "dossier": request.dossier,
            "kind": str(request.kind),
            "number": number,
            "purpose": request.purpose,
            "statement": list(paper.statements),
            "code": code,
            "blob": blob,
            "holder": content.person.name,
            "id_number": content.person.id_number,
        }
        about = {
            "notes": [note.id for note in content.notes],
            "asker": dict(asker.told),
            "replaces": request.replaces,
            "matter": request.matter,
        }
        pen.append(Kind.PROOF_ISSUED, proof, {**told, **{k: v for k, v in about.items() if v}})
        if request.replaces:
            ended = {"reason": "重开", "instead": proof}
            pen.append(Kind.PROOF_REVOKED, request.replaces, ended)
        return proof_of(pen.connection, proof)

    return office.transact(clerk, act)


def revoke_proof(office: Office, clerk: Clerk, proof: str, reason: str) -> Proof:
    """Revoke a proof; its number stays its own for ever.

    Raises NotFound `proof.unknown`, InvalidInput `proof.reason_missing`, Conflict `proof.ended`.
    """
    clerk.require(Right.PROVE)
    said = reason.strip()[:LONGEST_REASON]
    if not said:
        raise InvalidInput("proof.reason_missing")

    def act(pen: Pen) -> Proof:
        _require_valid(proof_of(pen.connection, proof))
        pen.append(Kind.PROOF_REVOKED, proof, {"reason": said})
        return proof_of(pen.connection, proof)

    return office.transact(clerk, act)


def needs_second_look(office: Office, kind: ProofKind) -> bool:
    """Say whether the county wants a second clerk to have seen proofs of this kind."""
    with office.county.read() as county:
        named = rules.rules_of(county).get(SECOND_LOOK, "")
    return str(kind) in named.replace("，", ",").replace(" ", ",").split(",")


def note_print(office: Office, clerk: Clerk, proof: str, printer: str, job: int) -> None:
    """Record that a proof went to a printer; raises Denied and NotFound `proof.unknown`."""
    clerk.require(Right.PROVE)

    def act(pen: Pen) -> None:
        proof_of(pen.connection, proof)
        pen.append(Kind.PROOF_PRINTED, proof, {"printer": printer, "job": str(job)})

    office.transact(clerk, act)


def _require_valid(proof: Proof) -> None:
    if proof.standing is not ProofStanding.VALID:
        raise Conflict("proof.ended", number=proof.number)


def _require_no_twin(
    town: Connection, request: ProofRequest, asker: Asker, content: Content, at: int
) -> None:
    """Ask before a second proof of one day that says the same to the same; mostly a slip."""
    if request.again or request.replaces or request.matter:
        return
    for each in proofs_of(town, request.dossier):
        if day_of(each.at) != day_of(at):
            return
        alike = (each.kind, each.purpose) == (str(request.kind), request.purpose)
        if not alike or each.standing is not ProofStanding.VALID:
            continue
        told = entry_of(town, each.entry).body
        said = (told.get("statement"), told.get("asker", {}))
        if said == (list(content.statements), dict(asker.told)):
            time = datetime.fromtimestamp(each.at / 1000, CHINA).strftime("%H:%M")
            raise Conflict("proof.twin", proof=each.id, number=each.number, time=time)


def _require_ready(office: Office, request: ProofRequest) -> None:
    with office.space.read() as town:
        if request.replaces:
            _require_valid(proof_of(town, request.replaces))
        if request.matter:
            asked = matters.matter_of(town, request.matter)
            same = asked.dossier == request.dossier and asked.fields.get("kind") == request.kind
            if not same or proof_of_matter(town, request.matter) is not None:
                raise Conflict("proof.not_asked_for")
            if asked.state != "approved":
                raise Conflict("proof.second_look", kind=str(request.kind))
        elif needs_second_look(office, request.kind):
            raise Conflict("proof.second_look", kind=str(request.kind))


def _content(office: Office, request: ProofRequest) -> Content:
    with office.space.read() as connection:
        return content_of(connection, request.dossier, request.kind, request.notes)


def _paper(
    office: Office, clerk: Clerk, request: ProofRequest, content: Content, number: str, code: str
) -> ProofPaper:
    return ProofPaper(
        office=office.name,
        kind=request.kind,
        number=number,
        holder=content.person.name,
        id_number=content.person.id_number or "未记载",
        statements=content.statements,
        citations=content.citations,
        issued_on=datetime.fromtimestamp(office.author.clock() / 1000, UTC)
        .astimezone(CHINA)
        .date(),
        clerk=clerk.name,
        verify_code=code,
        verify_url=_address(office, request, content, number, code),
        replaces=_number_of(office, request.replaces),
    )


def _address(
    office: Office, request: ProofRequest, content: Content, number: str, code: str
) -> str:
    """Where the QR code leads; behind the code it says itself, signed, what the proof is."""
    if code == UNCODED:
        return f"{office.verify_url}/{code}"
    day = day_of(office.author.clock()).strftime("%Y%m%d")
    holder = masked_name(content.person.name)
    said = Vouched(code, number, request.kind.name.lower(), day, holder)
    return f"{office.verify_url}/{code}/{vouch(said, office.seal)}"


def _number_of(office: Office, proof: str) -> str:
    if not proof:
        return ""
    with office.space.read() as connection:
        return proof_of(connection, proof).number
