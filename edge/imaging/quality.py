"""What can be measured on a page image: size, skew, blankness, darkness, sharpness, its outline.

Findings are marks for a person. Nothing is ever dropped for them: a page that bears only its
number measures as blank.
"""

import io
import math
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from edge.domain.errors import InvalidInput
from edge.imaging.codes import codes_on
from edge.imaging.likeness import mark_of
from edge.imaging.outline import Outline, outline_of

LONG_SIDE = 1000  # pixels on which everything is measured; text lines are still apart
SKEW_LIMIT = 7.0  # degrees; a feeder does not turn a sheet further
SKEW_STEPS = (1.0, 0.25, 0.05)
STRIP = 8  # pixels of width whose ink is taken together: within 7 degrees it stays in its row
MARGIN = 0.04  # share of each side left out: edges, punch holes, shadow
INK_CONTRAST = 40  # grey levels below the paper
BLANK_INK = 0.0005  # share of ink under which a page counts as blank
DARK_PAPER = 110  # grey level under which the paper itself is dark
SHARP_SIDE = 1754  # pixels on which sharpness is judged: A4 at 150 dpi
SHARP_CONTRAST = 80  # grey levels between paper and ink without which it cannot be judged
SHARP_EDGE = 0.5  # of that contrast, the steepest step from pixel to pixel of a sharp page

Grey = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class PageQuality:
    """One page measured: `skew_degrees` is how far the content is turned counter-clockwise.

    Skew is true to about 0.1 degree, and 0 for a blank page. `dpi` is 0 where the image tells none.
    `outline` are the corners of a sheet that covers only part of the upright image; skew is
    then 0, being the sheet's affair. `mark` is for `likeness`, empty for a blank page.
    """

    width: int
    height: int
    dpi: int
    skew_degrees: float
    blank: bool
    dark: bool
    blurred: bool = False
    outline: Outline = ()
    mark: str = ""
    codes: tuple[str, ...] = ()


def measure(source: bytes | Path) -> PageQuality:
    """Measure one page image. Raises InvalidInput when it cannot be decoded."""
    try:
        with Image.open(io.BytesIO(source) if isinstance(source, bytes) else source) as image:
            width, height = image.size
            dpi = dots_per_inch(image)
            image.draft("L", image.size)
            whole: Grey = np.asarray(ImageOps.exif_transpose(image).convert("L"))
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise InvalidInput("page.unreadable", detail=str(error)) from error
    return _measured(whole, width, height, dpi)


def measure_sheet(sheet: Image.Image, dpi: int) -> PageQuality:
    """Measure a page that is decoded already, in grey or RGB, upright as it stands."""
    return _measured(np.asarray(sheet.convert("L")), sheet.width, sheet.height, dpi)


def _measured(whole: Grey, width: int, height: int, dpi: int) -> PageQuality:
    half = _shrink(whole, SHARP_SIDE)
    grey = _shrink(half, LONG_SIDE)
    outline = outline_of(half)
    factor = max(whole.shape) / max(half.shape)
    sheet = _within(grey, outline, max(grey.shape) / max(half.shape))
    inner = _without_margin(sheet)
    paper = float(np.median(inner))
    blank = _ink_share(inner, paper) < BLANK_INK
    return PageQuality(
        width=width,
        height=height,
        dpi=dpi,
        skew_degrees=0.0 if blank or outline else _skew(grey),
        blank=blank,
        dark=paper < DARK_PAPER,
        blurred=not blank and _is_blurred(half),
        outline=tuple((round(x * factor), round(y * factor)) for x, y in outline),
        mark="" if blank else mark_of(grey),
        codes=codes_on(whole),
    )


def dots_per_inch(image: Image.Image) -> int:
    """Return the resolution that an image tells, 0 for none."""
    told: Any = image.info.get("dpi", (0, 0))
    return round(float(told[0]))


def _shrink(grey: Grey, side: int) -> Grey:
    scale = side / max(grey.shape)
    if scale >= 1:
        return grey
    return np.asarray(
        cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8
    )


def _within(grey: Grey, outline: Outline, scale: float) -> Grey:
    """Cut out the upright rectangle that an outline spans."""
    if not outline:
        return grey
    across, down = ([round(place * scale) for place in axis] for axis in zip(*outline, strict=True))
    cut = grey[max(0, min(down)) : max(down), max(0, min(across)) : max(across)]
    return cut if cut.size else grey


def _is_blurred(half: Grey) -> bool:
    """Say whether no edge of the ink is steep; a faint page is not judged."""
    inner = _without_margin(half)
    contrast = _percentile(inner, 50) - _percentile(inner, 0.5)
    if contrast < SHARP_CONTRAST:
        return False
    across = cv2.absdiff(inner[1:-1, 2:], inner[1:-1, :-2])
    down = cv2.absdiff(inner[2:, 1:-1], inner[:-2, 1:-1])
    return _percentile(np.asarray(cv2.max(across, down), np.uint8), 99.7) / contrast < SHARP_EDGE


def _percentile(levels: Grey, share: float) -> float:
    """The grey level below which so many per cent lie; ten times as fast as by sorting."""
    counted = np.cumsum(cv2.calcHist([levels], [0], None, [256], [0, 256]))
    return float(np.searchsorted(counted, counted[-1] * share / 100))


def _without_margin(grey: Grey) -> Grey:
    height, width = grey.shape
    top, side = int(height * MARGIN), int(width * MARGIN)
    return grey[top : height - top, side : width - side]


def _ink_share(grey: Grey, paper: float) -> float:
    smooth = cv2.GaussianBlur(grey, (5, 5), 0)
    return float((np.asarray(smooth) < paper - INK_CONTRAST).mean())


def _skew(grey: Grey) -> float:
    """Find the turn under which lines of text give the sharpest row profile."""
    ink: Grey = np.asarray(
        cv2.adaptiveThreshold(grey, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, 31, 15),
        np.uint8,
    )
    framed = np.zeros_like(ink)
    top, side = (int(length * MARGIN) for length in ink.shape)
    framed[top : ink.shape[0] - top, side : ink.shape[1] - side] = _without_margin(ink)
    height, width = framed.shape
    size = (max(1, width // STRIP), height)
    strips: Grey = np.asarray(cv2.resize(framed, size, interpolation=cv2.INTER_AREA), np.uint8)

    best, reach = 0.0, SKEW_LIMIT
    for step in SKEW_STEPS:
        candidates = np.arange(best - reach, best + reach + step / 2, step)
        best = max((float(each) for each in candidates), key=partial(_sharpness, strips))
        reach = step
    # Levelling turns by `best`, so the content lies turned the other way.
    return round(-best, 2) + 0.0


def _sharpness(strips: Grey, degrees: float) -> float:
    """How much the rows differ once every strip is moved up or down as the turn would move it.

    For turns so small a shear does what a rotation does, on an eighth of the pixels.
    """
    height, width = strips.shape
    slope = -math.tan(math.radians(degrees)) * STRIP
    shear = np.array([[1, 0, 0], [slope, 1, -slope * (width - 1) / 2]])
    sheared = cv2.warpAffine(strips, shear, (width, height), flags=cv2.INTER_NEAREST)
    rows = np.asarray(sheared).sum(axis=1, dtype=np.float64)
    return float(np.square(np.diff(rows)).sum())
