"""Pinyin initials of personal names, with every reading of every character."""

from functools import cache, lru_cache
from importlib.resources import files
from itertools import product
from math import prod
from typing import NamedTuple

MOST_SPELLINGS = 64


class _Row(NamedTuple):
    """One syllable: the characters it is the usual reading of, and the others."""

    syllable: str
    usual: str
    further: str


@cache
def _table() -> tuple[_Row, ...]:
    text = files("edge.domain").joinpath("pinyin.tsv").read_text("utf-8")
    return tuple(_Row(*line.split("\t")) for line in text.splitlines())


@lru_cache(maxsize=8192)
def readings_of(char: str) -> tuple[str, ...]:
    """Toneless readings of one character, the usual one first; empty when none is known.

    `ü` is spelled `v`, as it is typed.
    """
    # The table stays as some four hundred strings: a dictionary of 42,000 characters
    # would cost a small box several megabytes and gain nothing the cache does not.
    usual = [row.syllable for row in _table() if char in row.usual]
    return (*usual, *(row.syllable for row in _table() if char in row.further))


@lru_cache(maxsize=4096)
def _initials_of_character(char: str) -> tuple[str, ...]:
    if char.isascii():
        return (char.upper(),) if char.isalnum() else ()
    return tuple(dict.fromkeys(reading[0].upper() for reading in readings_of(char)))


def initials_of(name: str) -> frozenset[str]:
    """Every spelling of `name` by upper-case initials, at most `MOST_SPELLINGS`.

    Where all combinations would be more, the later characters keep their usual reading
    only, so that a surname is never narrowed. Characters without a reading, points and
    spaces are passed over; a name with none left gives the empty set.
    """
    choices = [initials for char in name if (initials := _initials_of_character(char))]
    if prod(map(len, choices)) > MOST_SPELLINGS:
        choices = _narrowed(choices)
    return frozenset(map("".join, product(*choices))) if choices else frozenset()


def _narrowed(choices: list[tuple[str, ...]]) -> list[tuple[str, ...]]:
    kept: list[tuple[str, ...]] = []
    spellings = 1
    for initials in choices:
        usual = initials[:1] if spellings * len(initials) > MOST_SPELLINGS else initials
        spellings *= len(usual)
        kept.append(usual)
    return kept
