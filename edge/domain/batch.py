"""The pages of a batch, put in order by a clerk: turned, put aside, moved, merged, divided.

A page is the mapping that `domain.kinds` describes. Its `number` stays with it; its place in the
list is its place in the batch. Nothing here removes a page: one put aside is marked `discarded`.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from edge.domain.errors import InvalidInput, NotFound
from edge.domain.fold import Fact, heads, shown

Page = Mapping[str, Any]

SEPARATOR = "DANGXIA-SEPARATOR"
QUARTER, FULL_TURN = 90, 360


def number_of(page: Page) -> int:
    """The page's own number within its batch."""
    return int(page["number"])


def next_number(pages: Iterable[Page]) -> int:
    """The number of the next page to come."""
    return max((number_of(page) for page in pages), default=0) + 1


def turned(pages: Sequence[Page], number: int, degrees: int = QUARTER) -> list[Page]:
    """Turn one page clockwise; raises NotFound `page.unknown`."""
    at = _place_of(pages, number)
    turn = (int(pages[at].get("turn", 0)) + degrees) % FULL_TURN
    return _changed(pages, at, turn=turn)


def discarded(pages: Sequence[Page], number: int, aside: bool = True) -> list[Page]:
    """Put one page aside, or take it back; raises NotFound `page.unknown`."""
    return _changed(pages, _place_of(pages, number), discarded=aside)


def ordered(pages: Sequence[Page], numbers: Sequence[int]) -> list[Page]:
    """Put the named pages in the order given, in the places that they held together."""
    named = [
        number for number in dict.fromkeys(numbers) if any(number_of(p) == number for p in pages)
    ]
    coming = iter([pages[_place_of(pages, number)] for number in named])
    return [next(coming) if number_of(page) in named else page for page in pages]


def as_before(pages: Sequence[Page], earlier: Sequence[Page]) -> list[Page]:
    """Put the pages that were there earlier as they then were; later ones stay behind."""
    told = {number_of(page): page for page in earlier}
    back = [{**page, **_handled(told.get(number_of(page), page))} for page in pages]
    return ordered(back, [number_of(page) for page in earlier])


def placed(pages: Sequence[Page], page: Page, after: int = 0, instead: int = 0) -> list[Page]:
    """Add a page: at the end, after page number `after`, or in the place of page `instead`.

    The page whose place is taken is put aside behind it; raises NotFound `page.unknown`.
    """
    if instead:
        at = _place_of(pages, instead)
        aside = discarded(pages, instead)
        return [*aside[:at], page, *aside[at:]]
    at = _place_of(pages, after) + 1 if after else len(pages)
    return [*pages[:at], page, *pages[at:]]


def interleaved(pages: Sequence[Page]) -> list[Page]:
    """Merge two runs of a feeder: first all fronts, then the stack turned over, all backs.

    The backs come last sheet first. Raises InvalidInput `batch.sides_differ` (fronts, backs) where
    the two runs have not the same number of pages, `batch.one_side` where there is no second run.
    """
    runs = sorted({int(page.get("run", 0)) for page in pages})
    if len(runs) < 2:
        raise InvalidInput("batch.one_side")
    fronts = [page for page in pages if page.get("run", 0) == runs[-2]]
    backs = [page for page in pages if page.get("run", 0) == runs[-1]]
    if len(fronts) != len(backs):
        raise InvalidInput("batch.sides_differ", fronts=len(fronts), backs=len(backs))
    before = [page for page in pages if page.get("run", 0) not in runs[-2:]]
    sheets = zip(fronts, reversed(backs), strict=True)
    return [*before, *({**side, "run": runs[-2]} for sheet in sheets for side in sheet)]


@dataclass(frozen=True, slots=True)
class Part:
    """What lay between two separators; `codes` are those read on its pages, in order."""

    pages: tuple[Page, ...]
    codes: tuple[str, ...]


def parts_of(pages: Sequence[Page], covers: frozenset[str]) -> list[Part]:
    """Divide a batch at its separator sheets and before each cover whose code is in `covers`.

    Separator sheets stay with the part that they begin, put aside. Parts of nothing but separators
    are joined to the next.
    """
    parts: list[list[Page]] = [[]]
    for page in pages:
        codes = page.get("codes", ())
        if SEPARATOR in codes:
            if _has_paper(parts[-1]):
                parts.append([])
            parts[-1].append({**page, "discarded": True})
            continue
        if covers.intersection(codes) and _has_paper(parts[-1]):
            parts.append([])
        parts[-1].append(page)
    if len(parts) > 1 and not _has_paper(parts[-1]):
        parts[-2].extend(parts.pop())
    return [
        Part(tuple(part), tuple(code for page in part for code in page.get("codes", ())))
        for part in parts
    ]


def standing(
    taken: Sequence[Page], arrangements: Mapping[str, tuple[Sequence[str], Sequence[Page]]]
) -> list[Page]:
    """Say how a batch stands: by the arrangement that no other replaces, of several the greatest.

    `arrangements` maps an entry to what it replaces and its pages. What other arrangements brought
    in stands behind, so that no page is lost where two clerks arranged one batch apart.
    """
    facts = [Fact(entry, "pages", "", tuple(after)) for entry, (after, _) in arrangements.items()]
    claims = heads(facts).get("pages", ())
    chosen = arrangements[shown(claims).entry][1] if claims else taken
    stand = [dict(page) for page in chosen]
    others = [taken, *(arrangements[entry][1] for entry in sorted(arrangements))]
    for pages in others:
        spare = Counter(page["blob"] for page in stand)
        for page in pages:
            if spare[page["blob"]] > 0:
                spare[page["blob"]] -= 1
            else:
                stand.append(dict(page))
    return numbered(stand)


def numbered(pages: Sequence[Page]) -> list[Page]:
    """Give every page a number of its own; the first to claim a number keeps it."""
    seen: set[int] = set()
    free = 1 + max((int(page.get("number", 0)) for page in pages), default=0)
    free = max(free, len(pages) + 1)
    out: list[Page] = []
    for place, page in enumerate(pages, start=1):
        number = int(page.get("number", place))
        if number in seen or number < 1:
            number, free = free, free + 1
        seen.add(number)
        out.append({**page, "number": number})
    return out


def _handled(page: Page) -> dict[str, Any]:
    given = {"turn": 0, "discarded": False, "run": 0}
    return {name: page.get(name, default) for name, default in given.items()}


def _has_paper(part: Sequence[Page]) -> bool:
    return any(SEPARATOR not in page.get("codes", ()) for page in part)


def _place_of(pages: Sequence[Page], number: int) -> int:
    for place, page in enumerate(pages):
        if number_of(page) == number:
            return place
    raise NotFound("page.unknown")


def _changed(pages: Sequence[Page], at: int, **changes: object) -> list[Page]:
    return [*pages[:at], {**pages[at], **changes}, *pages[at + 1 :]]
