"""Bringing a new box to its county: keys made here, a ticket shown there."""

import time
from collections.abc import Callable
from pathlib import Path

from edge.box import Record, key_path, office_seal, pins_path
from edge.domain.errors import Conflict, PeerRefused
from edge.store.database import Space
from edge.store.entries import now_ms
from edge.store.keys import Keys
from sync.bandwidth import Allowance
from sync.bootstrap import Bootstrap
from sync.enrolment import Admission, Ticket, ask_admission, mark_of
from sync.roster import COUNTY, space_of
from sync.wire import Link, Pins, Wire

ASK_EVERY_S = 3.0


def enrol(
    folder: Path,
    ticket: Ticket,
    town: str,
    name: str,
    patience_s: float,
    show: Callable[[str], None] = lambda _: None,
    replaces: str = "",
    show_progress: Callable[[int, int], None] = lambda done, total: None,
    allowance: Allowance | None = None,
) -> Record:
    """Enrol the box of a folder and bring the record of its county and town; waits to be accepted.

    `show` is given the box's mark, which the county compares before it accepts. `replaces` is the
    id of a box of the same town that is revoked when this one is accepted. `show_progress` is told
    how many bytes of how many of the town's snapshot have come; files follow when the box runs.
    `allowance` says how much of the line all that may take.

    Raises Conflict `box.enrolled_already`, PeerRefused `enrol.waiting` when `patience_s` is over,
    and what `ask_admission` raises. Asking again later goes on with the same keys.
    """
    if pins_path(folder).exists() and (folder / f"{space_of(town)}.db").exists():
        raise Conflict("box.enrolled_already", folder=str(folder))
    folder.mkdir(parents=True, exist_ok=True)
    keys = Keys.load(key_path(folder)) if key_path(folder).exists() else Keys.make(key_path(folder))
    county = Space(folder / f"{COUNTY}.db", keys.derive("database"), COUNTY)
    seal = office_seal(folder, keys, county).public_key
    county.close()
    show(mark_of(keys.id))
    admission = _wait(lambda: ask_admission(ticket, keys, town, name, seal, replaces), patience_s)
    admission.pins.save(pins_path(folder))
    allowance = allowance or Allowance()
    _bring_town(folder, keys, admission.pins, allowance, show_progress)
    record = Record(folder)
    session = record.session(allowance)
    session.run_once(lambda: False)
    session.close()
    record.close()
    # Opened again, since the office's name came with the county's space.
    return Record(folder)


def _bring_town(
    folder: Path,
    keys: Keys,
    pins: Pins,
    allowance: Allowance,
    show_progress: Callable[[int, int], None],
) -> None:
    """Bring the town's snapshot where there is much to bring; begun again, it goes on."""
    wire = Wire(pins, keys, now_ms, Link(folder / "link.cut"), allowance.limit)
    space = space_of(pins.town)
    try:
        Bootstrap(wire, keys, space, folder / f"{space}.db", show_progress).run()
    finally:
        wire.close()


def _wait(ask: Callable[[], Admission], patience_s: float) -> Admission:
    deadline = time.monotonic() + patience_s
    while True:
        admission = ask()
        if admission.admitted:
            return admission
        if time.monotonic() > deadline:
            raise PeerRefused("enrol.waiting")
        time.sleep(ASK_EVERY_S)  # somebody at the county admits the box, or does not
