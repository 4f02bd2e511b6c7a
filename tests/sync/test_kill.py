"""A process killed in the middle of an exchange loses nothing and repeats nothing."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from edge.domain.entry import first_break
from edge.store import exchange
from edge.store.database import Connection, Space
from edge.store.entries import Author, Pen, entries_of_box, now_ms
from edge.store.exchange import Cursor
from edge.store.keys import Keys
from edge.store.projection import dump
from sync.replica import Replica
from sync.roster import Member, Roster
from sync.segment import open_segment

HUB, BOX = Keys(bytes([1]) * 32), Keys(bytes([2]) * 32)
ROSTER = Roster(HUB.id, HUB.public_key, {BOX.id: Member(BOX.id, "1", "", BOX.public_key, False)})

# Takes segments from a folder one after the other; dies by its own hand after so many commits.
CHILD = """
import os, signal, sys
from pathlib import Path
from tests.sync.test_kill import HUB, BOX, replica_of, feed
folder, commits = Path(sys.argv[1]), int(sys.argv[2])
replica = replica_of(folder / "hub", HUB)
left = [commits]
def die():
    left[0] -= 1
    if left[0] == 0:
        os.kill(os.getpid(), signal.SIGKILL)
replica.space.on_commit(die)
feed(replica, folder)
"""


def replica_of(folder: Path, keys: Keys) -> Replica:
    space = Space(folder / "town.db", keys.derive("database"), "town-1")
    return Replica(space, keys, lambda: ROSTER, folder / "quarantine", now_ms, 200)


def feed(replica: Replica, folder: Path) -> None:
    """Offer every segment that follows on what is held, as a peer would."""
    segments = sorted(folder.glob("*.segment"))
    for path in segments:
        replica.take(path.read_bytes(), BOX.id)
        replica.sign_for(frozenset({BOX.id}))


@pytest.mark.parametrize("commits", [1, 2, 3, 5, 8])
def test_a_kill_after_any_commit_loses_nothing(tmp_path: Path, commits: int) -> None:
    box = replica_of(tmp_path / "box", BOX)
    for number in range(8):

        def view(connection: Connection, number: int = number) -> None:
            act = ("dossier.viewed", f"d{number}", {"purpose": "p"}, ())
            Pen(connection, Author(BOX.id), "x").append_many([act] * 60)

        box.space.write(view)
    cursor = Cursor()
    while (content := box.outgoing(HUB.id, "", cursor)) is not None:
        last = len(list(tmp_path.glob("*.segment")))
        (tmp_path / f"{last:03}.segment").write_bytes(content)
        segment, hash = open_segment(content, ROSTER.key_of)
        cursor = Cursor(segment.header.last, hash)
    replica_of(tmp_path / "hub", HUB).space.close()
    killed = subprocess.run(
        [sys.executable, "-c", CHILD, str(tmp_path), str(commits)],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
        check=False,
    )
    assert killed.returncode == -signal.SIGKILL
    hub = replica_of(tmp_path / "hub", HUB)
    feed(hub, tmp_path)
    with hub.space.read() as far, box.space.read() as near:
        assert dump(far) == dump(near)
        assert first_break(entries_of_box(far, BOX.id)) is None
        assert exchange.cursor_of(far, BOX.id, box.epoch) == cursor
    assert hub.outgoing(BOX.id, box.epoch, Cursor()) is not None, "the receipts"
    hub.space.close()
    box.space.close()
