"""Bar codes and QR codes on a page."""

import numpy as np
import zxingcpp
from numpy.typing import NDArray

FORMATS = zxingcpp.BarcodeFormats([zxingcpp.BarcodeFormat.Code128, zxingcpp.BarcodeFormat.QRCode])
MOST = 8


def codes_on(grey: NDArray[np.uint8]) -> tuple[str, ...]:
    """Read the Code 128 and QR codes of a page at its full resolution, from the top down."""
    found = zxingcpp.read_barcodes(grey, formats=FORMATS, try_downscale=False, try_invert=False)
    placed = sorted(found, key=lambda each: each.position.top_left.y)
    return tuple(each.text for each in placed if each.valid and each.text)[:MOST]
