"""Papers of the counter other than proofs: letters, slips, receipts, registers and lists.

Each form is a row of `FORMS`; most share one Typst source, some have their own layout.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import cast

from edge.documents.proof import SealBox, chinese_date, qr_svg, seal_box_of
from edge.documents.typesetting import picture, typeset

SOURCE = "form.typ"


@dataclass(frozen=True, slots=True)
class Form:
    """One kind of paper: `mark` stands in its number, as 调 in 调〔2026〕01-0001号.

    A `sealed` one carries the office's seal and a code that verifies it. `copies` are printed at
    once, where each side keeps one.
    """

    code: str
    title: str
    mark: str
    sealed: bool = False
    source: str = SOURCE
    copies: int = 1


@dataclass(frozen=True, slots=True)
class Table:
    """A list on a paper: headings, one tuple a line, and the columns' relative widths."""

    headings: tuple[str, ...]
    lines: Sequence[tuple[str, ...]]
    widths: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Sheet:
    """What stands on one paper, from top to bottom; whatever is empty is left out.

    `blanks` are places to sign or fill in by hand; `stub` lines stand below a line to cut along.
    """

    addressee: str = ""
    paragraphs: tuple[str, ...] = ()
    facts: tuple[tuple[str, str], ...] = ()
    table: Table | None = None
    closing: tuple[str, ...] = ()
    blanks: tuple[str, ...] = ()
    stub_title: str = ""
    stub: tuple[str, ...] = ()
    extra: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FormPaper:
    """A form filled in: who issues it, under which number, and what stands on it."""

    form: Form
    office: str
    number: str
    sheet: Sheet
    issued_on: date
    clerk: str
    code: str = ""
    verify_url: str = ""


def typeset_form(paper: FormPaper) -> tuple[bytes, SealBox | None]:
    """Set a form as PDF/A-2b, and say where its seal belongs if it is sealed.

    Raises InvalidInput `document.missing_glyph` (character).
    """
    pages = typeset(paper.form.source, _fields(paper), paper.issued_on, ("seal",))
    place = cast(dict[str, float], pages.marks["seal"])
    return pages.pdf, seal_box_of(place) if paper.form.sealed else None


def preview_form(paper: FormPaper, dpi: int = 100) -> bytes:
    """The first page as PNG, unsealed; errors as `typeset_form`."""
    return picture(paper.form.source, {**_fields(paper), "first": True}, paper.issued_on, dpi)


def _fields(paper: FormPaper) -> dict[str, object]:
    sheet, table = paper.sheet, paper.sheet.table
    return {
        "title": paper.form.title,
        "office": paper.office,
        "number": paper.number,
        "addressee": sheet.addressee,
        "paragraphs": list(sheet.paragraphs),
        "facts": [list(each) for each in sheet.facts],
        "headings": list(table.headings) if table else [],
        "lines": [list(each) for each in table.lines] if table else [],
        "widths": list(table.widths or (1,) * len(table.headings)) if table else [],
        "closing": list(sheet.closing),
        "blanks": list(sheet.blanks),
        "stub_title": sheet.stub_title,
        "stub": list(sheet.stub),
        "issued": chinese_date(paper.issued_on),
        "clerk": paper.clerk,
        "code": paper.code,
        "qr": qr_svg(paper.verify_url) if paper.verify_url else "",
        "sealed": paper.form.sealed,
        "first": False,
        **sheet.extra,
    }
