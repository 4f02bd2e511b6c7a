"""What a search box's text means."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from edge.domain.errors import InvalidInput
from edge.domain.identity import check_number

_HAN = re.compile(r"[\u3007\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff·]")
LONGEST_NAME = 6  # of a Chinese name without a dot between its parts
# Chinese input methods leave letters and digits full-width.
_NARROW = {wide: wide - 0xFEE0 for wide in range(0xFF01, 0xFF5F)}


class By(StrEnum):
    """Which index answers."""

    ID_NUMBER = "id_number"
    ID_TAIL = "id_tail"
    DOSSIER_NUMBER = "dossier_number"
    NAME = "name"
    INITIALS = "initials"
    PHONE = "phone"
    PLACE = "place"
    TITLE = "title"


@dataclass(frozen=True, slots=True)
class Query:
    """One question to one index; `text` is normalised."""

    by: By
    text: str


def parse(text: str) -> Query:
    """Read the search box.

    An 18- or 15-digit number is an ID number and must be right, three letters and twelve digits the
    number of a foreigner's older card; six digits are the tail of one; letters alone are pinyin
    initials; Chinese characters without digits are a name; all else is a dossier number. Raises
    InvalidInput `query.empty` or the errors of `check_number`.
    """
    stripped = re.sub(r"\s+", "", text).translate(_NARROW).upper()
    if not stripped:
        raise InvalidInput("query.empty")
    if re.fullmatch(r"[0-9]{17}[0-9X]|[0-9]{15}|[A-Z]{3}[0-9]{12}", stripped):
        return Query(By.ID_NUMBER, check_number(stripped).modern)
    if re.fullmatch(r"[0-9]{16,}X?", stripped):
        raise InvalidInput("id_number.length", length=len(stripped))
    if _HAN.search(stripped) and not re.search("[0-9]", stripped):
        return Query(By.NAME, stripped)
    if re.fullmatch(r"[A-Z]+", stripped):
        return Query(By.INITIALS, stripped)
    if re.fullmatch(r"[0-9]{5}[0-9X]", stripped):
        return Query(By.ID_TAIL, stripped)
    return Query(By.DOSSIER_NUMBER, stripped)


def readings_of(text: str) -> tuple[tuple[Query, ...], ...]:
    """Read the search box whole: the readings of each word, the likeliest first.

    Chinese words are names, else places, else titles of materials; digits may begin a telephone's
    number. Blanks part words only where Chinese stands among them
    and one has two characters: numbers and single names are often typed with blanks in between.
    Raises as `parse`.
    """
    words = text.split()
    if len(words) > 1 and _HAN.search(text) and any(len(word) > 1 for word in words):
        return tuple(_readings(parse(word)) for word in words)
    return (_readings(parse(text)),)


def persons_only(words: Sequence[Sequence[Query]]) -> tuple[tuple[Query, ...], ...]:
    """Leave out what would tell of a dossier's content, so that finding somebody is no look."""
    return tuple(tuple(each for each in word if each.by is not By.TITLE) for word in words)


def may_be_newcomer(words: Sequence[Sequence[Query]]) -> bool:
    """Whether what was typed could be the name or the ID number of somebody not yet on record.

    A name in Latin letters reads as initials. Several words are conditions, and nobody's name.
    """
    if len(words) != 1 or not words[0]:
        return False
    likeliest = words[0][0]
    if likeliest.by is By.NAME:
        return len(likeliest.text) <= LONGEST_NAME or "·" in likeliest.text
    return likeliest.by in (By.ID_NUMBER, By.INITIALS)


def _readings(likeliest: Query) -> tuple[Query, ...]:
    if likeliest.by is By.NAME and len(likeliest.text) > 1:
        others = (By.PLACE, By.TITLE)
        return (likeliest, *(Query(by, likeliest.text) for by in others))
    if likeliest.by is By.DOSSIER_NUMBER and _HAN.search(likeliest.text):
        return (likeliest, Query(By.PLACE, likeliest.text), Query(By.TITLE, likeliest.text))
    if likeliest.by in (By.DOSSIER_NUMBER, By.ID_TAIL):
        phone = Query(By.PHONE, likeliest.text)
        if re.fullmatch(r"1[3-9][0-9]{9}|0[0-9]{2,3}-?[0-9]{7,8}", likeliest.text):
            return (phone, likeliest)
        if re.fullmatch(r"[0-9][0-9-]{3,}", likeliest.text):
            return (likeliest, phone)
    return (likeliest,)


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
