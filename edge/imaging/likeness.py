"""Whether two images show the same sheet: a short mark finds candidates, a look decides.

The mark alone cannot tell two forms of one print filled in by two hands; laying one image over the
other can.
"""

import io

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

SIDE = 16
MARGIN = 0.05
NEAR = 40  # of 255 marks that may differ before two images are no candidates
SAME = 0.983  # correlation once laid over each other; one print filled in twice reaches 0.979
LOOK_WIDTH = 240

Grey = NDArray[np.uint8]
Look = NDArray[np.float32]


def mark_of(grey: Grey) -> str:
    """Give a page's mark, 64 hexadecimal digits: signs of its coarsest waves of light and dark."""
    inner = grey[_inner(grey.shape)]
    small = cv2.resize(inner, (SIDE * 4, SIDE * 4), interpolation=cv2.INTER_AREA)
    waves = np.asarray(cv2.dct(np.asarray(small, np.float32)))[:SIDE, :SIDE].ravel()
    waves[0] = np.median(waves[1:])  # brightness tells nothing
    return bytes(np.packbits(waves > np.median(waves[1:]))).hex()


def are_near(one: str, other: str) -> bool:
    """Say whether two marks may be of the same sheet."""
    return bool(one and other) and (int(one, 16) ^ int(other, 16)).bit_count() <= NEAR


def show_same_sheet(one: bytes, other: bytes) -> bool:
    """Compare two thumbnails laid over each other."""
    first, second = _look(one), _look(other)
    height, width = (min(sides) for sides in zip(first.shape, second.shape, strict=True))
    turn = np.eye(2, 3, dtype=np.float32)
    limit = (cv2.TERM_CRITERIA_COUNT | cv2.TERM_CRITERIA_EPS, 30, 1e-4)
    one_look, other_look = first[:height, :width], second[:height, :width]
    everywhere = np.full(one_look.shape, 255, np.uint8)
    try:
        found, _ = cv2.findTransformECC(
            one_look, other_look, turn, cv2.MOTION_EUCLIDEAN, limit, everywhere, 5
        )
    except cv2.error:  # the two have nothing in common
        return False
    return bool(found >= SAME)


def _look(thumbnail: bytes) -> Look:
    """Give the fine structure of a page, without the shades of its paper."""
    with Image.open(io.BytesIO(thumbnail)) as image:
        height = max(1, round(image.height * LOOK_WIDTH / image.width))
        grey: Look = np.asarray(image.convert("L").resize((LOOK_WIDTH, height)), np.float32)
    inner = grey[_inner(grey.shape)]
    return np.asarray(inner - np.asarray(cv2.GaussianBlur(inner, (0, 0), 6)), np.float32)


def _inner(shape: tuple[int, ...]) -> tuple[slice, slice]:
    top, side = (int(length * MARGIN) for length in shape)
    return slice(top, shape[0] - top), slice(side, shape[1] - side)
