"""Who gets nothing on the local net: strangers, the revoked, other towns, false proofs."""

import os
from collections.abc import Iterator

import httpx
import pytest

from edge.domain.errors import DangxiaError, PeerRefused, PeerUnreachable, SegmentRejected
from edge.store import exchange
from edge.store.keys import Keys
from edge.store.projection import dump
from sync.discovery import BOX, Found
from sync.identity import signed_headers
from sync.lan.listener import Listener
from sync.lan.loop import NeighbourLoop
from sync.lan.session import session_with
from sync.session import Session
from sync.spool import PIECE
from sync.tls import pinned_context, shown_certificate
from sync.wire import PREFIX
from tests.sync.neighbours import heard_as, listening, session_to, url_of, visit
from tests.sync.test_parcels import file
from tests.sync.world import Box, World


@pytest.fixture
def pair(world: World) -> Iterator[tuple[Box, Box, Listener]]:
    """Two boxes of a town that know of one another; the second answers."""
    first, second = world.box(), world.box()
    for box in (first, second):
        box.sync()
    with listening(second) as there:
        yield first, second, there


def claiming(box: Box, other: Box, keys: Keys, url: str) -> Session:
    """A session with `other` in the name of whoever has these keys."""
    side = box.session.side
    session = session_with(side, side.roster().members[other.keys.id], url)
    session.wire._keys = keys
    return session


def state(box: Box) -> list[object]:
    found: list[object] = []
    for space in (box.county, box.town):
        with space.read() as connection:
            found += [dump(connection), connection.execute("select * from cursor").fetchall()]
    return found


def refused(session: Session, key: str) -> None:
    with pytest.raises(DangxiaError) as caught:
        session.run_once()
    session.close()
    assert caught.value.key == key


def test_a_revoked_box_is_neither_answered_nor_asked(
    world: World, pair: tuple[Box, Box, Listener]
) -> None:
    first, second, there = pair
    world.hub.county.revoke(first.keys.id, "遗失")
    second.sync()
    first.view()
    before = state(second)
    refused(session_to(first, second, url_of(there)), "sync.revoked")
    assert state(second) == before
    with listening(first) as here, pytest.raises(PeerRefused, match=r"sync\.revoked"):
        visit(second, first, here)


def test_a_box_of_another_town_is_neither_answered_nor_asked(
    world: World, pair: tuple[Box, Box, Listener]
) -> None:
    first, second, there = pair
    foreign = world.box("510102")
    for box in (first, second, foreign):
        box.sync()
    before = state(second)
    refused(claiming(first, second, foreign.keys, url_of(there)), "sync.other_town")
    assert state(second) == before
    with listening(foreign) as elsewhere:
        with pytest.raises(PeerRefused, match=r"sync\.other_town"):
            session_to(first, foreign, url_of(elsewhere))
        asked = NeighbourLoop(
            first.session.side, lambda: [heard_as(foreign, elsewhere)], lambda: True
        )
        asked._visit_all()
        assert asked.status() == ()
        assert not asked._lines


@pytest.mark.parametrize("known", [True, False], ids=["a known name", "its own name"])
def test_a_key_that_the_roster_does_not_name_is_refused(
    pair: tuple[Box, Box, Listener], known: bool
) -> None:
    first, second, there = pair
    stranger = Keys(os.urandom(32))
    if known:
        stranger.id = first.keys.id
    session = claiming(first, second, stranger, url_of(there))
    refused(session, "sync.signature" if known else "sync.unknown_box")


def test_a_box_does_not_answer_itself(pair: tuple[Box, Box, Listener]) -> None:
    first, second, there = pair
    refused(claiming(first, second, second.keys, url_of(there)), "sync.unknown_box")


def test_a_request_heard_on_the_net_is_of_no_use_to_whoever_repeats_it(
    world: World, pair: tuple[Box, Box, Listener]
) -> None:
    first, second, there = pair
    third = world.box()
    for box in (first, second, third):
        box.sync()
    target, body = f"{PREFIX}/confirm", b"{}"
    headers = signed_headers(first.keys, second.keys.id, "POST", target, body, first.clock())
    said = [post(url_of(there), target, body, headers) for _ in range(2)]
    assert [each.status_code for each in said] == [200, 403]
    assert said[1].json()["key"] == "sync.replayed"
    # What was meant for one box says nothing to another.
    headers = signed_headers(first.keys, second.keys.id, "POST", target, body, first.clock())
    with listening(third) as elsewhere:
        assert post(url_of(elsewhere), target, body, headers).json()["key"] == "sync.signature"
    late = signed_headers(
        first.keys, second.keys.id, "POST", target, body, first.clock() - 20 * 60_000
    )
    assert post(url_of(there), target, body, late).json()["key"] == "sync.clock"


def post(url: str, target: str, body: bytes, headers: dict[str, str]) -> httpx.Response:
    context = pinned_context(shown_certificate(url))
    with httpx.Client(verify=context, trust_env=False) as client:
        return client.post(url + target, content=body, headers=headers)


def test_a_server_with_another_key_is_told_nothing(world: World) -> None:
    first, second, false = world.box(), world.box(), world.box()
    for box in (first, second, false):
        box.sync()
    first.view()
    with listening(false) as there:
        session = session_to(first, second, url_of(there))
        refused(session, "sync.wrong_neighbour")
        hub = session_to(first, second, world.hub.url)
        refused(hub, "sync.wrong_neighbour")
    with false.town.read() as connection:
        assert exchange.contacts(connection).keys() == {world.hub.county.keys.id}


def test_a_neighbour_enrols_nobody_gives_no_snapshot_and_writes_no_roster(
    pair: tuple[Box, Box, Listener],
) -> None:
    first, second, there = pair
    session = session_to(first, second, url_of(there))
    town = first.town.name
    for method, path in (
        ("POST", "/enrol"),
        ("GET", "/hub"),
        ("POST", f"/spaces/{town}/snapshot"),
    ):
        with pytest.raises(PeerUnreachable) as caught:
            session.wire.request(method, path)
        assert caught.value.fields["status"] in (404, 405)
    for space in ("town-510102", "none"):
        with pytest.raises(PeerRefused, match=r"sync\.space"):
            session.wire.request("POST", f"/spaces/{space}/blobs/missing")
    session.close()


@pytest.mark.parametrize("place", [40, -100, -1], ids=["header", "hash", "signature"])
def test_a_segment_changed_on_the_way_is_set_aside(
    pair: tuple[Box, Box, Listener], place: int
) -> None:
    first, second, there = pair
    first.view()
    replica, session = (
        first.session.side.replicas[first.town.name],
        session_to(first, second, url_of(there)),
    )
    session._handshake()
    content = bytearray(replica.outgoing(second.keys.id, "", exchange.Cursor()) or b"")
    content[place] ^= 1
    before = state(second)
    with pytest.raises(SegmentRejected):
        session.wire.request("POST", f"/spaces/{first.town.name}/segments", bytes(content))
    session.close()
    assert state(second) == before
    visit(first, second, there)
    with second.town.read() as connection:
        assert exchange.quarantined(connection) == 0


def test_a_file_that_is_not_what_its_name_says_is_never_shown(
    pair: tuple[Box, Box, Listener],
) -> None:
    first, second, there = pair
    content = os.urandom(2 * PIECE)
    digest = file(first, content)
    session = session_to(first, second, url_of(there))
    # The record first: a file that it does not name is not taken in at all.
    session.run_once(lambda: False)
    path = f"/spaces/{first.town.name}/blobs/{digest}"
    for start in (0, PIECE):
        query = {"start": start, "total": 2 * PIECE}
        piece = bytes(PIECE) if start else content[:PIECE]
        if start:
            with pytest.raises(PeerRefused, match=r"blob\.damaged"):
                session.wire.request("PATCH", path, piece, query)
        else:
            session.wire.request("PATCH", path, piece, query)
    session.close()
    assert not second.blobs.has(digest)
    visit(first, second, there)
    assert second.blobs.read(digest) == content


def test_an_announcement_alone_opens_nothing(world: World, pair: tuple[Box, Box, Listener]) -> None:
    first, second, _ = pair
    first.view()
    false = Found(second.keys.id, BOX, "510101", world.hub.url)
    loop = NeighbourLoop(first.session.side, lambda: [false], lambda: True)
    loop._visit_all()
    (neighbour,) = loop.status()
    assert (neighbour.at, neighbour.error) == (None, "sync.wrong_neighbour")
