"""Writes edge/domain/pinyin.tsv from pypinyin; run at development time only.

    python -m provisioning.pinyin_table

Each line: syllable, characters it is the usual reading of, characters it is a further
reading of, parted by tabs.
"""

import unicodedata
from collections import defaultdict
from pathlib import Path

from pypinyin.pinyin_dict import pinyin_dict

TABLE = Path(__file__).parents[1] / "edge" / "domain" / "pinyin.tsv"

# Readings that occur in surnames and that pypinyin's single-character table lacks.
SURNAME_READINGS = {"谌": ("shen",), "员": ("yun",), "黑": ("he",), "撒": ("sa",)}

DIAERESIS = "\u0308"


def toneless(reading: str) -> str:
    """`lǜ` becomes `lv`, `ê̄` becomes `e`."""
    letters: list[str] = []
    for char in unicodedata.normalize("NFD", reading):
        if char == DIAERESIS:
            letters[-1] = "v"
        elif not unicodedata.combining(char):
            letters.append(char)
    return "".join(letters)


def readings() -> dict[str, list[str]]:
    """Toneless readings by character, the usual one first."""
    table = {
        chr(codepoint): list(dict.fromkeys(map(toneless, spelled.split(","))))
        for codepoint, spelled in pinyin_dict.items()
    }
    for char, further in SURNAME_READINGS.items():
        table[char] = list(dict.fromkeys([*table[char], *further]))
    return table


def lines() -> list[str]:
    """The table's lines, sorted by syllable, characters by code point."""
    usual: defaultdict[str, list[str]] = defaultdict(list)
    further: defaultdict[str, list[str]] = defaultdict(list)
    for char, syllables in sorted(readings().items()):
        usual[syllables[0]].append(char)
        for syllable in syllables[1:]:
            further[syllable].append(char)
    return [
        f"{syllable}\t{''.join(usual[syllable])}\t{''.join(further[syllable])}"
        for syllable in sorted(usual.keys() | further.keys())
    ]


if __name__ == "__main__":
    TABLE.write_text("\n".join(lines()) + "\n", "utf-8")
