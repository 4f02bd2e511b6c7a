"""A sheet that covers part of the image is found, cut out, and read as the rectangle it is."""

import io
from itertools import pairwise

import cv2
import numpy as np
import pytest
from PIL import Image

from edge.imaging.derive import Pose, straightened
from edge.imaging.quality import measure
from tests.edge.imaging.test_quality import PAPER, SIZE, jpeg, text_page

DESK = (92, 74, 60)


def on_a_desk(corners: list[tuple[int, int]], desk: tuple[int, int, int] = DESK) -> bytes:
    """The text page photographed so that its corners come to lie there."""
    page = np.asarray(text_page())
    width, height = SIZE
    source = np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float32)
    turn = cv2.getPerspectiveTransform(source, np.array(corners, np.float32))
    photo = cv2.warpPerspective(page, turn, (2000, 2400), borderValue=desk)
    return jpeg(Image.fromarray(photo), dpi=0)


@pytest.mark.parametrize(
    "corners",
    [
        [(300, 250), (1550, 250), (1550, 2020), (300, 2020)],
        [(420, 300), (1620, 380), (1500, 2080), (300, 2000)],
        [(350, 300), (1500, 330), (1640, 2150), (240, 2100)],
    ],
)
def test_a_sheet_under_a_camera_is_found_and_cut_out(corners: list[tuple[int, int]]) -> None:
    photo = on_a_desk(corners)
    quality = measure(photo)
    assert np.abs(np.array(quality.outline) - np.array(corners)).max() < 14
    sheet = straightened(photo, Pose(outline=quality.outline))
    with Image.open(io.BytesIO(sheet)) as image:
        assert image.height / image.width == pytest.approx(297 / 210, rel=0.08)
        edge = np.asarray(image.convert("L"))[6:-6, 6:-6]
    assert min(edge[0].min(), edge[-1].min(), edge[:, 0].min(), edge[:, -1].min()) > 150
    assert abs(measure(sheet).skew_degrees) < 0.5


def test_a_page_that_fills_its_image_has_no_outline() -> None:
    assert measure(jpeg(text_page())).outline == ()
    assert measure(jpeg(Image.new("RGB", SIZE, PAPER))).outline == ()


def test_a_sheet_that_does_not_stand_out_is_left_as_it_is() -> None:
    bare = Image.new("RGB", (2000, 2400), (238, 237, 234))
    bare.paste(PAPER, (300, 250, 1550, 2020))
    assert measure(jpeg(bare)).outline == ()


def test_corners_are_told_clockwise_from_the_top_left() -> None:
    outline = measure(on_a_desk([(420, 300), (1620, 380), (1500, 2080), (300, 2000)])).outline
    assert min(outline, key=sum) == outline[0]
    crossed = [
        (x - 1000) * (v - 1200) - (u - 1000) * (y - 1200)
        for (x, y), (u, v) in pairwise([*outline, outline[0]])
    ]
    assert min(crossed) > 0
