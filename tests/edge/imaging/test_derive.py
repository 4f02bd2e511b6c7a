"""Derived images: small, upright, level, and true to the colours of the master."""

import io

import pytest
from PIL import Image, ImageDraw

from edge.domain.errors import InvalidInput
from edge.imaging.derive import Pose, straightened, thumbnail, view
from edge.imaging.quality import measure

A4 = (2480, 3508)


@pytest.fixture(scope="module")
def page() -> bytes:
    image = Image.new("RGB", A4, "white")
    draw = ImageDraw.Draw(image)
    for line in range(20):
        draw.rectangle((300, 400 + line * 130, 2100, 440 + line * 130), (20, 20, 20))
    draw.ellipse((1500, 2800, 1900, 3200), (200, 30, 40))
    return jpeg(image)


def jpeg(image: Image.Image, **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, "JPEG", quality=90, dpi=(300, 300), **options)
    return out.getvalue()


def opened(data: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(data))
    assert image.format == "JPEG"
    return image


def test_a_thumbnail_is_narrow_small_and_in_shape(page: bytes) -> None:
    small = opened(thumbnail(page))
    assert small.width == 240
    assert small.height == pytest.approx(240 * A4[1] / A4[0], abs=1)
    assert len(thumbnail(page)) < 30_000


def test_a_view_fits_the_screen_and_keeps_the_seal_red(page: bytes) -> None:
    screen = opened(view(page))
    assert screen.width == 1240
    pixel = screen.convert("RGB").getpixel((850, 1500))
    assert isinstance(pixel, tuple)
    red, green, blue = pixel
    assert (red > 170, green < 70, blue < 80) == (True, True, True)
    assert round(screen.info["dpi"][0]) == 150


def test_a_small_page_is_not_blown_up() -> None:
    assert opened(view(jpeg(Image.new("L", (600, 800), 255)))).size == (600, 800)


def test_a_page_lying_on_its_side_by_its_own_note_is_turned_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    image = jpeg(Image.new("RGB", (3000, 2000), "white"), exif=exif)
    assert opened(thumbnail(image)).size == (240, 360)


@pytest.mark.parametrize("mode", ["RGB", "L"])
@pytest.mark.parametrize("degrees", [-3.0, 1.5])
def test_a_straightened_page_is_level_keeps_its_dpi_and_no_corner_is_cut(
    page: bytes, mode: str, degrees: float
) -> None:
    crooked = opened(page).convert(mode).rotate(degrees, fillcolor="white", expand=True)
    level = straightened(jpeg(crooked), Pose(skew=degrees))
    assert measure(level).skew_degrees == pytest.approx(0, abs=0.2)
    image = opened(level)
    assert image.mode == mode
    assert image.info["dpi"] == (300, 300)
    assert image.width > crooked.width
    corner = image.convert("L").getpixel((2, 2))
    assert isinstance(corner, int)
    assert corner > 240


@pytest.mark.parametrize(
    "derive", [thumbnail, view, lambda data: straightened(data, Pose(skew=1.0))]
)
def test_damage_is_refused(derive: object, page: bytes) -> None:
    assert callable(derive)
    for damage in (b"", b"text", page[: len(page) // 2]):
        with pytest.raises(InvalidInput):
            derive(damage)
