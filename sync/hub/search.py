"""One question to every town's space."""

from dataclasses import dataclass

from edge.domain.query import Query
from edge.store import search as town_search
from edge.store.search import Hit
from sync.hub.spaces import HubSpaces


@dataclass(frozen=True, slots=True)
class TownHit:
    """A person found, and in which town's record."""

    town: str
    hit: Hit


def search(spaces: HubSpaces, query: Query, limit: int = 50) -> list[TownHit]:
    """Ask each town in turn, at most `limit` hits in all, ordered by name and town."""
    found: list[TownHit] = []
    for town, space in spaces.towns.items():
        with space.read() as connection:
            hits = town_search.search(connection, query, limit)
        found.extend(TownHit(town, hit) for hit in hits)
    found.sort(key=lambda each: (each.hit.person.name, each.town))
    return found[:limit]
