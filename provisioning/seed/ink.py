"""Ink on a page: print, handwriting and red stamps. Lengths in millimetres from the top left."""

import math
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from random import Random

import numpy as np
from fontTools.ttLib import TTFont
from PIL import Image, ImageDraw, ImageFont

Colour = tuple[int, int, int]

NOTO = Path("/usr/share/fonts/opentype/noto")
SERIF = (NOTO / "NotoSerifCJK-Regular.ttc", 2)
SERIF_BOLD = (NOTO / "NotoSerifCJK-Bold.ttc", 2)
# A brush-like hand where the font is installed, the serif otherwise.
HAND = (Path("/usr/share/fonts/truetype/lxgw-wenkai/LXGWWenKai-Light.ttf"), 0)
Face = tuple[Path, int]

PRINT_BLACK: Colour = (44, 42, 44)
PEN_BLUE: Colour = (38, 52, 112)
PEN_BLACK: Colour = (46, 46, 54)
PENCIL: Colour = (128, 126, 124)
STAMP_RED: Colour = (200, 38, 40)

STAMP_MM = 40
VARIANTS = 4


@cache
def _installed(face: Face) -> Face:
    return face if face[0].is_file() else SERIF


@cache
def _known(face: Face) -> frozenset[int]:
    with TTFont(str(face[0]), fontNumber=face[1], lazy=True) as font:
        return frozenset(font.getBestCmap())


@lru_cache(maxsize=64)
def _font(face: Face, pixels: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(
        str(face[0]), pixels, index=face[1], layout_engine=ImageFont.Layout.BASIC
    )


@lru_cache(maxsize=6000)
def _glyph(face: Face, pixels: int, char: str, variant: int, slant: int) -> Image.Image:
    """One character's coverage in a tile of 1.5 em; variant 0 stands straight."""
    if ord(char) not in _known(face):
        face = SERIF
    side = math.ceil(pixels * 1.5)
    tile = Image.new("L", (side, side))
    ImageDraw.Draw(tile).text(
        (pixels * 0.25, pixels * 0.12), char, font=_font(face, pixels), fill=255
    )
    if not variant:
        return tile
    turn = (variant - (VARIANTS + 1) / 2) * 0.035
    shear = slant / 100
    return tile.transform(
        tile.size,
        Image.Transform.AFFINE,
        (1, shear + turn, -(shear + turn) * side / 2, -turn, 1.0, turn * side / 2),
        Image.Resampling.BILINEAR,
    )


@dataclass(frozen=True, slots=True)
class Sheet:
    """A picture addressed in millimetres; on a grey picture ink is its coverage."""

    image: Image.Image
    dpi: int

    def px(self, millimetres: float) -> int:
        return round(millimetres * self.dpi / 25.4)

    def ink(self, colour: Colour) -> Colour | int:
        return 255 if self.image.mode == "L" else colour

    def line(
        self,
        start: tuple[float, float],
        end: tuple[float, float],
        colour: Colour = PRINT_BLACK,
        width: float = 0.2,
    ) -> None:
        points = [(self.px(x), self.px(y)) for x, y in (start, end)]
        ImageDraw.Draw(self.image).line(points, fill=self.ink(colour), width=max(1, self.px(width)))

    def frame(
        self,
        box: tuple[float, float, float, float],
        colour: Colour = PRINT_BLACK,
        width: float = 0.2,
    ) -> None:
        """`box` is x, y, width, height."""
        x, y, wide, high = box
        ImageDraw.Draw(self.image).rectangle(
            (self.px(x), self.px(y), self.px(x + wide), self.px(y + high)),
            outline=self.ink(colour),
            width=max(1, self.px(width)),
        )

    def put(self, mask: Image.Image, x: int, y: int, colour: Colour) -> None:
        """Ink a coverage mask, top left at pixels x, y."""
        self.image.paste(self.ink(colour), (x, y), mask)

    def print(
        self,
        text: str,
        at: tuple[float, float],
        size: float,
        colour: Colour = PRINT_BLACK,
        face: Face = SERIF,
        tracking: float = 0.0,
        middle: bool = False,
    ) -> float:
        """Set `text` with its em box's top at `at`, left edge or middle; returns its width."""
        pixels = self.px(size)
        width = printed_width(text, size, tracking)
        x = at[0] - width / 2 if middle else at[0]
        for char in text:
            if char not in " 　":
                tile = _glyph(face, pixels, char, 0, 0)
                self.put(
                    tile, self.px(x) - round(pixels * 0.25), self.px(at[1]) - pixels // 4, colour
                )
            x += _advance(char) * size + tracking
        return width


def _advance(char: str) -> float:
    """Width in em."""
    if char in ".,:;1Iil|-":
        return 0.5 if char in "1-" else 0.32
    return 0.56 if ord(char) < 0x2000 else 1.0


NEVER_FIRST = frozenset("，。；、：！？）》〕”")


def wrapped(text: str, size: float, width: float) -> list[str]:
    """Lines no wider than `width`, save that a closing mark hangs rather than start one."""
    lines = [""]
    taken = 0.0
    for char in text:
        advance = _advance(char) * size
        if taken + advance > width and char not in NEVER_FIRST:
            lines.append("")
            taken = 0.0
        lines[-1] += char
        taken += advance
    return lines


def printed_width(text: str, size: float, tracking: float = 0.0) -> float:
    """Millimetres that `text` takes in print."""
    return sum(_advance(char) * size + tracking for char in text)


class Hand:
    """One person's handwriting on a sheet: slant, pen and unsteadiness of its own."""

    def __init__(self, sheet: Sheet, writer: str, colour: Colour = PEN_BLUE) -> None:
        self._rng = Random(f"hand/{writer}")
        self._sheet = sheet
        self._slant = self._rng.choice((-4, 3, 8, 13))
        self._spacing = self._rng.uniform(0.94, 1.06)
        self._face = _installed(HAND)
        self._colour = colour

    def write(
        self, text: str, at: tuple[float, float], size: float, within: float | None = None
    ) -> float:
        """Write from `at` (left, top), shrunk to fit `within`; returns the width."""
        width = sum(_advance(char) for char in text) * size * self._spacing
        if within is not None and width > within:
            size *= within / width
        pixels = max(6, self._sheet.px(size))
        x, y = at
        drift = self._rng.uniform(-0.012, 0.008)
        for char in text:
            if char not in " 　":
                self._stroke(char, x, y + (x - at[0]) * drift, pixels)
            x += _advance(char) * size * self._spacing
        return x - at[0]

    def paragraph(
        self, text: str, box: tuple[float, float, float, float], size: float, pitch: float
    ) -> float:
        """Fill x, y, width, height with indented lines; returns where the last one ends."""
        x, y, wide, high = box
        bottom = y + high
        for line in wrapped("　　" + text, size * self._spacing, wide - size):
            if y + pitch > bottom + 0.1:
                break
            self.write(line, (x, y), size, wide + size)
            y += pitch
        return y

    def _stroke(self, char: str, x: float, y: float, pixels: int) -> None:
        tile = _glyph(self._face, pixels, char, self._rng.randint(1, VARIANTS), self._slant)
        wobble = pixels // 16
        left = self._sheet.px(x) - round(pixels * 0.25) + self._rng.randint(-wobble, wobble)
        top = self._sheet.px(y) - pixels // 4 + self._rng.randint(-wobble, wobble)
        self._sheet.put(tile, left, top, self._colour)


def stamp(sheet: Sheet, text: str, label: str, middle: tuple[float, float], rng: Random) -> None:
    """Press a round red office stamp, turned and unevenly inked."""
    mask = _round_stamp(text, label, sheet.px(STAMP_MM), rng.randrange(3))
    mask = mask.rotate(rng.uniform(-24, 24), Image.Resampling.BILINEAR)
    strength = rng.uniform(0.55, 0.85)
    mask = mask.point(lambda coverage: int(coverage * strength))
    half = mask.width // 2
    sheet.put(mask, sheet.px(middle[0]) - half, sheet.px(middle[1]) - half, STAMP_RED)


def chop(sheet: Sheet, name: str, at: tuple[float, float], rng: Random) -> None:
    """Press a small square name stamp, characters right to left in two columns."""
    side = sheet.px(10)
    mask = Image.new("L", (side, side))
    small = Sheet(mask, sheet.dpi)
    small.frame((0.3, 0.3, 9.2, 9.2), width=0.5)
    columns = ((5.2, name[:1]), (0.9, name[1:3])) if len(name) > 2 else ((2.9, name),)
    for x, chars in columns:
        size = 7.6 / max(len(chars), 1) if len(chars) > 1 else 5.0
        for row, char in enumerate(chars):
            small.print(
                char, (x, 1.0 + row * 4.0 + (1.4 if len(chars) == 1 else 0)), min(size, 3.9)
            )
    mask = mask.rotate(rng.uniform(-7, 7), Image.Resampling.BILINEAR)
    mask = mask.point(lambda coverage: int(coverage * 0.8))
    sheet.put(mask, sheet.px(at[0]), sheet.px(at[1]), STAMP_RED)


@lru_cache(maxsize=48)
def _round_stamp(text: str, label: str, side: int, wear: int) -> Image.Image:
    large = side * 2
    mask = Image.new("L", (large, large))
    draw = ImageDraw.Draw(mask)
    draw.ellipse((6, 6, large - 7, large - 7), outline=255, width=round(large * 0.03))
    middle = large / 2
    star = [
        (
            middle + large * radius * math.sin(math.radians(36 * corner)),
            middle - large * radius * math.cos(math.radians(36 * corner)),
        )
        for corner in range(10)
        for radius in (0.165 if corner % 2 == 0 else 0.063,)
    ]
    draw.polygon(star, fill=255)
    span = min(250.0, 24.0 * (len(text) - 1))
    size = min(large * 0.13, large * 0.36 * math.radians(span) / max(len(text) - 1, 1) * 1.05)
    for place, char in enumerate(text):
        angle = -span / 2 + (span * place / (len(text) - 1) if len(text) > 1 else span / 2)
        _turned(mask, char, round(size), angle, large * 0.375)
    for place, char in enumerate(label):
        x = middle + (place - (len(label) - 1) / 2) * large * 0.088
        tile = _glyph(SERIF_BOLD, round(large * 0.082), char, 0, 0)
        mask.paste(255, (round(x - tile.width / 2), round(large * 0.71)), tile)
    worn = Random(f"wear/{wear}").randrange(2**32)
    grain = np.random.default_rng(worn).integers(90, 256, (23, 23), dtype=np.uint8)
    uneven = np.asarray(Image.fromarray(grain).resize((side, side), Image.Resampling.BICUBIC))
    small = np.asarray(mask.resize((side, side), Image.Resampling.LANCZOS), dtype=np.uint16)
    return Image.fromarray((small * uneven // 255).astype(np.uint8))


def _turned(mask: Image.Image, char: str, pixels: int, angle: float, radius: float) -> None:
    tile = _glyph(SERIF_BOLD, pixels, char, 0, 0)
    tile = tile.rotate(-angle, Image.Resampling.BICUBIC)
    x = mask.width / 2 + radius * math.sin(math.radians(angle))
    y = mask.height / 2 - radius * math.cos(math.radians(angle))
    mask.paste(255, (round(x - tile.width / 2), round(y - tile.height / 2)), tile)
