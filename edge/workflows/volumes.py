"""Volumes: numbered, due for filing by their cycle, kept as long as the schedule says."""

from collections.abc import Mapping

from edge.domain.errors import Conflict, InvalidInput
from edge.domain.matters.volumes import has_term
from edge.domain.retention import (
    CATEGORY_CODES,
    Series,
    expires,
    filing_due,
    period_end,
    schedule,
    term_code,
)
from edge.store.papers import take_number
from edge.store.rules import number_of
from edge.workflows.acting import Acting, laid_down_for
from edge.workflows.places import place_in

ARCHIVE_YEARS, ARCHIVE_RULE = 10, "archive.years"
# 机关文书 go up in the year after they were filed.
OFFICE_YEARS, OFFICE_RULE = 1, "archive.office_years"


def series_of(office_rules: Mapping[str, str], text: str) -> Series:
    """Look a series up by its code or name; raises InvalidInput `volume.series` (text)."""
    rows = schedule(office_rules)
    found = rows.get(text) or next((row for row in rows.values() if row.name == text), None)
    if found is None:
        raise InvalidInput("volume.series", text=text)
    return found


def begun(acting: Acting) -> Mapping[str, str]:
    """Give the volume its number and its terms, and say when it has to be filed."""
    laid_down = laid_down_for(acting.office)
    row = series_of(laid_down, acting.fields["series"])
    period = acting.fields["period"]
    due = filing_due(row.cycle, period, laid_down)
    if row.classing.endswith("单位") and row.category == "业务" and not acting.fields.get("unit"):
        unit = {"unit": acting.office.name}
    else:
        unit = {}
    year = int(period[:4])
    until = expires(row.term, year)
    letters = CATEGORY_CODES[row.category]
    running = take_number(acting.pen.connection, f"volume-{letters}-{year}")
    number = f"{acting.office.code}-{letters}·{year}-{term_code(row.term)}"
    return {
        **unit,
        "series": row.name,
        "volume": f"{number}-{acting.office.ordinal:02d}-{running:04d}",
        "category": row.category,
        "term": row.term,
        "cycle": row.cycle,
        "classing": row.classing,
        "expires": until.strftime("%Y%m%d") if until else "",
        "due": due.strftime("%Y%m%d"),
    }


def filed(acting: Acting) -> Mapping[str, str]:
    """Set the next day that matters: when its term ends, or when it is to go to the archive."""
    told = acting.matter.fields
    due = told.get("expires") or _archive_day(acting, told)
    return {"due": due, "shelf": place_in(acting.fields["shelf"])}


def moved(acting: Acting) -> Mapping[str, str]:
    """Write the place in its one form."""
    return {"shelf": place_in(acting.fields["shelf"])}


def extended(acting: Acting) -> None:
    """Keep a volume on past its term.

    Raises Conflict `volume.for_ever` (number), InvalidInput `volume.term_runs` (number, day).
    """
    told = acting.matter.fields
    if not has_term(told):
        raise Conflict("volume.for_ever", number=told.get("volume", ""))
    if acting.fields["due"] <= told["expires"]:
        raise InvalidInput("volume.term_runs", number=told.get("volume", ""), day=told["expires"])


def _archive_day(acting: Acting, told: Mapping[str, str]) -> str:
    office = told.get("category") == "文书"
    rule, years = (OFFICE_RULE, OFFICE_YEARS) if office else (ARCHIVE_RULE, ARCHIVE_YEARS)
    wait = number_of(laid_down_for(acting.office), rule, years)
    end = period_end("年", told.get("period", ""))
    return end.replace(year=end.year + wait).strftime("%Y%m%d")


EFFECTS = {
    ("volume", "open"): begun,
    ("volume", "file"): filed,
    ("volume", "move"): moved,
    ("volume", "extend"): extended,
}
