"""What the keys on the screen ask for: words used lately in a field, and the name on a card."""

import re
from typing import Any

import msgspec
from litestar import Request, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Template

from edge.domain.access import Clerk
from edge.domain.errors import NotFound
from edge.domain.matters.registry import FLOWS
from edge.store.staff import members_of
from edge.store.words import words_of
from edge.web.parts import Parts
from edge.web.rendering import page


class Named(msgspec.Struct, frozen=True):
    """The name on a card."""

    name: str


FIELD = re.compile(r"[a-z][a-z0-9_-]{0,40}")


@get("/words/{field:str}", sync_to_thread=True)
def words(
    request: Request[Any, Any, Any],
    reader: NamedDependency[Clerk],
    parts: NamedDependency[Parts],
    field: FromPath[str],
) -> Template:
    """Words used lately in a field of this name; none of what is private.

    Of a field that names people, the office's people come first.
    """
    if not FIELD.fullmatch(field):
        raise NotFound("web.no_such_page")
    named = [each for flow in FLOWS.values() for each in flow.fields().values()
             if each.name == field]  # fmt: skip
    people: list[str] = []
    if any(each.people for each in named):
        with parts.office.county.read() as county:
            people = [each.clerk.name for each in members_of(county, parts.office.code)]
    with parts.office.space.read() as town:
        used = [] if any(each.private for each in named) else words_of(town, field)
    found = dict.fromkeys([*people, *(each for each in used if "\n" not in each)])
    return page(request, "parts/words_used.html", words=list(found))


@get("/cards/{number:int}", sync_to_thread=False)
def card(
    reader: NamedDependency[Clerk], parts: NamedDependency[Parts], number: FromPath[int]
) -> Named:
    """The name on the card that a signal named by its number."""
    name = parts.cards.of(number)
    if name is None:
        raise NotFound("code.gone")
    return Named(name)
