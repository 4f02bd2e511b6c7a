"""Telling an applicant once and for all what to bring (一次性告知), on paper."""

from edge.documents.affair_forms import BRIEFING
from edge.documents.form import Sheet, Table
from edge.domain.access import Clerk
from edge.domain.errors import NotFound
from edge.domain.matters.flow import Deadline, Flow
from edge.store import rules
from edge.store.papers import Paper
from edge.workflows.office import Office
from edge.workflows.papers import Wanted, issue_paper


def issue_briefing(office: Office, clerk: Clerk, flow: Flow) -> Paper:
    """Issue the list of what a flow's applicant brings.

    Raises Denied, NotFound `paper.form_unknown` for a flow that asks for nothing.
    """
    if not flow.brings:
        raise NotFound("paper.form_unknown")
    lines = [(str(number), words) for number, words in enumerate(flow.brings, 1)]
    facts = (
        ("事项", flow.name),
        ("依据", flow.basis),
        ("办理期限", _within(office, flow.deadline)),
    )
    sheet = Sheet(
        paragraphs=("您要办的事项和要带来的材料如下，请带齐后到本窗口办理：",),
        facts=tuple(each for each in facts if each[1]),
        table=Table(("序号", "要带来的材料"), lines, (1, 6)),
        closing=("缺少材料的，可以先收件再补，也可以按规定采用告知承诺。办理不收费。",),
    )
    return issue_paper(office, clerk, Wanted(BRIEFING, sheet, right=flow.right))


def _within(office: Office, deadline: Deadline | None) -> str:
    if deadline is None:
        return ""
    with office.county.read() as county:
        days = rules.number_of(rules.rules_of(county), deadline.rule, deadline.days)
    return f"{days}个工作日" if deadline.working else f"{days}天"
