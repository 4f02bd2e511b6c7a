"""Figures on the screen: use and intake of a year, evidence for grading, the table of standards."""

from typing import Annotated, Any

import msgspec
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromQuery, URLEncodedBody
from litestar.response import Template

from edge.domain.access import Clerk, Right
from edge.domain.matters.registry import FLOWS
from edge.domain.standards import STANDARDS
from edge.store import counters
from edge.web.papers import printed
from edge.web.parts import Parts
from edge.web.registers.media import medium_at
from edge.web.rendering import go, page
from edge.workflows import evidence, reporting
from edge.workflows.matters import today_of

FIRST_YEAR = 2000


class Year(msgspec.Struct, frozen=True):
    """The year meant."""

    year: Annotated[int, msgspec.Meta(ge=FIRST_YEAR, le=2100)]


class Written(msgspec.Struct, frozen=True):
    """The year, and the medium by the path that the list of media gave."""

    year: Annotated[int, msgspec.Meta(ge=FIRST_YEAR, le=2100)]
    medium: Annotated[str, msgspec.Meta(max_length=400)]


@get("/figures", sync_to_thread=True)
def show(
    request: Request[Any, Any, Any],
    reader: NamedDependency[Clerk],
    parts: NamedDependency[Parts],
    year: FromQuery[int] = 0,
) -> Template:
    """How a year goes: dossiers by class, acts, and their use month by month."""
    chosen = _year(parts, year)
    since, until = reporting.span_of(chosen)
    with parts.office.space.read() as town:
        classes = counters.by_class(town, since, until)
        usage = counters.usage(town, reporting.months_of(chosen))
        lines = reporting.figures(town, chosen)
        report = reporting.report_of(town, chosen)
    most = max((each.looks + each.loans + each.proofs for each in usage), default=0)
    return page(
        request,
        "registers/figures.html",
        year=chosen,
        this_year=_year(parts, 0),
        classes=classes,
        usage=usage,
        most=max(most, 1),
        lines=lines,
        report=report,
        may_begin=reader.may(FLOWS[reporting.FLOW].right),
    )


@get("/evidence", sync_to_thread=True)
def pack(
    request: Request[Any, Any, Any],
    reader: NamedDependency[Clerk],
    parts: NamedDependency[Parts],
    year: FromQuery[int] = 0,
    said: FromQuery[str] = "",
) -> Template:
    """What the registers show for the grading, and where there is nothing yet."""
    chosen = _year(parts, year)
    with parts.office.space.read() as town:
        found = evidence.evidence_of(town, chosen)
    return page(
        request,
        "registers/evidence.html",
        year=chosen,
        found=found,
        names={each.flow: FLOWS[each.flow].name for each in found},
        sticks=parts.sticks.plugged() if reader.may(Right.CARRY) else [],
        said=said[:80],
    )


@post("/evidence/print", status_code=303, sync_to_thread=True)
def print_evidence(
    request: Request[Any, Any, Any],
    reader: NamedDependency[Clerk],
    parts: NamedDependency[Parts],
    data: URLEncodedBody[Year],
) -> Response[Any]:
    """Print the list of evidence."""
    return go(request, printed(parts, reader, evidence.print_list(parts.office, reader, data.year)))


@post("/evidence/write", status_code=303, sync_to_thread=True)
def write_evidence(
    request: Request[Any, Any, Any],
    reader: NamedDependency[Clerk],
    parts: NamedDependency[Parts],
    data: URLEncodedBody[Written],
) -> Response[Any]:
    """Write the pack to a medium; errors as `evidence.export`."""
    medium = medium_at(parts, data.medium)
    packed = evidence.export(parts.office, reader, data.year, medium)
    return go(request, f"/evidence?year={data.year}&said={packed.files}")


@get("/standards", sync_to_thread=True)
def standards(
    request: Request[Any, Any, Any], reader: NamedDependency[Clerk], parts: NamedDependency[Parts]
) -> Template:
    """The standards that the work rests on."""
    return page(request, "registers/standards.html", standards=STANDARDS)


@post("/standards/print", status_code=303, sync_to_thread=True)
def print_standards(
    request: Request[Any, Any, Any], reader: NamedDependency[Clerk], parts: NamedDependency[Parts]
) -> Response[Any]:
    """Print the table of standards."""
    return go(request, printed(parts, reader, evidence.print_standards(parts.office, reader)))


HANDLERS = [show, pack, print_evidence, write_evidence, standards, print_standards]


def _year(parts: Parts, asked: int) -> int:
    this = today_of(parts.office).year
    return asked if FIRST_YEAR <= asked <= this else this
