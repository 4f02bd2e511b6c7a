"""The codes that we print ourselves: on a dossier's cover, and on a place of a shelf.

A cover's QR code holds the dossier's id and a check character: opaque, so that whoever finds a
cover learns nothing from it. All is written in letters and digits and a hyphen, which a QR code
packs tightly and which any reader that types can type.

    DXD 0190…(32 hexadecimal digits) C      a dossier, 36 characters
    DXS 1-2-1-3-5 -C                        a place: room, row, bay, level, place
"""

import re
import string

from edge.domain.errors import InvalidInput

DOSSIER_PREFIX, SHELF_PREFIX = "DXD", "DXS"
_CHARACTERS = string.digits + string.ascii_uppercase
_ID = re.compile(r"[0-9a-f]{32}")
_DOSSIER = re.compile(rf"{DOSSIER_PREFIX}([0-9A-F]{{32}})[0-9A-Z]")
_SHELF = re.compile(rf"{SHELF_PREFIX}([1-9][0-9]{{0,3}}(?:-[1-9][0-9]{{0,3}}){{4}})-[0-9A-Z]")
_SHELF_WORDS = "库列节层位"
# Chinese input methods leave letters and digits full-width.
_NARROW = {wide: wide - 0xFEE0 for wide in range(0xFF01, 0xFF5F)}


def check_character(stem: str) -> str:
    """Compute the last character of a code (ISO 7064 MOD 37,36); hyphens do not count.

    It tells every single wrong character and almost every swap of two neighbours.
    """
    left = 36
    for character in stem.replace("-", ""):
        left = (left + _CHARACTERS.index(character)) % 36 or 36
        left = left * 2 % 37
    return _CHARACTERS[(37 - left) % 36]


def cover_code(dossier: str) -> str:
    """Write what a dossier's cover bears; raises InvalidInput `code.id` for what is no id."""
    if not _ID.fullmatch(dossier):
        raise InvalidInput("code.id")
    stem = DOSSIER_PREFIX + dossier.upper()
    return stem + check_character(stem)


def dossier_of_cover(text: str) -> str | None:
    """Read the dossier's id from a cover; None for what is no cover code.

    Raises InvalidInput `code.check` for one that was misread.
    """
    code = plain(text)
    written = _DOSSIER.fullmatch(code)
    if written is None:
        return None
    _check(code[:-1], code)
    return written[1].lower()


def shelf_code(room: int, row: int, bay: int, level: int, place: int) -> str:
    """Write what a place of a shelf bears; raises InvalidInput `code.shelf`, each is 1 to 9999."""
    numbers = (room, row, bay, level, place)
    if not all(0 < number < 10_000 for number in numbers):
        raise InvalidInput("code.shelf")
    stem = SHELF_PREFIX + "-".join(str(number) for number in numbers)
    return f"{stem}-{check_character(stem)}"


def shelf_of_code(text: str) -> str | None:
    """Read a place, in the words that records use (1库2列1节3层5位); None for what is no place.

    Raises InvalidInput `code.check` for one that was misread.
    """
    code = plain(text)
    written = _SHELF.fullmatch(code)
    if written is None:
        return None
    _check(code[:-2], code)
    numbers = written[1].split("-")
    return "".join(number + word for number, word in zip(numbers, _SHELF_WORDS, strict=True))


def plain(text: str) -> str:
    """Spell a code as it was printed, whatever keyboard, layout or input method it came through."""
    return "".join(text.split()).translate(_NARROW).upper()


def _check(stem: str, code: str) -> None:
    if check_character(stem) != code[-1]:
        raise InvalidInput("code.check")
