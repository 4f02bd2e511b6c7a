"""Measuring pages drawn here: skew, blankness, darkness, size."""

import io
from pathlib import Path

import pytest
import segno
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from edge.domain.errors import InvalidInput
from edge.imaging.quality import measure

SIZE = (1240, 1754)  # A4 at 150 dpi
PAPER = (250, 249, 245)


def text_page(paper: tuple[int, int, int] = PAPER, lines: int = 18) -> Image.Image:
    page = Image.new("RGB", SIZE, paper)
    draw = ImageDraw.Draw(page)
    font = ImageFont.truetype("NotoSerifCJK-Regular.ttc", 26, index=2)
    for line in range(lines):
        draw.text((130, 200 + 70 * line), "城乡居民基本养老保险参保登记表", font=font, fill="black")
    return page


def jpeg(page: Image.Image, dpi: int = 150) -> bytes:
    out = io.BytesIO()
    page.save(out, "JPEG", quality=88, **({"dpi": (dpi, dpi)} if dpi else {}))
    return out.getvalue()


@pytest.mark.parametrize("degrees", [-5.0, -1.3, 0.0, 0.6, 3.2])
def test_skew_is_found_to_a_fifth_of_a_degree(degrees: float) -> None:
    turned = text_page().rotate(degrees, Image.Resampling.BICUBIC, fillcolor=PAPER)
    quality = measure(jpeg(turned))
    assert quality.skew_degrees == pytest.approx(degrees, abs=0.2)
    assert not quality.blank
    assert not quality.dark


def test_size_and_resolution_are_read_from_bytes_and_from_a_file(tmp_path: Path) -> None:
    quality = measure(jpeg(text_page()))
    assert (quality.width, quality.height, quality.dpi) == (*SIZE, 150)
    text_page().save(tmp_path / "page.tif", dpi=(150, 150))
    assert measure(tmp_path / "page.tif").dpi == 150
    assert measure(jpeg(text_page(), dpi=0)).dpi == 0


def test_an_empty_sheet_is_marked_blank_and_level() -> None:
    quality = measure(jpeg(Image.new("RGB", SIZE, PAPER)))
    assert quality.blank
    assert quality.skew_degrees == 0


def test_one_line_of_text_is_not_blank() -> None:
    assert not measure(jpeg(text_page(lines=1))).blank


def test_a_lone_seal_is_not_blank() -> None:
    page = Image.new("RGB", SIZE, PAPER)
    ImageDraw.Draw(page).ellipse((800, 1200, 1000, 1400), outline=(200, 30, 40), width=6)
    assert not measure(jpeg(page)).blank


def test_a_sheet_scanned_too_dark_is_marked_dark() -> None:
    assert measure(jpeg(text_page(paper=(80, 80, 80)))).dark


@pytest.mark.parametrize("damage", [b"", b"no image at all", jpeg(text_page())[:4000]])
def test_what_cannot_be_decoded_is_refused(damage: bytes) -> None:
    with pytest.raises(InvalidInput) as caught:
        measure(damage)
    assert caught.value.key == "page.unreadable"


def test_a_page_out_of_focus_is_marked_blurred_and_a_sharp_or_faint_one_is_not() -> None:
    sharp = text_page()
    assert not measure(jpeg(sharp)).blurred
    assert measure(jpeg(sharp.filter(ImageFilter.GaussianBlur(4)))).blurred
    assert not measure(jpeg(Image.blend(sharp, Image.new("RGB", SIZE, PAPER), 0.75))).blurred


@pytest.mark.parametrize("degrees", [0, 1.5, 90, 180])
def test_the_codes_of_a_cover_are_read_in_whichever_way_it_lies(degrees: float) -> None:
    page = text_page(lines=4)
    label = Image.open(io.BytesIO(label_png("990101-1-000012")))
    page.paste(label, (200, 900))
    page = page.rotate(degrees, Image.Resampling.BICUBIC, expand=True, fillcolor=PAPER)
    assert measure(jpeg(page)).codes == ("990101-1-000012",)


def label_png(text: str) -> bytes:
    out = io.BytesIO()
    segno.make(text, error="m", micro=False).save(out, kind="png", scale=6, border=4)
    return out.getvalue()
