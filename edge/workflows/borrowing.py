"""What the steps of a loan do: the paper goes out, comes back, and is counted both ways."""

from collections.abc import Mapping
from datetime import timedelta

from edge.domain.errors import Conflict, InvalidInput
from edge.domain.matters.moves import DOUBT
from edge.store.dossiers import dossier_of
from edge.store.rules import number_of
from edge.workflows import lending
from edge.workflows.acting import Acting, Effect, day_of, due_of, laid_down_for
from edge.workflows.transfer import require_here

FLOW = "lending"


def asked(acting: Acting) -> None:
    """Refuse at once what could not be lent; raises as `lending.lend`."""
    require_here(dossier_of(acting.pen.connection, acting.matter.dossier))
    lending.require_nothing_overdue(acting.pen, acting.fields["borrower"], acting.fields["unit"])


def lent(acting: Acting) -> Mapping[str, str]:
    """Lend, until the day given or so many days as the county lets; raises as `lending.lend`."""
    laid_down = laid_down_for(acting.office)
    days = number_of(laid_down, "loan.days", lending.LOAN_DAYS)
    usual = (day_of(acting.pen.at) + timedelta(days=days)).strftime("%Y%m%d")
    until = acting.fields.get("until", usual)
    told = acting.matter.fields
    terms = lending.Terms(told["borrower"], told["unit"], until, int(acting.fields["pages"]))
    lending.lend_out(acting.pen, acting.matter.dossier, terms, laid_down)
    return {"until": until, "due": until}


def renewed(acting: Acting) -> Mapping[str, str]:
    """Let the loan run longer; raises as `lending.renew`."""
    laid_down, until = laid_down_for(acting.office), acting.fields["until"]
    lending.lengthen(acting.pen, acting.matter.dossier, until, laid_down)
    return {"due": until}


def came_back(acting: Acting) -> None:
    """Take back what is whole; raises Conflict `loan.pages_differ` (out, back) for what is not.

    What another box has taken back meanwhile is back, and the matter may end.
    """
    back = int(acting.fields["back"])
    if dossier_of(acting.pen.connection, acting.matter.dossier).loan is None:
        return
    loan = lending.take_in(acting.pen, acting.matter.dossier, back)
    if back != loan.pages:
        raise Conflict("loan.pages_differ", out=loan.pages, back=back)


def came_back_short(acting: Acting) -> Mapping[str, str]:
    """Take back what is not whole, and have it looked into; raises `loan.pages_agree`.

    From then on it is the doubt that has a deadline.
    """
    back, pen = int(acting.fields["back"]), acting.pen
    loan = lending.take_in(pen, acting.matter.dossier, back)
    if back == loan.pages:
        raise InvalidInput("loan.pages_agree")
    held = dossier_of(pen.connection, acting.matter.dossier)
    lending.doubt_pages(acting.office, pen, held, loan, back, acting.fields["difference"])
    return {"due": due_of(pen.at, DOUBT.deadline, laid_down_for(acting.office))}


EFFECTS: Mapping[tuple[str, str], Effect] = {
    (FLOW, "open"): asked,
    (FLOW, "lend"): lent,
    (FLOW, "renew"): renewed,
    (FLOW, "give_back"): came_back,
    (FLOW, "give_back_short"): came_back_short,
}
