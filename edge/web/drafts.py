"""What a clerk has typed and not yet sent: kept as it is typed, so that a lock loses nothing.

A form takes part by the attribute `data-draft`, which names it: `receive`, or a form and whom or
what it is for, such as `lend-` and a dossier. The page fills it again by itself; the draft is
forgotten once the form was accepted, or by `drop`.
"""

import re
from collections import defaultdict
from collections.abc import Awaitable, Callable
from typing import Annotated, Any

import msgspec
from anyio.to_thread import run_sync as in_thread
from litestar import Request, Response, get, post
from litestar.datastructures import Headers
from litestar.di import NamedDependency
from litestar.enums import ScopeType
from litestar.params import FromPath
from litestar.types import Message, Scope

from edge.domain.access import Clerk
from edge.domain.errors import InvalidInput
from edge.store import desk
from edge.web.parts import Parts

LONGEST = 20_000
TASK = r"^[a-z][a-z0-9_]{1,40}(-[a-z0-9_]{1,64}){0,3}$"
REFUSED = 400
FULFILLED = "x-draft"
UNKEPT = frozenset({"_csrf_token", "task"})


class Task(msgspec.Struct, frozen=True):
    """Which form is meant."""

    task: Annotated[str, msgspec.Meta(pattern=TASK)]


@post("/drafts", status_code=204)
async def keep(
    request: Request[Any, Any, Any], clerk: NamedDependency[Clerk], parts: NamedDependency[Parts]
) -> Response[None]:
    """Keep what a form holds now; the field `task` says which form."""
    sent = await request.form()
    try:
        task = msgspec.convert({"task": sent.get("task")}, Task).task
    except msgspec.ValidationError as error:
        raise InvalidInput("web.refused") from error
    body = {name: str(value) for name, value in sent.items() if name not in UNKEPT}
    if sum(len(name) + len(value) for name, value in body.items()) > LONGEST:
        raise InvalidInput("web.refused")
    at = parts.now
    await in_thread(
        parts.office.space.write,
        lambda town: desk.save_draft(town, clerk.id, task, body, at),
    )
    return Response(None, status_code=204)


@get("/drafts/{task:str}", sync_to_thread=True)
def kept(
    clerk: NamedDependency[Clerk], parts: NamedDependency[Parts], task: FromPath[str]
) -> Response[dict[str, Any]]:
    """Give a form back what was typed into it."""
    return Response(draft_of(parts, clerk, task), headers={"Cache-Control": "no-store"})


def forget_accepted(parts: Parts) -> Callable[[Message, Scope], Awaitable[None]]:
    """Make the hook that drops the draft a form has named, once what it sent was accepted."""

    async def before_send(message: Message, scope: Scope) -> None:
        if message["type"] != "http.response.start" or scope["type"] != ScopeType.HTTP:
            return
        named, clerk = Headers.from_scope(scope).get(FULFILLED, ""), scope["state"].get("clerk")
        accepted = scope["method"] == "POST" and message["status"] < REFUSED
        if clerk and accepted and re.match(TASK, named):
            await in_thread(drop, parts, clerk, named)

    return before_send


def draft_of(parts: Parts, clerk: Clerk, task: str) -> dict[str, Any]:
    """Give back what was typed; every field that was not is empty."""
    with parts.office.space.read() as town:
        return defaultdict(str, desk.draft_of(town, clerk.id, task) or {})


def carry(parts: Parts, clerk: Clerk, task: str, to: str) -> None:
    """Go on with what was typed under another task."""
    at = parts.now
    parts.office.space.write(lambda town: desk.carry_draft(town, clerk.id, task, to, at))


def drop(parts: Parts, clerk: Clerk, task: str) -> None:
    """Forget what was typed, once it is on record."""
    parts.office.space.write(lambda town: desk.drop_draft(town, clerk.id, task))
