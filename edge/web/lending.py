"""Lending and taking back; the standing of the dossier decides what the screen offers."""

from datetime import timedelta
from typing import Annotated, Any

import msgspec
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, URLEncodedBody
from litestar.response import Template

from edge.documents.forms import FORMS
from edge.domain.access import Clerk, Right
from edge.domain.errors import Conflict
from edge.store import dossiers, persons, rules
from edge.store.database import Connection
from edge.store.matters import Matter, matters_of_dossier
from edge.web import undo
from edge.web.locale import gettext
from edge.web.papers import printed
from edge.web.parts import Parts
from edge.web.persons import opened
from edge.web.rendering import go, page
from edge.web.wording import local
from edge.workflows import borrowing, lending, matters
from edge.workflows.acting import laid_down_for
from edge.workflows.move_papers import slip_of_loan
from edge.workflows.papers import Wanted, issue_paper

# Where an application waits for the dossier to be lent, and for it to come back.
BEFORE, OUT = ("asked", "approved"), ("out",)


class Lent(msgspec.Struct, frozen=True):
    """The lending form; `pages` as counted out."""

    borrower: Annotated[str, msgspec.Meta(max_length=60)]
    due: str
    unit: Annotated[str, msgspec.Meta(max_length=120)] = ""
    pages: int = 0


class Renewed(msgspec.Struct, frozen=True):
    """The form of renewal; `until` YYYYMMDD."""

    until: Annotated[str, msgspec.Meta(max_length=10)] = ""


class Returned(msgspec.Struct, frozen=True):
    """The return form; `pages` as counted in."""

    pages: int = 0


@get("/loans", sync_to_thread=True)
def loans(
    request: Request[Any, Any, Any], reader: NamedDependency[Clerk], parts: NamedDependency[Parts]
) -> Template:
    """What is out, the earliest due first."""
    today = local(parts.now).strftime("%Y%m%d")
    with parts.office.space.read() as town:
        rows = []
        for loan in dossiers.open_loans(town):
            dossier = dossiers.dossier_of(town, loan.dossier)
            rows.append((loan, dossier, persons.person_of(town, dossier.person)))
    return page(request, "loans.html", rows=rows, today=today)


@get("/loans/{dossier:str}", sync_to_thread=True)
def loan(
    request: Request[Any, Any, Any],
    reader: NamedDependency[Clerk],
    parts: NamedDependency[Parts],
    dossier: FromPath[str],
) -> Template:
    """Lend this dossier, or take it back."""
    held, person = opened(request, parts, reader, dossier)
    with parts.office.space.read() as town:
        pages = sum(each.pages for each in dossiers.catalogue(town, dossier))
        asked = _applied(town, dossier)
    days = rules.number_of(laid_down_for(parts.office), "loan.days", lending.LOAN_DAYS)
    due = (local(parts.now) + timedelta(days=days)).strftime("%Y%m%d")
    return page(
        request, "loan.html", dossier=held, person=person, pages=pages, due=due, asked=asked
    )


@post("/loans/{dossier:str}/lend", status_code=303, sync_to_thread=True)
def lend(
    request: Request[Any, Any, Any],
    reader: NamedDependency[Clerk],
    parts: NamedDependency[Parts],
    dossier: FromPath[str],
    data: URLEncodedBody[Lent],
) -> Response[Any]:
    """Lend it; errors as `lending.lend`, Conflict `loan.applied_for` (number)."""
    _require_no_application(parts, dossier, BEFORE)
    lent = lending.lend(
        parts.office, reader, dossier, data.borrower, data.unit, data.due, data.pages
    )
    here = f"/persons/{lent.person}"
    if lent.loan:
        words = gettext("已借给 %(name)s") % {"name": lent.loan.borrower}
        undo.offer(parts, reader, "lent", words, here, loan=lent.loan.id)
    return go(request, here)


@post("/loans/{dossier:str}/return", status_code=303, sync_to_thread=True)
def give_back(
    request: Request[Any, Any, Any],
    reader: NamedDependency[Clerk],
    parts: NamedDependency[Parts],
    dossier: FromPath[str],
    data: URLEncodedBody[Returned],
) -> Response[Any]:
    """Take it back, under the application that it was lent by if there is one.

    Errors as `lending.give_back`; Conflict `loan.pages_differ` (out, back) under an application.
    """
    with parts.office.space.read() as town:
        before = dossiers.dossier_of(town, dossier).loan
        asked = _applied(town, dossier)
    if before and asked and asked.state in OUT:
        matters.take_step(parts.office, reader, asked.id, "give_back", {"back": str(data.pages)})
        return go(request, f"/matters/{asked.id}")
    held = lending.give_back(parts.office, reader, dossier, data.pages)
    here = f"/persons/{held.person}"
    if before:
        words = gettext("%(name)s 借的档案已归还") % {"name": before.borrower}
        if data.pages != before.pages:
            told = {"out": before.pages, "back": data.pages}
            words = gettext("已收回。借出 %(out)s 页，还回 %(back)s 页，已登记一件档案疑点") % told
        undo.offer(parts, reader, "returned", words, here, loan=before.id)
    return go(request, here)


@post("/loans/{dossier:str}/renew", status_code=303, sync_to_thread=True)
def renew(
    request: Request[Any, Any, Any],
    reader: NamedDependency[Clerk],
    parts: NamedDependency[Parts],
    dossier: FromPath[str],
    data: URLEncodedBody[Renewed],
) -> Response[Any]:
    """Let it run longer; errors as `lending.renew`, Conflict `loan.applied_for` (number)."""
    _require_no_application(parts, dossier, OUT)
    lending.renew(parts.office, reader, dossier, data.until)
    return go(request, f"/loans/{dossier}")


@post("/loans/{dossier:str}/slip", status_code=303, sync_to_thread=True)
def slip(
    request: Request[Any, Any, Any],
    reader: NamedDependency[Clerk],
    parts: NamedDependency[Parts],
    dossier: FromPath[str],
) -> Response[Any]:
    """Print the slip and the shelf's card of a loan; raises Conflict `dossier.not_lent`."""
    with parts.office.space.read() as town:
        out = dossiers.dossier_of(town, dossier).loan
        if out is None:
            raise Conflict("dossier.not_lent")
        sheet = slip_of_loan(town, out)
    wanted = Wanted(FORMS["loan_slip"], sheet, dossier=dossier, right=Right.LEND)
    return go(request, printed(parts, reader, issue_paper(parts.office, reader, wanted)))


def _require_no_application(parts: Parts, dossier: str, states: tuple[str, ...]) -> None:
    """Raise Conflict `loan.applied_for` while an application stands so: its own steps do it."""
    with parts.office.space.read() as town:
        asked = _applied(town, dossier)
    if asked and asked.state in states:
        raise Conflict("loan.applied_for", number=asked.number)


def _applied(town: Connection, dossier: str) -> Matter | None:
    """The application under which a dossier is lent or about to be."""
    known = matters_of_dossier(town, dossier)
    applied = (each for each in known if each.flow == borrowing.FLOW)
    return next((each for each in applied if each.state in BEFORE + OUT), None)
