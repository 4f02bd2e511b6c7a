"""What dossiers lack of what they must hold, one by one and over all.

Over all it is kept (`store.lacks`) and judged again where something changed, a piece at a time, so
that nobody waits for fifty thousand dossiers.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from edge.domain.access import Clerk, Right
from edge.domain.profiles import Required, missing_of, profiles, profiles_for
from edge.store import lacks
from edge.store.database import Connection
from edge.store.dossiers import catalogue, dossier_of
from edge.store.lacks import HERE, MISSING, UNSAID, WHOLE, Facts, Judged, Lack
from edge.store.persons import person_of
from edge.workflows.acting import laid_down_for
from edge.workflows.office import Office

# What each record should say of its person; 职称 is told by a material of category 4-2.
_SAID = {"就业": "unit", "学历": "education", "政治面貌": "politics", "身份": "id_number"}
TITLE, TITLED = "职称", "4-2"
SAYINGS = ("就业", "学历", TITLE, "政治面貌", "身份")
# So many are judged in one transaction: some hundredths of a second.
PIECE = 500


@dataclass(frozen=True, slots=True)
class Gaps:
    """Over all: how many dossiers lack each thing, and how many there are.

    `whole` lack no material; `waiting` are not judged yet by what is on record and laid down now.
    """

    missing: Mapping[str, int]
    unsaid: Mapping[str, int]
    dossiers: int
    whole: int
    waiting: int


def missing_in(office: Office, town: Connection, dossier: str) -> tuple[str, ...]:
    """Name what one dossier lacks."""
    held = dossier_of(town, dossier)
    titles = [each.title for each in catalogue(town, dossier)]
    politics = person_of(town, held.person).politics
    known = profiles(laid_down_for(office))
    return _missing(known, held.dossier_class, politics, titles)


def gaps_over_all(office: Office, clerk: Clerk) -> Gaps:
    """What the dossiers lack that are here, as last judged; a piece is judged first.

    Raises Denied.
    """
    clerk.require(Right.READ)
    judge_some(office)
    with office.space.read() as town:
        counts, waiting = lacks.counts(town), lacks.count_stale(town)
    missing = {name: count for (what, name), count in counts.items() if what == MISSING}
    unsaid = {name: counts.get((UNSAID, name), 0) for name in SAYINGS}
    here, whole = counts.get((HERE, ""), 0), counts.get((WHOLE, ""), 0)
    return Gaps(missing, unsaid, here, whole, waiting)


def lacking(
    office: Office, clerk: Clerk, what: str, name: str, after: str, limit: int
) -> list[Lack]:
    """List those that lack a material (`MISSING`) or do not say something (`UNSAID`), by number.

    `after` is the id of the last one that was shown. Raises Denied.
    """
    clerk.require(Right.READ)
    with office.space.read() as town:
        return lacks.lacking(town, what, name, after, limit)


def judge_some(office: Office) -> bool:
    """Judge dossiers of which something changed, so many at most; False where none waits."""
    laid_down = laid_down_for(office)
    known = profiles(laid_down)
    digest = hashlib.sha256(repr(sorted(known.items())).encode()).hexdigest()
    with office.space.read() as town:
        as_laid_down = lacks.rules_of_judging(town) == digest
        if as_laid_down and not lacks.count_stale(town):
            return False

    def judge(connection: Connection) -> None:
        if lacks.rules_of_judging(connection) != digest:
            lacks.judge_all_anew(connection, digest)
        chosen = lacks.stale(connection, PIECE)
        judged = [_judged(known, each) for each in lacks.facts_of(connection, chosen)]
        lacks.put(connection, chosen, judged)

    # It can be judged again, and nobody waits for the disk.
    office.space.write(judge, urgent=False, durable=False)
    return True


def _judged(known: Mapping[str, tuple[Required, ...]], facts: Facts) -> Judged:
    missing = _missing(known, facts.dossier_class, facts.politics, facts.titles)
    unsaid = {name for name, column in _SAID.items() if column in facts.unsaid}
    if TITLED not in facts.categories:
        unsaid.add(TITLE)
    said = tuple(name for name in SAYINGS if name in unsaid)
    return Judged(facts.dossier, facts.number, tuple(dict.fromkeys(missing)), said)


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
