"""A box that sends everything at once waits for itself, and nobody else waits for it."""

import threading
import time

import pytest

from edge.domain.errors import PeerUnreachable
from edge.store.database import Connection
from edge.store.exchange import Cursor
from sync import host
from sync.replica import DAY_MS
from sync.session import Session
from tests.sync.neighbours import until
from tests.sync.world import World


def test_one_box_takes_up_no_more_than_one_merge(world: World) -> None:
    hostile, other = world.box("510101"), world.box("510102")
    for box in (hostile, other):
        box.sync()
    hostile.view()
    other.view()
    hub = world.hub.county.peers
    replica = hub.replica(hub.member(hostile.keys.id), "town-510101", writing=True)
    content = hostile.session.side.replicas["town-510101"].outgoing(hub.id, "", Cursor())
    assert content is not None
    sessions = [hostile.new_session() for _ in range(8)]
    refused: list[str] = []

    def push(session: Session) -> None:
        try:
            session.wire.request("POST", "/spaces/town-510101/segments", content)
        except PeerUnreachable as error:
            refused.append(error.key)

    pushing = [threading.Thread(target=push, args=(each,)) for each in sessions]
    # As if the first of them took the hub long to merge.
    with replica._taking:
        for each in pushing:
            each.start()
        begun = time.monotonic()
        assert other.sync().pushed == 1
        assert time.monotonic() - begun < 10
    for each in pushing:
        each.join()
    for session in sessions:
        session.close()
    assert refused == 7 * ["sync.busy"]
    assert hostile.sync().pushed <= 1


def test_one_box_is_given_only_so_many_segments_a_day(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A bound that a test can reach.
    monkeypatch.setattr(host, "MOST_A_DAY", 3)
    hostile, other = world.box(), world.box()
    hub = world.hub.county.peers
    member = hub.member(hostile.keys.id)
    for number in range(3):
        assert hub.segment(member, "county", f"name {number}", Cursor()) is not None
    with pytest.raises(PeerUnreachable, match=r"sync\.busy"):
        hub.segment(member, "county", "another name", Cursor())
    other.sync()
    world.hub.clock.shift += DAY_MS
    assert hub.segment(member, "county", "another name", Cursor()) is not None


def test_one_box_has_one_segment_at_a_time_made_for_it(world: World) -> None:
    hostile, other = world.box("510101"), world.box("510102")
    hostile.view()
    hostile.sync()
    hub = world.hub.county.peers
    space = world.hub.county.spaces.town("510101")
    begun, going_on = threading.Event(), threading.Event()

    def hold(connection: Connection) -> None:
        begun.set()
        going_on.wait(20)

    # While the town's writer is at something long, whatever is made waits to be noted.
    holding = threading.Thread(target=lambda: space.write(hold, urgent=False))
    holding.start()
    begun.wait(20)
    answers: list[str] = []

    def ask() -> None:
        try:
            hub.segment(hub.member(hostile.keys.id), "town-510101", "another", Cursor())
            answers.append("")
        except PeerUnreachable as error:
            answers.append(error.key)

    asking = [threading.Thread(target=ask) for _ in range(6)]
    for each in asking:
        each.start()
    until(lambda: len(answers) == 5)
    other.view()
    assert other.sync().pushed == 1
    assert answers == 5 * ["sync.busy"]
    going_on.set()
    for each in (*asking, holding):
        each.join()
    assert answers == [*5 * ["sync.busy"], ""]
