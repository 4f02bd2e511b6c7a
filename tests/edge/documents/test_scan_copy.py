"""A copy of scanned pages: PDF/A by its structure, images untouched, text where it was read."""

import io
import subprocess
from datetime import date
from pathlib import Path

import pytest
from PIL import Image
from pyhanko.pdf_utils.generic import ArrayObject, DictionaryObject, IndirectObject
from pyhanko.pdf_utils.reader import PdfFileReader

from edge.documents.scan_copy import CopiedPage, typeset_copy
from edge.imaging.quality import measure

Line = tuple[int, int, int, int, str]
DAY = date(2026, 11, 22)
LINE: Line = (300, 400, 1200, 60, "城乡居民基本养老保险参保登记表")


def page(
    size: tuple[int, int] = (2480, 3508), tone: str = "white", lines: tuple[Line, ...] = ()
) -> CopiedPage:
    out = io.BytesIO()
    Image.new("RGB", size, tone).save(out, "JPEG", quality=90, dpi=(300, 300))
    return CopiedPage(out.getvalue(), size, 300, lines)


@pytest.fixture(scope="module")
def pages() -> list[CopiedPage]:
    return [page(lines=(LINE,)), page((3508, 2480), "ivory")]


@pytest.fixture(scope="module")
def pdf(pages: list[CopiedPage]) -> bytes:
    return typeset_copy("职工登记表", pages, DAY)


def test_it_says_and_looks_to_be_pdf_a_2b(pdf: bytes) -> None:
    root = PdfFileReader(io.BytesIO(pdf)).root
    told = root["/Metadata"].data.decode()
    assert "<pdfaid:part>2</pdfaid:part>" in told
    assert "<pdfaid:conformance>B</pdfaid:conformance>" in told
    assert "职工登记表" in told
    assert root["/OutputIntents"][0]["/S"] == "/GTS_PDFA1"
    assert "/OpenAction" not in root
    assert "/AcroForm" not in root
    assert b"/Encrypt" not in pdf


def test_every_font_lies_within(pdf: bytes) -> None:
    fonts = [each for each in objects(pdf) if each.get("/Type") == "/FontDescriptor"]
    assert fonts
    assert all("/FontFile2" in each or "/FontFile3" in each for each in fonts)


def objects(pdf: bytes) -> list[DictionaryObject]:
    """Every dictionary that the file's own pages lead to."""
    reader = PdfFileReader(io.BytesIO(pdf))
    waiting: list[object] = [reader.root["/Pages"]]
    seen: set[tuple[int, int]] = set()
    found = []
    while waiting:
        held = waiting.pop()
        if isinstance(held, IndirectObject):
            if (held.idnum, held.generation) in seen:
                continue
            seen.add((held.idnum, held.generation))
            held = held.get_object()  # type: ignore[no-untyped-call]  # pyhanko has no types
        if isinstance(held, DictionaryObject):
            found.append(held)
            waiting += [held.raw_get(name) for name in held]
        elif isinstance(held, ArrayObject):
            waiting += [held.raw_get(place) for place in range(len(held))]
    return found


def test_the_images_are_the_very_bytes_of_the_scan(pdf: bytes, pages: list[CopiedPage]) -> None:
    assert all(each.jpeg in pdf for each in pages)


def test_each_page_is_as_large_as_its_paper(pdf: bytes, tmp_path: Path) -> None:
    (tmp_path / "copy.pdf").write_bytes(pdf)
    told = run("pdfinfo", "-f", "1", "-l", "2", tmp_path / "copy.pdf")
    assert "Page    1 size:  595.2 x 841.92 pts (A4)" in told
    assert "Page    2 size:  841.92 x 595.2 pts (A4)" in told


def test_what_was_read_can_be_searched_where_it_stands_and_is_not_seen(
    pdf: bytes, tmp_path: Path
) -> None:
    (tmp_path / "copy.pdf").write_bytes(pdf)
    assert run("pdftotext", tmp_path / "copy.pdf", "-").split() == [LINE[4]]
    boxes = run("pdftotext", "-bbox", tmp_path / "copy.pdf", "-")
    left = float(boxes.split('<word xMin="')[1].split('"')[0])
    assert left == pytest.approx(LINE[0] * 72 / 300, abs=3)
    run(
        "pdftoppm", "-r", "72", "-jpeg", "-f", "1", "-l", "1", tmp_path / "copy.pdf", tmp_path / "p"
    )
    assert measure(next(tmp_path.glob("p*.jpg"))).blank


def test_a_character_without_a_shape_does_not_stop_the_copy(tmp_path: Path) -> None:
    line = (300, 400, 1200, 60, "登记\U000f0000表")
    (tmp_path / "copy.pdf").write_bytes(typeset_copy("\ue123表", [page(lines=(line,))], DAY))
    assert run("pdftotext", tmp_path / "copy.pdf", "-").split() == ["登记表"]


def run(*command: str | Path) -> str:
    done = subprocess.run(command, capture_output=True, check=True, timeout=60)
    return done.stdout.decode()
