"""What needs comparing: the list, two sides beside one another, one tap to choose."""

from typing import Annotated, Any

import msgspec
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, URLEncodedBody
from litestar.response import Template

from edge.domain.access import Clerk
from edge.domain.conflict import Conflict, ConflictKind
from edge.domain.errors import InvalidInput, NotFound
from edge.store.conflicts import acts_after_right, conflict_of, for_the_office, open_conflicts
from edge.store.database import Connection
from edge.web.clashes import Names, headline
from edge.web.clashes import show as show_clash
from edge.web.parts import Parts
from edge.web.rendering import go, page
from edge.workflows import resolution
from edge.workflows.resolution import NOTE_LIMIT, Choice


class Chosen(msgspec.Struct, frozen=True):
    """The form under the sides; `seen` are the entries shown, parted by commas."""

    chosen: str = ""
    seen: Annotated[str, msgspec.Meta(max_length=1 << 20)] = ""
    note: Annotated[str, msgspec.Meta(max_length=NOTE_LIMIT)] = ""
    field: str = ""


def kind_of(text: str) -> ConflictKind:
    """Read a kind from an address; raises NotFound `conflict.unknown`."""
    try:
        return ConflictKind(text)
    except ValueError as error:
        raise NotFound("conflict.unknown") from error


def find(
    town: Connection, county: Connection, kind: ConflictKind, subject: str, field: str
) -> Conflict:
    """Find an open conflict of any kind; raises NotFound `conflict.unknown`."""
    if kind is not ConflictKind.RIGHT:
        return conflict_of(town, kind, subject, field)
    for each in acts_after_right(town, county):
        if each.subject == subject:
            return each
    raise NotFound("conflict.unknown")


def choice_of(kind: ConflictKind, subject: str, form: Chosen) -> Choice:
    """Read what was chosen; raises InvalidInput `conflict.choice` where nothing was."""
    if not form.chosen:
        raise InvalidInput("conflict.choice")
    seen = frozenset(form.seen.split(","))
    return Choice(kind, subject, form.field, seen, form.chosen, form.note.strip())


@get("/conflicts", sync_to_thread=True)
def listed(
    request: Request[Any, Any, Any], reader: NamedDependency[Clerk], parts: NamedDependency[Parts]
) -> Template:
    """What is open: for this counter first, then what waits for the county."""
    office = parts.office
    with office.space.read() as town, office.county.read() as county:
        names = Names.of(county)
        own = for_the_office(town)
        waiting = [each for each in open_conflicts(town) if each not in own]
        late = acts_after_right(town, county)
        rows = [
            [(each, headline(town, each, names)) for each in some] for some in (own, waiting + late)
        ]
    return page(request, "conflicts.html", own=rows[0], waiting=rows[1])


@get("/conflicts/{kind:str}/{subject:str}", sync_to_thread=True)
def show(
    request: Request[Any, Any, Any],
    reader: NamedDependency[Clerk],
    parts: NamedDependency[Parts],
    kind: FromPath[str],
    subject: FromPath[str],
    field: FromQuery[str] = "",
) -> Template:
    """The sides of one conflict."""
    office = parts.office
    with office.space.read() as town, office.county.read() as county:
        conflict = find(town, county, kind_of(kind), subject, field)
        shown = show_clash(town, county, conflict, reader, Names.of(county))
    return page(request, "conflict.html", shown=shown, now=parts.now)


@post("/conflicts/{kind:str}/{subject:str}/settle", status_code=303, sync_to_thread=True)
def settle(
    request: Request[Any, Any, Any],
    reader: NamedDependency[Clerk],
    parts: NamedDependency[Parts],
    kind: FromPath[str],
    subject: FromPath[str],
    data: URLEncodedBody[Chosen],
) -> Response[Any]:
    """Settle it, or propose to the county what it decides; errors as `workflows.resolution`."""
    office = parts.office
    choice = choice_of(kind_of(kind), subject, data)
    if choice.kind is ConflictKind.RIGHT:
        resolution.review_late_acts(office, office.county, reader, choice)
    elif reader.may(resolution.right_to_settle(choice.kind, choice.field)):
        resolution.settle(office, reader, choice)
    else:
        resolution.propose(office, reader, choice)
    parts.stations.publish("sync")
    return go(request, "/conflicts")
