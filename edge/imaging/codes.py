"""Bar codes and QR codes on a page."""

import io

import numpy as np
import zxingcpp
from numpy.typing import NDArray
from PIL import Image

FORMATS = zxingcpp.BarcodeFormats([zxingcpp.BarcodeFormat.Code128, zxingcpp.BarcodeFormat.QRCode])
MOST = 8


def codes_on(grey: NDArray[np.uint8]) -> tuple[str, ...]:
    """Read the Code 128 and QR codes of a page at its full resolution, from the top down."""
    found = zxingcpp.read_barcodes(grey, formats=FORMATS, try_downscale=False, try_invert=False)
    placed = sorted(found, key=lambda each: each.position.top_left.y)
    return tuple(each.text for each in placed if each.valid and each.text)[:MOST]


def codes_in(jpeg: bytes) -> tuple[str, ...]:
    """Read the codes in one picture of a camera."""
    with Image.open(io.BytesIO(jpeg)) as picture:
        return codes_on(np.asarray(picture.convert("L")))
