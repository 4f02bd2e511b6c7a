"""The papers that the steps of matters issue: which, and what stands on them.

A paper is issued after its step, in an act of its own: a character that no font has then stops
the paper alone, and it can be issued again from the matter.
"""

from collections.abc import Mapping

from edge.documents.forms import FORMS
from edge.domain.access import Clerk, Right
from edge.domain.errors import NotFound
from edge.domain.matters.flow import Flow
from edge.domain.matters.registry import FLOWS, flow_of
from edge.domain.matters.standing import OPEN, Standing
from edge.store import matters
from edge.store.database import Connection
from edge.store.dossiers import dossier_of
from edge.store.papers import Paper
from edge.workflows import affair_papers, intake_papers, line_papers, move_papers, register_papers
from edge.workflows.composing import Composer, plain_sheet
from edge.workflows.consultation import check_cleared
from edge.workflows.office import Office
from edge.workflows.papers import Wanted, issue_paper, preview_paper

COMPOSERS: Mapping[str, Composer] = {
    **affair_papers.SHEETS,
    **intake_papers.SHEETS,
    **line_papers.SHEETS,
    **move_papers.SHEETS,
    **register_papers.SHEETS,
}
# Of forms that no matter issues, those that ask for another right than filing does.
_RIGHTS: Mapping[str, Right] = {"loan_slip": Right.LEND}


def paper_of_step(flow: Flow, step: str) -> str:
    """Name the form that a step issues, `open` being the beginning; empty where none.

    One that is not sealed is printed at once; a sealed one is looked at first.
    """
    return flow.paper if step == OPEN else flow.step(step).paper


def forms_open(flow: Flow, standing: Standing) -> dict[str, Right]:
    """The forms that may be issued of a matter now, with the right that each asks for."""
    issued = [paper_of_step(flow, act.step) for act in standing.taken]
    rights = _rights_of(flow)
    return {form: rights[form] for form in (*flow.papers, *issued) if form}


def require_right_to_print(town: Connection, clerk: Clerk, paper: Paper) -> None:
    """Raise Denied unless the clerk may issue such a paper, and so print one that was issued."""
    flow = FLOWS.get(matters.matter_of(town, paper.matter).flow) if paper.matter else None
    rights = {**_RIGHTS, **(_rights_of(flow) if flow else {})}
    clerk.require(rights.get(paper.form, Right.FILE))


def _rights_of(flow: Flow) -> dict[str, Right]:
    """The right that each of a flow's forms asks for."""
    of_steps = {step.paper: step.right for step in flow.steps}
    return {**of_steps, **dict.fromkeys((flow.paper, *flow.papers), flow.right)}


def issue_of(office: Office, clerk: Clerk, matter: str, form: str) -> Paper:
    """Issue a paper of a matter.

    Raises NotFound (`matter.unknown`, or `paper.form_unknown` where the matter has no such paper
    now), Denied `dossier.secret`, and what `issue_paper` raises.
    """
    return issue_paper(office, clerk, _wanted(office, clerk, matter, form))


def preview_of(office: Office, clerk: Clerk, matter: str, form: str) -> bytes:
    """Show such a paper as PNG before it is issued; errors as `issue_of`."""
    return preview_paper(office, clerk, _wanted(office, clerk, matter, form))


def _wanted(office: Office, clerk: Clerk, matter: str, form: str) -> Wanted:
    with office.space.read() as town:
        held = matters.matter_of(town, matter)
        rights = forms_open(flow_of(held.flow), matters.standing_of(town, held))
        if form not in rights:
            raise NotFound("paper.form_unknown")
        if held.dossier:
            check_cleared(office, clerk, dossier_of(town, held.dossier))
        sheet = COMPOSERS.get(form, plain_sheet)(office, town, held)
    return Wanted(FORMS[form], sheet, held.id, held.dossier, rights[form])
