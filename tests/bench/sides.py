"""Our own two sides as processes.

hub FOLDER TOWN...
box FOLDER TICKET TOWN FIRST COUNT
boxes FOLDER COUNT TICKET:TOWN...     one of each town, which push at once
"""

import hashlib
import json
import sys
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from edge.domain.errors import PeerUnreachable
from edge.domain.kinds import Kind
from edge.store.database import Space
from edge.store.entries import Pen
from edge.store.keys import Keys
from edge.store.projection import dump
from sync.enrolment import ask_admission, read_ticket
from tests.bench.record import EDITS, register, subject_of
from tests.sync.world import Box, Hub

PATIENCE = 300
Words = Mapping[str, Callable[[], object]]


def main() -> None:
    """Be one side until standard input ends."""
    role, folder, *rest = sys.argv[1:]
    if role == "hub":
        _hub(Path(folder), rest)
    elif role == "boxes":
        _boxes(Path(folder), int(rest[0]), [each.split(":") for each in rest[1:]])
    else:
        ticket, town, first, count = rest
        _box(Path(folder), ticket, town, range(int(first), int(first) + int(count)))


def listen(words: Words, ready: object) -> None:
    """Say that we are ready, then do each word that is told."""
    _say(ready)
    for line in sys.stdin:
        _say(words[line.strip()]())


def _hub(folder: Path, towns: list[str]) -> None:
    hub = Hub(folder)
    for town in towns:
        hub.county.add_town(town, town)
    tickets = {town: hub.ticket(town).code for town in towns}
    spaces = {f"digest {town}": hub.county.spaces.town(town) for town in towns}
    words = {word: lambda space=space: _digest(space) for word, space in spaces.items()}
    listen({"digest": next(iter(words.values())), **words}, {"port": hub.port, "tickets": tickets})
    hub.close()


def _admitted(folder: Path, code: str, town: str) -> Box:
    keys = Keys.make(folder / "box.key")
    return Box(folder, keys, ask_admission(read_ticket(code), keys, town, town).pins)


def _boxes(folder: Path, count: int, tickets: list[list[str]]) -> None:
    boxes = [_admitted(folder / town, code, town) for code, town in tickets]
    for place, box in enumerate(boxes):
        register(box.town, box.author, range(place * count, (place + 1) * count))

    def push() -> object:
        with ThreadPoolExecutor(len(boxes)) as pool:
            return {"walls": list(pool.map(_synced, boxes))}

    digests = {f"digest {box.pins.town}": partial(_digest, box.town) for box in boxes}
    listen({"cold": push, **digests}, {})
    for box in boxes:
        box.close()


def _synced(box: Box) -> float:
    """Seconds until everything is delivered; a hub that is busy is asked again, as a box does."""
    started = time.perf_counter()
    while True:
        try:
            box.sync()
        except PeerUnreachable:
            if time.perf_counter() - started > PATIENCE:
                raise
            time.sleep(0.1)  # the hub is a process that is still coming up
        else:
            return time.perf_counter() - started


def _box(folder: Path, code: str, town: str, places: range) -> None:
    box = _admitted(folder, code, town)

    def aim(port: int) -> None:
        box.session.wire.move(f"https://127.0.0.1:{port}")

    def edit() -> None:
        box.town.write(lambda c: _edit(box.pen(c), places))

    def push() -> object:
        return {"wall": _synced(box)}

    words: dict[str, Callable[[], object]] = {
        "load": lambda: register(box.town, box.author, places),
        "edit": edit,
        "cold": push,
        "incr": push,
        "digest": lambda: _digest(box.town),
        "aim": lambda: aim(int(sys.stdin.readline())),
    }
    listen(words, {})
    box.close()


def _edit(pen: Pen, places: range) -> None:
    step = max(len(places) // EDITS, 1)
    pen.append_many(
        [
            (Kind.DOSSIER_MOVED, subject_of(place).dossier, {"shelf": f"9-9-{number}"}, ())
            for number, place in enumerate(places[::step][:EDITS])
        ]
    )


def _digest(space: Space) -> object:
    with space.read() as connection:
        return {"digest": hashlib.sha256(dump(connection)).hexdigest()}


def _say(answer: object) -> None:
    sys.stdout.write(json.dumps(answer if isinstance(answer, dict) else {}) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
