"""The home screen, the list of things to do, and the station's signals."""

from datetime import timedelta
from typing import Any

from litestar import Request, get
from litestar.di import NamedDependency
from litestar.response import ServerSentEvent, Template

from edge.domain.access import Clerk, Right
from edge.store import captures, conflicts, dossiers, matters, persons, room, transfers
from edge.store.database import Connection
from edge.web import session
from edge.web.matters import SOON_DAYS, lines_of
from edge.web.parts import Parts
from edge.web.rendering import page
from edge.web.wording import local


def overdue(town: Connection, now: int) -> list[dossiers.Loan]:
    """The loans whose day of return is over."""
    today = local(now).strftime("%Y%m%d")
    return [loan for loan in dossiers.open_loans(town) if loan.due < today]


def arrived(town: Connection) -> list[transfers.Transfer]:
    """The transfers that came in and wait to be received."""
    return [
        each
        for each in transfers.transfers(town)
        if "arrived" in each.steps and "received" not in each.steps
    ]


def pressing(town: Connection, now: int) -> list[matters.Matter]:
    """The matters whose deadline is over or near, and those that two offices acted on apart."""
    soon = (local(now) + timedelta(days=SOON_DAYS)).strftime("%Y%m%d")
    under_way = matters.open_matters(town)
    return [each for each in under_way if (each.due and each.due <= soon) or each.aside]


@get("/", sync_to_thread=True)
def home(
    request: Request[Any, Any, Any],
    clerk: NamedDependency[Clerk],
    parts: NamedDependency[Parts],
) -> Template:
    """What shall be done now."""
    with parts.office.space.read() as town:
        todo = (
            len(captures.waiting_captures(town))
            + len(overdue(town, parts.now))
            + len(arrived(town))
            + len(room.open_alerts(town))
            + len(conflicts.for_the_office(town))
            + len(pressing(town, parts.now))
        )
    return page(request, "home.html", todo=todo)


@get("/todo", sync_to_thread=True)
def todo(
    request: Request[Any, Any, Any],
    clerk: NamedDependency[Clerk],
    parts: NamedDependency[Parts],
) -> Template:
    """What waits for somebody."""
    reads = clerk.may(Right.READ)
    with parts.office.space.read() as town:
        # Who may not read dossiers, such as a technician, sees the room's alarms alone.
        late = overdue(town, parts.now) if reads else []
        scanned = captures.waiting_captures(town) if reads else []
        came = arrived(town) if reads else []
        due = pressing(town, parts.now) if reads else []
        concerned = [each.dossier for each in late] + [each.dossier for each in scanned]
        return page(
            request,
            "todo.html",
            captures=scanned,
            overdue=late,
            whose=persons.names_of_dossiers(town, concerned),
            arrived=[(each, transfers.arrival_of(town, each.id) or {}) for each in came],
            alerts=room.open_alerts(town),
            conflicts=len(conflicts.for_the_office(town)),
            due=lines_of(parts, due),
        )


@get("/events", sync_to_thread=False)
def events(clerk: NamedDependency[Clerk], parts: NamedDependency[Parts]) -> ServerSentEvent:
    """The station's signals, for as long as the page is open."""
    return ServerSentEvent(parts.stations.listen(session.STATION))
