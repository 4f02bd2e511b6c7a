"""Where on an image the sheet of paper lies: under a camera, or smaller than the glass."""

import cv2
import cv2.typing
import numpy as np
from numpy.typing import NDArray

LONG_SIDE = 800  # pixels on which the outline is sought
LEAST, MOST = 0.08, 0.97  # share of the image that a sheet may cover
FILLED = 0.93  # of its own four-sided outline
CONTRAST = 18  # grey levels between sheet and what it lies on

Grey = NDArray[np.uint8]
# Corners in pixels of the whole image, clockwise from the top left.
Outline = tuple[tuple[int, int], ...]


def outline_of(grey: Grey) -> Outline:
    """Find the four corners of the one bright sheet; empty where there is none to be sure of."""
    scale = LONG_SIDE / max(grey.shape)
    small = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    smooth = cv2.GaussianBlur(small, (7, 7), 0)
    _, mask = cv2.threshold(smooth, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    mask = cv2.morphologyEx(mask, cv2.MORPH_CLOSE, np.ones((15, 15), np.uint8))
    mask = cv2.morphologyEx(mask, cv2.MORPH_OPEN, np.ones((9, 9), np.uint8))
    outer, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    if not outer:
        return ()
    sheet = max(outer, key=cv2.contourArea)
    area = float(cv2.contourArea(sheet))
    corners = _four_corners(sheet)
    if corners is None or not LEAST < area / mask.size < MOST:
        return ()
    drawn = float(cv2.contourArea(corners.astype(np.float32)))
    if drawn <= 0 or min(area, drawn) / max(area, drawn) < FILLED:
        return ()
    if _stands_out(np.asarray(smooth), corners) < CONTRAST:
        return ()
    return tuple((round(float(x) / scale), round(float(y) / scale)) for x, y in _clockwise(corners))


def _four_corners(sheet: cv2.typing.MatLike) -> NDArray[np.float64] | None:
    hull = cv2.convexHull(sheet)
    around = cv2.arcLength(hull, True)
    for share in (0.02, 0.03, 0.05, 0.08):
        corners = cv2.approxPolyDP(hull, share * around, True)
        if len(corners) == 4:
            return np.asarray(corners, np.float64).reshape(4, 2)
    return None


def _stands_out(grey: Grey, corners: NDArray[np.float64]) -> float:
    """How many grey levels the sheet is brighter than what lies around it."""
    inside = np.zeros(grey.shape, np.uint8)
    cv2.fillConvexPoly(inside, corners.astype(np.int32), 1)
    core = cv2.erode(inside, np.ones((15, 15), np.uint8)) > 0
    ring = cv2.dilate(inside, np.ones((25, 25), np.uint8)) - cv2.dilate(
        inside, np.ones((9, 9), np.uint8)
    )
    around = ring > 0
    if not core.any() or not around.any():
        return 0.0
    return float(np.median(grey[core]) - np.percentile(grey[around], 75))


def _clockwise(corners: NDArray[np.float64]) -> NDArray[np.float64]:
    """Order the corners from the one nearest to the image's top left."""
    middle = corners.mean(axis=0)
    angles = np.arctan2(corners[:, 1] - middle[1], corners[:, 0] - middle[0])
    ordered = corners[np.argsort(angles)]
    first = int(np.argmin(ordered.sum(axis=1)))
    return np.roll(ordered, -first, axis=0)
