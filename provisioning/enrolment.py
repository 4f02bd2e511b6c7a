"""Bringing a new box to its county: keys made here, a ticket shown there."""

import time
from collections.abc import Callable
from pathlib import Path

from edge.box import Record, key_path, office_seal, pins_path
from edge.domain.errors import Conflict, PeerRefused
from edge.store.database import Space
from edge.store.keys import Keys
from sync.enrolment import Admission, Ticket, ask_admission, mark_of
from sync.roster import COUNTY

ASK_EVERY_S = 3.0


def enrol(
    folder: Path,
    ticket: Ticket,
    town: str,
    name: str,
    patience_s: float,
    show: Callable[[str], None] = lambda _: None,
) -> Record:
    """Enrol the box of a folder and pull the county's space; waits until it is accepted.

    `show` is given the box's mark, which the county compares before it accepts.

    Raises Conflict `box.enrolled_already`, PeerRefused `enrol.waiting` when `patience_s` is over,
    and what `ask_admission` raises. Asking again later goes on with the same keys.
    """
    if pins_path(folder).exists():
        raise Conflict("box.enrolled_already", folder=str(folder))
    folder.mkdir(parents=True, exist_ok=True)
    keys = Keys.load(key_path(folder)) if key_path(folder).exists() else Keys.make(key_path(folder))
    county = Space(folder / f"{COUNTY}.db", keys.derive("database"), COUNTY)
    seal = office_seal(folder, keys, county).public_key
    county.close()
    show(mark_of(keys.id))
    admission = _wait(ticket, keys, town, name, seal, patience_s)
    admission.pins.save(pins_path(folder))
    record = Record(folder)
    session = record.session()
    session.run_once()
    session.close()
    record.close()
    # Opened again, since the office's name came with the county's space.
    return Record(folder)


def _wait(
    ticket: Ticket, keys: Keys, town: str, name: str, seal: str, patience_s: float
) -> Admission:
    deadline = time.monotonic() + patience_s
    while True:
        admission = ask_admission(ticket, keys, town, name, seal)
        if admission.admitted:
            return admission
        if time.monotonic() > deadline:
            raise PeerRefused("enrol.waiting")
        time.sleep(ASK_EVERY_S)
