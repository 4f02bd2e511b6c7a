"""Boxes and hub exchange over real HTTPS until all hold the same."""

import time
from collections.abc import Callable

import pytest

from edge.domain.errors import PeerRefused, PeerUnreachable
from edge.store import possession
from edge.store.branches import chain_head
from edge.store.database import Connection, Space
from edge.store.projection import dump
from edge.store.seals import receipts
from sync import client
from sync.client import ReplicationLoop
from sync.identity import WINDOW_MS
from sync.session import Exchange
from sync.wire import Link
from tests.sync.world import Box, Line, World


def dump_of(space: Space) -> bytes:
    with space.read() as connection:
        return dump(connection)


def unsent_at(box: Box) -> int:
    with box.town.read() as connection:
        return possession.unsent(connection, box.keys.id)[0]


def unsent_at_hub(world: World, box: Box) -> int:
    with box.town.read() as near, world.hub.county.spaces.town("510101").read() as far:
        return chain_head(near, box.keys.id)[0] - chain_head(far, box.keys.id)[0]


@pytest.mark.checklist("004-16")
def test_two_towns_reach_the_hub_and_each_town_stays_apart(world: World) -> None:
    first, second = world.box("510101"), world.box("510102")
    first.append("person.registered", "p1", {"name": "张伟"})
    second.append("person.registered", "p2", {"name": "王芳"})
    first.sync()
    second.sync()
    towns = world.hub.county.spaces.towns
    assert dump_of(towns["510101"]) == dump_of(first.town)
    assert dump_of(towns["510102"]) == dump_of(second.town)
    assert b"p2" not in dump_of(first.town)
    assert dump_of(world.hub.county.spaces.county) == dump_of(second.county)


@pytest.mark.checklist("002-14")
def test_two_boxes_of_a_town_and_hub_converge(world: World) -> None:
    first, second = world.box(), world.box()
    registered = first.append("person.registered", "p1", {"name": "张伟"})
    first.sync()
    second.sync()
    for box, name in ((first, "张玮"), (second, "章伟")):

        def correct(connection: Connection, box: Box = box, name: str = name) -> None:
            said = {"field": "name", "value": name}
            box.pen(connection).append("person.corrected", "p1", said, [registered.id])

        box.town.write(correct)
    for _ in range(2):
        first.sync()
        second.sync()
    hub = world.hub.county.spaces.town("510101")
    assert dump_of(first.town) == dump_of(second.town) == dump_of(hub)
    with first.town.read() as connection:
        assert connection.execute("select count(*) from conflict").fetchone()[0] == 1


def test_nothing_new_moves_nothing(world: World) -> None:
    box = world.box()
    box.view()
    box.sync()
    box.sync()
    assert box.sync() == Exchange()


def test_the_hub_signs_for_what_it_holds_and_the_box_can_prove_it(world: World) -> None:
    box = world.box()
    entry = box.view()
    assert unsent_at(box) == 1
    box.sync()
    assert unsent_at(box) == 0
    with box.town.read() as connection:
        (receipt,) = [each for each in receipts(connection) if each.box == box.keys.id]
    assert (receipt.n, receipt.hash) == (entry.n, entry.hash)
    assert receipt.verifies(world.hub.county.keys.public_key)


def test_work_goes_on_while_the_line_is_cut(world: World) -> None:
    box = world.box()
    box.sync()
    box.session.link.cut()
    for number in range(20):
        box.view(f"d{number}")
    with pytest.raises(PeerUnreachable):
        box.sync()
    assert unsent_at(box) == 20
    box.session.link.restore()
    box.sync()
    assert unsent_at(box) == 0
    assert dump_of(box.town) == dump_of(world.hub.county.spaces.town("510101"))


def test_a_line_that_breaks_in_mid_push_costs_one_segment(world: World) -> None:
    box = world.box()
    box.sync()
    for number in range(300):
        box.view(f"d{number}")
    line = Line(world.hub.port, break_after=15_000)
    session = box.new_session(segment_changes=40)
    session.wire.move(line.url)
    with pytest.raises(PeerUnreachable):
        session.run_once()
    assert line.broken
    assert 0 < unsent_at_hub(world, box) < 300
    line.mend()
    session.run_once()
    session.close()
    line.close()
    assert dump_of(box.town) == dump_of(world.hub.county.spaces.town("510101"))
    assert unsent_at(box) == 0


def test_the_hub_away_and_back_on_the_same_address(world: World) -> None:
    box = world.box()
    box.sync()
    world.hub.stop()
    box.view()
    with pytest.raises(PeerUnreachable):
        box.sync()
    world.hub.start()
    box.sync()
    assert unsent_at(box) == 0


def test_a_box_with_a_stopped_clock_borrows_the_hubs_time(world: World) -> None:
    box = world.box()
    world.hub.clock.shift = 5 * WINDOW_MS
    box.view()
    box.sync()
    assert unsent_at(box) == 0


def test_a_revoked_box_is_refused_and_its_history_stays(world: World) -> None:
    box, other = world.box(), world.box()
    entry = box.view()
    box.sync()
    world.hub.county.revoke(box.keys.id, "遗失")
    box.view()
    with pytest.raises(PeerRefused, match=r"sync\.revoked"):
        box.sync()
    other.sync()
    with other.town.read() as connection:
        held = connection.execute(
            "select count(*) from entry where head like ?", (f"%{entry.id}%",)
        )
        assert held.fetchone()[0] == 1


def test_a_box_cannot_read_another_towns_space(world: World) -> None:
    box = world.box("510101")
    box.sync()
    query: dict[str, str | int] = {"epoch": "x", "upto": 0, "hash": ""}
    with pytest.raises(PeerRefused, match=r"sync\.space"):
        box.session.wire.request("GET", "/spaces/town-510102/segments", query=query)


def test_the_loop_exchanges_by_itself_and_says_how_things_stand(world: World) -> None:
    box = world.box()
    loop = ReplicationLoop(box.session, box.keys.id, interval=60.0)
    loop.start()
    try:
        _until(lambda: loop.status().reachable)
        box.view()
        _until(lambda: loop.status().unsent == 0)
        assert loop.status().last_confirmed is not None
        loop.cut()
        box.view()
        _until(lambda: loop.status().unsent == 1 and not loop.status().reachable)
        assert loop.status().oldest_unsent is not None
        loop.restore()
        _until(lambda: loop.status().unsent == 0 and loop.status().error == "")
    finally:
        loop.stop()


def test_another_program_may_cut_and_restore_the_line(world: World) -> None:
    box = world.box()
    loop = ReplicationLoop(box.session, box.keys.id, interval=60.0)
    switch = Link(box.folder / "sync" / "link.cut")
    switch.cut()
    loop.start()
    try:
        _until(lambda: loop.status().error == "sync.unreachable")
        switch.restore()
        _until(lambda: loop.status().reachable)
    finally:
        loop.stop()


def test_a_line_that_was_cut_for_weeks_is_still_tried(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Ten failures in a second instead of an hour.
    monkeypatch.setattr(client, "LONGEST_WAIT", 0.05)
    box = world.box()
    world.hub.stop()
    loop = ReplicationLoop(box.session, box.keys.id)
    # More often than a day and a half of trying; a number holds two to the thousandth only.
    loop._failures = 1_020
    loop.start()
    try:
        _until(lambda: loop._failures > 1_030)
        world.hub.start()
        _until(lambda: loop.status().reachable)
    finally:
        loop.stop()


def _until(holds: Callable[[], object]) -> None:
    deadline = time.monotonic() + 15
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.02)
