"""What a clerk has typed and not yet sent: kept as it is typed, so that a lock loses nothing."""

from collections import defaultdict
from typing import Annotated, Any

import msgspec
from anyio.to_thread import run_sync as in_thread
from litestar import Request, Response, post
from litestar.di import NamedDependency

from edge.domain.access import Clerk
from edge.domain.errors import InvalidInput
from edge.store import desk
from edge.web.parts import Parts

LONGEST = 4_000
TASK = r"^(receive|filing-[0-9a-f]{32}|matter-[a-z_]{1,40}(-[0-9a-f]{32})?)$"
UNKEPT = frozenset({"_csrf_token", "task"})


class Task(msgspec.Struct, frozen=True):
    """Which form is meant: `receive`, `filing-` and a batch, `matter-`, a flow and a subject."""

    task: Annotated[str, msgspec.Meta(pattern=TASK)]


@post("/drafts", status_code=204)
async def keep(
    request: Request[Any, Any, Any], reader: NamedDependency[Clerk], parts: NamedDependency[Parts]
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
        lambda town: desk.save_draft(town, reader.id, task, body, at),
    )
    return Response(None, status_code=204)


def draft_of(parts: Parts, clerk: Clerk, task: str) -> dict[str, Any]:
    """Give back what was typed; every field that was not is empty."""
    with parts.office.space.read() as town:
        return defaultdict(str, desk.draft_of(town, clerk.id, task) or {})


def drop(parts: Parts, clerk: Clerk, task: str) -> None:
    """Forget what was typed, once it is on record."""
    parts.office.space.write(lambda town: desk.drop_draft(town, clerk.id, task))
