"""Counting a dossier category by category: what its catalogue lists against what lies there.

Counts stand in a matter's fields as one text that people can read too: 1：3件12页；4-1：2件8页.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from edge.domain.errors import InvalidInput

LARGEST = 9_999
_WRITTEN = re.compile(r"([^：；]+)：([0-9]{1,4})件([0-9]{1,4})页")


@dataclass(frozen=True, slots=True)
class Count:
    """So many pieces on so many pages."""

    pieces: int = 0
    pages: int = 0


Counts = Mapping[str, Count]


def write_counts(counts: Counts) -> str:
    """Write counts as one text; categories without any are left out."""
    return "；".join(
        f"{code}：{count.pieces}件{count.pages}页"
        for code, count in counts.items()
        if count != Count()
    )


def read_counts(text: str) -> dict[str, Count]:
    """Read such a text; raises InvalidInput `counting.text`."""
    counts = {}
    for part in text.split("；") if text else ():
        written = _WRITTEN.fullmatch(part)
        if written is None:
            raise InvalidInput("counting.text")
        counts[written[1]] = Count(int(written[2]), int(written[3]))
    return counts


def count_of(pieces: str, pages: str, category: str) -> Count:
    """Read what was typed for one category; raises InvalidInput `dossier.count_wrong`."""
    numbers = []
    for text in (pieces.strip(), pages.strip()):
        if text and not (text.isascii() and text.isdecimal() and int(text) <= LARGEST):
            raise InvalidInput("dossier.count_wrong", category=category, count=text[:6])
        numbers.append(int(text or 0))
    return Count(*numbers)


def differing(listed: Counts, counted: Counts) -> tuple[str, ...]:
    """Name the categories in which the two do not agree, in the order of both."""
    codes = dict.fromkeys([*listed, *counted])
    return tuple(code for code in codes if listed.get(code, Count()) != counted.get(code, Count()))


def total(counts: Iterable[Count]) -> Count:
    """Add counts up."""
    every = tuple(counts)
    return Count(sum(each.pieces for each in every), sum(each.pages for each in every))
