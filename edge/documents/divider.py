"""Sheets laid into a stack before it is scanned: separators, and the cover of one dossier."""

from dataclasses import dataclass
from datetime import date

from edge.documents.proof import qr_svg
from edge.documents.typesetting import typeset

SOURCE = "divider.typ"


@dataclass(frozen=True, slots=True)
class Divider:
    """One sheet: a heading, lines beneath it, and the code that is read when it is scanned."""

    heading: str
    lines: tuple[str, ...]
    code: str


def typeset_divider(divider: Divider, dated: date, copies: int = 1) -> bytes:
    """Set so many equal sheets as PDF/A-2b; raises InvalidInput `document.missing_glyph`."""
    fields = {
        "heading": divider.heading,
        "lines": list(divider.lines),
        "code": divider.code,
        "qr": qr_svg(divider.code),
        "copies": copies,
    }
    return typeset(SOURCE, fields, dated).pdf
