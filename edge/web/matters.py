"""Matters on the screen: what there is to do, how each stands, and the steps that may be taken."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from anyio.to_thread import run_sync as in_thread
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Template

from edge.documents.forms import FORMS
from edge.domain.access import Clerk
from edge.domain.errors import NotFound
from edge.domain.matters.flow import FieldKind, Flow, Step, Subject
from edge.domain.matters.registry import FLOWS, flow_of, groups
from edge.domain.matters.standing import OPEN, Standing
from edge.domain.matters.way import (
    has_taken,
    lead_of,
    may_sign,
    may_take_back,
    signed_before,
    way_of,
)
from edge.store import lists, papers, persons, staff
from edge.store import matters as store
from edge.web import drafts
from edge.web.deadlines import Day, day_of
from edge.web.locale import gettext
from edge.web.more import SCREENS
from edge.web.offers import offers_of
from edge.web.panels import panel_of
from edge.web.papers import printed
from edge.web.parts import Parts
from edge.web.persons import OVERVIEW, looked
from edge.web.rendering import go, page, unkept
from edge.web.typed import all_typed
from edge.web.undo import offer
from edge.workflows import matter_papers, matters
from edge.workflows.matters import Opening, today_of


@dataclass(frozen=True, slots=True)
class Line:
    """One matter in a list: whose it is or what about, its state, and what its day says."""

    matter: store.Matter
    flow: Flow | None
    name: str
    state: str
    day: Day
    title: str = ""
    sort: str = ""


# Where a matter of the office says what it is about, in the order of preference.
_NAMING = ("title", "name", "what", "topic")


def lines_of(parts: Parts, found: list[store.Matter]) -> list[Line]:
    """Say what a list shows of matters."""
    today = today_of(parts.office)
    with parts.office.space.read() as town:
        names = persons.names_of(town, {each.person for each in found})
    with parts.office.county.read() as county:
        staff_names = staff.names_of_staff(county)
    lines = []
    for each in found:
        flow = FLOWS.get(each.flow)
        state = flow.state(each.state).name if flow else each.state
        name = names.get(each.person, "")
        title = name or _titled(each, flow, staff_names)
        lines.append(Line(each, flow, name, state, day_of(each, today), title, _sort(each, flow)))
    return lines


def _titled(matter: store.Matter, flow: Flow | None, people: Mapping[str, str]) -> str:
    asked = [field.name for field in flow.opening] if flow else []
    told = (matter.fields.get(name, "") for name in (*_NAMING, *asked))
    said = next((value for value in told if value), matter.number)
    return people.get(said, said).splitlines()[0][:60]


def _sort(matter: store.Matter, flow: Flow | None) -> str:
    """What kind of its flow it is: the first choice that was made."""
    chosen = [each.name for each in flow.opening if each.kind is FieldKind.CHOICE] if flow else []
    return matter.fields.get(chosen[0], "") if chosen else ""


@get("/work", sync_to_thread=True)
def work(
    request: Request[Any, Any, Any], reader: NamedDependency[Clerk], parts: NamedDependency[Parts]
) -> Template:
    """All business of the counter, by groups."""
    listed = {
        group: [flow for flow in flows if reader.may(flow.right)]
        for group, flows in groups().items()
    }
    return page(
        request,
        "work.html",
        groups={g: flows for g, flows in listed.items() if flows},
        screens=[each for each in SCREENS if reader.may(each.right)],
    )


@get("/matters", sync_to_thread=True)
def listed(
    request: Request[Any, Any, Any],
    reader: NamedDependency[Clerk],
    parts: NamedDependency[Parts],
    flow: FromQuery[str] = "",
) -> Template:
    """What is under way, of one flow or of all."""
    chosen = flow_of(flow) if flow else None
    with parts.office.space.read() as town:
        under_way = store.open_matters(town, flow)
        if not flow:
            under_way = [each for each in under_way if not _lasts(each)]
        done = store.closed_matters(town, flow) if flow else []
    return page(
        request,
        "matters/list.html",
        flow=chosen,
        may_begin=chosen is not None and reader.may(chosen.right),
        under_way=lines_of(parts, under_way),
        done=lines_of(parts, done),
    )


@get("/matters/new/{flow:str}", sync_to_thread=True)
def form(
    request: Request[Any, Any, Any],
    reader: NamedDependency[Clerk],
    parts: NamedDependency[Parts],
    flow: FromPath[str],
    dossier: FromQuery[str] = "",
    person: FromQuery[str] = "",
) -> Template:
    """The form that begins a matter."""
    chosen = flow_of(flow)
    reader.require(chosen.right)
    kept = drafts.draft_of(parts, reader, _task(chosen, dossier or person))
    for field in chosen.opening:
        # What led here may know an answer; it stands in the address, so nothing private does.
        if not kept[field.name] and not field.private and field.kind is not FieldKind.ID:
            kept[field.name] = request.query_params.get(field.name, "")[: field.limit]
    about = ""
    if chosen.subject is Subject.DOSSIER and dossier:
        looked(request, parts, reader, dossier, OVERVIEW)
        with parts.office.space.read() as town:
            about = persons.names_of_dossiers(town, [dossier]).get(dossier, "")
    elif chosen.subject is Subject.PERSON and person:
        with parts.office.space.read() as town:
            about = persons.person_of(town, person).name
    return page(
        request,
        "matters/new.html",
        flow=chosen,
        dossier=dossier,
        person=person,
        about=about,
        kept=kept,
        offers=offers_of(parts, dossier),
        task=_task(chosen, dossier or person),
    )


@post("/matters/new/{flow:str}/open", status_code=303)
async def begin(
    request: Request[Any, Any, Any],
    reader: NamedDependency[Clerk],
    parts: NamedDependency[Parts],
    flow: FromPath[str],
) -> Response[Any]:
    """Begin a matter; errors as `matters.open_matter`."""
    sent = await _sent(request)
    opening = Opening(flow, sent.get("dossier", ""), sent.get("person", ""), sent)
    return go(request, await in_thread(_begun, parts, reader, opening))


def _begun(parts: Parts, clerk: Clerk, opening: Opening) -> str:
    begun = matters.open_matter(parts.office, clerk, opening)
    drafts.drop(parts, clerk, _task(flow_of(opening.flow), opening.dossier or opening.person))
    return paper_or_matter(parts, clerk, begun, OPEN)


@get("/matters/{matter:str}", sync_to_thread=True)
def show(
    request: Request[Any, Any, Any],
    reader: NamedDependency[Clerk],
    parts: NamedDependency[Parts],
    matter: FromPath[str],
) -> Template:
    """One matter: where it stands, what it holds, what can be done, what was done."""
    with parts.office.space.read() as town:
        held = store.matter_of(town, matter)
        standing = store.standing_of(town, held)
        issued = papers.papers_of_matter(town, matter)
        frozen = lists.lists_of(town, matter)
        calls = store.calls_about(town, held.number)
    if held.dossier:
        looked(request, parts, reader, held.dossier, OVERVIEW)
    with parts.office.county.read() as county:
        names = staff.names_of_staff(county)
    flow = FLOWS.get(held.flow)
    last = standing.last
    forms = matter_papers.forms_open(flow, standing) if flow else {}
    steps, barred, signed = _steps(flow, held, standing, reader) if flow else ([], [], [])
    steps = [each for each in steps if not each.panel]
    known = (*steps, *barred, *signed)
    usual = [each for each in flow.steps if each in known] if flow else []
    line = lines_of(parts, [held])[0]
    lead = lead_of(flow, standing, usual, line.day.come) if flow else None
    to_sign = lead if lead in signed else None
    lead = lead if lead in steps else None
    others = [each for each in steps if each is not lead]
    forms_beside = [each for each in others if each.fields and not each.screen]
    return page(
        request,
        "matters/matter.html",
        line=line,
        matter=held,
        flow=flow,
        fields=flow.fields() if flow else {},
        way=way_of(flow, standing) if flow else [],
        lead=lead,
        to_sign=to_sign,
        others=others,
        opened=lead_of(flow, standing, forms_beside) if flow and lead and not lead.fields else None,
        barred=[gettext(each.name) for each in barred],
        standing=standing,
        filled={each.code: _filled_before(each, held, standing) for each in steps},
        undoable=bool(flow and last and may_take_back(flow, last, reader.id)),
        step_names={OPEN: flow.name, **{s.code: s.name for s in flow.steps}} if flow else {},
        papers=issued,
        calls=calls,
        frozen=[(each, FORMS[each.form].title) for each in frozen if each.form in FORMS],
        offers=offers_of(parts, held.dossier),
        panel=panel_of(parts, held),
        forms=[FORMS[each] for each, right in forms.items() if reader.may(right)],
        names=names,
    )


@post("/matters/{matter:str}/steps/{step:str}", status_code=303)
async def step(
    request: Request[Any, Any, Any],
    reader: NamedDependency[Clerk],
    parts: NamedDependency[Parts],
    matter: FromPath[str],
    step: FromPath[str],
) -> Response[Any]:
    """Take a step and print its paper; errors as `matters.take_step`, `matter_papers.issue_of`."""
    sent = await _sent(request)
    return go(request, await in_thread(stepped, parts, reader, matter, step, sent))


def stepped(parts: Parts, clerk: Clerk, matter: str, step: str, sent: Mapping[str, str]) -> str:
    """Take a step and print its paper; gives the address of what to look at next."""
    now = matters.take_step(parts.office, clerk, matter, step, sent)
    taken = flow_of(now.flow).step(step)
    if taken.undoable:
        words = gettext("已办：%(step)s") % {"step": gettext(taken.name)}
        offer(parts, clerk, "stepped", words, f"/matters/{matter}", matter=matter)
    return paper_or_matter(parts, clerk, now, step)


def paper_or_matter(parts: Parts, clerk: Clerk, matter: store.Matter, step: str) -> str:
    """Print what a step that was taken issues; gives the address of what to look at next."""
    form = matter_papers.paper_of_step(flow_of(matter.flow), step)
    if form and FORMS[form].sealed:
        return f"/matters/{matter.id}/papers/{form}"
    if form:
        return printed(parts, clerk, matter_papers.issue_of(parts.office, clerk, matter.id, form))
    return f"/matters/{matter.id}"


@get("/matters/{matter:str}/papers/{form:str}", sync_to_thread=True)
def look(
    request: Request[Any, Any, Any],
    reader: NamedDependency[Clerk],
    parts: NamedDependency[Parts],
    matter: FromPath[str],
    form: FromPath[str],
) -> Template:
    """What is about to be sealed, looked at first."""
    with parts.office.space.read() as town:
        held = store.matter_of(town, matter)
    if form not in FORMS:
        raise NotFound("paper.form_unknown")
    if held.dossier:
        looked(request, parts, reader, held.dossier, OVERVIEW)
    return page(
        request, "matters/paper.html", matter=held, flow=flow_of(held.flow), form=FORMS[form]
    )


@get("/matters/{matter:str}/papers/{form:str}/preview", sync_to_thread=True)
def preview(
    request: Request[Any, Any, Any],
    reader: NamedDependency[Clerk],
    parts: NamedDependency[Parts],
    matter: FromPath[str],
    form: FromPath[str],
) -> Response[bytes]:
    """Such a paper as it will be, as PNG; errors as `matter_papers.issue_of`."""
    shown = matter_papers.preview_of(parts.office, reader, matter, form)
    return unkept(shown, "image/png")


@post("/matters/{matter:str}/papers/{form:str}/issue", status_code=303, sync_to_thread=True)
def issue(
    request: Request[Any, Any, Any],
    reader: NamedDependency[Clerk],
    parts: NamedDependency[Parts],
    matter: FromPath[str],
    form: FromPath[str],
) -> Response[Any]:
    """Issue and print one of a matter's papers; errors as `matter_papers.issue_of`."""
    paper = matter_papers.issue_of(parts.office, reader, matter, form)
    return go(request, printed(parts, reader, paper))


@post("/matters/{matter:str}/undo", status_code=303, sync_to_thread=True)
def undo(
    request: Request[Any, Any, Any],
    reader: NamedDependency[Clerk],
    parts: NamedDependency[Parts],
    matter: FromPath[str],
) -> Response[Any]:
    """Take the last step back; errors as `matters.undo_step`."""
    matters.undo_step(parts.office, reader, matter)
    return go(request, f"/matters/{matter}")


HANDLERS = [work, listed, form, begin, show, step, look, preview, issue, undo]


def _steps(
    flow: Flow, held: store.Matter, standing: Standing, clerk: Clerk
) -> tuple[list[Step], list[Step], list[Step]]:
    """The steps that this clerk may take now, those that somebody else has to, and those that
    somebody else whom the matter names has to sign.
    """
    open_to: list[Step] = []
    barred: list[Step] = []
    signed: list[Step] = []
    for each in flow.steps_from(held.state):
        given = each.given is None or each.given(held.fields)
        if not clerk.may(each.right) or not given or has_taken(standing, each, clerk.id):
            continue
        if not may_sign(each, held.fields, clerk.id):
            signed.append(each)
        elif signed_before(flow, standing, each, clerk.id):
            barred.append(each)
        else:
            open_to.append(each)
    return open_to, barred, signed


def _filled_before(step: Step, held: store.Matter, standing: Standing) -> Mapping[str, str]:
    """What the form of a step begins with: nothing of the last time, where it is taken again."""
    again = not step.target and standing.taken_by(step.code)
    return {} if again else held.fields


def _lasts(matter: store.Matter) -> bool:
    flow = FLOWS.get(matter.flow)
    return flow is not None and flow.lasting


async def _sent(request: Request[Any, Any, Any]) -> dict[str, str]:
    return all_typed(await request.form())


def _task(flow: Flow, subject: str) -> str:
    return f"matter-{flow.code}-{subject}" if subject else f"matter-{flow.code}"
