"""Masters from what scanners and copiers write: JPEG, TIFF, PDF."""

from pathlib import Path

import pytest
from PIL import Image, ImageChops, ImageDraw

from edge.domain.errors import InvalidInput
from edge.imaging.master import as_master, as_masters

A4 = (827, 1169)


def page(word: str = "one") -> Image.Image:
    image = Image.new("RGB", A4, (250, 249, 245))
    draw = ImageDraw.Draw(image)
    draw.text((100, 100), word, fill="black", font_size=90)
    draw.ellipse((500, 800, 650, 950), outline=(200, 30, 40), width=8)
    return image


def test_a_jpeg_keeps_every_byte_of_its_scanner(tmp_path: Path) -> None:
    path = tmp_path / "page.jpg"
    page().save(path, quality=71, dpi=(100, 100))
    master = as_master(path)
    assert master.jpeg == path.read_bytes()
    assert (master.media_type, master.width, master.height, master.dpi) == ("image/jpeg", *A4, 100)


def test_a_page_that_tells_no_resolution_is_taken_for_a4(tmp_path: Path) -> None:
    path = tmp_path / "page.jpg"
    page().save(path)
    assert as_master(path).dpi == 100


def test_a_tiff_becomes_a_jpeg_that_no_eye_can_tell_apart(tmp_path: Path) -> None:
    path = tmp_path / "page.tif"
    page().save(path, dpi=(100, 100))
    master = as_master(path)
    assert master.dpi == 100
    (tmp_path / "back.jpg").write_bytes(master.jpeg)
    with Image.open(tmp_path / "back.jpg") as back:
        assert back.info["dpi"] == (100, 100)
        difference = ImageChops.difference(back, page()).convert("L").histogram()
    assert sum(difference[24:]) == 0
    assert sum(difference[8:]) < A4[0] * A4[1] * 0.002


def test_each_frame_of_a_tiff_is_a_page(tmp_path: Path) -> None:
    path = tmp_path / "pages.tif"
    page().save(path, save_all=True, append_images=[page("two"), page("three").convert("1")])
    masters = list(as_masters(path))
    assert [(each.width, each.height) for each in masters] == [A4, A4, A4]
    assert len({each.jpeg for each in masters}) == 3
    with pytest.raises(InvalidInput) as caught:
        as_master(path)
    assert caught.value.key == "page.several"


def test_a_pdf_is_drawn_page_by_page_at_300_dpi(tmp_path: Path) -> None:
    path = tmp_path / "扫描件.pdf"
    page().save(path, resolution=100, save_all=True, append_images=[page("two")])
    masters = list(as_masters(path))
    assert [each.dpi for each in masters] == [300, 300]
    assert all(abs(each.width - 2481) <= 2 and abs(each.height - 3507) <= 2 for each in masters)
    (tmp_path / "back.jpg").write_bytes(masters[0].jpeg)
    with Image.open(tmp_path / "back.jpg") as back:
        assert back.info["dpi"] == (300, 300)


def test_a_giant_pdf_page_is_drawn_coarser_and_not_refused(tmp_path: Path) -> None:
    path = tmp_path / "poster.pdf"
    page().save(path, resolution=10)
    master = as_master(path)
    assert max(master.width, master.height) <= 10_000
    assert master.dpi < 300


@pytest.mark.parametrize("name", ["cut.jpg", "cut.tif", "cut.pdf", "words.txt"])
def test_what_cannot_be_read_is_refused(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    if name == "words.txt":
        path.write_text("no page")
    else:
        page().save(path)
        whole = path.read_bytes()
        path.write_bytes(whole[:15] if name == "cut.pdf" else whole[: len(whole) // 2])
    with pytest.raises(InvalidInput) as caught:
        list(as_masters(path))
    assert caught.value.key == "page.unreadable"
