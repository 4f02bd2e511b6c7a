"""What dossiers lack of what they must hold, one by one and over all."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from edge.domain.access import Clerk, Right
from edge.domain.profiles import Required, missing_of, profiles, profiles_for
from edge.store import census
from edge.store.database import Connection
from edge.store.dossiers import catalogue, dossier_of
from edge.store.persons import person_of
from edge.workflows.acting import laid_down_for
from edge.workflows.office import Office


@dataclass(frozen=True, slots=True)
class Lack:
    """One dossier and the names of what it lacks."""

    dossier: str
    person: str
    name: str
    number: str
    dossier_class: str
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Gaps:
    """Over all: how many dossiers lack each thing, the dossiers, and how many there are in all."""

    counts: Mapping[str, int]
    lacks: Sequence[Lack]
    dossiers: int

    @property
    def whole(self) -> int:
        """How many dossiers lack nothing."""
        return self.dossiers - len(self.lacks)


def missing_in(office: Office, town: Connection, dossier: str) -> tuple[str, ...]:
    """Name what one dossier lacks."""
    held = dossier_of(town, dossier)
    titles = [each.title for each in catalogue(town, dossier)]
    politics = person_of(town, held.person).politics
    known = profiles(laid_down_for(office))
    return _missing(known, held.dossier_class, politics, titles)


def gaps_over_all(office: Office, clerk: Clerk) -> Gaps:
    """Go through every dossier that is here; raises Denied."""
    clerk.require(Right.READ)
    known = profiles(laid_down_for(office))
    with office.space.read() as town:
        titles: dict[str, list[str]] = defaultdict(list)
        for dossier, title in census.titles(town):
            titles[dossier].append(title)
        rows = list(census.dossiers_here(town))
    judged: dict[tuple[object, ...], tuple[str, ...]] = {}
    lacks, counts = [], Counter[str]()
    for row in rows:
        held = titles.get(row.dossier, [])
        # Dossiers of one kind hold the same few titles, so most were judged before.
        key = (row.dossier_class, row.politics, frozenset(held))
        if key not in judged:
            judged[key] = _missing(known, row.dossier_class, row.politics, held)
        if missing := judged[key]:
            counts.update(missing)
            lacks.append(
                Lack(row.dossier, row.person, row.name, row.number, row.dossier_class, missing)
            )
    return Gaps(counts, lacks, len(rows))


def _missing(
    known: Mapping[str, tuple[Required, ...]],
    dossier_class: str,
    politics: str,
    titles: Sequence[str],
) -> tuple[str, ...]:
    wanted = [
        each
        for name in profiles_for(dossier_class, politics, titles)
        for each in known.get(name, ())
    ]
    return tuple(each.name for each in missing_of(wanted, titles))
