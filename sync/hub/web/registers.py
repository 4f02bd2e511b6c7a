"""What stands across the towns: alerts, transfers, accounts that were handed over."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from edge.domain.errors import NotFound
from edge.store import dossiers, persons, room, transfers
from edge.store.database import Connection
from edge.store.entries import history_of
from edge.workflows import handing_over
from sync.hub.web.parts import Parts, Town

STEPS = ("sent", "arrived", "received", "confirmed")
# 人社部发〔2021〕112号 gives 15 working days, which are at least three weeks.
DUE_DAYS = 21
DAY_MS = 86_400_000


@dataclass(frozen=True, slots=True)
class TownAlert:
    """An alert of a storage room and the town that it stands in."""

    town: Town
    alert: room.Alert


@dataclass(frozen=True, slots=True)
class Journey:
    """One dossier's way between towns, as both towns' records tell it.

    `steps` are (step, moment) in the order of `STEPS`, the moment None while it is open; `number`
    and `name` are empty where the sending town's record does not tell them.
    """

    id: str
    origin: str
    destination: str
    number: str
    name: str
    reason: str
    steps: tuple[tuple[str, int | None], ...]

    @property
    def begun(self) -> int:
        """When the first step was taken."""
        return min(at for _, at in self.steps if at is not None)

    @property
    def done(self) -> bool:
        """Whether the sender knows that the dossier has come."""
        return self.steps[-1][1] is not None

    def days(self, now: int) -> int:
        """Whole days since it began."""
        return max(now - self.begun, 0) // DAY_MS


def alerts_open(parts: Parts) -> list[TownAlert]:
    """The alerts of all towns that have not cleared, the newest first."""
    return _alerts(parts, room.open_alerts)


def alerts_recent(parts: Parts, limit: int = 50) -> list[TownAlert]:
    """The latest alerts of each town: open ones first, then the newest."""
    recent = _alerts(parts, lambda town: room.recent_alerts(town, limit))
    still = {each.alert.id for each in recent if each.alert.cleared_at is None}
    missed = [each for each in alerts_open(parts) if each.alert.id not in still]
    return sorted([*missed, *recent], key=lambda each: each.alert.cleared_at is not None)


def accounts_left(parts: Parts) -> set[str]:
    """Who has handed over by three signatures and is still enrolled."""
    left: set[str] = set()
    for each in parts.towns():
        with each.space.read() as town, parts.county.read() as county:
            left.update(handing_over.accounts_left(town, county, each.code))
    return left


def _alerts(parts: Parts, ask: Callable[[Connection], Sequence[room.Alert]]) -> list[TownAlert]:
    found = []
    for town in parts.towns():
        with town.space.read() as connection:
            found += [TownAlert(town, alert) for alert in ask(connection)]
    return sorted(found, key=lambda each: (-each.alert.at, each.alert.id))


def journeys(parts: Parts) -> list[Journey]:
    """The transfers of all towns: those on the way first, the longest under way on top."""
    told: dict[str, list[tuple[Town, transfers.Transfer]]] = {}
    taken: dict[str, dict[str, int]] = {}
    for town in parts.towns():
        with town.space.read() as connection:
            for each in transfers.transfers(connection):
                told.setdefault(each.id, []).append((town, each))
                steps = taken.setdefault(each.id, {})
                for entry in history_of(connection, each.id):
                    steps.setdefault(entry.kind.partition(".")[2], entry.at)
    made = [_journey(id, rows, taken[id]) for id, rows in told.items()]
    return sorted(
        made, key=lambda each: (each.done, -each.begun if each.done else each.begun, each.id)
    )


def _journey(
    id: str, rows: list[tuple[Town, transfers.Transfer]], taken: dict[str, int]
) -> Journey:
    town, best = next(((t, row) for t, row in rows if "sent" in row.steps), rows[0])
    destination = next((t.code for t, row in rows if "arrived" in row.steps), best.destination)
    number, name = _named(town, best.dossier) if "sent" in best.steps else ("", "")
    return Journey(
        id=id,
        origin=best.origin or town.code,
        destination=best.destination or destination,
        number=number,
        name=name,
        reason=best.reason,
        steps=tuple((step, taken.get(step)) for step in STEPS),
    )


def _named(town: Town, dossier: str) -> tuple[str, str]:
    try:
        with town.space.read() as connection:
            held = dossiers.dossier_of(connection, dossier)
            return held.number, persons.person_of(connection, held.person).name
    except NotFound:
        return "", ""
