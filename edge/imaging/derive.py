"""Images derived from a master: thumbnail, screen view, straightened page. The master stays."""

import io
import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from edge.domain.errors import InvalidInput
from edge.imaging.outline import Outline
from edge.imaging.quality import dots_per_inch

LEVEL = 0.2  # degrees of skew that nobody sees
Pixels = NDArray[np.uint8]


def thumbnail(jpeg: bytes, width: int = 240) -> bytes:
    """Return a small JPEG, `width` pixels wide."""
    return _narrowed(jpeg, width, quality=75)


def thumbnail_of(sheet: Image.Image, dpi: int, width: int = 240) -> bytes:
    """Return the same of a page that is decoded already, in grey or RGB."""
    return _fitted(sheet, min(width, sheet.width), dpi * min(1.0, width / sheet.width), quality=75)


def view(jpeg: bytes, width: int = 1240) -> bytes:
    """Return a JPEG for the screen, at most `width` pixels wide."""
    return _narrowed(jpeg, width, quality=82)


@dataclass(frozen=True, slots=True)
class Pose:
    """How a page lies on its master: the recipe by which its straightened view is made again.

    `skew` and `outline` as `quality.measure` gives them; `turn` in quarters of 90 degrees,
    clockwise, as a clerk set it right.
    """

    skew: float = 0.0
    outline: Outline = ()
    turn: int = 0

    @property
    def is_straight(self) -> bool:
        """Whether the master itself is the straightened view."""
        return not self.outline and not self.turn and abs(self.skew) < LEVEL


def straightened(jpeg: bytes, pose: Pose) -> bytes:
    """Return the page cut out, levelled and turned upright; the master itself where it is straight.

    Levelling grows the canvas so that no corner is cut; new corners take the colour of the paper.
    """
    if pose.is_straight:
        return jpeg
    image = _opened(jpeg)
    dpi = dots_per_inch(image)
    pixels = np.asarray(_plain(image))
    if pose.outline:
        pixels = _cut_out(pixels, pose.outline)
    elif abs(pose.skew) >= LEVEL:
        pixels = _levelled(pixels, pose.skew)
    pixels = np.rot90(pixels, -(pose.turn // 90))
    return encoded(Image.fromarray(np.ascontiguousarray(pixels)), quality=88, dpi=dpi)


def _cut_out(pixels: Pixels, outline: Outline) -> Pixels:
    """Give the sheet within the outline as the rectangle that it is."""
    corners = np.array(outline, np.float32)
    lengths = np.linalg.norm(np.roll(corners, -1, axis=0) - corners, axis=1)
    wide, high = max(1, round(float(max(lengths[0::2])))), max(1, round(float(max(lengths[1::2]))))
    right, low = wide - 1, high - 1
    target = np.array([(0, 0), (right, 0), (right, low), (0, low)], np.float32)
    turn = cv2.getPerspectiveTransform(corners, target)
    return np.asarray(
        cv2.warpPerspective(pixels, turn, (wide, high), flags=cv2.INTER_CUBIC), np.uint8
    )


def _levelled(pixels: Pixels, skew: float) -> Pixels:
    height, width = pixels.shape[:2]
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), -skew, 1)
    sine, cosine = abs(math.sin(math.radians(skew))), abs(math.cos(math.radians(skew)))
    wide = math.ceil(width * cosine + height * sine)
    high = math.ceil(width * sine + height * cosine)
    turn[:, 2] += np.array([(wide - width) / 2, (high - height) / 2])
    bands = 1 if pixels.ndim == 2 else pixels.shape[2]
    paper = np.median(pixels[::8, ::8].reshape(-1, bands), axis=0).tolist()
    turned = cv2.warpAffine(
        pixels, turn, (wide, high), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_CONSTANT,
        borderValue=paper,
    )  # fmt: skip
    return np.asarray(turned, np.uint8)


def encoded(image: Image.Image, *, quality: int, dpi: int) -> bytes:
    """Return the image as JPEG bytes that tell their resolution; `dpi` 0 tells none."""
    out = io.BytesIO()
    told = {"dpi": (dpi, dpi)} if dpi else {}
    # Coloured seals and red ink lose their edges under chroma subsampling.
    subsampling = 0 if quality >= 90 else 2
    image.save(out, "JPEG", quality=quality, subsampling=subsampling, **told)
    return out.getvalue()


def _narrowed(jpeg: bytes, width: int, quality: int) -> bytes:
    image = _opened(jpeg)
    dpi = dots_per_inch(image)
    full = image.width
    turned = image.getexif().get(0x0112, 1) >= 5
    across = image.height if turned else full
    scale = min(1.0, width / across)
    image.draft("RGB", (math.ceil(full * scale), math.ceil(image.height * scale)))
    return _fitted(_plain(image), min(width, across), dpi * scale, quality)


def _fitted(page: Image.Image, width: int, dpi: float, quality: int) -> bytes:
    if page.width > width:
        size = (width, max(1, round(page.height * width / page.width)))
        page = page.resize(size, Image.Resampling.LANCZOS, reducing_gap=2.0)
    return encoded(page, quality=quality, dpi=round(dpi))


def _opened(jpeg: bytes) -> Image.Image:
    try:
        return Image.open(io.BytesIO(jpeg), formats=("JPEG",))
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise InvalidInput("page.unreadable", detail=str(error)) from error


def _plain(image: Image.Image) -> Image.Image:
    """Decode, turned upright as the camera says, in grey or RGB."""
    try:
        upright = ImageOps.exif_transpose(image)
        return upright if upright.mode in {"L", "RGB"} else upright.convert("RGB")
    except (OSError, ValueError, SyntaxError) as error:
        raise InvalidInput("page.unreadable", detail=str(error)) from error
