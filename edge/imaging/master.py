"""Masters: the page images that the archive keeps for good, one JPEG a page."""

import io
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from PIL import Image, ImageSequence

from edge.domain.errors import ArchiveError, InvalidInput
from edge.imaging.derive import encoded
from edge.imaging.quality import dots_per_inch

MEDIA_TYPE = "image/jpeg"
QUALITY = 93  # with full chroma: differences from the scan stay below the scanner's own noise
PDF_DPI = 300
LONGEST_SIDE = 10_000  # pixels; A2 at 400 dpi
A4_LONG_INCHES = 11.69
PAGE_SECONDS = 120


@dataclass(frozen=True, slots=True)
class Master:
    """One page for good; `dpi` is guessed from A4 where its source tells none.

    `sheet` are the pixels of which the JPEG was made, while they are at hand: 35 MB, so that only
    one page at a time keeps them.
    """

    jpeg: bytes
    media_type: str
    width: int
    height: int
    dpi: int
    sheet: Image.Image | None = field(default=None, repr=False, compare=False)


def as_master(path: Path) -> Master:
    """Return a single page, with its `sheet`; a JPEG keeps every byte that its scanner wrote.

    Raises InvalidInput when the file is unreadable or holds several pages.
    """
    pages = _read(path)
    first = next(pages)
    if next(pages, None) is not None:
        raise InvalidInput("page.several", name=path.name)
    return first


def as_masters(path: Path) -> Iterator[Master]:
    """Yield the pages of a JPEG, a TIFF (each frame) or a PDF (drawn at 300 dpi), in order.

    Raises InvalidInput when the file is unreadable, ArchiveError when poppler is missing.
    """
    for master in _read(path):
        yield replace(master, sheet=None)


def _read(path: Path) -> Iterator[Master]:
    with path.open("rb") as file:
        head = file.read(16)
    if head.startswith(b"%PDF-"):
        yield from _drawn(path)
        return
    try:
        if head.startswith(b"\xff\xd8\xff"):
            yield _own(path.read_bytes())
            return
        with Image.open(path, formats=("TIFF",)) as image:
            for frame in ImageSequence.Iterator(image):
                yield _converted(frame)
    except (OSError, ValueError, SyntaxError, TypeError, Image.DecompressionBombError) as error:
        raise InvalidInput("page.unreadable", name=path.name, detail=str(error)) from error


def of_jpeg(jpeg: bytes) -> Master:
    """Take a JPEG as a master, every byte of it; raises InvalidInput `page.unreadable`."""
    try:
        return _own(jpeg)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise InvalidInput("page.unreadable", detail=str(error)) from error


def pixels_of(jpeg: bytes) -> tuple[int, int]:
    """Tell width and height of a JPEG; raises InvalidInput `page.unreadable`."""
    try:
        with Image.open(io.BytesIO(jpeg), formats=("JPEG",)) as image:
            return image.size
    except (OSError, ValueError, SyntaxError) as error:
        raise InvalidInput("page.unreadable", detail=str(error)) from error


def _own(jpeg: bytes) -> Master:
    with Image.open(io.BytesIO(jpeg), formats=("JPEG",)) as image:
        width, height = image.size
        dpi = dots_per_inch(image) or _guess(width, height)
        image.draft("L", (width // 8, height // 8))
        image.load()
    return Master(jpeg, MEDIA_TYPE, width, height, dpi)


def _converted(frame: Image.Image) -> Master:
    dpi = dots_per_inch(frame) or _guess(*frame.size)
    page = frame
    if frame.mode not in {"L", "RGB"}:
        page = frame.convert("L" if frame.mode in {"1", "I;16", "LA"} else "RGB")
    jpeg = encoded(page, quality=QUALITY, dpi=dpi)
    return Master(jpeg, MEDIA_TYPE, page.width, page.height, dpi, page)


def _drawn(path: Path) -> Iterator[Master]:
    for number, (width, height) in enumerate(_page_sizes(path), start=1):
        inches = max(width, height, 1.0) / 72
        dpi = max(1, min(PDF_DPI, int(LONGEST_SIDE / inches)))
        span = f"-f {number} -l {number} -r {dpi}".split()
        quality = f"quality={QUALITY},optimize=y"
        jpeg = _poppler("pdftoppm", *span, "-jpeg", "-jpegopt", quality, path)
        with Image.open(io.BytesIO(jpeg), formats=("JPEG",)) as image:
            size = image.size
        yield Master(jpeg, MEDIA_TYPE, *size, dpi)


def _page_sizes(path: Path) -> list[tuple[float, float]]:
    """Return width and height of each page in points."""
    report = _poppler("pdfinfo", "-f", "1", "-l", "9999", path).decode(errors="replace")
    sizes = re.findall(r"^Page\s+\d+ size:\s+([\d.]+) x ([\d.]+) pts", report, re.MULTILINE)
    if not sizes:
        raise InvalidInput("page.unreadable", name=path.name, detail="no pages")
    return [(float(width), float(height)) for width, height in sizes]


def _poppler(tool: str, *arguments: str | Path) -> bytes:
    try:
        done = subprocess.run(
            [tool, *arguments], capture_output=True, timeout=PAGE_SECONDS, check=True
        )
    except FileNotFoundError as error:
        raise ArchiveError("imaging.tool_missing", tool=tool) from error
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        detail = (error.stderr or b"").decode(errors="replace").strip() or str(error)
        raise InvalidInput("page.unreadable", detail=detail) from error
    return done.stdout


def _guess(width: int, height: int) -> int:
    return max(1, round(max(width, height) / A4_LONG_INCHES))
