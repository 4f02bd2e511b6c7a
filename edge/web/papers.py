"""Papers other than proofs on the screen: shown, printed, followed to the end of the print job."""

from typing import Any

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Template

from edge.documents.forms import FORMS
from edge.domain.access import Clerk
from edge.store import papers as store
from edge.web.parts import Parts
from edge.web.persons import OVERVIEW, looked
from edge.web.queueing import job_at, send_kept
from edge.web.rendering import PDF, go, page, unkept
from edge.workflows import papers
from edge.workflows.matter_papers import require_right_to_print


@get("/papers/{paper:str}", sync_to_thread=True)
def show(
    request: Request[Any, Any, Any],
    reader: NamedDependency[Clerk],
    parts: NamedDependency[Parts],
    paper: FromPath[str],
) -> Template:
    """A paper that is not being printed."""
    return _shown(request, parts, reader, paper, None)


@get("/papers/{paper:str}/job/{job:int}", sync_to_thread=True)
def show_job(
    request: Request[Any, Any, Any],
    reader: NamedDependency[Clerk],
    parts: NamedDependency[Parts],
    paper: FromPath[str],
    job: FromPath[int],
) -> Template:
    """A paper and how its printing goes."""
    return _shown(request, parts, reader, paper, job)


@get("/papers/{paper:str}/job/{job:int}/state", sync_to_thread=True)
def job_state(
    request: Request[Any, Any, Any],
    reader: NamedDependency[Clerk],
    parts: NamedDependency[Parts],
    paper: FromPath[str],
    job: FromPath[int],
) -> Template:
    """How the printing goes, asked every second until it is over."""
    with parts.office.space.read() as town:
        known = store.paper_of(town, paper)
    return page(request, "parts/job.html", **_job(parts, known, job))


@post("/papers/{paper:str}/print", status_code=303, sync_to_thread=True)
def print_again(
    request: Request[Any, Any, Any],
    reader: NamedDependency[Clerk],
    parts: NamedDependency[Parts],
    paper: FromPath[str],
) -> Response[Any]:
    """Send a paper to the printer once more; asks for what issuing it does."""
    with parts.office.space.read() as town:
        known = store.paper_of(town, paper)
        require_right_to_print(town, reader, known)
    if known.dossier:
        looked(request, parts, reader, known.dossier, OVERVIEW)
    return go(request, printed(parts, reader, known))


@get("/papers/{paper:str}/pdf", sync_to_thread=True)
def pdf(
    request: Request[Any, Any, Any],
    reader: NamedDependency[Clerk],
    parts: NamedDependency[Parts],
    paper: FromPath[str],
) -> Response[bytes]:
    """The PDF itself."""
    with parts.office.space.read() as town:
        known = store.paper_of(town, paper)
    if known.dossier:
        looked(request, parts, reader, known.dossier, OVERVIEW)
    return unkept(parts.office.blobs.read(known.blob), PDF)


HANDLERS = [show, show_job, job_state, print_again, pdf]


def printed(parts: Parts, clerk: Clerk, paper: store.Paper) -> str:
    """Queue a paper and give the address of its job; the paper stands either way."""
    copies = FORMS[paper.form].copies if paper.form in FORMS else 1
    job = send_kept(parts, paper.blob, paper.number, copies)
    if job is None:
        return f"/papers/{paper.id}"
    papers.note_print(parts.office, clerk, paper.id, "printer", job)
    return f"/papers/{paper.id}/job/{job}"


def _shown(
    request: Request[Any, Any, Any], parts: Parts, reader: Clerk, paper: str, job: int | None
) -> Template:
    with parts.office.space.read() as town:
        known = store.paper_of(town, paper)
    if known.dossier:
        looked(request, parts, reader, known.dossier, OVERVIEW)
    back = f"/matters/{known.matter}" if known.matter else "/"
    return page(request, "paper.html", paper=known, back=back, **_job(parts, known, job))


def _job(parts: Parts, paper: store.Paper, job: int | None) -> dict[str, Any]:
    return job_at(parts, f"/papers/{paper.id}", job, sealed=bool(paper.code))
