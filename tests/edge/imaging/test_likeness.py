"""The same sheet scanned twice is found; the same form filled in by another is not."""

import io
from random import Random

import numpy as np
import pytest
from PIL import Image

from edge.imaging.derive import thumbnail
from edge.imaging.likeness import are_near, show_same_sheet
from edge.imaging.quality import measure
from provisioning.seed.county import TOWNS
from provisioning.seed.materials import make_materials
from provisioning.seed.pages import render_page
from provisioning.seed.people import make_people


@pytest.fixture(scope="module")
def forms() -> list[bytes]:
    """The first page of three people's first material: one print, three hands."""
    people = make_people(3, TOWNS[0].code, 3)
    return [render_page(each, make_materials(Random(1), each)[0], 1, 150) for each in people]


def laid_again(jpeg: bytes) -> bytes:
    """The sheet on the glass once more: turned a little, moved, lighter, with other noise."""
    chance = np.random.default_rng(5)
    image = Image.open(io.BytesIO(jpeg)).convert("RGB")
    image = image.rotate(
        0.7, Image.Resampling.BICUBIC, translate=(9, -7), fillcolor=(226, 226, 224)
    )
    pixels = np.asarray(image) * 1.03 + chance.normal(0, 3, (image.height, image.width, 1))
    out = io.BytesIO()
    Image.fromarray(pixels.clip(0, 255).astype(np.uint8)).save(out, "JPEG", quality=85)
    return out.getvalue()


def test_a_second_scan_of_a_sheet_is_near_and_the_same(forms: list[bytes]) -> None:
    for form in forms:
        again = laid_again(form)
        assert are_near(measure(form).mark, measure(again).mark)
        assert show_same_sheet(thumbnail(form), thumbnail(again))


def test_one_print_filled_in_by_others_is_another_sheet(forms: list[bytes]) -> None:
    small = [thumbnail(form) for form in forms]
    assert not show_same_sheet(small[0], small[1])
    assert not show_same_sheet(small[1], small[2])


def test_a_blank_sheet_is_near_to_nothing(forms: list[bytes]) -> None:
    assert not are_near("", measure(forms[0]).mark)
    assert not are_near("", "")


def test_images_with_nothing_in_common_are_told_apart() -> None:
    plain = io.BytesIO()
    Image.new("L", (240, 340), 255).save(plain, "JPEG")
    assert not show_same_sheet(plain.getvalue(), plain.getvalue())
