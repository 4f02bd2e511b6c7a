"""A push makes the next segment while the peer takes one in, and drops it if it does not fit."""

import gc
import sys
import threading
from collections.abc import Callable, Mapping
from typing import Any

import httpx
import pytest

from edge.domain.errors import PeerUnreachable
from edge.store.exchange import Cursor
from edge.store.projection import dump
from sync.segment import end_of
from sync.session import Session
from tests.sync.world import Box, World

TIMEOUT_S = 60
Wanted = Callable[..., httpx.Response]


def on_first_post(
    monkeypatch: pytest.MonkeyPatch,
    session: Session,
    act: Callable[[Wanted, str, bytes], httpx.Response],
) -> None:
    """Have `act` do the session's first POST of a segment of the town's."""
    ask, posted = session.wire.request, threading.Event()

    def request(
        method: str, path: str, body: bytes = b"", query: Mapping[str, str | int] | None = None
    ) -> httpx.Response:
        segment = (method, path) == ("POST", f"/spaces/{session.town.name}/segments")
        if segment and not posted.is_set():
            posted.set()
            return act(ask, path, body)
        return ask(method, path, body, query)

    monkeypatch.setattr(session.wire, "request", request)


def written(world: World, count: int) -> tuple[Box, Session]:
    box = world.box()
    box.sync()
    for number in range(count):
        box.view(f"d{number}")
    return box, box.new_session(segment_changes=20)


def same_as_hub(world: World, box: Box) -> bool:
    with box.town.read() as near, world.hub.county.spaces.town("510101").read() as far:
        return dump(near) == dump(far)


def test_the_next_segment_is_ready_before_the_peer_has_answered(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    box, session = written(world, 60)
    replica = session.side.replicas[box.town.name]
    ends: list[Cursor] = []
    made = threading.Condition()
    make = replica.outgoing

    def outgoing(receiver: str, epoch: str, after: Cursor, **more: Any) -> bytes | None:
        content = make(receiver, epoch, after, **more)
        with made:
            ends.append(end_of(content) if content else after)
            made.notify_all()
        return content

    def act(ask: Wanted, path: str, body: bytes) -> httpx.Response:
        with made:
            assert made.wait_for(lambda: ends[-1].upto > end_of(body).upto, TIMEOUT_S)
        return ask("POST", path, body)

    monkeypatch.setattr(replica, "outgoing", outgoing)
    on_first_post(monkeypatch, session, act)
    session.run_once()
    session.close()
    assert same_as_hub(world, box)


def test_a_peer_that_has_come_further_by_another_way_is_sent_what_it_lacks(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    box, session = written(world, 60)
    replica, name = session.side.replicas[box.town.name], box.town.name

    def act(ask: Wanted, path: str, body: bytes) -> httpx.Response:
        ask("POST", path, body)
        epoch = world.hub.county.peers.replica(
            world.hub.county.peers.member(box.keys.id), name, writing=True
        ).epoch
        further = replica.outgoing(box.pins.hub, epoch, end_of(body))
        assert further is not None
        return ask("POST", path, further)

    on_first_post(monkeypatch, session, act)
    session.run_once()
    session.close()
    assert same_as_hub(world, box)


def test_a_segment_made_ahead_is_not_shipped_when_the_line_breaks(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    box, session = written(world, 60)

    def act(ask: Wanted, path: str, body: bytes) -> httpx.Response:
        raise PeerUnreachable("sync.unreachable")

    on_first_post(monkeypatch, session, act)
    with pytest.raises(PeerUnreachable):
        session.run_once()
    assert not same_as_hub(world, box)
    session.run_once()
    session.close()
    assert same_as_hub(world, box)


def test_what_was_sent_is_let_go_at_once(world: World) -> None:
    box = world.box()
    body = b"{" + bytes(100_000).replace(b"\0", b" ") + b"}"
    before = sys.getrefcount(body)
    gc.disable()
    try:
        box.session.wire.request("POST", "/confirm", body)
        assert sys.getrefcount(body) == before
    finally:
        gc.enable()
