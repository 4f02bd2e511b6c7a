"""Issuing a proof: numbered, typeset, sealed, kept, then printed.

The number is taken before the paper is set; if the machine dies in between, that number is
skipped for ever rather than given twice.
"""

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone

from edge.documents.proof import Citation, ProofKind, ProofPaper, preview, typeset_proof
from edge.documents.seal import stamp_seal
from edge.documents.signature import sign
from edge.domain.access import Clerk, Right
from edge.domain.archive import category_of
from edge.domain.errors import Conflict
from edge.domain.kinds import Kind
from edge.store.dossiers import Dossier, Material, Standing, catalogue, dossier_of
from edge.store.entries import Pen
from edge.store.papers import Proof, proof_of, take_number
from edge.store.persons import Person, person_of
from edge.workflows.office import Office

CHINA = timezone(timedelta(hours=8))
SEAL_LABEL = "档案证明专用章"
# Without 0/O and 1/I, so that a code can be read out over the telephone.
CODE_LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"


@dataclass(frozen=True, slots=True)
class ProofRequest:
    """What the clerk chose."""

    dossier: str
    kind: ProofKind
    purpose: str


def preview_proof(office: Office, clerk: Clerk, request: ProofRequest) -> bytes:
    """Show the proof as PNG, unnumbered and unsealed; nothing is recorded."""
    clerk.require(Right.PROVE)
    return preview(_paper(office, clerk, _source(office, request), "（预览，未编号）", "········"))


def issue_proof(office: Office, clerk: Clerk, request: ProofRequest) -> Proof:
    """Issue the proof and keep the sealed paper.

    Raises Conflict `dossier.sent_away`, and InvalidInput `document.missing_glyph`.
    """
    clerk.require(Right.PROVE)
    source = _source(office, request)
    year = datetime.fromtimestamp(office.author.clock() / 1000, CHINA).year
    running = office.space.write(lambda c: take_number(c, f"proof-{year}"))
    number = f"{office.code}证〔{year}〕{office.ordinal:02d}-{running:04d}号"
    code = "".join(secrets.choice(CODE_LETTERS) for _ in range(8))
    paper = _paper(office, clerk, source, number, code)
    typeset = typeset_proof(paper)
    stamp = stamp_seal(office.name, SEAL_LABEL)
    blob = office.blobs.put(sign(typeset.pdf, typeset.seal_box, stamp, office.seal))

    def act(pen: Pen) -> Proof:
        proof = pen.new_id()
        office.keep(pen.connection, blob)
        pen.append(
            Kind.PROOF_ISSUED,
            proof,
            {
                "dossier": request.dossier,
                "kind": str(request.kind),
                "number": number,
                "purpose": request.purpose,
                "statement": list(paper.statements),
                "code": code,
                "blob": blob,
            },
        )
        return proof_of(pen.connection, proof)

    return office.transact(clerk, act)


def note_print(office: Office, clerk: Clerk, proof: str, printer: str, job: int) -> None:
    """Record that a proof went to a printer; raises Denied and NotFound `proof.unknown`."""
    clerk.require(Right.PROVE)

    def act(pen: Pen) -> None:
        proof_of(pen.connection, proof)
        pen.append(Kind.PROOF_PRINTED, proof, {"printer": printer, "job": str(job)})

    office.transact(clerk, act)


@dataclass(frozen=True, slots=True)
class _Source:
    """What the proof rests on."""

    kind: ProofKind
    dossier: Dossier
    person: Person
    materials: list[Material]


def _source(office: Office, request: ProofRequest) -> _Source:
    with office.space.read() as connection:
        dossier = dossier_of(connection, request.dossier)
        if dossier.standing is Standing.SENT:
            raise Conflict("dossier.sent_away")
        person = person_of(connection, dossier.person)
        materials = catalogue(connection, request.dossier)
    return _Source(request.kind, dossier, person, materials)


def _paper(office: Office, clerk: Clerk, source: _Source, number: str, code: str) -> ProofPaper:
    person = source.person
    cited = _cited(source.kind, source.materials)
    return ProofPaper(
        office=office.name,
        kind=source.kind,
        number=number,
        holder=person.name,
        id_number=person.id_number or "未记载",
        statements=_statements(source.kind, person, source.dossier, cited),
        citations=tuple(
            Citation(category_of(each.category).name, each.title, 1 if each.pages else None)
            for each in cited[:4]
        ),
        issued_on=datetime.fromtimestamp(office.author.clock() / 1000, UTC)
        .astimezone(CHINA)
        .date(),
        clerk=clerk.name,
        verify_code=code,
        verify_url=f"{office.verify_url}/{code}",
    )


# Which categories a kind of proof rests on; the first materials of them are cited.
_SOURCES: dict[ProofKind, tuple[str, ...]] = {
    ProofKind.STORAGE: ("1",),
    ProofKind.EXPERIENCE: ("1", "9-2", "9-1", "10"),
    ProofKind.BIRTH: ("1", "4-1", "6"),
    ProofKind.EDUCATION: ("4-1", "4-2"),
    ProofKind.KINSHIP: ("1", "2", "5"),
}


def _cited(kind: ProofKind, materials: list[Material]) -> list[Material]:
    sources = _SOURCES[kind]
    return [each for each in materials if each.category in sources]


def _statements(
    kind: ProofKind, person: Person, dossier: Dossier, cited: list[Material]
) -> tuple[str, ...]:
    if kind is ProofKind.STORAGE:
        kept = f"该同志人事档案编号为{dossier.number}，档案类别为{dossier.dossier_class}。"
        unit = f"档案所载原工作单位为{person.unit}。" if person.unit else ""
        return (kept + unit,)
    if kind is ProofKind.BIRTH:
        return (f"登记的出生日期为{_spoken(person.birth)}，性别{_sex(person.sex)}。",)
    if kind is ProofKind.EDUCATION:
        return (f"登记的学历为{person.education or '未记载'}。",)
    lines = tuple(f"{_spoken(each.formed_on)}，形成《{each.title}》。" for each in cited[:8])
    return lines or ("档案中未见相应记载。",)


def _spoken(date: str) -> str:
    if not date:
        return "日期未记载"
    year, month, day = date[:4], date[4:6], date[6:8]
    return f"{year}年" + (f"{int(month)}月" if month else "") + (f"{int(day)}日" if day else "")


def _sex(sex: str) -> str:
    return {"male": "男", "female": "女"}.get(sex, "未记载")
