"""What the towns' records leave open and the county decides; written into the town's own record."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, URLEncodedBody
from litestar.response import Template

from edge.domain.access import Clerk
from edge.domain.conflict import Conflict, ConflictKind
from edge.store.conflicts import acts_after_right, open_conflicts, proposals
from edge.store.database import Space
from edge.store.entries import Author, Pen
from edge.web.clashes import Names, headline
from edge.web.clashes import show as show_clash
from edge.web.conflicts import Chosen, choice_of, find, kind_of
from edge.web.rendering import go, page
from edge.workflows import resolution
from sync.hub.web.parts import Parts, Town

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class TownDesk:
    """The county at work in a town's record, by the hub's own hand."""

    space: Space
    author: Author

    @property
    def of_county(self) -> bool:
        """Always."""
        return True

    def transact(self, clerk: Clerk, act: Callable[[Pen], T]) -> T:
        """Run one act in one transaction."""
        return self.space.write(lambda connection: act(Pen(connection, self.author, clerk.id)))


@dataclass(frozen=True, slots=True)
class TownConflict:
    """A conflict, its town, and whether the office has proposed an answer."""

    town: Town
    conflict: Conflict
    headline: str
    proposed: bool


def waiting(parts: Parts) -> list[TownConflict]:
    """What the county has to decide, those with a proposal first."""
    found = []
    with parts.county.read() as county:
        names = Names.of(county)
        for town in parts.towns():
            with town.space.read() as connection:
                own = [each for each in open_conflicts(connection) if each.for_county]
                found += [
                    TownConflict(
                        town,
                        each,
                        headline(connection, each, names),
                        bool(proposals(connection, each)),
                    )
                    for each in own + acts_after_right(connection, county)
                ]
    return sorted(found, key=lambda each: not each.proposed)


@get("/conflicts", sync_to_thread=True)
def listed(
    request: Request[Any, Any, Any], reader: NamedDependency[Clerk], parts: NamedDependency[Parts]
) -> Template:
    """What waits for the county, of all towns."""
    return page(request, "hub/conflicts.html", waiting=waiting(parts))


@get("/towns/{town:str}/conflicts/{kind:str}/{subject:str}", sync_to_thread=True)
def show(
    request: Request[Any, Any, Any],
    reader: NamedDependency[Clerk],
    parts: NamedDependency[Parts],
    town: FromPath[str],
    kind: FromPath[str],
    subject: FromPath[str],
    field: FromQuery[str] = "",
) -> Template:
    """The sides of one conflict of a town."""
    held = parts.town(town)
    with held.space.read() as connection, parts.county.read() as county:
        conflict = find(connection, county, kind_of(kind), subject, field)
        names = Names.of(county)
        shown = show_clash(connection, county, conflict, reader, names, at_county=True)
    return page(request, "hub/conflict.html", town=held, shown=shown, now=parts.now)


@post(
    "/towns/{town:str}/conflicts/{kind:str}/{subject:str}/settle",
    status_code=303,
    sync_to_thread=True,
)
def settle(
    request: Request[Any, Any, Any],
    reader: NamedDependency[Clerk],
    parts: NamedDependency[Parts],
    town: FromPath[str],
    kind: FromPath[str],
    subject: FromPath[str],
    data: URLEncodedBody[Chosen],
) -> Response[Any]:
    """Decide; errors as `workflows.resolution`."""
    desk = TownDesk(parts.town(town).space, parts.author)
    choice = choice_of(kind_of(kind), subject, data)
    if choice.kind is ConflictKind.RIGHT:
        resolution.review_late_acts(desk, parts.county, reader, choice)
    else:
        resolution.settle(desk, reader, choice)
    parts.stations.publish("sync")
    return go(request, "/conflicts")
