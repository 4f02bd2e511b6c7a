"""Receiving a dossier: the person, the counted pieces, the shelf."""

from collections import defaultdict
from typing import Any

from anyio.to_thread import run_sync as in_thread
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromQuery
from litestar.response import Template

from edge.domain.access import Clerk, Right
from edge.domain.archive import DOSSIER_CLASSES
from edge.domain.errors import InvalidInput
from edge.domain.matters.intake import RECEPTION
from edge.domain.scheme import Category
from edge.store import persons, rules
from edge.web import drafts
from edge.web.parts import Parts
from edge.web.rendering import go, page
from edge.web.typed import typed
from edge.workflows import accession, reception

TEXTS = {
    "name": "姓名",
    "id_number": "公民身份号码",
    "dossier_class": "档案类别",
    "shelf": "放在哪里",
    "number": "档号",
    "origin": "从哪里转来",
    "letter": "调档函号",
    "unit": "原工作单位",
}
LONGEST, LONGEST_COUNT = 200, 6
TASK = "receive"


@get("/receive", sync_to_thread=True)
def form(
    request: Request[Any, Any, Any],
    reader: NamedDependency[Clerk],
    parts: NamedDependency[Parts],
    person: FromQuery[str] = "",
    call: FromQuery[str] = "",
) -> Template:
    """The form, filled with what is known of a person on record, or by what our letter said.

    Errors as `reception.called_for`.
    """
    reader.require(Right.FILE)
    if call:
        return _called(request, parts, reader, call)
    known = None
    if person:
        with parts.office.space.read() as town:
            known = persons.person_of(town, person)
    task = f"{TASK}-{person}" if person else TASK
    kept = drafts.draft_of(parts, reader, task)
    if person and not kept:
        kept = _begun_without_name(parts, reader, task)
    return _shown(request, parts, task, kept, known)


@post("/receive/register", status_code=303)
async def receive(
    request: Request[Any, Any, Any], reader: NamedDependency[Clerk], parts: NamedDependency[Parts]
) -> Response[Any]:
    """Register person and dossier and take custody; errors as `accession.receive`."""
    sent = await request.form()
    texts = {name: typed(sent.get(name), label, LONGEST) for name, label in TEXTS.items()}
    categories = await in_thread(_categories, parts)
    counts = {each.code: _count(each.code, sent.get(f"count-{each.code}")) for each in categories}
    came = accession.Reception(**texts, counts=counts)
    if call := str(sent.get("call", "")):
        told = {name: str(value) for name, value in sent.items()}
        await in_thread(reception.receive_called, parts.office, reader, call, came, told)
        return go(request, f"/matters/{call}")
    received = await in_thread(accession.receive, parts.office, reader, came)
    return go(request, f"/persons/{received.person}")


def _called(request: Request[Any, Any, Any], parts: Parts, clerk: Clerk, call: str) -> Template:
    """The form as the slip of our letter fills it: whose dossier, which letter, from where."""
    with parts.office.space.read() as town:
        held, letter = reception.called_for(town, call)
    told, task = held.fields, f"{TASK}-{call}"
    said = {
        "name": told.get("name", ""),
        "id_number": told.get("id_number", ""),
        "dossier_class": told.get("class", ""),
        "origin": told.get("holder", ""),
        "letter": letter,
        "how": told.get("how", ""),
        "mail": told.get("mail", ""),
    }
    kept = drafts.draft_of(parts, clerk, task)
    return _shown(request, parts, task, defaultdict(str, {**said, **kept}), call=call)


def _shown(
    request: Request[Any, Any, Any],
    parts: Parts,
    task: str,
    kept: dict[str, Any],
    person: persons.Person | None = None,
    call: str = "",
) -> Template:
    return page(
        request,
        "receive.html",
        person=person,
        task=task,
        kept=kept,
        call=call,
        camera=parts.camera is not None,
        arrival=RECEPTION.step("arrive").fields if call else (),
        classes=DOSSIER_CLASSES,
        categories=_categories(parts),
    )


def _begun_without_name(parts: Parts, clerk: Clerk, task: str) -> dict[str, Any]:
    """Take over what was typed before the card was laid, unless it names somebody already."""
    begun = drafts.draft_of(parts, clerk, TASK)
    if not begun or begun["name"] or begun["id_number"]:
        return defaultdict(str)
    drafts.carry(parts, clerk, TASK, task)
    return begun


def _categories(parts: Parts) -> tuple[Category, ...]:
    with parts.office.county.read() as county:
        return rules.scheme_for_new(county).tops


def _count(category: str, text: object) -> int:
    said = str(text or "").strip()
    if not said:
        return 0
    if not said.isdecimal() or len(said) > LONGEST_COUNT:
        raise InvalidInput("dossier.count_wrong", category=category, count=said[:LONGEST_COUNT])
    return int(said)
