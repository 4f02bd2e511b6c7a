"""Files between box and hub: both ways, resumed by offset, never shown before they verify."""

import hashlib
import logging
import os
import tracemalloc
from collections.abc import Callable, Mapping
from pathlib import Path

import httpx
import pytest

from edge.domain.errors import InvalidInput, NotFound, PeerUnreachable
from edge.store import carriage, holdings
from edge.store.blobs import Blobs
from edge.store.keys import Keys
from edge.store.verification import remake
from sync.bandwidth import Window
from sync.client import ReplicationLoop
from sync.packs import open_offer, seal_offer, seal_pack
from sync.parcels import Parcels
from sync.session import Session
from sync.spool import PIECE, Spool
from sync.wire import Link, Wire
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


def test_a_box_whose_first_files_go_up_is_not_said_to_be_without_line(world: World) -> None:
    box, seen = world.box(), []
    loop = ReplicationLoop(box.session, box.keys.id)

    def going_on() -> bool:
        seen.append(loop.status())
        return True

    file(box, b"one page")
    assert not loop.status().reachable
    box.session.run_once(going_on)
    assert {each.reachable for each in seen if each.sending} == {True}


def test_many_small_files_share_a_request_in_both_directions(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    first, second = world.box(), world.box()
    for number in range(40):
        file(first, f"page {number}".encode() * 500, f"m{number}")
    with caplog.at_level(logging.INFO, "httpx"):
        assert first.sync().blobs_up == 80
        assert requests_about_files(caplog) == ["missing", "pack", "pack"]
        caplog.clear()
        assert second.sync().blobs_down == 80
        assert requests_about_files(caplog) == ["wanted", "wanted"]
    assert second.blobs.read(hashlib.sha256(b"page 7" * 500).hexdigest()) == b"page 7" * 500


def requests_about_files(caplog: pytest.LogCaptureFixture) -> list[str]:
    """The last words of the addresses that httpx says to have asked."""
    told = [each.args for each in caplog.records if each.args]
    addresses = [str(args[1]) for args in told if isinstance(args, tuple)]
    return [each.partition("?")[0].rpartition("/")[2] for each in addresses if "/blobs/" in each]


def test_a_pack_is_a_megabyte_and_keeps_to_one_class(world: World) -> None:
    box = world.box()
    for number in range(12):
        file(box, os.urandom(200_000), f"m{number}")
    assert box.sync().blobs_up == 24


def test_a_pack_with_a_false_digest_leaves_nothing(world: World) -> None:
    box = world.box()
    hub, member = world.hub.county, world.hub.county.peers.member(box.keys.id)
    good, false = hashlib.sha256(b"good").digest(), hashlib.sha256(b"false").digest()
    with pytest.raises(InvalidInput, match=r"blob\.damaged"):
        hub.peers.add_pack(
            member, "town-510101", seal_pack([(good, b"good"), (false, b"not what it says")])
        )
    assert not hub.spaces.blobs("town-510101").has(good.hex())
    with pytest.raises(InvalidInput, match=r"sync\.malformed"):
        hub.peers.add_pack(member, "town-510101", b"no pack")
    with pytest.raises(InvalidInput, match=r"blob\.size"):
        hub.peers.add_pack(member, "town-510101", bytes(3 << 20))


@pytest.mark.parametrize("piece", range(1, 6))
def test_a_download_cut_at_any_piece_goes_on_there(world: World, piece: int) -> None:
    first, second = world.box(), world.box()
    content = os.urandom(5 * PIECE + 1)
    digest = file(first, content)
    first.sync()
    spool = Spool(second.folder / "sync" / "spool", second.blobs)
    second.session.run_once(lambda: spool.offset(digest) < piece * PIECE)
    assert spool.offset(digest) == piece * PIECE
    assert second.session.parcels.unfinished
    assert second.sync().blobs_down == 1
    assert second.blobs.read(digest) == content


def test_a_file_that_cannot_be_read_keeps_no_other_back(world: World) -> None:
    box = world.box()
    lost, sound = file(box, b"lost" * 100, "m1"), file(box, b"sound" * 100, "m2")
    box.session.parcels.carry(lambda: False)
    next(box.blobs.folder.rglob(box.blobs._path(lost).name)).unlink()
    with pytest.raises(NotFound, match=r"blob\.awaiting"):
        box.sync()
    assert world.hub.county.spaces.blobs("town-510101").has(sound)


def test_the_counts_are_exact_at_every_step(world: World) -> None:
    box = world.box()
    first, second = file(box, b"1" * 900, "m1"), file(box, b"2" * 700, "m2")
    assert first != second
    assert tallies(box) == {0: (2, 0, 0, 0), 2: (2, 0, 0, 0)}
    box.session.parcels.carry(lambda: False)
    thumbs = len(b"small ") * 2 + 40
    assert tallies(box) == {0: (2, 2, 2, thumbs), 2: (2, 2, 2, 1_600)}
    box.sync()
    assert tallies(box) == {0: (2, 2, 0, 0), 2: (2, 2, 0, 0)}
    assert box.town.write(remake), "the present is the same"
    assert tallies(box) == {0: (2, 2, 0, 0), 2: (2, 2, 0, 0)}


def tallies(box: Box) -> dict[int, tuple[int, int, int, int]]:
    """Named, held, unsent and unsent bytes, by class."""
    with box.town.read() as connection:
        found = holdings.tallies(connection)
    return {
        each.kind: (each.named, each.held, each.unsent, each.unsent_bytes)
        for each in found
        if each.named
    }


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


def test_a_file_that_the_hub_has_lost_is_owed_and_counted_again(world: World) -> None:
    box = world.box()
    digest = bytes.fromhex(file(box, b"a master"))
    box.sync()
    with box.town.read() as connection:
        before = holdings.tallies(connection)
    assert [each.unsent for each in before] == [0, 0, 0]
    hub = box.pins.hub
    box.town.write(lambda c: carriage.take_back(c, hub, [digest]))
    with box.town.read() as connection:
        assert holdings.undelivered(connection, hub) == [(digest, holdings.MASTER)]
        (master,) = [e for e in holdings.tallies(connection) if e.kind == holdings.MASTER]
        assert (master.unsent, master.unsent_bytes) == (1, len(b"a master"))
    box.sync()
    with box.town.read() as connection:
        assert holdings.tallies(connection) == before


def test_a_large_file_takes_no_more_memory_than_a_small_one(tmp_path: Path) -> None:
    blobs = Blobs(tmp_path / "blobs", Keys(bytes(32)))
    spool, content = Spool(tmp_path / "spool", blobs), os.urandom(48 * PIECE)
    digest = hashlib.sha256(content).hexdigest()
    for start in range(0, len(content) - PIECE, PIECE):
        spool.add(digest, start, len(content), content[start : start + PIECE])
    tracemalloc.start()
    try:
        assert spool.add(digest, len(content) - PIECE, len(content), content[-PIECE:])
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 4 * PIECE
    assert blobs.read(digest) == content


class Meddled(Wire):
    """Before its first request about pieces, somebody else does something about the same file."""

    def __init__(self, box: Box, method: str, meddle: Callable[[], object]) -> None:
        super().__init__(box.pins, box.keys, box.clock, Link(box.folder / "sync" / "link.cut"))
        self._method, self._meddle = method, meddle

    def request(
        self,
        method: str,
        path: str,
        body: bytes = b"",
        query: Mapping[str, str | int] | None = None,
    ) -> httpx.Response:
        if method == self._method and query is not None and "start" in query:
            self._method = ""
            self._meddle()
        return super().request(method, path, body, query)


def meddled(box: Box, method: str, meddle: Callable[[], object]) -> Session:
    side, wire = box.session.side, Meddled(box, method, meddle)
    return Session(
        side, wire, Parcels(side.town, side.blobs, wire, side.spool, Window(), side.clock)
    )


def test_two_that_bring_one_file_at_once_go_on_where_the_other_stands(world: World) -> None:
    first, second = world.box(), world.box()
    content = os.urandom(3 * PIECE)
    digest = file(first, content)
    hub = world.hub.county
    member = hub.peers.member(second.keys.id)
    session = meddled(
        first,
        "PATCH",
        lambda: hub.peers.add_piece(
            member, "town-510101", digest, 0, len(content), content[:PIECE]
        ),
    )
    assert session.run_once().blobs_up == 2
    session.close()
    assert hub.spaces.blobs("town-510101").read(digest) == content


def test_a_file_that_another_brings_while_it_is_fetched_is_whole(world: World) -> None:
    first, second = world.box(), world.box()
    content = os.urandom(3 * PIECE)
    digest = file(first, content)
    first.sync()
    spool = second.session.side.spool
    session = meddled(second, "GET", lambda: spool.add(digest, 0, len(content), content[:PIECE]))
    session.run_once()
    session.close()
    assert second.blobs.read(digest) == content


def test_a_false_size_in_an_answer_is_refused() -> None:
    digest = hashlib.sha256(b"a page").digest()
    for total in (5, 7, 0, 1 << 63):
        with pytest.raises(InvalidInput, match=r"blob\.size"):
            open_offer(seal_offer([(digest, total, b"a page")]))
    assert open_offer(seal_offer([(digest, 6, b"a page")])) == [(digest, 6, b"a page")]
