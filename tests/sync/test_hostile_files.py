"""Files that an enrolled peer sends to fill a disk or to spoil another's."""

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from edge.domain.errors import PeerRefused
from sync.lan.listener import Listener
from sync.packs import seal_pack
from sync.session import Session
from sync.spool import PIECE
from tests.sync.neighbours import listening, session_to, url_of
from tests.sync.test_parcels import file
from tests.sync.world import Box, World

TOWN = "town-510101"
BLOBS = f"/spaces/{TOWN}/blobs"


@pytest.fixture
def pair(world: World) -> Iterator[tuple[Box, Box, Listener]]:
    """A hostile box, another one of its town, and where that one listens."""
    hostile, other = world.box(), world.box()
    for box in (hostile, other, hostile):
        box.view()
        box.sync()
    with listening(other) as there:
        yield hostile, other, there


def send(session: Session, digest: str, start: int, total: int, piece: bytes) -> None:
    session.wire.request("PATCH", f"{BLOBS}/{digest}", piece, {"start": start, "total": total})


def files_below(*folders: Path) -> list[Path]:
    return [path for folder in folders for path in folder.rglob("*") if path.is_file()]


def test_what_no_entry_names_is_not_kept(world: World, pair: tuple[Box, Box, Listener]) -> None:
    hostile, other, there = pair
    beside = session_to(hostile, other, url_of(there))
    beside.run_once()
    small, large = os.urandom(500), os.urandom(2 * PIECE)
    digest = hashlib.sha256(large).hexdigest()
    pack = seal_pack([(hashlib.sha256(small).digest(), small)])
    for session in (hostile.session, beside):
        with pytest.raises(PeerRefused, match=r"blob\.unnamed"):
            session.wire.request("POST", f"{BLOBS}/pack", pack)
        with pytest.raises(PeerRefused, match=r"blob\.unnamed"):
            send(session, digest, 0, 2 * PIECE, large[:PIECE])
    beside.close()
    hub, sync = world.hub.folder, other.folder / "sync"
    spools = [hub / "spool", sync / "spool", sync / "lan-spool"]
    assert not files_below(hub / "blobs", other.blobs.folder, *spools)


def test_a_file_whose_entry_is_on_its_way_follows_it(world: World) -> None:
    box = world.box()
    box.sync()
    digests = [file(box, os.urandom(size), f"m{size}") for size in (900, 2 * PIECE)]
    # As if the counter had filed them after the entries went up.
    box.session.parcels.carry(lambda: True)
    blobs = world.hub.county.spaces.blobs(TOWN)
    assert not any(blobs.has(digest) for digest in digests)
    assert box.sync().blobs_up == 4
    assert all(blobs.has(digest) for digest in digests)


def test_another_boxs_false_pieces_spoil_nothing(
    world: World, pair: tuple[Box, Box, Listener]
) -> None:
    hostile, other, _ = pair
    content = os.urandom(3 * PIECE)
    digest = file(other, content)
    other.session._exchange(lambda: False)
    hostile.session._exchange(lambda: False)
    send(hostile.session, digest, 0, 3 * PIECE, bytes(PIECE))
    other.sync()
    hub = world.hub
    assert hub.county.spaces.blobs(TOWN).read(digest) == content
    # What had half arrived is dropped when its sender is next told that the file is here.
    hostile.session.wire.request("POST", f"{BLOBS}/missing", bytes.fromhex(digest))
    assert not files_below(hub.folder / "spool")
    # Nor does it spoil what a box brings home from the county.
    third = world.box()
    third.session._exchange(lambda: False)
    with listening(third) as elsewhere:
        hostile.sync()
        beside = session_to(hostile, third, url_of(elsewhere))
        beside._exchange(lambda: False)
        send(beside, digest, 0, 3 * PIECE, bytes(PIECE))
        beside.close()
        third.sync()
    assert third.blobs.read(digest) == content


def test_false_pieces_from_one_neighbour_spoil_nothing_that_another_brings(
    world: World, pair: tuple[Box, Box, Listener]
) -> None:
    hostile, other, there = pair
    box = world.box()
    content = os.urandom(3 * PIECE)
    digest = file(other, content)
    for each in (other, box):
        each.session._exchange(lambda: False)
    false = session_to(box, hostile, "https://127.0.0.1:9")
    assert not false.parcels._spool.add(digest, 0, 3 * PIECE, bytes(PIECE))
    true = session_to(box, other, url_of(there))
    true.run_once()
    assert box.blobs.read(digest) == content
    # What the false one has left is dropped when it is next asked.
    false.parcels.tidy()
    assert not files_below(box.folder / "sync" / "lan-spool")
    for session in (false, true):
        session.close()
