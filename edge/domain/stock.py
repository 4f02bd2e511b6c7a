"""Stock-taking: what was seen on the shelves against what the record says, piece by piece.

A place is compared down to its level (层), since the gun reads one label a level and then what
stands there.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from edge.domain.cover_code import plain

CONDITIONS = ("完好", "破损", "受潮", "虫蛀", "霉变")
_LEVEL = re.compile(r"^(.*?[0-9]+层)")


class Outcome(StrEnum):
    """How paper and record agree on one dossier."""

    RIGHT = "right"
    MISPLACED = "misplaced"
    MISSING = "missing"
    ON_LOAN = "on_loan"
    UNEXPECTED = "unexpected"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Recorded:
    """A dossier as the record has it; `standing` is held, lent or sent."""

    dossier: str
    number: str
    name: str
    shelf: str
    standing: str
    digitised: bool


@dataclass(frozen=True, slots=True)
class Seen:
    """One reading of the gun; `void` names a reading that it takes back."""

    entry: str
    place: str
    dossier: str = ""
    code: str = ""
    condition: str = ""
    void: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the reconciliation; `place` is where it was seen."""

    outcome: Outcome
    number: str
    name: str = ""
    dossier: str = ""
    shelf: str = ""
    place: str = ""
    condition: str = ""


@dataclass(frozen=True, slots=True)
class Stock:
    """What a stock-taking found; `expected` dossiers should stand there, `digitised` have scans."""

    lines: tuple[Line, ...]
    expected: int
    seen: int
    digitised: int

    def count(self, outcome: Outcome) -> int:
        """How many lines came out so."""
        return sum(line.outcome is outcome for line in self.lines)

    @property
    def wrong(self) -> tuple[Line, ...]:
        """The lines on which paper and record differ (两张皮), worst first."""
        differing = [each for each in self.lines if each.outcome in _WRONG]
        return tuple(sorted(differing, key=lambda each: _WRONG.index(each.outcome)))

    @property
    def damaged(self) -> tuple[Line, ...]:
        """The lines whose paper is not whole."""
        return tuple(each for each in self.lines if each.condition not in ("", CONDITIONS[0]))


_WRONG = (Outcome.MISSING, Outcome.MISPLACED, Outcome.UNEXPECTED, Outcome.UNKNOWN)


def standing_readings(readings: Iterable[Seen]) -> list[Seen]:
    """The readings that count: none taken back, and of one dossier the last."""
    every = sorted(readings, key=lambda each: each.entry)
    void = {each.void for each in every if each.void}
    counted: dict[str, Seen] = {}
    for each in every:
        if not each.void and each.entry not in void:
            counted.pop(each.dossier or each.code, None)
            counted[each.dossier or each.code] = each
    return list(counted.values())


def reconcile(scope: str, recorded: Sequence[Recorded], readings: Iterable[Seen]) -> Stock:
    """Set what was seen against the record; `scope` begins the places that were gone through.

    `recorded` are the dossiers of these places and all that were seen, whatever their place.
    """
    by_dossier = {each.dossier: each for each in recorded}
    counted = {each.dossier or each.code: each for each in standing_readings(readings)}
    lines = [_judge(each, counted.get(each.dossier), scope) for each in by_dossier.values()]
    lines += [
        Line(Outcome.UNKNOWN, each.code or each.dossier, place=each.place, condition=each.condition)
        for each in counted.values()
        if each.dossier not in by_dossier
    ]
    standing = [each for each in by_dossier.values() if expects(each, scope)]
    found = [line for line in lines if line is not None]
    ordered = sorted(found, key=lambda line: (line.shelf or line.place, line.number))
    return Stock(
        tuple(ordered), len(standing), len(counted), sum(each.digitised for each in standing)
    )


def expects(each: Recorded, scope: str) -> bool:
    """Say whether a dossier should stand at the places gone through."""
    return each.standing == "held" and each.shelf.startswith(scope)


def _judge(each: Recorded, seen: Seen | None, scope: str) -> Line | None:
    told = (each.number, each.name, each.dossier, each.shelf)
    if seen is None:
        if each.standing == "sent" or not each.shelf.startswith(scope):
            return None
        outcome = Outcome.ON_LOAN if each.standing == "lent" else Outcome.MISSING
        return Line(outcome, *told)
    if each.standing != "held":
        outcome = Outcome.UNEXPECTED
    else:
        outcome = Outcome.RIGHT if same_level(each.shelf, seen.place) else Outcome.MISPLACED
    return Line(outcome, *told, seen.place, seen.condition)


def same_level(one: str, other: str) -> bool:
    """Say whether two places are on one level of one shelf."""
    return bool(one) and level_of(one) == level_of(other)


def level_of(place: str) -> str:
    """A place down to its level, spelt in one way."""
    spelt = plain(place)
    found = _LEVEL.match(spelt)
    return found[1] if found else spelt
