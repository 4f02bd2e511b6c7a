"""What a clerk should look at before a page is filed; marks for a person, never a verdict."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

LEAST_DPI = 300  # GB/T 33870-2017
ROUNDING = 6  # dots per inch by which a scanner's own figure may be off
MUCH_SKEW = 3.0  # degrees; less is levelled without a word


class Finding(StrEnum):
    """One thing that may be wrong with a page's image."""

    BLANK = "blank"
    TWIN = "twin"
    TURNED = "turned"
    BLURRED = "blurred"
    DARK = "dark"
    COARSE = "coarse"
    SKEWED = "skewed"


@dataclass(frozen=True, slots=True)
class Notice:
    """A finding on one page; `fields` are the places of its sentence `page.finding.<finding>`."""

    finding: Finding
    fields: Mapping[str, object]


def findings_on(page: Mapping[str, Any], turn_read: int = 0) -> list[Notice]:
    """List what was found on one page, the weightiest first.

    `page` as `domain.kinds` describes it, with its `number`; `turn_read` is how the machine that
    read the text had to turn the page, in degrees.
    """
    blank = bool(page.get("blank"))
    dpi, skew = int(page.get("dpi", 0)), float(page.get("skew", 0.0))
    twin = int(page.get("twin", 0))
    found: list[tuple[Finding, bool, Mapping[str, object]]] = [
        (Finding.BLANK, blank, {}),
        (Finding.TWIN, twin > 0, {"twin": twin}),
        (Finding.TURNED, turn_read != int(page.get("turn", 0)) and turn_read > 0, {}),
        (Finding.BLURRED, bool(page.get("blurred")), {}),
        (Finding.DARK, bool(page.get("dark")), {}),
        (Finding.COARSE, 0 < dpi < LEAST_DPI - ROUNDING, {"dpi": dpi}),
        (Finding.SKEWED, abs(skew) > MUCH_SKEW, {"degrees": f"{abs(skew):.1f}"}),
    ]
    told = {"number": page.get("number", 0)}
    return [Notice(finding, {**told, **fields}) for finding, holds, fields in found if holds]
