"""The county's lists: alerts, transfers between towns, institutions and their people."""

from typing import Any

from litestar import Request, get
from litestar.di import NamedDependency
from litestar.response import Template

from edge.domain.access import Clerk, Right
from edge.store.staff import institutions, members_of, names_of_staff
from edge.web.rendering import page
from sync.hub.county import COUNTY_CODE
from sync.hub.web import registers
from sync.hub.web.parts import Parts


@get("/alerts", sync_to_thread=True)
def alerts(
    request: Request[Any, Any, Any],
    clerk: NamedDependency[Clerk],
    parts: NamedDependency[Parts],
) -> Template:
    """The storage rooms of all towns."""
    with parts.county.read() as county:
        names = names_of_staff(county)
    return page(
        request,
        "hub/alerts.html",
        alerts=registers.alerts_recent(parts),
        names=names,
        now=parts.now,
    )


@get("/transfers", sync_to_thread=True)
def transfers(
    request: Request[Any, Any, Any],
    clerk: NamedDependency[Clerk],
    parts: NamedDependency[Parts],
) -> Template:
    """Dossiers between towns; whose they are is shown to those alone who may read them."""
    return page(
        request,
        "hub/transfers.html",
        journeys=registers.journeys(parts),
        may_read=clerk.may(Right.READ),
        names=parts.names(),
        due_days=registers.DUE_DAYS,
        now=parts.now,
    )


@get("/staff", sync_to_thread=True)
def staff(
    request: Request[Any, Any, Any],
    clerk: NamedDependency[Clerk],
    parts: NamedDependency[Parts],
) -> Template:
    """The offices and who may sign in there."""
    with parts.county.read() as county:
        offices = [
            (each, members_of(county, each.code))
            for each in institutions(county)
            if each.code != COUNTY_CODE
        ]
        own = members_of(county, "")
    left = registers.accounts_left(parts)
    return page(request, "hub/staff.html", offices=offices, own=own, left=left)
