"""Files between box and hub: both ways, resumed by offset, never shown before they verify."""

import hashlib
import os
from pathlib import Path

import pytest

from edge.domain.errors import InvalidInput, PeerUnreachable
from edge.store.blobs import Blobs
from edge.store.keys import Keys
from sync.client import ReplicationLoop
from sync.spool import PIECE, Spool
from tests.sync.world import Box, Line, World


def file(box: Box, content: bytes, material: str = "m1") -> str:
    digest = box.blobs.put(content)
    thumb = box.blobs.put(b"small " + content[:20])
    page = {"blob": digest, "thumb": thumb}
    box.append("material.filed", material, {"dossier": "d", "category": "1", "pages": [page]})
    return digest


def test_pages_reach_the_hub_and_the_other_box_of_the_town(world: World) -> None:
    first, second = world.box(), world.box()
    content = os.urandom(3 * PIECE + 17)
    digest = file(first, content)
    assert first.sync().blobs_up == 2
    assert world.hub.county.spaces.blobs("town-510101").read(digest) == content
    assert second.sync().blobs_down == 2
    assert second.blobs.read(digest) == content
    assert first.sync().blobs_up == second.sync().blobs_up == 0


def test_an_upload_goes_on_where_it_broke(world: World) -> None:
    box = world.box()
    content = os.urandom(6 * PIECE)
    digest = file(box, content)
    line = Line(world.hub.port, break_after=3 * PIECE)
    box.session.wire.move(line.url)
    with pytest.raises(PeerUnreachable):
        box.sync()
    hub = world.hub.county
    reached = hub.peers.offset(hub.peers.member(box.keys.id), "town-510101", digest)
    assert reached >= PIECE
    assert not hub.spaces.blobs("town-510101").has(digest)
    line.mend()
    line.up = 0
    box.sync()
    assert hub.spaces.blobs("town-510101").read(digest) == content
    assert line.up < len(content) - reached + PIECE // 4
    box.session.close()
    line.close()


def test_status_counts_what_waits_by_class(world: World) -> None:
    box = world.box()
    box.sync()
    file(box, b"one page")
    loop = ReplicationLoop(box.session, box.keys.id)
    assert loop.status().blobs_awaited == {0: 1, 2: 1}, "not yet counted as held"
    box.sync()
    assert loop.status().blobs_unsent == loop.status().blobs_awaited == {}


@pytest.fixture
def spool(tmp_path: Path) -> Spool:
    return Spool(tmp_path / "spool", Blobs(tmp_path / "blobs", Keys(bytes(32))))


def test_a_piece_out_of_turn_is_refused_with_the_right_offset(spool: Spool) -> None:
    digest = hashlib.sha256(b"abcdef").hexdigest()
    assert not spool.add(digest, 0, 6, b"abc")
    with pytest.raises(InvalidInput) as caught:
        spool.add(digest, 0, 6, b"abc")
    assert caught.value.fields["offset"] == 3
    assert spool.add(digest, 3, 6, b"def")
    assert spool.offset(digest) == 0


def test_a_file_that_is_not_what_its_name_says_is_dropped(spool: Spool, tmp_path: Path) -> None:
    digest = hashlib.sha256(b"right").hexdigest()
    with pytest.raises(InvalidInput, match=r"blob\.damaged"):
        spool.add(digest, 0, 5, b"wrong")
    assert spool.offset(digest) == 0
    assert not Blobs(tmp_path / "blobs", Keys(bytes(32))).has(digest)
    assert spool.add(digest, 0, 5, b"right")


@pytest.mark.parametrize("name", ["../../etc/passwd", "", "A" * 64, "0" * 63])
def test_a_name_that_is_no_digest_opens_nothing(spool: Spool, name: str) -> None:
    with pytest.raises(InvalidInput, match=r"blob\.name"):
        spool.add(name, 0, 1, b"x")
