"""How towns and boxes stand: counts, last confirmed exchange, boxes that ask to come in."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

from edge.store import dossiers, enrolment, exchange, holdings, persons
from edge.store.branches import chain_head
from edge.store.conflicts import open_conflicts
from edge.store.database import Connection
from edge.store.lives import twins
from edge.store.standing import Refusal, refusals, renewals_by_peer
from edge.web.wording import local
from sync.enrolment import mark_of
from sync.hub.web.parts import Parts, Town


class BoxState(StrEnum):
    """Whether the county takes what a box sends."""

    ADMITTED = "admitted"
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True)
class BoxStanding:
    """One box as the hub knows it.

    `confirmed_at` (ms) is the last exchange that ended well, not the last attempt; `held` the
    number of the box's newest entry held here; `today` how many of its entries bear today's date.
    `refused` are its segments set aside; `healed_at` is when it proved last that the hub had been
    set back; `twin_at` is since when two machines speak with its key.
    """

    id: str
    name: str
    town: str
    state: BoxState
    confirmed_at: int | None
    held: int
    today: int
    refused: tuple[Refusal, ...] = ()
    healed_at: int | None = None
    twin_at: int | None = None


@dataclass(frozen=True, slots=True)
class PendingBox:
    """A box that asks to be admitted; `mark` is what the technician reads from its screen."""

    id: str
    name: str
    town: str
    mark: str


@dataclass(frozen=True, slots=True)
class Counts:
    """How much is on record; `awaiting` files are named by entries and not here yet.

    `by_class` are those by class: thumbnails, papers, masters.
    """

    persons: int = 0
    dossiers: int = 0
    pages: int = 0
    awaiting: int = 0
    by_class: tuple[int, int, int] = (0, 0, 0)


@dataclass(frozen=True, slots=True)
class TownStanding:
    """One town with its boxes; `conflicts` wait for the office or for the county.

    `healed_at` is when the town's record here was found last to have been set back.
    """

    town: Town
    counts: Counts
    boxes: tuple[BoxStanding, ...]
    conflicts: int = 0
    healed_at: int | None = None


def standings(parts: Parts) -> list[TownStanding]:
    """Every town with its boxes, by code."""
    with parts.county.read() as county:
        boxes = enrolment.boxes(county)
    day = _start_of_day(parts.now)
    found = []
    for town in parts.towns():
        own = [box for box in boxes if box[1] == town.code]
        with town.space.read() as connection:
            heard = exchange.contacts(connection)
            refused, healed = refusals(connection), renewals_by_peer(connection)
            twinned = twins(connection)
            standing = tuple(
                replace(
                    _standing(connection, box, heard, day),
                    refused=tuple(each for each in refused if each.sender == box[0]),
                    healed_at=healed.get(box[0]),
                    twin_at=None if box[4] else twinned.get(box[0]),
                )
                for box in own
            )
            found.append(
                TownStanding(
                    town,
                    _counts(connection),
                    standing,
                    len(open_conflicts(connection)),
                    max(healed.values(), default=None),
                )
            )
    return found


def pending(parts: Parts) -> list[PendingBox]:
    """The boxes that wait to be admitted."""
    with parts.county.read() as county:
        waiting = enrolment.tickets(county, "pending")
    return [PendingBox(each.box, each.name, each.town, mark_of(each.box)) for each in waiting]


def total(counts: Iterable[Counts]) -> Counts:
    """Add the towns up."""
    every = list(counts)
    return Counts(
        sum(each.persons for each in every),
        sum(each.dossiers for each in every),
        sum(each.pages for each in every),
        sum(each.awaiting for each in every),
    )


def _counts(town: Connection) -> Counts:
    awaited = holdings.awaited_by_class(town)
    kinds = (holdings.THUMBNAIL, holdings.PAPER, holdings.MASTER)
    thumbnails, papers, masters = (awaited.get(kind, 0) for kind in kinds)
    return Counts(
        persons.count_persons(town),
        dossiers.count_dossiers(town),
        dossiers.count_pages(town),
        sum(awaited.values()),
        (thumbnails, papers, masters),
    )


def _standing(
    town: Connection, box: tuple[str, str, str, str, int], heard: dict[str, int], day: int
) -> BoxStanding:
    id, code, name, _, revoked = box
    state = BoxState.REVOKED if revoked else BoxState.ADMITTED
    held, _ = chain_head(town, id)
    # Walking back from the newest entry touches today's alone.
    before = town.execute(
        "select n from history where box = ? and at < ? order by n desc limit 1", (id, day)
    ).fetchone()
    return BoxStanding(
        id, name, code, state, heard.get(id), held, held - (before[0] if before else 0)
    )


def _start_of_day(now: int) -> int:
    midnight = local(now).replace(hour=0, minute=0, second=0, microsecond=0)
    return int(midnight.timestamp() * 1000)
