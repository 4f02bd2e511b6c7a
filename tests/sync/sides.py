"""Two machines' copies of one town's space, without a wire between them."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from edge.domain.errors import SegmentRejected
from edge.store import exchange
from edge.store.database import Connection, Space
from edge.store.entries import Author, Pen, now_ms
from edge.store.exchange import Change, Cursor
from edge.store.keys import Keys
from edge.store.projection import dump
from sync.replica import Replica
from sync.roster import Member, Roster
from sync.segment import Header, Segment, in_order, open_segment, seal_segment

HUB, BOX, OTHER, STRANGER = (Keys(bytes([number]) * 32) for number in range(1, 5))
TOWN = "town-1"
ROSTER = Roster(
    HUB.id,
    HUB.public_key,
    {
        keys.id: Member(keys.id, town, "", keys.public_key, False)
        for keys, town in ((BOX, "1"), (OTHER, "1"))
    },
)


class Side:
    """One machine's copy of the town's space."""

    def __init__(self, folder: Path, keys: Keys) -> None:
        self.keys, self.folder = keys, folder
        self.open()

    def open(self) -> None:
        """Begin with what lies in its folder, at first and whenever that was put back."""
        self.space = Space(self.folder / "town.db", self.keys.derive("database"), TOWN)
        quarantine = self.folder / "quarantine"
        self.replica = Replica(self.space, self.keys, lambda: ROSTER, quarantine, now_ms)

    def view(self, count: int = 1) -> None:
        def write(connection: Connection) -> None:
            pen = Pen(connection, Author(self.keys.id), "clerk")
            for _ in range(count):
                pen.append("dossier.viewed", "d", {"purpose": "p", "what": "w"})

        self.space.write(write)

    def state(self) -> list[object]:
        with self.space.read() as connection:
            rows = connection.execute(
                "select pk, cid, val, col_version from crsql_changes order by pk, cid"
            ).fetchall()
            cursors = connection.execute("select * from cursor").fetchall()
            return [dump(connection), rows, cursors]


def honest(box: Side) -> Segment:
    """What the box would ship."""
    content = box.replica.outgoing(HUB.id, "", Cursor())
    assert content is not None
    return open_segment(content, ROSTER.key_of)[0]


def resealed(
    segment: Segment, changes: Sequence[Change], keys: Keys = BOX, header: Header | None = None
) -> bytes:
    """The segment with other changes and another header, properly signed."""
    said = replace(header or segment.header, count=len(changes))
    return seal_segment(Segment(said, in_order(changes)), keys)[0]


def refused(hub: Side, content: bytes, key: str, sender: Keys = BOX) -> None:
    before = hub.state()
    with pytest.raises(SegmentRejected) as caught:
        hub.replica.take(content, sender.id)
    assert caught.value.key == key
    assert hub.state() == before
    with hub.space.read() as connection:
        assert exchange.quarantined(connection) == 1
    assert len(list((hub.folder / "quarantine").iterdir())) == 1
