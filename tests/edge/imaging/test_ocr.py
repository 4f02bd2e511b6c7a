"""The real tesseract with its Chinese model."""

import io
import os
from pathlib import Path

import pytest
from PIL import Image, ImageDraw, ImageFont

from edge.domain.errors import ArchiveError, InvalidInput
from edge.imaging.ocr import recognise


@pytest.fixture(scope="module")
def slip() -> bytes:
    image = Image.new("RGB", (1400, 420), "white")
    font = ImageFont.truetype("NotoSerifCJK-Regular.ttc", 50, index=2)
    draw = ImageDraw.Draw(image)
    draw.text((100, 100), "城乡居民基本养老保险参保登记表", font=font, fill="black")
    draw.text((100, 240), "姓名王建国　二零二三年", font=font, fill="black")
    out = io.BytesIO()
    image.save(out, "JPEG", quality=92, dpi=(300, 300))
    return out.getvalue()


def test_chinese_is_read_line_by_line_without_blanks(slip: bytes) -> None:
    first, second = recognise(slip, 300).splitlines()
    assert first == "城乡居民基本养老保险参保登记表"
    assert "王建国" in second
    assert " " not in second


def test_an_empty_page_has_no_text() -> None:
    out = io.BytesIO()
    Image.new("L", (800, 600), 255).save(out, "JPEG")
    assert recognise(out.getvalue()) == ""


def test_what_is_no_image_is_refused() -> None:
    with pytest.raises(InvalidInput):
        recognise(b"no image")


@pytest.mark.parametrize("lacking", ["program", "model"])
def test_a_missing_part_is_named(
    slip: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lacking: str
) -> None:
    if lacking == "program":
        for tool in ("setpriv", "nice"):
            (tmp_path / tool).symlink_to(f"/usr/bin/{tool}")
        monkeypatch.setitem(os.environ, "PATH", str(tmp_path))
    else:
        monkeypatch.setitem(os.environ, "TESSDATA_PREFIX", str(tmp_path))
    with pytest.raises(ArchiveError) as caught:
        recognise(slip)
    assert caught.value.key == "imaging.tool_missing"
