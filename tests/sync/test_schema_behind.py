"""A county that was updated first: a box that was not waits, says so, and keeps uploading."""

from dataclasses import replace

import pytest

from edge.domain.errors import PeerRefused, SchemaAhead
from edge.store import possession
from edge.store.keys import Keys
from edge.store.migrations import schema_version
from edge.store.seals import sign_seal
from sync import replica
from sync.client import ReplicationLoop, Status
from sync.confirmed import note_confirmed
from sync.roster import COUNTY
from tests.sync.neighbours import until
from tests.sync.world import Box, World


@pytest.fixture
def box(world: World, monkeypatch: pytest.MonkeyPatch) -> Box:
    """A box of today at a hub whose program is one version ahead."""
    box, peers = world.box(), world.hub.county.peers
    with monkeypatch.context() as updated:
        updated.setattr(replica, "schema_version", lambda: schema_version() + 1)
        for name in (COUNTY, box.town.name):
            peers.replica(peers.member(box.keys.id), name, writing=False)
    return box


def held_by_hub(world: World, box: Box) -> int:
    with world.hub.county.spaces.town(box.pins.town).read() as connection:
        row = connection.execute("select count(*) from history where box = ?", (box.keys.id,))
        return int(row.fetchone()[0])


def kept_going(box: Box) -> Status:
    """What the loop says once it has tried."""
    loop = ReplicationLoop(box.session, box.keys.id)
    loop.start()
    try:
        until(lambda: loop.status().error != "")
        return loop.status()
    finally:
        loop.stop()
        box.session = box.new_session()


def test_a_county_that_is_older_is_told_so_by_the_box(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    box, ours = world.box(), schema_version()
    monkeypatch.setattr(replica, "schema_version", lambda: ours + 1)
    session = box.new_session()
    box.view()
    with monkeypatch.context() as older:
        older.setattr(replica, "schema_version", lambda: ours)
        with pytest.raises(SchemaAhead) as refused:
            session.run_once()
    session.close()
    assert refused.value.key == "sync.peer_behind"
    assert refused.value.fields == {"theirs": ours, "ours": ours + 1}


def test_only_what_the_hub_has_signed_of_its_own_chain_counts_as_received(
    world: World, box: Box
) -> None:
    hub, stranger, entry = world.hub.county.keys, Keys(bytes([9]) * 32), box.view()
    true = sign_seal(box.keys.id, entry.n, entry.hash, 1, hub.id, hub.signing)
    lies = (
        replace(true, n=2, signature=true.signature),
        sign_seal(box.keys.id, entry.n, entry.hash, 1, hub.id, stranger.signing),
        sign_seal(box.keys.id, entry.n, entry.hash, 1, stranger.id, stranger.signing),
        sign_seal(box.keys.id, entry.n, entry.hash, 1, stranger.id, hub.signing),
        sign_seal(stranger.id, entry.n, entry.hash, 1, hub.id, hub.signing),
        sign_seal(box.keys.id, entry.n, "ab" * 32, 1, hub.id, hub.signing),
        sign_seal(box.keys.id, 10**9, entry.hash, 1, hub.id, hub.signing),
    )

    def unsent_after(said: object) -> int:
        note_confirmed(box.town, said, box.pins, box.keys.id)
        with box.town.read() as connection:
            return possession.unsent(connection, box.keys.id)[0]

    assert unsent_after([each.body for each in lies]) == 1
    for odd in ("x", [1], ["[]"], [true.body] * 99, {"a": 1}):
        with pytest.raises(PeerRefused, match=r"sync\.malformed"):
            unsent_after(odd)
    assert unsent_after([]) == 1
    assert unsent_after([lies[1].body, true.body]) == 0
    older = sign_seal(box.keys.id, entry.n, entry.hash, 1, hub.id, hub.signing)
    box.view()
    assert unsent_after([older.body]) == 1


def test_an_older_box_waits_says_so_and_keeps_uploading_and_knows_what_has_come(
    world: World, box: Box, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours = schema_version()
    for day in (1, 2):
        box.view()
        status = kept_going(box)
        assert held_by_hub(world, box) == day
        assert (status.reachable, status.error) == (True, "sync.schema_ahead")
        assert status.error_fields == {"theirs": ours + 1, "ours": ours}
        assert (status.quarantined, status.last_confirmed, status.unsent) == (0, None, 0)
    monkeypatch.setattr(replica, "schema_version", lambda: ours + 1)
    box.session = box.new_session()
    box.sync()
    status = ReplicationLoop(box.session, box.keys.id).status()
    assert status.unsent == 0
    assert status.last_confirmed is not None
