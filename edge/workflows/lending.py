"""Lending a dossier and taking it back, pages counted both ways."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from edge.domain.access import Clerk, Right
from edge.domain.archive import check_formed_on
from edge.domain.errors import Conflict, InvalidInput
from edge.domain.kinds import Kind
from edge.domain.matters.moves import DOUBT
from edge.domain.timely import When, require_timely
from edge.store.custody import heads_of_custody
from edge.store.dossiers import Dossier, Loan, Standing, dossier_of, loan_of, loans_out_to
from edge.store.entries import Pen
from edge.store.matters import matters_of_dossier
from edge.store.rules import number_of
from edge.workflows.acting import begin_about, day_of, laid_down_for, step_another
from edge.workflows.consultation import require_cleared
from edge.workflows.office import Office

LOAN_DAYS, RENEWALS = 14, 1  # by the county's rules loan.days and loan.renewals


@dataclass(frozen=True, slots=True)
class Terms:
    """To whom a dossier is lent, until when (YYYYMMDD), and the pages counted out."""

    borrower: str
    unit: str
    due: str
    pages: int


def lend(
    office: Office, clerk: Clerk, dossier: str, borrower: str, unit: str, due: str, pages: int
) -> Dossier:
    """Lend a dossier until `due` (YYYYMMDD).

    Raises InvalidInput (`loan.borrower_missing`, `date.partial`, `date.over`, `loan.pages_wrong`),
    Conflict `dossier.lent` (borrower), `dossier.sent_away`, `loan.overdue` (borrower, due) while
    the same borrower or unit keeps another beyond its day, `loan.too_long` (days), Denied
    `dossier.secret`.
    """
    clerk.require(Right.LEND)
    laid_down = laid_down_for(office)
    terms = Terms(borrower, unit, due, pages)

    def act(pen: Pen) -> Dossier:
        require_cleared(clerk, dossier_of(pen.connection, dossier))
        return lend_out(pen, dossier, terms, laid_down)

    return office.transact(clerk, act)


def lend_out(pen: Pen, dossier: str, terms: Terms, laid_down: Mapping[str, str]) -> Dossier:
    """Lend within a transaction; errors as `lend`."""
    borrower, unit = terms.borrower.strip(), terms.unit.strip()
    due = check_due(terms.due, day_of(pen.at))
    if not borrower:
        raise InvalidInput("loan.borrower_missing")
    _check_pages(terms.pages)
    held = dossier_of(pen.connection, dossier)
    if held.loan is not None:
        raise Conflict("dossier.lent", borrower=held.loan.borrower)
    if held.standing is Standing.SENT:
        raise Conflict("dossier.sent_away")
    require_nothing_overdue(pen, borrower, unit)
    _require_length(pen, due, laid_down)
    told = {"borrower": borrower, "unit": unit, "due": due, "pages": terms.pages}
    pen.append(Kind.CUSTODY_LENT, dossier, told, heads_of_custody(pen.connection, dossier))
    return dossier_of(pen.connection, dossier)


def require_nothing_overdue(pen: Pen, borrower: str, unit: str) -> None:
    """Raise Conflict `loan.overdue` while this borrower or unit keeps a dossier past its day."""
    today = day_of(pen.at).strftime("%Y%m%d")
    for loan in loans_out_to(pen.connection, borrower, unit):
        if loan.due < today:
            raise Conflict("loan.overdue", borrower=loan.borrower, due=loan.due)


def renew(office: Office, clerk: Clerk, dossier: str, due: str) -> Dossier:
    """Let a loan run longer; raises as `lend`, Conflict `dossier.not_lent`, `loan.renewed_out`."""
    clerk.require(Right.LEND)
    laid_down = laid_down_for(office)
    return office.transact(clerk, lambda pen: lengthen(pen, dossier, due, laid_down))


def lengthen(pen: Pen, dossier: str, due: str, laid_down: Mapping[str, str]) -> Dossier:
    """Renew within a transaction; errors as `renew`."""
    loan = _loan(pen, dossier)
    day = check_due(due, day_of(pen.at))
    if day <= loan.due:
        raise InvalidInput("loan.not_longer", due=loan.due)
    if loan.due < day_of(pen.at).strftime("%Y%m%d"):
        raise Conflict("loan.overdue", borrower=loan.borrower, due=loan.due)
    if loan.renewals >= number_of(laid_down, "loan.renewals", RENEWALS):
        raise Conflict("loan.renewed_out", times=loan.renewals)
    _require_length(pen, day, laid_down)
    pen.append(Kind.CUSTODY_RENEWED, dossier, {"loan": loan.id, "due": day})
    return dossier_of(pen.connection, dossier)


def give_back(office: Office, clerk: Clerk, dossier: str, pages: int) -> Dossier:
    """Take a lent dossier back; what comes back with other pages than it went is to be looked into.

    Raises Conflict `dossier.not_lent`, InvalidInput as `lend`.
    """
    clerk.require(Right.LEND)

    def act(pen: Pen) -> Dossier:
        loan = take_in(pen, dossier, pages)
        held = dossier_of(pen.connection, dossier)
        if pages != loan.pages:
            doubt_pages(office, pen, held, loan, pages, "")
        return held

    return office.transact(clerk, act)


def take_in(pen: Pen, dossier: str, pages: int) -> Loan:
    """Take back within a transaction and give the loan as it was; errors as `give_back`."""
    _check_pages(pages)
    loan = _loan(pen, dossier)
    known = heads_of_custody(pen.connection, dossier)
    pen.append(Kind.CUSTODY_RETURNED, dossier, {"loan": loan.id, "pages": pages}, known)
    return loan


def doubt_pages(
    office: Office, pen: Pen, held: Dossier, loan: Loan, pages: int, difference: str
) -> str:
    """Begin to look into a loan whose pages do not agree; gives the matter's id."""
    counted = f"借给 {loan.unit} {loan.borrower} 时 {loan.pages} 页，还回 {pages} 页。"
    sort = "多出页" if pages > loan.pages else "缺页"
    told = {"sort": sort, "what": counted + difference, "loan": loan.id}
    return begin_about(office, pen, DOUBT, held, told)


def _withdraw_doubt(pen: Pen, loan: Loan) -> None:
    """Withdraw what a return gave rise to, where nobody has acted in it yet."""
    for each in matters_of_dossier(pen.connection, loan.dossier):
        if (each.flow, each.state, each.fields.get("loan")) == (DOUBT.code, "noted", loan.id):
            step_another(pen, each.id, "withdraw", {})


def undo_lending(office: Office, clerk: Clerk, loan: str) -> Dossier:
    """Take a loan back that was noted by mistake; raises Conflict `undo.moved_on`."""
    clerk.require(Right.LEND)

    def act(pen: Pen) -> Dossier:
        noted = loan_of(pen.connection, loan)
        standing = dossier_of(pen.connection, noted.dossier).loan
        if standing is None or standing.id != loan:
            raise Conflict("undo.moved_on")
        known = heads_of_custody(pen.connection, noted.dossier)
        told = {"loan": loan, "pages": noted.pages, "void": True}
        pen.append(Kind.CUSTODY_RETURNED, noted.dossier, told, known)
        return dossier_of(pen.connection, noted.dossier)

    return office.transact(clerk, act)


def undo_return(office: Office, clerk: Clerk, loan: str) -> Dossier:
    """Let a loan go on whose return was noted by mistake; raises Conflict `undo.moved_on`.

    The doubt that the return gave rise to is withdrawn, unless somebody has acted in it.
    """
    clerk.require(Right.LEND)

    def act(pen: Pen) -> Dossier:
        noted = loan_of(pen.connection, loan)
        held = dossier_of(pen.connection, noted.dossier)
        if held.standing is not Standing.HELD:
            raise Conflict("undo.moved_on")
        told = {
            "borrower": noted.borrower,
            "unit": noted.unit,
            "due": noted.due,
            "pages": noted.pages,
            "resumes": loan,
        }
        pen.append(Kind.CUSTODY_LENT, held.id, told, heads_of_custody(pen.connection, held.id))
        _withdraw_doubt(pen, noted)
        return dossier_of(pen.connection, held.id)

    return office.transact(clerk, act)


def check_due(text: str, today: date) -> str:
    """Give a whole day to come as YYYYMMDD; raises InvalidInput `date.partial`, `date.over`."""
    day = check_formed_on(text)
    if len(day) != 8:
        raise InvalidInput("date.partial", text=text)
    require_timely("应还日期", day, When.TO_COME, today)
    return day


def _loan(pen: Pen, dossier: str) -> Loan:
    loan = dossier_of(pen.connection, dossier).loan
    if loan is None:
        raise Conflict("dossier.not_lent")
    return loan


def _require_length(pen: Pen, due: str, laid_down: Mapping[str, str]) -> None:
    longest = number_of(laid_down, "loan.longest_days", 0)
    latest = (day_of(pen.at) + timedelta(days=longest)).strftime("%Y%m%d")
    if longest and due > latest:
        raise InvalidInput("loan.too_long", days=longest)


def _check_pages(pages: int) -> None:
    if not 0 <= pages <= 99_999:
        raise InvalidInput("loan.pages_wrong", pages=pages)
