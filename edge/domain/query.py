"""What a search box's text means."""

import re
from dataclasses import dataclass
from enum import StrEnum

from edge.domain.errors import InvalidInput
from edge.domain.identity import check_id_number

_HAN = re.compile(r"[\u3007\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff·]")
# Chinese input methods leave letters and digits full-width.
_NARROW = {wide: wide - 0xFEE0 for wide in range(0xFF01, 0xFF5F)}


class By(StrEnum):
    """Which index answers."""

    ID_NUMBER = "id_number"
    ID_TAIL = "id_tail"
    DOSSIER_NUMBER = "dossier_number"
    NAME = "name"
    INITIALS = "initials"


@dataclass(frozen=True, slots=True)
class Query:
    """One question to one index; `text` is normalised."""

    by: By
    text: str


def parse(text: str) -> Query:
    """Read the search box.

    An 18- or 15-digit number is an ID number and must be right; six digits are the tail of
    one; letters alone are pinyin initials; Chinese characters without digits are a name; all else
    is a dossier number. Raises InvalidInput `query.empty` or the errors of `check_id_number`.
    """
    stripped = re.sub(r"\s+", "", text).translate(_NARROW).upper()
    if not stripped:
        raise InvalidInput("query.empty")
    if re.fullmatch(r"[0-9]{17}[0-9X]|[0-9]{15}", stripped):
        return Query(By.ID_NUMBER, check_id_number(stripped).modern)
    if re.fullmatch(r"[0-9]{16,}X?", stripped):
        raise InvalidInput("id_number.length", length=len(stripped))
    if _HAN.search(stripped) and not re.search("[0-9]", stripped):
        return Query(By.NAME, stripped)
    if re.fullmatch(r"[A-Z]+", stripped):
        return Query(By.INITIALS, stripped)
    if re.fullmatch(r"[0-9]{5}[0-9X]", stripped):
        return Query(By.ID_TAIL, stripped)
    return Query(By.DOSSIER_NUMBER, stripped)


def bigrams(text: str) -> str:
    """Split into overlapping pairs of characters, each written as one token; parted by spaces.

    Trigram indexes cannot find a Chinese name of two characters; pairs find every infix. Code
    points are written in hexadecimal, since tokenizers drop characters newer than their tables.
    """
    points = [f"{ord(character):x}" for character in text.upper() if not character.isspace()]
    seconds = [*points[1:], ""][: len(points)]
    return " ".join([f"{first}g{second}" for first, second in zip(points, seconds, strict=True)])


def infix_match(text: str) -> str:
    """Write the FTS5 expression that finds `text` anywhere within an indexed name."""
    tokens = bigrams(text).split(" ")
    if len(tokens) == 1:
        return f'"{tokens[0]}" *'
    return '"' + " ".join(tokens[:-1]) + '"'
