"""Finding a person; what is typed travels in the body of a POST, never in an address."""

from typing import Annotated, Any

import msgspec
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, URLEncodedBody
from litestar.response import Redirect, Template

from edge.domain import query
from edge.domain.access import Clerk
from edge.domain.errors import InvalidInput, NotFound
from edge.store import persons
from edge.web.locale import sentence_of
from edge.web.parts import Parts
from edge.web.rendering import page

LIMIT = 30
TASKS = ("supplement", "proofs")
SURE = frozenset({query.By.ID_NUMBER, query.By.DOSSIER_NUMBER})


class Asked(msgspec.Struct, frozen=True):
    """The search box."""

    q: Annotated[str, msgspec.Meta(max_length=60)] = ""
    task: str = ""


@post("/search/ask", status_code=303, sync_to_thread=True)
def ask(
    request: Request[Any, Any, Any],
    reader: NamedDependency[Clerk],
    parts: NamedDependency[Parts],
    data: URLEncodedBody[Asked],
) -> Response[Any]:
    """Open the person that a whole number names, or show what was found."""
    found = find(parts, data.q)
    if len(found["hits"]) == 1 and found["sure"]:
        return Redirect(f"/persons/{found['hits'][0].person.id}", status_code=303)
    request.session["q"] = data.q
    return Redirect("/search", status_code=303)


@get("/search", sync_to_thread=True)
def show(
    request: Request[Any, Any, Any],
    reader: NamedDependency[Clerk],
    parts: NamedDependency[Parts],
) -> Template:
    """The search screen, with what was last asked at this browser."""
    asked = str(request.session.pop("q", ""))
    return page(request, "search.html", task="", card=False, **find(parts, asked))


@get("/search/for/{task:str}", sync_to_thread=False)
def for_task(
    request: Request[Any, Any, Any],
    reader: NamedDependency[Clerk],
    parts: NamedDependency[Parts],
    task: FromPath[str],
) -> Template:
    """The search screen on the way to a task: the person found opens it at once."""
    if task not in TASKS:
        raise NotFound("web.no_such_page")
    return page(request, "search.html", task=task, card=False, **find(parts, ""))


@get("/search/card", sync_to_thread=False)
def card(
    request: Request[Any, Any, Any],
    reader: NamedDependency[Clerk],
    parts: NamedDependency[Parts],
) -> Template:
    """After the swipe of a card whose holder is not on record here."""
    return page(request, "search.html", task="", card=True, **find(parts, ""))


@post("/search/hits", status_code=200, sync_to_thread=True)
def hits(
    request: Request[Any, Any, Any],
    reader: NamedDependency[Clerk],
    parts: NamedDependency[Parts],
    data: URLEncodedBody[Asked],
) -> Template:
    """The hits while typing."""
    task = data.task if data.task in TASKS else ""
    return page(request, "parts/hits.html", task=task, **find(parts, data.q))


def find(parts: Parts, text: str) -> dict[str, Any]:
    """Answer the search box: the template's names `q`, `hits`, `more`, `sure` and `wrong`."""
    blank = {"q": text, "hits": [], "more": False, "sure": False, "wrong": ""}
    if not text.strip():
        return blank
    try:
        asked = query.parse(text)
    except InvalidInput as error:
        return blank | {"wrong": sentence_of(error)}
    with parts.office.space.read() as town:
        found = persons.search(town, asked, LIMIT + 1)
    return blank | {
        "hits": found[:LIMIT],
        "more": len(found) > LIMIT,
        "sure": asked.by in SURE,
    }
