"""Images derived from a master: thumbnail, screen view, straightened page. The master stays."""

import io
import math

import cv2
import numpy as np
from PIL import Image, ImageOps

from edge.domain.errors import InvalidInput
from edge.imaging.quality import dots_per_inch


def thumbnail(jpeg: bytes, width: int = 240) -> bytes:
    """Return a small JPEG, `width` pixels wide."""
    return _narrowed(jpeg, width, quality=75)


def view(jpeg: bytes, width: int = 1240) -> bytes:
    """Return a JPEG for the screen, at most `width` pixels wide."""
    return _narrowed(jpeg, width, quality=82)


def straightened(jpeg: bytes, skew: float) -> bytes:
    """Return the page levelled; `skew` in degrees as `quality.measure` gives it.

    The canvas grows so that no corner is cut; new corners take the colour of the paper.
    """
    image = _opened(jpeg)
    dpi = dots_per_inch(image)
    image = _plain(image)
    width, height = image.size
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), -skew, 1)
    sine, cosine = abs(math.sin(math.radians(skew))), abs(math.cos(math.radians(skew)))
    wide = math.ceil(width * cosine + height * sine)
    high = math.ceil(width * sine + height * cosine)
    turn[:, 2] += np.array([(wide - width) / 2, (high - height) / 2])
    pixels = np.asarray(image)
    paper = np.median(pixels[::8, ::8].reshape(-1, len(image.getbands())), axis=0).tolist()
    turned = cv2.warpAffine(
        pixels, turn, (wide, high), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_CONSTANT,
        borderValue=paper,
    )  # fmt: skip
    return encoded(Image.fromarray(np.asarray(turned, np.uint8)), quality=88, dpi=dpi)


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
    page = _plain(image)
    if page.width > width:
        size = (width, max(1, round(page.height * width / page.width)))
        page = page.resize(size, Image.Resampling.LANCZOS, reducing_gap=2.0)
    return encoded(page, quality=quality, dpi=round(dpi * page.width / across))


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
