"""Text of a page by tesseract, for search and suggestions; never the authority on what it says."""

import io
import os
import re
import subprocess
from dataclasses import dataclass

from PIL import Image

from edge.domain.errors import ArchiveError, InvalidInput
from edge.imaging.derive import Pose, straightened
from edge.imaging.master import A4_LONG_INCHES
from edge.imaging.quality import measure

LANGUAGE = "chi_sim"  # chi_sim+eng reads Chinese worse
PAGE_SECONDS = 120.0
TIED = ("setpriv", "--pdeathsig", "KILL", "--")  # to the life of the thread that starts it
SURE = 60.0  # per cent of confidence below which the page may lie the wrong way round
# Tesseract sets blanks between Chinese characters; between Latin words they mean something.
WIDE = r"[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\u3000-\u303f\U00020000-\U0003ffff]"
BLANKS = re.compile(rf"(?<={WIDE})[ \t]+|[ \t]+(?={WIDE})")
ROTATE = re.compile(r"^Rotate: (90|180|270)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of print and its box on the image that was read, in pixels."""

    left: int
    top: int
    width: int
    height: int
    text: str


@dataclass(frozen=True, slots=True)
class Reading:
    """What a machine made of a page; `turn` is how the master had to be turned, in degrees.

    `confidence` is tesseract's own, per cent, over all characters; `size` that of the image read.
    """

    lines: tuple[Line, ...]
    turn: int
    confidence: float
    size: tuple[int, int]

    @property
    def text(self) -> str:
        """The lines, without boxes."""
        return "\n".join(line.text for line in self.lines)


def recognise(jpeg: bytes, dpi: int = 300) -> str:
    """Read one page; lines are kept, blanks between Chinese characters are not.

    `dpi` must be true: a wrong one multiplies the errors. Raises ArchiveError when tesseract or
    its Chinese model is missing, InvalidInput for an image it cannot read.
    """
    return "\n".join(line.text for line in _read(jpeg, dpi)[0])


def read_page(master: bytes, seconds: float = PAGE_SECONDS) -> Reading:
    """Read a page straightened, and turned round where that reads better; errors as `recognise`.

    `seconds` is how long each run of tesseract may take.
    """
    quality = measure(master)
    if quality.blank:
        return Reading((), 0, 0.0, (quality.width, quality.height))
    pose = Pose(quality.skew_degrees, quality.outline)
    sheet = straightened(master, pose)
    dpi = quality.dpi if quality.dpi and not quality.outline else _guess(sheet)
    lines, confidence, size = _read(sheet, dpi, seconds)
    first = Reading(lines, 0, confidence, size)
    if confidence >= SURE:
        return first
    turn = _orientation(sheet, seconds)
    if not turn:
        return first
    turned = straightened(master, Pose(pose.skew, pose.outline, turn))
    lines, confidence, size = _read(turned, dpi, seconds)
    return max(first, Reading(lines, turn, confidence, size), key=lambda each: each.confidence)


def _guess(sheet: bytes) -> int:
    """The resolution of a sheet that is taken to be A4."""
    with Image.open(io.BytesIO(sheet)) as image:
        return max(70, round(max(image.size) / A4_LONG_INCHES))


def _read(
    jpeg: bytes, dpi: int, seconds: float = PAGE_SECONDS
) -> tuple[tuple[Line, ...], float, tuple[int, int]]:
    options = ["-l", LANGUAGE, "--psm", "3", "--dpi", str(dpi)]
    table = _tesseract(jpeg, options, "tsv", seconds=seconds)
    words: dict[tuple[str, ...], list[tuple[int, int, int, int, float, str]]] = {}
    size = (0, 0)
    for row in table.splitlines()[1:]:
        level, *place, left, top, width, height, sure, text = row.split("\t")
        if level == "1":
            size = (int(width), int(height))
        if level == "5" and text.strip():
            box = int(left), int(top), int(left) + int(width), int(top) + int(height)
            words.setdefault(tuple(place[:4]), []).append((*box, float(sure), text))
    lines = tuple(_line(each) for each in words.values())
    told = [(sure, len(text)) for line in words.values() for *_, sure, text in line]
    weight = sum(length for _, length in told)
    confidence = sum(sure * length for sure, length in told) / weight if weight else 0.0
    return lines, confidence, size


def _line(words: list[tuple[int, int, int, int, float, str]]) -> Line:
    left, top = min(word[0] for word in words), min(word[1] for word in words)
    right, bottom = max(word[2] for word in words), max(word[3] for word in words)
    text = BLANKS.sub("", " ".join(word[5] for word in words)).strip()
    return Line(left, top, right - left, bottom - top, text)


def _orientation(jpeg: bytes, seconds: float) -> int:
    """Ask which way round a page lies: degrees clockwise to turn it, 0 where that is not told."""
    try:
        found = ROTATE.search(_tesseract(jpeg, ["-l", "osd", "--psm", "0"], seconds=seconds))
    except (ArchiveError, InvalidInput):  # too few characters, or no model for it
        return 0
    return int(found[1]) if found else 0


def _tesseract(jpeg: bytes, options: list[str], *form: str, seconds: float) -> str:
    try:
        done = subprocess.run(
            [*TIED, "nice", "-n", "10", "tesseract", "stdin", "stdout", *options, *form],
            input=jpeg,
            capture_output=True,
            timeout=seconds,
            check=False,
            # More threads than one make a small machine several times slower.
            env=os.environ | {"OMP_THREAD_LIMIT": "1", "LC_ALL": "C.UTF-8"},
        )
    except subprocess.TimeoutExpired as error:
        raise InvalidInput("page.unreadable", detail=f"no text in {seconds:g} s") from error
    complaint = done.stderr.decode(errors="replace").strip()
    if done.returncode == 127 or "Failed loading language" in complaint:
        raise ArchiveError("imaging.tool_missing", tool=f"tesseract {LANGUAGE}")
    if done.returncode != 0:
        raise InvalidInput("page.unreadable", detail=complaint)
    return done.stdout.decode()
