"""Lending a dossier and taking it back, pages counted both ways."""

from edge.domain.access import Clerk, Right
from edge.domain.archive import check_formed_on
from edge.domain.errors import Conflict, InvalidInput
from edge.domain.kinds import Kind
from edge.store.custody import heads_of_custody
from edge.store.dossiers import Dossier, Standing, dossier_of, loan_of
from edge.store.entries import Pen
from edge.workflows.office import Office


def lend(
    office: Office, clerk: Clerk, dossier: str, borrower: str, unit: str, due: str, pages: int
) -> Dossier:
    """Lend a dossier until `due` (YYYYMMDD).

    Raises InvalidInput (`loan.borrower_missing`, `date.partial`, `loan.pages_wrong`), Conflict
    `dossier.lent` (borrower) or `dossier.sent_away`.
    """
    clerk.require(Right.LEND)
    if not borrower.strip():
        raise InvalidInput("loan.borrower_missing")
    day = check_formed_on(due)
    if len(day) != 8:
        raise InvalidInput("date.partial", text=due)
    _check_pages(pages)

    def act(pen: Pen) -> Dossier:
        held = dossier_of(pen.connection, dossier)
        if held.loan is not None:
            raise Conflict("dossier.lent", borrower=held.loan.borrower)
        if held.standing is Standing.SENT:
            raise Conflict("dossier.sent_away")
        pen.append(
            Kind.CUSTODY_LENT,
            dossier,
            {"borrower": borrower.strip(), "unit": unit.strip(), "due": day, "pages": pages},
            heads_of_custody(pen.connection, dossier),
        )
        return dossier_of(pen.connection, dossier)

    return office.transact(clerk, act)


def give_back(office: Office, clerk: Clerk, dossier: str, pages: int) -> Dossier:
    """Take a lent dossier back; raises Conflict `dossier.not_lent`, InvalidInput as `lend`."""
    clerk.require(Right.LEND)
    _check_pages(pages)

    def act(pen: Pen) -> Dossier:
        loan = dossier_of(pen.connection, dossier).loan
        if loan is None:
            raise Conflict("dossier.not_lent")
        known = heads_of_custody(pen.connection, dossier)
        pen.append(Kind.CUSTODY_RETURNED, dossier, {"loan": loan.id, "pages": pages}, known)
        return dossier_of(pen.connection, dossier)

    return office.transact(clerk, act)


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
    """Let a loan go on whose return was noted by mistake; raises Conflict `undo.moved_on`."""
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
        return dossier_of(pen.connection, held.id)

    return office.transact(clerk, act)


def _check_pages(pages: int) -> None:
    if not 0 <= pages <= 99_999:
        raise InvalidInput("loan.pages_wrong", pages=pages)
