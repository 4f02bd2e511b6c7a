"""Choosing what is shown when facts supersede one another.

A fact is superseded once any entry names it in `after`. More than one fact left standing is a
conflict: all are kept and one is shown, the same one at every peer.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fact:
    """One value claimed for one field by one entry; `after` names what the entry supersedes."""

    entry: str
    field: str
    value: str
    after: tuple[str, ...] = ()


def heads(facts: Iterable[Fact]) -> dict[str, tuple[Fact, ...]]:
    """Give each field's facts that nobody has superseded, in the order of their entries' ids."""
    every = tuple(facts)
    superseded = {(fact.field, id) for fact in every for id in fact.after}
    standing: dict[str, list[Fact]] = {}
    for fact in every:
        if (fact.field, fact.entry) not in superseded:
            standing.setdefault(fact.field, []).append(fact)
    return {
        field: tuple(sorted(claims, key=lambda fact: fact.entry))
        for field, claims in standing.items()
    }


def shown(claims: Sequence[Fact]) -> Fact:
    """Choose the one claim that every peer shows: that of the greatest entry id."""
    return max(claims, key=lambda fact: fact.entry)
