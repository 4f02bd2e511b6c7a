"""Issuing papers other than proofs: numbered, typeset, sealed where the form asks, kept, printed.

As with proofs the number is taken before the paper is set, so that none is ever given twice.
"""

import secrets
from dataclasses import dataclass
from datetime import date

from edge.documents.form import Form, FormPaper, Sheet, preview_form, typeset_form
from edge.documents.seal import stamp_seal
from edge.documents.signature import sign
from edge.domain.access import Clerk, Right
from edge.domain.kinds import Kind
from edge.store.dossiers import dossier_of
from edge.store.entries import Pen
from edge.store.papers import Paper, paper_of, take_number
from edge.workflows.consultation import check_cleared
from edge.workflows.matters import today_of
from edge.workflows.office import Office
from edge.workflows.proofs import CODE_LETTERS, SEAL_LABEL


@dataclass(frozen=True, slots=True)
class Wanted:
    """A paper that is wanted: its form, what stands on it, and what it belongs to."""

    form: Form
    sheet: Sheet
    matter: str = ""
    dossier: str = ""
    right: Right = Right.FILE


def preview_paper(office: Office, clerk: Clerk, wanted: Wanted) -> bytes:
    """Show a paper as PNG, unnumbered and unsealed; nothing is recorded."""
    _require(office, clerk, wanted)
    return preview_form(_paper(office, clerk, wanted, "（预览，未编号）", "", today_of(office)))


def issue_paper(office: Office, clerk: Clerk, wanted: Wanted) -> Paper:
    """Issue a paper and keep it.

    Raises Denied (`access.denied`, `dossier.secret`), InvalidInput `document.missing_glyph`.
    """
    _require(office, clerk, wanted)
    form, today = wanted.form, today_of(office)
    running = office.space.write(lambda c: take_number(c, f"{form.code}-{today.year}"))
    number = f"{office.code}{form.mark}〔{today.year}〕{office.ordinal:02d}-{running:04d}号"
    code = "".join(secrets.choice(CODE_LETTERS) for _ in range(8)) if form.sealed else ""
    pdf, seal_box = typeset_form(_paper(office, clerk, wanted, number, code, today))
    if seal_box is not None:
        pdf = sign(pdf, seal_box, stamp_seal(office.name, SEAL_LABEL), office.seal)
    blob = office.blobs.put(pdf)

    def act(pen: Pen) -> Paper:
        paper = pen.new_id()
        office.keep(pen.connection, blob)
        told = {"form": form.code, "number": number, "title": form.title, "blob": blob}
        about = {"matter": wanted.matter, "dossier": wanted.dossier, "code": code}
        pen.append(Kind.PAPER_ISSUED, paper, {**told, **{k: v for k, v in about.items() if v}})
        return paper_of(pen.connection, paper)

    return office.transact(clerk, act)


def note_print(office: Office, clerk: Clerk, paper: str, printer: str, job: int) -> None:
    """Record that a paper went to a printer; raises NotFound `paper.unknown`."""

    def act(pen: Pen) -> None:
        paper_of(pen.connection, paper)
        pen.append(Kind.PAPER_PRINTED, paper, {"printer": printer, "job": str(job)})

    office.transact(clerk, act)


def _require(office: Office, clerk: Clerk, wanted: Wanted) -> None:
    clerk.require(wanted.right)
    if wanted.dossier:
        with office.space.read() as town:
            held = dossier_of(town, wanted.dossier)
        check_cleared(office, clerk, held)


def _paper(
    office: Office, clerk: Clerk, wanted: Wanted, number: str, code: str, today: date
) -> FormPaper:
    return FormPaper(
        form=wanted.form,
        office=office.name,
        number=number,
        sheet=wanted.sheet,
        issued_on=today,
        clerk=clerk.name,
        code=code,
        verify_url=f"{office.verify_url}/{code}" if code else "",
    )
