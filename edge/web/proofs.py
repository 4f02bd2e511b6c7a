"""Issuing a proof: kind, preview, seal and print, its job; revoking it."""

from typing import Annotated, Any

import msgspec
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, URLEncodedBody
from litestar.response import Template

from edge.documents.proof import ProofKind
from edge.domain.access import Clerk, Right
from edge.domain.asker import Asker, AskerKind
from edge.domain.errors import NotFound
from edge.store import matters
from edge.store import proofs as store
from edge.web.parts import Parts
from edge.web.persons import OVERVIEW, looked, opened
from edge.web.queueing import job_at, send_kept
from edge.web.rendering import PDF, go, page, unkept
from edge.workflows import proof_content, proofs
from edge.workflows.matters import Opening, open_matter, take_step
from edge.workflows.proof_content import STATED

KINDS = {kind.name.lower(): kind for kind in ProofKind}
NAMES = {str(kind): name for name, kind in KINDS.items()}
ASKERS = {AskerKind.SELF: "本人", AskerKind.DELEGATE: "委托代办", AskerKind.UNIT: "单位"}


# What a proof is wanted for; the clerk taps one.
PURPOSES = (
    "本人办事", "入职就业", "升学考试", "落户迁移", "办理退休", "政审考察", "生育登记",
    "出国（境）", "职称考试",
)  # fmt: skip
Short = Annotated[str, msgspec.Meta(max_length=60)]


class Issued(msgspec.Struct, frozen=True):
    """The form beside the preview; who asks is told where it is not the person."""

    purpose: Annotated[str, msgspec.Meta(min_length=1, max_length=60)]
    note: list[str] | str = ""
    replaces: Short = ""
    matter: Short = ""
    again: Short = ""
    asker: AskerKind = AskerKind.SELF
    asker_name: Short = ""
    asker_id: Short = ""
    mandate: Short = ""
    unit: Short = ""
    letter: Short = ""

    @property
    def notes(self) -> tuple[str, ...]:
        """The notes that are ticked; a form sends one alone without a list."""
        return (
            tuple(self.note) if isinstance(self.note, list) else tuple(filter(None, (self.note,)))
        )

    @property
    def told_by(self) -> Asker:
        """Who asks."""
        return Asker(
            self.asker,
            self.asker_name,
            self.asker_id,
            bool(self.mandate),
            self.unit,
            self.letter,
        )


class Ended(msgspec.Struct, frozen=True):
    """Why a proof is revoked."""

    reason: Annotated[str, msgspec.Meta(max_length=200)] = ""


def kind_of(name: str) -> ProofKind:
    """Read a kind from an address; raises NotFound `proof.kind_unknown`."""
    if name not in KINDS:
        raise NotFound("proof.kind_unknown")
    return KINDS[name]


@get("/dossiers/{dossier:str}/proofs", sync_to_thread=True)
def choose(
    request: Request[Any, Any, Any],
    reader: NamedDependency[Clerk],
    parts: NamedDependency[Parts],
    dossier: FromPath[str],
) -> Template:
    """Which proof is wanted."""
    held, person = opened(request, parts, reader, dossier)
    with parts.office.space.read() as town:
        noted = {
            name: bool(proof_content.notes_for(town, held, kind)) for name, kind in KINDS.items()
        }
        return page(
            request,
            "proof_choose.html",
            dossier=held,
            person=person,
            kinds=KINDS,
            ready={name: noted[name] or not STATED[kind] for name, kind in KINDS.items()},
            issued=store.proofs_of(town, dossier),
            cautions=proof_content.cautions(town, dossier),
        )


@get("/dossiers/{dossier:str}/proofs/{kind:str}", sync_to_thread=True)
def look(
    request: Request[Any, Any, Any],
    reader: NamedDependency[Clerk],
    parts: NamedDependency[Parts],
    dossier: FromPath[str],
    kind: FromPath[str],
    note: FromQuery[list[str] | None] = None,
    replaces: FromQuery[str] = "",
    matter: FromQuery[str] = "",
) -> Template:
    """The paper as it will be, before it is numbered and sealed."""
    held, person = opened(request, parts, reader, dossier)
    wanted = kind_of(kind)
    with parts.office.space.read() as town:
        notes = proof_content.notes_for(town, held, wanted)
        cautions = proof_content.cautions(town, dossier)
        replaced = store.proof_of(town, replaces) if replaces else None
        asked = matters.matter_of(town, matter) if matter else None
    return page(
        request,
        "proof_preview.html",
        dossier=held,
        person=person,
        kind=kind,
        name=wanted.value,
        health=parts.printer.health() if parts.printer else None,
        notes=notes,
        chosen=set(note or [each.id for each in notes]),
        needs_notes=bool(STATED[wanted]),
        cautions=cautions,
        replaced=replaced,
        matter=asked,
        second_look=not matter and proofs.needs_second_look(parts.office, wanted),
        purposes=PURPOSES,
    )


@get("/dossiers/{dossier:str}/proofs/{kind:str}/preview", sync_to_thread=True)
def preview(
    request: Request[Any, Any, Any],
    reader: NamedDependency[Clerk],
    parts: NamedDependency[Parts],
    dossier: FromPath[str],
    kind: FromPath[str],
    note: FromQuery[list[str] | None] = None,
    replaces: FromQuery[str] = "",
) -> Response[bytes]:
    """The preview's picture."""
    wanted = proofs.ProofRequest(dossier, kind_of(kind), "", tuple(note or ()), replaces=replaces)
    looked(request, parts, reader, dossier, OVERVIEW)
    return unkept(proofs.preview_proof(parts.office, reader, wanted), "image/png")


@post("/dossiers/{dossier:str}/proofs/{kind:str}/issue", status_code=303, sync_to_thread=True)
def issue(
    request: Request[Any, Any, Any],
    reader: NamedDependency[Clerk],
    parts: NamedDependency[Parts],
    dossier: FromPath[str],
    kind: FromPath[str],
    data: URLEncodedBody[Issued],
) -> Response[Any]:
    """Number, seal and keep the proof, then send it to the printer."""
    wanted = proofs.ProofRequest(
        dossier,
        kind_of(kind),
        data.purpose,
        data.notes,
        data.told_by,
        data.replaces,
        data.matter,
        bool(data.again),
    )
    proof = proofs.issue_proof(parts.office, reader, wanted)
    if data.matter:
        take_step(parts.office, reader, data.matter, "issue", {})
    return go(request, _printed(parts, reader, proof))


@post("/dossiers/{dossier:str}/proofs/{kind:str}/ask", status_code=303, sync_to_thread=True)
def ask(
    request: Request[Any, Any, Any],
    reader: NamedDependency[Clerk],
    parts: NamedDependency[Parts],
    dossier: FromPath[str],
    kind: FromPath[str],
    data: URLEncodedBody[Issued],
) -> Response[Any]:
    """Hand the proof to a colleague for a second look, where the county wants one."""
    told = data.told_by
    fields = {
        "kind": str(kind_of(kind)),
        "purpose": data.purpose,
        "asker": ASKERS[told.kind],
        "asker_name": told.name,
        "asker_id": told.id_number,
        "unit": told.unit,
        "letter": told.letter,
        "mandate": "是" if told.mandate else "",
    }
    asked = open_matter(
        parts.office, reader, Opening("proof_request", dossier=dossier, fields=fields)
    )
    return go(request, f"/matters/{asked.id}")


@post("/proofs/{proof:str}/revoke", status_code=303, sync_to_thread=True)
def revoke(
    request: Request[Any, Any, Any],
    reader: NamedDependency[Clerk],
    parts: NamedDependency[Parts],
    proof: FromPath[str],
    data: URLEncodedBody[Ended],
) -> Response[Any]:
    """Revoke a proof; errors as `proofs.revoke_proof`."""
    proofs.revoke_proof(parts.office, reader, proof, data.reason)
    return go(request, f"/proofs/{proof}")


@post("/proofs/{proof:str}/print", status_code=303, sync_to_thread=True)
def print_again(
    request: Request[Any, Any, Any],
    reader: NamedDependency[Clerk],
    parts: NamedDependency[Parts],
    proof: FromPath[str],
) -> Response[Any]:
    """Send a proof that is on record to the printer once more."""
    reader.require(Right.PROVE)
    with parts.office.space.read() as town:
        known = store.proof_of(town, proof)
    looked(request, parts, reader, known.dossier, OVERVIEW)
    return go(request, _printed(parts, reader, known))


def _printed(parts: Parts, clerk: Clerk, proof: store.Proof) -> str:
    """Queue the sealed paper and give the address of its job; the proof stands either way."""
    job = send_kept(parts, proof.blob, proof.number)
    if job is None:
        return f"/proofs/{proof.id}"
    proofs.note_print(parts.office, clerk, proof.id, "printer", job)
    return f"/proofs/{proof.id}/job/{job}"


@get("/proofs/{proof:str}", sync_to_thread=True)
def show(
    request: Request[Any, Any, Any],
    reader: NamedDependency[Clerk],
    parts: NamedDependency[Parts],
    proof: FromPath[str],
) -> Template:
    """An issued proof that is not being printed."""
    return _shown(request, parts, reader, proof, None)


@get("/proofs/{proof:str}/job/{job:int}", sync_to_thread=True)
def show_job(
    request: Request[Any, Any, Any],
    reader: NamedDependency[Clerk],
    parts: NamedDependency[Parts],
    proof: FromPath[str],
    job: FromPath[int],
) -> Template:
    """An issued proof and how its printing goes."""
    return _shown(request, parts, reader, proof, job)


def _shown(
    request: Request[Any, Any, Any], parts: Parts, reader: Clerk, proof: str, job: int | None
) -> Template:
    with parts.office.space.read() as town:
        known = store.proof_of(town, proof)
    _, person = opened(request, parts, reader, known.dossier)
    with parts.office.space.read() as town:
        others = {
            name: store.proof_of(town, id).number if id else ""
            for name, id in (("instead", known.instead), ("replaces", known.replaces))
        }
        return page(
            request,
            "proof.html",
            proof=known,
            person=person,
            kind=NAMES.get(known.kind, ""),
            drift=proof_content.drift_of(town, known),
            others=others,
            **_job(parts, known, job),
        )


@get("/proofs/{proof:str}/job/{job:int}/state", sync_to_thread=True)
def job_state(
    request: Request[Any, Any, Any],
    reader: NamedDependency[Clerk],
    parts: NamedDependency[Parts],
    proof: FromPath[str],
    job: FromPath[int],
) -> Template:
    """How the printing goes, asked every second until it is over."""
    with parts.office.space.read() as town:
        known = store.proof_of(town, proof)
    return page(request, "parts/job.html", **_job(parts, known, job))


@get("/proofs/{proof:str}/paper", sync_to_thread=True)
def paper(
    request: Request[Any, Any, Any],
    reader: NamedDependency[Clerk],
    parts: NamedDependency[Parts],
    proof: FromPath[str],
) -> Response[bytes]:
    """The sealed PDF itself."""
    with parts.office.space.read() as town:
        known = store.proof_of(town, proof)
    looked(request, parts, reader, known.dossier, OVERVIEW)
    return unkept(parts.office.blobs.read(known.blob), PDF)


def _job(parts: Parts, proof: store.Proof, job: int | None) -> dict[str, Any]:
    return job_at(parts, f"/proofs/{proof.id}", job, sealed=True)


HANDLERS = [
    choose,
    look,
    preview,
    issue,
    ask,
    revoke,
    print_again,
    show,
    show_job,
    job_state,
    paper,
]
