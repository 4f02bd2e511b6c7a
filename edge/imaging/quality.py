"""What can be measured on a page image: size, skew, blankness, darkness.

Findings are marks for a person. Nothing is ever dropped for them: a page that bears only its
number measures as blank.
"""

import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from edge.domain.errors import InvalidInput

LONG_SIDE = 1000  # pixels on which everything is measured; text lines are still apart
SKEW_LIMIT = 7.0  # degrees; a feeder does not turn a sheet further
SKEW_STEPS = (1.0, 0.25, 0.05)
MARGIN = 0.04  # share of each side left out: edges, punch holes, shadow
INK_CONTRAST = 40  # grey levels below the paper
BLANK_INK = 0.0005  # share of ink under which a page counts as blank
DARK_PAPER = 110  # grey level under which the paper itself is dark

Grey = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class PageQuality:
    """One page measured: `skew_degrees` is how far the content is turned counter-clockwise.

    Skew is true to about 0.1 degree, and 0 for a blank page. `dpi` is 0 where the image tells none.
    """

    width: int
    height: int
    dpi: int
    skew_degrees: float
    blank: bool
    dark: bool


def measure(source: bytes | Path) -> PageQuality:
    """Measure one page image. Raises InvalidInput when it cannot be decoded."""
    try:
        with Image.open(io.BytesIO(source) if isinstance(source, bytes) else source) as image:
            width, height = image.size
            dpi = dots_per_inch(image)
            image.draft("L", (width * LONG_SIDE // max(image.size), LONG_SIDE))
            grey: Grey = np.asarray(image.convert("L"))
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise InvalidInput("page.unreadable", detail=str(error)) from error
    grey = _shrink(grey)
    inner = _without_margin(grey)
    paper = float(np.median(inner))
    blank = _ink_share(inner, paper) < BLANK_INK
    return PageQuality(
        width=width,
        height=height,
        dpi=dpi,
        skew_degrees=0.0 if blank else _skew(grey),
        blank=blank,
        dark=paper < DARK_PAPER,
    )


def dots_per_inch(image: Image.Image) -> int:
    """Return the resolution that an image tells, 0 for none."""
    told: Any = image.info.get("dpi", (0, 0))
    return round(float(told[0]))


def _shrink(grey: Grey) -> Grey:
    scale = LONG_SIDE / max(grey.shape)
    if scale >= 1:
        return grey
    return np.asarray(
        cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8
    )


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
    height, width = ink.shape
    framed = np.zeros_like(ink)
    top, side = int(height * MARGIN), int(width * MARGIN)
    framed[top : height - top, side : width - side] = _without_margin(ink)

    def sharpness(degrees: float) -> float:
        turn = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1)
        turned = cv2.warpAffine(framed, turn, (width, height), flags=cv2.INTER_NEAREST)
        rows = np.asarray(turned).sum(axis=1, dtype=np.float64)
        return float(np.square(np.diff(rows)).sum())

    best, reach = 0.0, SKEW_LIMIT
    for step in SKEW_STEPS:
        candidates = np.arange(best - reach, best + reach + step / 2, step)
        best = max((float(each) for each in candidates), key=sharpness)
        reach = step
    # Levelling turns by `best`, so the content lies turned the other way.
    return round(-best, 2) + 0.0
