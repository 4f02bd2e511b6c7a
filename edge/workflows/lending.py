"""Lending a dossier and taking it back, pages counted both ways."""

from edge.domain.access import Clerk, Right
from edge.domain.archive import check_formed_on
from edge.domain.errors import Conflict, InvalidInput
from edge.domain.kinds import Kind
from edge.store.custody import heads_of_custody
from edge.store.dossiers import Dossier, Standing, dossier_of
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


def _check_pages(pages: int) -> None:
    if not 0 <= pages <= 99_999:
        raise InvalidInput("loan.pages_wrong", pages=pages)
