"""The log sheet of a storage room (温湿度登记表), one month on A4."""

from dataclasses import dataclass
from datetime import datetime

from edge.documents.proof import chinese_date
from edge.documents.typesetting import typeset

SOURCE = "room_sheet.typ"


@dataclass(frozen=True, slots=True)
class SheetRow:
    """A half day: temperature and humidity for each sensor in turn, and who saw them when."""

    day: int
    half: str
    values: tuple[str, ...]
    seen_at: str
    seen_by: str


@dataclass(frozen=True, slots=True)
class SheetPaper:
    """All that stands on the sheet."""

    office: str
    place: str
    year: int
    month: int
    sensors: tuple[str, ...]
    rows: tuple[SheetRow, ...]
    issued: datetime
    clerk: str


def typeset_room_sheet(paper: SheetPaper) -> bytes:
    """Set the sheet as PDF/A-2b; raises InvalidInput `document.missing_glyph` (character)."""
    fields = {
        "office": paper.office,
        "place": paper.place,
        "month": f"{paper.year}年{paper.month}月",
        "sensors": list(paper.sensors),
        "rows": [[row.day, row.half, *row.values, row.seen_at, row.seen_by] for row in paper.rows],
        "issued": f"{chinese_date(paper.issued.date())} {paper.issued:%H:%M}",
        "clerk": paper.clerk,
    }
    return typeset(SOURCE, fields, paper.issued.date()).pdf
