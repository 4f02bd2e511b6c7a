"""The year's figures: counted from the record, frozen, looked over by another."""

from collections.abc import Sequence
from datetime import datetime

from edge.domain.errors import Conflict, InvalidInput
from edge.domain.matters.flow import number_in
from edge.domain.matters.registry import FLOWS
from edge.domain.office_time import CHINA
from edge.store import counters, lists
from edge.store.database import Connection
from edge.store.matters import Matter, matters_with
from edge.workflows.acting import Acting, day_of

FLOW, FORM = "yearly_report", "yearly_report"
_CLASSED = {"年末存档": "held", "本年接收": "came", "本年转出": "left", "年末已数字化": "digitised"}
STOCK, TOTAL = tuple(_CLASSED), "合计"
_ACTS = {
    "loans": ("借阅", "份次"),
    "returns": ("归还", "份次"),
    "looks": ("查阅", "人次"),
    "proofs": ("出具证明", "份"),
    "materials": ("补充归档材料", "件"),
    "pages": ("数字化扫描", "页"),
}


def span_of(year: int) -> tuple[int, int]:
    """A year's beginning and end at the office, in milliseconds."""
    first, last = (datetime(each, 1, 1, tzinfo=CHINA) for each in (year, year + 1))
    return int(first.timestamp() * 1000), int(last.timestamp() * 1000)


def months_of(year: int) -> list[tuple[str, int, int]]:
    """The months of a year with their beginnings and ends."""
    starts = [datetime(year, month, 1, tzinfo=CHINA) for month in range(1, 13)]
    edges = [int(each.timestamp() * 1000) for each in starts] + [span_of(year)[1]]
    return [(f"{year}{month:02d}", edges[month - 1], edges[month]) for month in range(1, 13)]


def figures(connection: Connection, year: int) -> list[tuple[str, ...]]:
    """The lines of the report: indicator, part, figure, unit."""
    since, until = span_of(year)
    lines: list[tuple[str, ...]] = []
    classes = counters.by_class(connection, since, until)
    for name, attribute in _CLASSED.items():
        counts = [int(getattr(each, attribute)) for each in classes]
        lines.append((name, "合计", str(sum(counts)), "份"))
        lines += [
            (name, each.name, str(count), "份") for each, count in zip(classes, counts, strict=True)
        ]
    acts = counters.count_acts(connection, since, until)
    lines += [(name, "合计", str(acts[code]), unit) for code, (name, unit) in _ACTS.items()]
    for kind, count in counters.proofs_by_kind(connection, since, until).items():
        lines.append(("出具证明", kind, str(count), "份"))
    begun = counters.matters_by_flow(connection, since, until)
    for code, count in begun.items():
        if code in FLOWS and code != FLOW:
            lines.append(("办理事项", FLOWS[code].name, str(count), "件"))
    return lines


def laid_out(
    lines: Sequence[tuple[str, ...]],
) -> tuple[list[tuple[str, ...]], list[tuple[str, ...]]]:
    """Part the lines of a report: dossiers with a row for each class and one for all, the rest."""
    stock: dict[str, dict[str, str]] = {}
    for name, part, figure, _ in lines:
        if name in STOCK:
            stock.setdefault(part, {})[name] = figure
    total = stock.pop(TOTAL, {})
    rows = [*stock.items(), (TOTAL, total)]
    laid = [(part, *(figures.get(each, "0") for each in STOCK)) for part, figures in rows]
    return laid, [line for line in lines if line[0] not in STOCK]


def begun(acting: Acting) -> None:
    """Let a year have one report; raises InvalidInput `report.year`, Conflict `report.again`."""
    year = int(acting.fields["year"])
    if not _is_year(year, acting.pen.at):
        raise InvalidInput("report.year")
    if report := report_of(acting.pen.connection, year):
        raise Conflict("report.again", number=report.number)


def report_of(connection: Connection, year: int) -> Matter | None:
    """The report of a year, under way or done; None where there is none."""
    every = matters_with(connection, FLOW, "year", str(year))
    return next((each for each in every if not each.void), None)


def counted(acting: Acting) -> None:
    """Freeze the figures as the record has them now; raises InvalidInput `report.year`."""
    year = number_in(acting.matter.fields, "year")
    if not _is_year(year, acting.pen.at):
        raise InvalidInput("report.year")
    facts = [("年度", str(year)), ("填报单位", acting.office.name)]
    headings = ("指标", "分组", "数量", "单位")
    lists.freeze(acting.pen, acting.matter.id, FORM, facts, headings,
                 figures(acting.pen.connection, year))  # fmt: skip


def _is_year(year: int, at: int) -> bool:
    return 2000 <= year <= day_of(at).year


EFFECTS = {(FLOW, "open"): begun, (FLOW, "count"): counted}
