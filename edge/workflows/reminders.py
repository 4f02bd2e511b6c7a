"""What the registers call to mind: sites without an archivist, rules unread, rounds that are due.

A register that nobody has begun calls nothing to mind, so that a young office is not nagged.
"""

from datetime import date
from enum import StrEnum
from typing import NamedTuple

from edge.domain.access import Clerk
from edge.domain.rooms import lies_within
from edge.store.database import Connection
from edge.store.matters import Matter, closed_matters, open_matters, standing_of
from edge.store.rules import number_of
from edge.workflows.acting import day_of, laid_down_for
from edge.workflows.office import Office

ARCHIVIST = "档案员"
SITES_RULE = "sites"


class Cause(StrEnum):
    """Why something is called to mind."""

    VACANT = "vacant"
    UNREAD = "unread"
    TRAINING = "training"
    ROUND = "round"
    STOCK = "stock"


class Reminder(NamedTuple):
    """One thing called to mind: `subject` names the site, document or room, `days` how long.

    `place`: where a room's places are, or the site that is not the office itself.
    """

    cause: Cause
    subject: str
    matter: str = ""
    days: int = 0
    place: str = ""


def reminders(office: Office, town: Connection, clerk: Clerk) -> list[Reminder]:
    """Everything that the registers call to this clerk's mind."""
    laid_down = laid_down_for(office)
    today = day_of(office.author.clock())
    return [
        *_vacancies(town, laid_down, office.name),
        *_unread(town, clerk),
        *_training(town, laid_down, today),
        *_rooms(town, laid_down, today, Cause.ROUND, "inspection", 30),
        *_rooms(town, laid_down, today, Cause.STOCK, "stocktaking", 365),
    ]


def _vacancies(town: Connection, laid_down: dict[str, str], own: str) -> list[Reminder]:
    named = laid_down.get(SITES_RULE, "").replace("，", ",").split(",")
    sites = [each.strip() for each in named if each.strip()]
    serving = open_matters(town, "post")
    if not sites and not serving and not closed_matters(town, "post"):
        return []
    kept = {m.fields.get("site") or own for m in serving if m.fields.get("duty") == ARCHIVIST}
    wanted = dict.fromkeys([own, *sites])
    vacant = [site for site in wanted if site not in kept]
    return [Reminder(Cause.VACANT, site, place="" if site == own else site) for site in vacant]


def _unread(town: Connection, clerk: Clerk) -> list[Reminder]:
    return [
        Reminder(Cause.UNREAD, each.fields.get("title", ""), each.id)
        for each in open_matters(town, "rule_document")
        if clerk.id not in standing_of(town, each).taken_by("acknowledge")
    ]


def _training(town: Connection, laid_down: dict[str, str], today: date) -> list[Reminder]:
    held = [each for each in closed_matters(town, "training") if each.state == "held"]
    if not held or open_matters(town, "training"):
        return []
    days = min((today - day_of(each.changed)).days for each in held)
    late = days >= number_of(laid_down, "training.every_days", 365)
    return [Reminder(Cause.TRAINING, "", "", days)] if late else []


def _rooms(
    town: Connection, laid_down: dict[str, str], today: date, cause: Cause, flow: str, every: int
) -> list[Reminder]:
    """The rooms that nobody has gone through for so long, and nobody is about to."""
    limit = number_of(laid_down, f"{flow}.every_days", every)
    planned = open_matters(town, flow)
    done = [each for each in closed_matters(town, flow) if not each.void]
    found = []
    for room in open_matters(town, "room"):
        if any(_concerns(each, room) for each in planned):
            continue
        last = max((e.changed for e in done if _concerns(e, room)), default=room.at)
        days = (today - day_of(last)).days
        if days >= limit:
            name, shelf = room.fields.get("name", ""), room.fields.get("shelf", "")
            found.append(Reminder(cause, name, room.id, days, shelf or name))
    return found


def _concerns(matter: Matter, room: Matter) -> bool:
    """Say whether a round or a stock-taking goes through a room: by its name or its places."""
    where = matter.fields.get("place") or matter.fields.get("shelf", "")
    name, prefix = room.fields.get("name", ""), room.fields.get("shelf", "")
    return bool(name and where == name) or lies_within(where, prefix) or lies_within(prefix, where)
