"""The log sheet of a storage room: seen twice a day, printed once a month."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from edge.documents.room_sheet import SheetPaper, SheetRow, typeset_room_sheet
from edge.domain.access import Clerk, Right
from edge.domain.climate import Reading
from edge.domain.errors import Conflict, InvalidInput
from edge.domain.kinds import Kind
from edge.domain.office_time import CHINA
from edge.domain.room_sheet import HALVES, Look, Row, Sheet, days_of, half_at, hour_of, sheet
from edge.store.entries import Pen
from edge.store.room import hours_since, latest_readings
from edge.store.room_sheet import seen_in
from edge.store.staff import names_of_staff
from edge.workflows.office import Office

# What was read longer ago was not seen now.
FRESH_MS = 15 * 60_000
HALF_WORDS = {"am": "上午", "pm": "下午"}


@dataclass(frozen=True, slots=True)
class PrintedSheet:
    """A sheet set and kept; `blob` is the PDF's SHA-256."""

    month: str
    blob: str


def month_sheet(office: Office, room: str, month: str) -> Sheet:
    """Set up one month; raises InvalidInput `room.month`."""
    days = days_of(month)
    first, last = days[0].strftime("%Y%m%d"), days[-1].strftime("%Y%m%d")
    with office.space.read() as town:
        hours = hours_since(town, room, hour_of(days[0], "am"))
        seen = seen_in(town, room, first, last)
    looks = [Look(each.day, each.half, each.at, each.by) for each in seen]
    end = hour_of(days[-1], "pm")
    return sheet(month, (each for each in hours if each[0] <= end), looks, office.author.clock())


def see(office: Office, clerk: Clerk, room: str, note: str = "") -> str:
    """Sign that the readings have been seen now; says for which half day.

    What stood on the screen goes on record, a silent sensor as none. Raises Denied, InvalidInput
    `room.half` before the day's first half, Conflict `room.seen` where it is signed already.
    """
    clerk.require(Right.ROOM)
    now = office.author.clock()
    due = half_at(now)
    if due is None:
        raise InvalidInput("room.half")
    day, half = due

    def act(pen: Pen) -> None:
        if any(each.half == half for each in seen_in(pen.connection, room, day, day)):
            raise Conflict("room.seen")
        shown: Mapping[str, object] = {
            each.sensor: {"temperature": each.temperature, "humidity": each.humidity}
            if isinstance(each, Reading) and now - each.at_ms <= FRESH_MS
            else None
            for each in latest_readings(pen.connection, room)
        }
        told = {"day": day, "half": half, "readings": shown, "note": note}
        pen.append(Kind.ROOM_SEEN, room, told)

    office.transact(clerk, act)
    return half


def set_sheet(office: Office, clerk: Clerk, room: str, place: str, month: str) -> PrintedSheet:
    """Set a month's sheet as a paper and keep it; raises Denied, InvalidInput `room.month`."""
    clerk.require(Right.ROOM)
    found = month_sheet(office, room, month)
    with office.county.read() as county:
        names = names_of_staff(county)
    now = datetime.fromtimestamp(office.author.clock() / 1000, UTC).astimezone(CHINA)
    paper = SheetPaper(
        office=office.name,
        place=place,
        year=int(month[:4]),
        month=int(month[4:]),
        sensors=found.sensors,
        rows=tuple(_paper_row(row, names) for row in found.rows),
        issued=now,
        clerk=clerk.name,
    )
    return PrintedSheet(month, office.blobs.put(typeset_room_sheet(paper)))


def note_print(
    office: Office, clerk: Clerk, room: str, printed: PrintedSheet, printer: str, job: int
) -> None:
    """Record that a sheet went to a printer."""
    clerk.require(Right.ROOM)

    def act(pen: Pen) -> None:
        office.keep(pen.connection, printed.blob)
        told = {"month": printed.month, "blob": printed.blob}
        pen.append(Kind.ROOM_SHEET_PRINTED, room, {**told, "printer": printer, "job": str(job)})

    office.transact(clerk, act)


def _paper_row(row: Row, names: Mapping[str, str]) -> SheetRow:
    values: list[str] = []
    for value in row.values:
        if value is not None:
            values += [f"{value.temperature:.1f}", f"{value.humidity:.0f}"]
        else:
            # What is missing is said to be missing; what is still to come is left open.
            values += ["缺", "缺"] if row.due else ["", ""]
    seen = row.seen
    at = "" if seen is None else _clock(seen.at_ms)
    by = "" if seen is None else names.get(seen.by, "")
    return SheetRow(
        row.day.day, f"{HALF_WORDS[row.half]} {HALVES[row.half]}时", tuple(values), at, by
    )


def _clock(at_ms: int) -> str:
    return datetime.fromtimestamp(at_ms / 1000, UTC).astimezone(CHINA).strftime("%H:%M")
