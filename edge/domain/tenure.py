"""What follows from recorded statements: the birth recorded first, and the length of service.

Presented to whoever decides, never decided here: 社保 recognises birth and service.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

from edge.domain.recorded import months_of, spelt_month


class Recorded(Protocol):
    """A statement noted down from a page."""

    @property
    def id(self) -> str:
        """Its name."""
        ...

    @property
    def field(self) -> str:
        """A code of `recorded.STATEMENTS`."""
        ...

    @property
    def value(self) -> str:
        """What is stated."""
        ...

    @property
    def formed_on(self) -> str:
        """When the material was made: YYYY, YYYYMM, YYYYMMDD, or empty."""
        ...


R = TypeVar("R", bound=Recorded)


def first_recorded(notes: Iterable[R], field: str = "birth") -> R | None:
    """Give the note from the material that was made first (劳社部发〔1999〕8号: 最先记载).

    Materials without a date cannot be first; of two made at the same time the lesser note.
    """
    dated = [note for note in notes if note.field == field and note.formed_on]
    return min(dated, key=lambda note: (note.formed_on, note.id), default=None)


@dataclass(frozen=True, slots=True)
class Tenure:
    """Months as recorded; spans that overlap count once. `began` is YYYY[MM[DD]] or empty.

    `total` holds the months `deemed`; `special` are those of special work among them all, and
    `special_spells` the spans (YYYYMM-YYYYMM) that they make up, in order.
    """

    began: str
    total: int
    deemed: int
    special: int
    special_spells: tuple[str, ...] = ()


def reckon_tenure(notes: Sequence[Recorded]) -> Tenure:
    """Reckon the length of service from what was noted; deemed months count as worked."""
    starts = [note.value for note in notes if note.field == "work_start"]
    first = first_recorded(notes, "work_start")
    worked = _months(notes, "service") | _months(notes, "deemed")
    return Tenure(
        began=first.value if first else min(starts, default=""),
        total=len(worked),
        deemed=len(_months(notes, "deemed")),
        special=len(_months(notes, "special")),
        special_spells=spells_of(_months(notes, "special")),
    )


def spells_of(months: Iterable[int]) -> tuple[str, ...]:
    """Put months, counted from year 0, together to spans without gaps, in order."""
    spells: list[tuple[int, int]] = []
    for month in sorted(set(months)):
        if spells and month == spells[-1][1] + 1:
            spells[-1] = (spells[-1][0], month)
        else:
            spells.append((month, month))
    return tuple(f"{spelt_month(first)}-{spelt_month(last)}" for first, last in spells)


def spoken_length(months: int) -> str:
    """3年2个月"""
    years, rest = divmod(months, 12)
    said = (f"{years}年" if years else "") + (f"{rest}个月" if rest else "")
    return said or "0个月"


def _months(notes: Sequence[Recorded], field: str) -> set[int]:
    return {month for note in notes if note.field == field for month in months_of(note.value)}
