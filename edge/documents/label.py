"""Labels for covers and shelves, drawn dot by dot at the printer's own resolution.

A module of a code is always a whole number of dots, two at least at 203 dpi: codes squeezed or
stretched by a fraction are not read. What does not fit is refused and never made smaller.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import segno
from barcode.codex import Code128
from fontTools.ttLib import TTFont
from PIL import Image, ImageDraw, ImageFont

from edge.documents.typesetting import FONT_FOLDER
from edge.domain.bitmap import Bitmap
from edge.domain.errors import InvalidInput, NotFound

FONT = FONT_FOLDER / "NotoSansCJK-Bold.ttc"
SIMPLIFIED = 2  # the face of the collection that draws mainland forms
LONGEST_BAR_CODE = 16
MM_PER_INCH = 25.4
MODULE_MM = 0.25
QUIET_BARS, QUIET_QR = 10, 4
GETA = "〓"
MARGIN_MM, GAP_MM, BARS_MM = 1.5, 1.5, 7.0


@dataclass(frozen=True, slots=True)
class LabelSize:
    """Width and height of the label's paper, in millimetres."""

    width_mm: float
    height_mm: float


SIZES = {"50x30": LabelSize(50, 30), "60x40": LabelSize(60, 40)}


@dataclass(frozen=True, slots=True)
class Label:
    """What stands on one: a QR code, a large line, smaller lines, and a bar code where it fits.

    `bars` is left out where it has more than 16 characters or is too wide; the QR code never is.
    """

    code: str
    heading: str
    lines: tuple[str, ...] = ()
    bars: str = ""


def draw_label(label: Label, size: LabelSize, dpi: int) -> Bitmap:
    """Draw a label.

    Raises InvalidInput `label.too_small` where the code does not fit with its quiet zone, NotFound
    `document.font_missing`.
    """
    per_mm = dpi / MM_PER_INCH
    width, height = int(size.width_mm * per_mm) // 8 * 8, int(size.height_mm * per_mm)
    module = max(2, round(MODULE_MM * per_mm))
    paper = Image.new("1", (width, height), 1)
    margin, gap = round(MARGIN_MM * per_mm), round(GAP_MM * per_mm)
    floor = height - margin
    bars = _bars(label.bars, module, round(BARS_MM * per_mm), width - 2 * margin)
    if bars is not None:
        paper.paste(bars, ((width - bars.width) // 2, floor - bars.height))
        floor -= bars.height + gap
    square = _square(label.code, min(floor - margin, width // 2), module)
    paper.paste(square, (margin, margin))
    left = margin + square.width + gap
    _write(paper, (left, margin, width - margin, floor), [label.heading, *label.lines])
    rows = paper.tobytes()
    return Bitmap(width, height, bytes(octet ^ 0xFF for octet in rows))


def _square(code: str, side: int, least: int) -> Image.Image:
    """A QR code with its quiet zone, as large as fits, each module as many whole dots."""
    matrix = [list(row) for row in segno.make(code, error="m", micro=False).matrix]
    modules = len(matrix) + 2 * QUIET_QR
    scale = side // modules
    if scale < least:
        raise InvalidInput("label.too_small")
    drawn = Image.new("1", (modules, modules), 1)
    for row, cells in enumerate(matrix):
        for column, dark in enumerate(cells):
            if dark:
                drawn.putpixel((column + QUIET_QR, row + QUIET_QR), 0)
    return drawn.resize((modules * scale, modules * scale), Image.Resampling.NEAREST)


def _bars(text: str, module: int, height: int, most: int) -> Image.Image | None:
    """A Code 128 with its quiet zones; None where there is nothing, or too much, to write."""
    if not text or len(text) > LONGEST_BAR_CODE or not text.isascii():
        return None
    pattern = "0" * QUIET_BARS + Code128(text).build()[0] + "0" * QUIET_BARS
    if len(pattern) * module > most + 2 * QUIET_BARS * module:
        return None
    drawn = Image.new("1", (len(pattern), 1), 1)
    for place, mark in enumerate(pattern):
        if mark == "1":
            drawn.putpixel((place, 0), 0)
    return drawn.resize((len(pattern) * module, height), Image.Resampling.NEAREST)


def _write(paper: Image.Image, box: tuple[int, int, int, int], lines: Sequence[str]) -> None:
    """Write lines one below another, the first half as large again, each as large as fits."""
    left, top, right, bottom = box
    pen = ImageDraw.Draw(paper)
    shares = [1.5, *([1.0] * (len(lines) - 1))]
    unit = (bottom - top) / sum(shares)
    at = float(top)
    for line, share in zip(map(writable, lines), shares, strict=True):
        font = _font(max(8, int(unit * share * 0.75)))
        while pen.textlength(line, font=font) > right - left and font.size > 12:
            font = _font(int(font.size) - 1)
        pen.text((left, at), line, font=font, fill=0)
        at += unit * share


def writable(text: str) -> str:
    """Put 〓 for what the font lacks, as printers do: an empty box would look like a misprint.

    A person whose name no font writes shall have a label all the same; it is found by its code.
    """
    known = _characters()
    return "".join(each if ord(each) in known else GETA for each in text)


@cache
def _characters() -> frozenset[int]:
    _font(8)  # raises where there is none
    with TTFont(FONT, fontNumber=SIMPLIFIED, lazy=True) as face:
        return frozenset(face.getBestCmap())


@cache
def _font(size: int) -> ImageFont.FreeTypeFont:
    if not FONT.exists():
        raise NotFound("document.font_missing", family=FONT.stem, folder=str(FONT_FOLDER))
    return ImageFont.truetype(str(FONT), size, index=SIMPLIFIED)
