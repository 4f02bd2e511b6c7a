"""A clerk who never stops filing, to be killed at any moment.

`python -m tests.faults.filing FOLDER`: each line on standard input is one life, forked from this
process, in which everything is imported already. Standard output tells the life's process id, then
each thing that was acknowledged, then `dead`.
"""

import json
import os
import sys
from collections.abc import Callable
from itertools import count
from pathlib import Path

from edge.store.entries import now_ms
from edge.workflows.digitising import add_page, begin_batch, close_abandoned_batches, close_batch
from edge.workflows.office import Office
from edge.workflows.supplement import Filing, file_material, reclassify
from tests.offices import CLERK, id_number, open_office, page_image, receive_person


def say(what: str, name: object) -> None:
    """Tell one thing whole: a line shorter than a pipe's buffer is never torn."""
    os.write(1, (json.dumps([what, name]) + "\n").encode())


def live(folder: Path, life: int) -> None:
    """File until killed."""
    # Lives are forked and count ids from one number; a clock that stands gave two the same.
    office = open_office(folder, clock=now_ms)
    close_abandoned_batches(office)
    say("opened", life)
    for number in count():
        turn(office, life, number, say)


def turn(office: Office, life: int, number: int, tell: Callable[[str, str], None]) -> None:
    """Receive one dossier, scan a batch, file and move it; tell each thing once acknowledged."""
    identity = id_number(
        number % 1000, f"19{life % 100:02d}{number // 1000 + life // 100 + 1:02d}11"
    )
    dossier = receive_person(office, f"某{life}", identity).dossier
    tell("dossier", dossier)
    batch = begin_batch(office, CLERK, "scanner", "feeder-1")
    for sheet in range(3):
        page = add_page(office, CLERK, batch, page_image(f"{life}/{number}/{sheet}", (124, 175)))
        tell("page", str(page["blob"]))
    close_batch(office, CLERK, batch)
    tell("capture", batch)
    filed = file_material(office, CLERK, Filing(dossier, "1", "履历表", "", batch, (2, 1)))
    tell("material", filed.id)
    reclassify(office, CLERK, filed.id, "4-1", "放错了")
    tell("reclassified", filed.id)


def main() -> None:
    """Fork one life for each line."""
    for life, _ in enumerate(sys.stdin):
        child = os.fork()
        if child == 0:
            live(Path(sys.argv[1]), life)
        say("pid", child)
        os.waitpid(child, 0)
        say("dead", life)


if __name__ == "__main__":
    main()
