"""A copy of scanned pages as one PDF/A: the images as they are, the machine-read text beneath."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache

from fontTools.ttLib import TTCollection

from edge.documents.typesetting import FONT_FAMILY, FONT_FOLDER, typeset_with

SOURCE = "copy.typ"
FONT_FILE = "NotoSerifCJK-Regular.ttc"
MM = 25.4
LEAST_DPI = 30  # below this a page would be as large as a door


@dataclass(frozen=True, slots=True)
class CopiedPage:
    """One page: a JPEG of `size` pixels at `dpi`, and the lines read on it.

    A line is left, top, width and height in pixels, and its text.
    """

    jpeg: bytes
    size: tuple[int, int]
    dpi: int
    lines: tuple[tuple[int, int, int, int, str], ...] = ()


def typeset_copy(title: str, pages: Sequence[CopiedPage], made_on: date) -> bytes:
    """Set the pages as PDF/A-2b, each as large as its paper; the images' bytes stay as they are."""
    files = {f"page-{number}.jpg": page.jpeg for number, page in enumerate(pages, start=1)}
    fields = {
        "title": _settable(title),
        "font": FONT_FAMILY,
        "pages": [_page(number, page) for number, page in enumerate(pages, start=1)],
    }
    return typeset_with(SOURCE, files, fields, made_on)


def _page(number: int, page: CopiedPage) -> dict[str, object]:
    scale = MM / max(page.dpi, LEAST_DPI)
    lines = [
        {
            "left": left * scale,
            "top": top * scale,
            "width": width * scale,
            "height": height * scale,
            "text": text,
        }
        for left, top, width, height, text in (
            (*line[:4], _settable(line[4])) for line in page.lines
        )
        if text and width and height
    ]
    return {
        "image": f"page-{number}.jpg",
        "alt": f"第 {number} 页",
        "width": page.size[0] * scale,
        "height": page.size[1] * scale,
        "lines": lines,
    }


def _settable(text: str) -> str:
    """Leave out what the font has no shape for: PDF/A refuses to set it."""
    return "".join(each for each in text if ord(each) in _shapes()).strip()


@cache
def _shapes() -> frozenset[int]:
    with TTCollection(FONT_FOLDER / FONT_FILE, lazy=True) as fonts:
        return frozenset(fonts[2].getBestCmap())
