"""Issuing a proof: kind, preview, seal and print, then the print job to its end."""

from typing import Annotated, Any

import msgspec
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, URLEncodedBody
from litestar.response import Template

from edge.documents.proof import ProofKind
from edge.domain.access import Clerk, Right
from edge.domain.errors import DangxiaError, DeviceUnavailable, NotFound
from edge.store import papers
from edge.web.locale import sentence, sentence_of
from edge.web.parts import Parts
from edge.web.persons import OVERVIEW, looked, opened
from edge.web.rendering import go, page
from edge.workflows import proofs

# IPP numbers jobs with 31 bits (RFC 8011 §5.3.2).
LAST_JOB = 2**31 - 1
KINDS = {kind.name.lower(): kind for kind in ProofKind}


class Issued(msgspec.Struct, frozen=True):
    """The form under the preview."""

    purpose: Annotated[str, msgspec.Meta(min_length=1, max_length=60)]


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
        issued = papers.proofs_of(town, dossier)
    return page(
        request, "proof_choose.html", dossier=held, person=person, kinds=KINDS, issued=issued
    )


@get("/dossiers/{dossier:str}/proofs/{kind:str}", sync_to_thread=True)
def look(
    request: Request[Any, Any, Any],
    reader: NamedDependency[Clerk],
    parts: NamedDependency[Parts],
    dossier: FromPath[str],
    kind: FromPath[str],
) -> Template:
    """The paper as it will be, before it is numbered and sealed."""
    held, person = opened(request, parts, reader, dossier)
    health = parts.printer.health() if parts.printer else None
    return page(
        request,
        "proof_preview.html",
        dossier=held,
        person=person,
        kind=kind,
        name=kind_of(kind).value,
        health=health,
    )


@get("/dossiers/{dossier:str}/proofs/{kind:str}/preview", sync_to_thread=True)
def preview(
    request: Request[Any, Any, Any],
    reader: NamedDependency[Clerk],
    parts: NamedDependency[Parts],
    dossier: FromPath[str],
    kind: FromPath[str],
) -> Response[bytes]:
    """The preview's picture."""
    wanted = proofs.ProofRequest(dossier, kind_of(kind), "")
    looked(request, parts, reader, dossier, OVERVIEW)
    return Response(
        proofs.preview_proof(parts.office, reader, wanted),
        media_type="image/png",
        headers={"Cache-Control": "no-store"},
    )


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
    wanted = proofs.ProofRequest(dossier, kind_of(kind), data.purpose)
    proof = proofs.issue_proof(parts.office, reader, wanted)
    return go(request, _printed(parts, reader, proof))


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
        known = papers.proof_of(town, proof)
    return go(request, _printed(parts, reader, known))


def _printed(parts: Parts, clerk: Clerk, proof: papers.Proof) -> str:
    """Queue the sealed paper and give the address of its job; the proof stands either way."""
    if parts.printer is None:
        return f"/proofs/{proof.id}"
    parts.work.mkdir(parents=True, exist_ok=True)
    pdf = parts.work / f"proof-{proof.id}.pdf"
    pdf.write_bytes(parts.office.blobs.read(proof.blob))
    try:
        job = parts.printer.submit(pdf, proof.number)
    except DeviceUnavailable:
        return f"/proofs/{proof.id}"
    finally:
        pdf.unlink(missing_ok=True)
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
        known = papers.proof_of(town, proof)
    _, person = opened(request, parts, reader, known.dossier)
    return page(request, "proof.html", proof=known, person=person, **job_of(parts, known, job))


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
        known = papers.proof_of(town, proof)
    return page(request, "parts/job.html", **job_of(parts, known, job))


def job_of(parts: Parts, proof: papers.Proof, job: int | None) -> dict[str, Any]:
    """What `parts/job.html` shows of a proof's printing."""
    return {"address": f"/proofs/{proof.id}", "sealed": True, "job": job} | printing(parts, job)


def printing(parts: Parts, job: int | None) -> dict[str, Any]:
    """Say how a job goes: the template's `state`, `said`, `tone` and `over`."""
    if parts.printer is None:
        said = sentence("device.printer.absent")
        return {"state": "unsent", "said": said, "tone": "care", "over": True}
    if job is not None and job > LAST_JOB:
        raise NotFound("device.printer.no_job", job=job)
    if job is None:
        health = parts.printer.health()
        said = sentence(f"device.printer.{health.fault}") if health.fault else ""
        return {
            "state": "failed",
            "said": said or sentence("job.failed"),
            "tone": "care",
            "over": True,
        }
    try:
        now = parts.printer.job(job)
    except DangxiaError as error:
        over = isinstance(error, NotFound)
        return {"state": "held", "said": sentence_of(error), "tone": "care", "over": over}
    if now.fault:
        said = sentence(f"device.printer.{now.fault}")
        return {"state": now.state, "said": said, "tone": "care", "over": now.final}
    tones = {"done": "done", "failed": "alarm", "cancelled": "care", "held": "care"}
    return {
        "state": str(now.state),
        "said": sentence(f"job.{now.state}"),
        "tone": tones.get(now.state, ""),
        "over": now.final,
    }


@get("/proofs/{proof:str}/paper", sync_to_thread=True)
def paper(
    request: Request[Any, Any, Any],
    reader: NamedDependency[Clerk],
    parts: NamedDependency[Parts],
    proof: FromPath[str],
) -> Response[bytes]:
    """The sealed PDF itself."""
    with parts.office.space.read() as town:
        known = papers.proof_of(town, proof)
    looked(request, parts, reader, known.dossier, OVERVIEW)
    return Response(
        parts.office.blobs.read(known.blob),
        media_type="application/pdf",
        headers={"Cache-Control": "no-store"},
    )
