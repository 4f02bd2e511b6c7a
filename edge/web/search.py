"""Finding a person; what is typed travels in the body of a POST, never in an address."""

from typing import Annotated, Any

import msgspec
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, URLEncodedBody
from litestar.response import Redirect, Template

from edge.domain import query
from edge.domain.access import Clerk
from edge.domain.archive import CATEGORIES, DOSSIER_CLASSES
from edge.domain.errors import InvalidInput, NotFound
from edge.store import search
from edge.store.matters import matter_by_number, matter_of_order
from edge.store.search import Filters
from edge.web.locale import sentence_of
from edge.web.parts import Parts
from edge.web.rendering import page

LIMIT = 30
TASKS = ("supplement", "proofs")
SURE = frozenset({query.By.ID_NUMBER, query.By.DOSSIER_NUMBER})
Short = Annotated[str, msgspec.Meta(max_length=12)]
Year = Annotated[str, msgspec.Meta(pattern=r"^([0-9]{4})?$")]


class Asked(msgspec.Struct, frozen=True):
    """The search box and its filters, all of which may be empty."""

    q: Annotated[str, msgspec.Meta(max_length=60)] = ""
    task: str = ""
    dossier_class: Short = ""
    standing: Short = ""
    lacking: Short = ""
    born_from: Year = ""
    born_until: Year = ""

    @property
    def filters(self) -> Filters:
        """What else must hold of those who are found."""
        return Filters(
            self.dossier_class, self.standing, self.lacking, self.born_from, self.born_until
        )


@post("/search/ask", status_code=303, sync_to_thread=True)
def ask(
    request: Request[Any, Any, Any],
    reader: NamedDependency[Clerk],
    parts: NamedDependency[Parts],
    data: URLEncodedBody[Asked],
) -> Response[Any]:
    """Open the person or the matter that a whole number names, or show what was found."""
    with parts.office.space.read() as town:
        number = "".join(data.q.split())
        matter = matter_by_number(town, number) or matter_of_order(town, number)
    if matter is not None:
        return Redirect(f"/matters/{matter.id}", status_code=303)
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
    return _screen(request, parts, asked)


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
    return _screen(request, parts, task=task)


@get("/search/card", sync_to_thread=False)
def card(
    request: Request[Any, Any, Any],
    reader: NamedDependency[Clerk],
    parts: NamedDependency[Parts],
) -> Template:
    """After the swipe of a card whose holder is not on record here."""
    return _screen(request, parts, card=True)


@post("/search/hits", status_code=200, sync_to_thread=True)
def hits(
    request: Request[Any, Any, Any],
    reader: NamedDependency[Clerk],
    parts: NamedDependency[Parts],
    data: URLEncodedBody[Asked],
) -> Template:
    """The hits while typing."""
    task = data.task if data.task in TASKS else ""
    return page(request, "parts/hits.html", task=task, **find(parts, data.q, data.filters))


def _screen(
    request: Request[Any, Any, Any],
    parts: Parts,
    asked: str = "",
    task: str = "",
    card: bool = False,
) -> Template:
    return page(
        request,
        "search.html",
        task=task,
        card=card,
        classes=DOSSIER_CLASSES,
        categories=CATEGORIES,
        **find(parts, asked),
    )


def find(parts: Parts, text: str, filters: Filters | None = None) -> dict[str, Any]:
    """Answer the search box: the template's names `q`, `hits`, `more`, `sure`, `wrong`, `newcomer`.

    A `newcomer` may be registered under what was typed.
    """
    blank = {"q": text, "hits": (), "more": False, "sure": False, "wrong": "", "newcomer": False}
    if not text.strip() and not filters:
        return blank
    try:
        words = query.persons_only(query.readings_of(text)) if text.strip() else ()
    except InvalidInput as error:
        return blank | {"wrong": sentence_of(error)}
    with parts.office.space.read() as town:
        found = search.find(town, words, filters, LIMIT)
    asked = text.strip() or "…"
    return blank | {
        "q": asked if filters else text,
        "hits": found.hits,
        "more": found.more,
        "sure": found.by in SURE,
        "newcomer": not filters and query.may_be_newcomer(words),
    }
