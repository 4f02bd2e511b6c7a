"""Finding a person in any town; what is typed travels in the body of a POST, in no address."""

from typing import Annotated, Any

import msgspec
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import URLEncodedBody
from litestar.response import Redirect, Template

from edge.domain import query
from edge.domain.access import Clerk
from edge.domain.errors import InvalidInput
from edge.web.locale import sentence_of
from edge.web.rendering import page
from sync.hub.search import search
from sync.hub.web.parts import Parts

LIMIT = 50
ASKED = "asked"


class Asked(msgspec.Struct, frozen=True):
    """The search box."""

    q: Annotated[str, msgspec.Meta(max_length=60)] = ""


@post("/search", status_code=303, sync_to_thread=False)
def ask(
    request: Request[Any, Any, Any], reader: NamedDependency[Clerk], data: URLEncodedBody[Asked]
) -> Response[Any]:
    """Keep the question in the session, so that its answer has an address without it."""
    request.session[ASKED] = data.q
    return Redirect("/search", status_code=303)


@get("/search", sync_to_thread=True)
def show(
    request: Request[Any, Any, Any],
    reader: NamedDependency[Clerk],
    parts: NamedDependency[Parts],
) -> Template:
    """The answer to what was last asked at this browser."""
    asked = str(request.session.get(ASKED, ""))
    told: dict[str, Any] = {"names": parts.names(), "damaged": parts.damaged()}
    return page(request, "hub/search.html", **told, **find(parts, asked))


def find(parts: Parts, text: str) -> dict[str, Any]:
    """Ask every town: the template's names `q`, `hits`, `more` and `wrong`."""
    blank: dict[str, Any] = {"q": text, "hits": [], "more": False, "wrong": ""}
    if not text.strip():
        return blank
    try:
        asked = query.parse(text)
    except InvalidInput as error:
        return blank | {"wrong": sentence_of(error)}
    hits = search(parts.spaces, asked, LIMIT + 1)
    return blank | {"hits": hits[:LIMIT], "more": len(hits) > LIMIT}
