"""Stock-taking: one reading after the other, then paper and record set side by side."""

from dataclasses import dataclass

from edge.domain.access import Clerk, Right
from edge.domain.cover_code import dossier_of_cover, plain, shelf_of_code
from edge.domain.errors import Conflict, InvalidInput
from edge.domain.kinds import Kind
from edge.domain.matters.registry import flow_of
from edge.domain.stock import CONDITIONS, Outcome, Stock, level_of, reconcile
from edge.store import lists, stock
from edge.store.database import Connection
from edge.store.dossiers import dossier_of, dossier_of_code
from edge.store.entries import Pen
from edge.store.matters import Matter, matter_of
from edge.workflows.acting import Acting
from edge.workflows.office import Office
from edge.workflows.places import move, place_in

FLOW, FORM = "stocktaking", "stocktaking"
WORDS = {
    Outcome.RIGHT: "在位",
    Outcome.MISPLACED: "放错位置",
    Outcome.MISSING: "不在位",
    Outcome.ON_LOAN: "借出",
    Outcome.UNEXPECTED: "账上不在库",
    Outcome.UNKNOWN: "认不出",
}


@dataclass(frozen=True, slots=True)
class Read:
    """What one reading was: the place that counts now, and the dossier if one was read."""

    place: str
    dossier: str = ""


def read(
    office: Office, clerk: Clerk, matter: str, code: str, place: str = "", condition: str = ""
) -> Read:
    """Take what the gun read: a place, which counts from now on, or a cover at this place.

    Raises Conflict `matter.not_now`, InvalidInput `stock.place_first`, `stock.condition`,
    `code.check`.
    """
    clerk.require(Right.ROOM)
    label = shelf_of_code(code)
    if label is not None:
        return Read(label)
    if not plain(code):
        raise InvalidInput("code.nothing")
    if not place.strip():
        raise InvalidInput("stock.place_first")
    if condition not in ("", *CONDITIONS):
        raise InvalidInput("stock.condition")
    here = place_in(place)
    dossier_of_cover(code)  # one that was misread is said at once, not kept as unknown

    def act(pen: Pen) -> Read:
        _require_counting(pen.connection, matter)
        held = dossier_of_code(pen.connection, code)
        told = {"dossier": held.id} if held else {"code": plain(code)[:80]}
        noted = {"condition": condition} if condition else {}
        pen.append(Kind.STOCK_SEEN, matter, {"place": here, **told, **noted})
        return Read(here, held.id if held else "")

    return office.transact(clerk, act)


def take_back(office: Office, clerk: Clerk, matter: str, entry: str) -> None:
    """Take a reading back; raises InvalidInput `stock.no_reading`, Conflict `matter.not_now`."""
    clerk.require(Right.ROOM)

    def act(pen: Pen) -> None:
        _require_counting(pen.connection, matter)
        known = {each.entry: each for each in stock.readings_of(pen.connection, matter)}
        if entry not in known:
            raise InvalidInput("stock.no_reading")
        pen.append(Kind.STOCK_SEEN, matter, {"place": known[entry].place, "void": entry})

    office.transact(clerk, act)


def standing_of(connection: Connection, matter: Matter) -> Stock:
    """Set paper and record of a stock-taking side by side, as they are now."""
    scope = matter.fields.get("shelf", "")
    recorded = stock.recorded_for(connection, scope, matter.id)
    return reconcile(scope, recorded, stock.readings_of(connection, matter.id))


def take_over_places(office: Office, clerk: Clerk, matter: str) -> int:
    """Correct the record: what stood elsewhere is on record on the level where it was seen.

    The gun reads one label a level, so no more is known. Gives how many.
    """
    clerk.require(Right.FILE)

    def act(pen: Pen) -> int:
        held = _require_counting(pen.connection, matter)
        wrong = [
            line
            for line in standing_of(pen.connection, held).lines
            if line.outcome is Outcome.MISPLACED
        ]
        for line in wrong:
            move(pen, dossier_of(pen.connection, line.dossier), level_of(line.place))
        return len(wrong)

    return office.transact(clerk, act)


def reconciled(acting: Acting) -> None:
    """Freeze the result: counts, and every line on which paper and record differ."""
    found = standing_of(acting.pen.connection, acting.matter)
    facts = [
        ("清点范围", acting.matter.fields.get("shelf", "")),
        ("年度", acting.matter.fields.get("year", "")),
        ("应在位", f"{found.expected} 份"),
        ("扫到", f"{found.seen} 份"),
        *((WORDS[each], f"{found.count(each)} 份") for each in Outcome),
        ("破损、受潮等", f"{len(found.damaged)} 份"),
        ("已数字化", f"{found.digitised} 份（{share(found)}）"),
    ]
    differing = [
        (WORDS[each.outcome], each.number, each.name, each.shelf, each.place, each.condition)
        for each in found.wrong
    ]
    whole = {(line[1], line[4]) for line in differing}
    differing += [
        (WORDS[each.outcome], each.number, each.name, each.shelf, each.place, each.condition)
        for each in found.damaged
        if (each.number, each.place) not in whole
    ]
    headings = ("结果", "档号", "姓名", "账上位置", "实际位置", "状况")
    lists.freeze(acting.pen, acting.matter.id, FORM, facts, headings, differing)


def share(found: Stock) -> str:
    """The part of the dossiers that have scans, in per cent."""
    return f"{100 * found.digitised // found.expected}%" if found.expected else "—"


def _require_counting(connection: Connection, matter: str) -> Matter:
    held = matter_of(connection, matter)
    if (held.flow, held.state) != (FLOW, "counting"):
        raise Conflict("matter.not_now", state=flow_of(held.flow).state(held.state).name)
    return held


EFFECTS = {(FLOW, "reconcile"): reconciled}
