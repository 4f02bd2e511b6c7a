"""Choosing what is shown when facts supersede one another.

A fact is superseded once any entry names it in `after`. More than one fact left standing is a
conflict: all are kept and one is shown, the same one at every peer. Of reviewed fields the county
alone may say which value stands: whoever else names values that clash has superseded nothing.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fact:
    """One value claimed for one field by one entry; `after` names what the entry supersedes.

    `county`: the county decides by it between values that clash.
    """

    entry: str
    field: str
    value: str
    after: tuple[str, ...] = ()
    county: bool = False


def heads(
    facts: Iterable[Fact], reviewed: Collection[str] = frozenset()
) -> dict[str, tuple[Fact, ...]]:
    """Give each field's facts that nobody has superseded, in the order of their entries' ids.

    In fields that are `reviewed`, only the county's claim joins values that clash.
    """
    every = tuple(facts)
    idle = {
        (field, entry)
        for field in reviewed
        for entry in _overreaching({fact.entry: fact for fact in every if fact.field == field})
    }
    superseded = {
        (fact.field, id)
        for fact in every
        if (fact.field, fact.entry) not in idle
        for id in fact.after
    }
    standing: dict[str, list[Fact]] = {}
    for fact in every:
        if (fact.field, fact.entry) not in superseded:
            standing.setdefault(fact.field, []).append(fact)
    return {
        field: tuple(sorted(claims, key=lambda fact: fact.entry))
        for field, claims in standing.items()
    }


def _overreaching(claims: Mapping[str, Fact]) -> set[str]:
    """The claims of one field that name values which clash, and are not the county's.

    Each is judged after all that it names; those that name one another in a ring are none's.
    """
    waits_for = {id: {each for each in claims[id].after if each in claims} for id in claims}
    named_by: dict[str, list[str]] = defaultdict(list)
    for id, named in waits_for.items():
        for each in named:
            named_by[each].append(id)
    ready = [id for id, named in waits_for.items() if not named]
    judged: set[str] = set()
    found: set[str] = set()
    while ready:
        id = ready.pop()
        judged.add(id)
        if not claims[id].county and _clash(claims, id, found):
            found.add(id)
        for follower in named_by[id]:
            waits_for[follower].discard(id)
            if not waits_for[follower]:
                ready.append(follower)
    return found | (claims.keys() - judged)


def _clash(claims: Mapping[str, Fact], id: str, overreaching: set[str]) -> bool:
    named = {each for each in claims[id].after if each in claims}
    replaced = {
        each for other in named if other not in overreaching for each in claims[other].after
    }
    return len({claims[each].value for each in named - replaced}) > 1


def shown(claims: Sequence[Fact]) -> Fact:
    """Choose the one claim that every peer shows: that of the greatest entry id."""
    return max(claims, key=lambda fact: fact.entry)
