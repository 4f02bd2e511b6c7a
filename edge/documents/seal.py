"""The round red office seal as bare outlines: no font is needed where it is shown.

42 mm is the size of a township government's seal (国发〔1999〕25号).
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from xml.sax.saxutils import quoteattr

from fontTools.pens.basePen import BasePen
from fontTools.pens.transformPen import TransformPen
from fontTools.ttLib import TTCollection, TTFont

from edge.domain.errors import InvalidInput, NotFound

SEAL_MM = 42.0
FONT = Path("/usr/share/fonts/opentype/noto/NotoSerifCJK-Bold.ttc")
FONT_NAME = "NotoSerifCJKsc-Bold"
RED = (0.80, 0.07, 0.09)

RIM = 1.2
RADIUS = SEAL_MM / 2 - RIM / 2
ARC_TEXT_HEIGHT = 5.9
ARC_RADIUS = RADIUS - RIM / 2 - 1.3 - ARC_TEXT_HEIGHT / 2
WIDEST_ARC = math.radians(252)
ARC_PER_CHARACTER = math.radians(24)
LABEL_HEIGHT = 3.5
LABEL_WIDEST = 22.0
STAR_RADIUS = 7.0
# The ideographic em box of Noto CJK reaches from -0.12 to 0.88 em.
EM_MIDDLE = (0.5, 0.38)

Matrix = tuple[float, float, float, float, float, float]
Stroke = tuple[str, tuple[float, ...]]


@dataclass(frozen=True, slots=True)
class Outline:
    """Filled contours in millimetres, origin top left, y downwards; operators M L C Z."""

    strokes: tuple[Stroke, ...]


def draw_seal(text: str, label: str) -> str:
    """The seal as SVG, 42 mm square: `text` along the arc, star, `label` below it.

    Raises InvalidInput `document.missing_glyph` (character) and `seal.no_name`.
    """
    path = "".join(
        operator + " ".join(f"{value:.2f}" for value in values)
        for operator, values in _outline(text, label).strokes
    )
    middle = SEAL_MM / 2
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{SEAL_MM}mm" height="{SEAL_MM}mm" '
        f'viewBox="0 0 {SEAL_MM} {SEAL_MM}" role="img" aria-label={quoteattr(text + label)}>'
        f'<circle cx="{middle}" cy="{middle}" r="{RADIUS}" fill="none" '
        f'stroke="{_hexadecimal(RED)}" stroke-width="{RIM}"/>'
        f'<path fill="{_hexadecimal(RED)}" d="{path}"/></svg>'
    )


def stamp_seal(text: str, label: str) -> bytes:
    """The same seal as PDF drawing operators in a square of `SEAL_MM`, in points."""
    scale = 72 / 25.4
    red = " ".join(f"{part:.3f}" for part in RED)
    lines = [f"q {scale:.5f} 0 0 {-scale:.5f} 0 {SEAL_MM * scale:.3f} cm {red} rg {red} RG"]
    operators = {"M": "m", "L": "l", "C": "c", "Z": "h"}
    lines += [
        " ".join([*(f"{value:.3f}" for value in values), operators[operator]])
        for operator, values in _outline(text, label).strokes
    ]
    lines.append(f"f {RIM} w {_circle()} S Q")
    return "\n".join(lines).encode("ascii")


@lru_cache(maxsize=16)
def _outline(text: str, label: str) -> Outline:
    if not text:
        raise InvalidInput("seal.no_name")
    face = _face()
    try:
        pen = _ContourPen(face.getGlyphSet())
        for char, matrix in [*_along_arc(text), *_in_line(label)]:
            _draw_character(face, pen, char, matrix)
    finally:
        face.close()
    return Outline((*_star(), *pen.strokes))


def _face() -> TTFont:
    if not FONT.is_file():
        raise NotFound("document.font_missing", family=FONT_NAME, folder=str(FONT.parent))
    with TTCollection(str(FONT), lazy=True) as collection:
        names = [font["name"].getDebugName(6) for font in collection.fonts]
    return TTFont(str(FONT), fontNumber=names.index(FONT_NAME), lazy=True)


def _draw_character(face: TTFont, pen: "_ContourPen", char: str, matrix: Matrix) -> None:
    glyph = face.getBestCmap().get(ord(char))
    if glyph is None:
        raise InvalidInput("document.missing_glyph", character=char)
    em = 1 / face["head"].unitsPerEm
    a, b, c, d, e, f = matrix
    pen.glyphSet[glyph].draw(TransformPen(pen, (a * em, b * em, c * em, d * em, e, f)))


def _along_arc(text: str) -> Iterable[tuple[str, Matrix]]:
    span = min(WIDEST_ARC, ARC_PER_CHARACTER * (len(text) - 1))
    pitch = span / (len(text) - 1) if len(text) > 1 else 0.0
    # A long name gets narrower characters, never overlapping ones.
    room = ARC_RADIUS * pitch * 0.93 if pitch else ARC_TEXT_HEIGHT
    width = min(ARC_TEXT_HEIGHT * 0.82, room)
    for place, char in enumerate(text):
        angle = -span / 2 + place * pitch
        middle = (
            SEAL_MM / 2 + ARC_RADIUS * math.sin(angle),
            SEAL_MM / 2 - ARC_RADIUS * math.cos(angle),
        )
        yield char, _placed(middle, angle, width, ARC_TEXT_HEIGHT)


def _in_line(label: str) -> Iterable[tuple[str, Matrix]]:
    pitch = min(LABEL_HEIGHT * 1.08, LABEL_WIDEST / max(len(label), 1))
    for place, char in enumerate(label):
        x = SEAL_MM / 2 + (place - (len(label) - 1) / 2) * pitch
        yield char, _placed((x, SEAL_MM / 2 + RADIUS * 0.58), 0.0, pitch * 0.95, LABEL_HEIGHT)


def _placed(middle: tuple[float, float], angle: float, width: float, height: float) -> Matrix:
    """Maps the em box (y upwards, side 1) to a box around `middle` turned by `angle`."""
    cosine, sine = math.cos(angle), math.sin(angle)
    a, b, c, d = cosine * width, sine * width, sine * height, -cosine * height
    x, y = EM_MIDDLE
    return a, b, c, d, middle[0] - (a * x + c * y), middle[1] - (b * x + d * y)


def _star() -> list[Stroke]:
    strokes: list[Stroke] = []
    for corner in range(10):
        angle = math.radians(36 * corner)
        radius = STAR_RADIUS if corner % 2 == 0 else STAR_RADIUS * 0.381966
        point = (SEAL_MM / 2 + radius * math.sin(angle), SEAL_MM / 2 - radius * math.cos(angle))
        strokes.append(("L" if corner else "M", point))
    return [*strokes, ("Z", ())]


def _circle() -> str:
    """Four Bézier quarters of the rim, as PDF operators."""
    middle, radius = SEAL_MM / 2, RADIUS
    pull = radius * 0.5522847
    quarters = [f"{middle + radius:.3f} {middle:.3f} m"]
    for quarter in range(4):
        angle = math.pi / 2 * quarter
        (cosine, sine), (turned_cosine, turned_sine) = (
            (math.cos(angle), math.sin(angle)),
            (-math.sin(angle), math.cos(angle)),
        )
        start = (middle + radius * cosine, middle + radius * sine)
        end = (middle + radius * turned_cosine, middle + radius * turned_sine)
        points = (
            start[0] + pull * turned_cosine,
            start[1] + pull * turned_sine,
            end[0] + pull * cosine,
            end[1] + pull * sine,
            *end,
        )
        quarters.append(" ".join(f"{value:.3f}" for value in points) + " c")
    return " ".join(quarters)


def _hexadecimal(colour: tuple[float, float, float]) -> str:
    return "#" + "".join(f"{round(part * 255):02x}" for part in colour)


class _ContourPen(BasePen):  # type: ignore[misc]  # untyped
    """Collects contours; BasePen turns quadratic curves into cubic ones."""

    def __init__(self, glyphs: object) -> None:
        super().__init__(glyphs)
        self.strokes: list[Stroke] = []

    def _moveTo(self, pt: tuple[float, float]) -> None:
        self.strokes.append(("M", pt))

    def _lineTo(self, pt: tuple[float, float]) -> None:
        self.strokes.append(("L", pt))

    def _curveToOne(
        self, pt1: tuple[float, float], pt2: tuple[float, float], pt3: tuple[float, float]
    ) -> None:
        self.strokes.append(("C", (*pt1, *pt2, *pt3)))

    def _closePath(self) -> None:
        self.strokes.append(("Z", ()))
