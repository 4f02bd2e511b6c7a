"""Many boxes that pull the county's space at once do not wait for one another for ever."""

import threading
from pathlib import Path

from edge.store.database import Space
from edge.store.entries import Author, Pen, now_ms
from edge.store.exchange import Cursor
from edge.store.keys import Keys
from edge.store.readers import READERS
from sync.replica import Replica
from sync.roster import COUNTY, Roster, roster_of

HUB = Keys(bytes(32))


def test_more_boxes_than_readers_are_served_at_once(tmp_path: Path) -> None:
    space = Space(tmp_path / "county.db", bytes(32), COUNTY)
    together = threading.Barrier(READERS)

    def roster() -> Roster:
        # All of them in the roster at the same moment: with a reader in hand none could go on.
        together.wait(timeout=20)
        return roster_of(space, HUB.id, HUB.public_key)

    replica = Replica(space, HUB, roster, tmp_path / "quarantine", now_ms)
    space.write(
        lambda c: Pen(c, Author(HUB.id), "hub").append("institution.named", "t", {"name": "镇"})
    )
    served: list[bytes | None] = []
    pullers = [
        threading.Thread(
            target=lambda number=number: served.append(
                replica.outgoing(f"box{number}", "e", Cursor())
            ),
            daemon=True,
        )
        for number in range(READERS)
    ]
    for puller in pullers:
        puller.start()
    for puller in pullers:
        puller.join(30)
    assert len(served) == READERS
    assert all(served)
    space.close()
