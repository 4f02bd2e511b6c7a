"""A machine believes that it was set back in time only when it sees its own signature."""

import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from edge.domain.errors import PeerRefused
from edge.store import exchange, standing
from edge.store.database import Space
from edge.store.exchange import Cursor
from sync.greeting import pack_said
from sync.hub.county import County
from sync.replica import DAY_MS, RENEWALS_A_DAY
from sync.roster import COUNTY
from sync.segment import PROTO, open_segment, seal_segment, sign_bodiless, without_body
from sync.set_back import said_of
from tests.sync.sides import BOX, HUB, OTHER, ROSTER, Side
from tests.sync.world import Box, World


def epoch(space: Space) -> str:
    with space.read() as connection:
        return exchange.epoch_of(connection)


def greet(box: Box, space: str, epoch: str, said: object) -> None:
    """A handshake with a cursor of the box's own making."""
    hello = {"epoch": "e", "schema": 1, "have": {epoch: said}}
    body = pack_said({"proto": PROTO, "spaces": {space: hello}})
    box.session.wire.request("POST", "/handshake", body)


@pytest.mark.parametrize("space", [COUNTY, "town-510101"])
def test_a_lying_box_cannot_make_the_hub_begin_anew(world: World, space: str) -> None:
    liar, other = world.box(), world.box()
    other.view()
    liar.sync()
    other.sync()
    hub = world.hub.county
    at_hub = hub.spaces.county if space == COUNTY else hub.spaces.town("510101")
    before = epoch(at_hub)
    made_up = Cursor(999, "ab" * 32)
    own = liar.session._replicas[space]
    genuine = own.proof_of(hub.keys.id, before)
    for proof in (b"", b"\xc1" * 300, genuine):
        with pytest.raises(PeerRefused) as refused:
            greet(liar, space, before, said_of(made_up, proof))
        assert refused.value.key == "sync.unproven"
    query: dict[str, str | int] = {"epoch": "e", "upto": made_up.upto, "hash": made_up.hash}
    with pytest.raises(PeerRefused) as restart:
        liar.session.wire.request("GET", f"/spaces/{space}/segments", query=query)
    assert restart.value.key == "sync.hub_set_back"
    assert epoch(at_hub) == before
    # Somebody at the county can see who it was; a good exchange takes the note away.
    with at_hub.read() as connection:
        (noted,) = standing.refusals(connection)
    assert (noted.sender, noted.reason) == (liar.keys.id, "sync.unproven")


@pytest.mark.parametrize("said", [[1, "ab"], [1, "ab", "xy"], ["1", "ab", ""], {"upto": 1}])
def test_a_cursor_of_another_shape_is_refused_as_malformed(world: World, said: object) -> None:
    box = world.box()
    box.sync()
    hub = world.hub.county.spaces.town("510101")
    with pytest.raises(PeerRefused, match=r"sync\.malformed"):
        greet(box, "town-510101", epoch(hub), said)


@pytest.fixture
def box(tmp_path: Path) -> Iterator[Side]:
    side = Side(tmp_path / "box", BOX)
    yield side
    side.space.close()


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Side]:
    side = Side(tmp_path / "hub", HUB)
    yield side
    side.space.close()


def shipped(box: Side, hub: Side) -> tuple[Cursor, bytes]:
    """What the hub holds of the box once it has taken in one more segment, and its proof."""
    box.view()
    held = hub.replica.cursor_of(BOX.id, box.replica.epoch)
    content = box.replica.outgoing(HUB.id, hub.replica.epoch, held)
    assert content is not None
    hub.replica.take(content, BOX.id)
    return (
        hub.replica.cursor_of(BOX.id, box.replica.epoch),
        hub.replica.proof_of(BOX.id, box.replica.epoch),
    )


def forget(box: Side) -> None:
    box.space.write(lambda c: c.execute("delete from export_log") and None)


def test_its_own_signature_makes_a_machine_another_once(box: Side, hub: Side) -> None:
    shown, proof = shipped(box, hub)
    forget(box)
    before = box.replica.epoch
    assert not box.replica.recognise(HUB.id, shown, proof)
    renewed = box.replica.epoch
    assert renewed != before
    # The same proof again is of a life that is over: the exchange begins anew, nothing else.
    assert not box.replica.recognise(HUB.id, shown, proof)
    assert box.replica.epoch == renewed


Forgery = Callable[[Side, Side, Cursor, bytes], tuple[Cursor, bytes]]


def of_another_cursor(box: Side, hub: Side, shown: Cursor, proof: bytes) -> tuple[Cursor, bytes]:
    return replace(shown, upto=shown.upto + 1), proof


def of_another_hash(box: Side, hub: Side, shown: Cursor, proof: bytes) -> tuple[Cursor, bytes]:
    return replace(shown, hash="ab" * 32), proof


def by_another(box: Side, hub: Side, shown: Cursor, proof: bytes) -> tuple[Cursor, bytes]:
    header = open_segment(last_content(box, HUB.id), ROSTER.key_of)[0].header
    return shown, sign_bodiless(header, shown.hash, HUB)


def for_another(box: Side, hub: Side, shown: Cursor, proof: bytes) -> tuple[Cursor, bytes]:
    content = last_content(box, OTHER.id)
    segment, hash = open_segment(content, ROSTER.key_of)
    return Cursor(segment.header.last, hash), without_body(content)


def of_another_space(box: Side, hub: Side, shown: Cursor, proof: bytes) -> tuple[Cursor, bytes]:
    segment, _ = open_segment(last_content(box, HUB.id), ROSTER.key_of)
    header = replace(segment.header, space="town-2")
    content, hash = seal_segment(replace(segment, header=header), BOX)
    return Cursor(header.last, hash), without_body(content)


def last_content(box: Side, receiver: str) -> bytes:
    content = box.replica.outgoing(receiver, "", Cursor())
    assert content is not None
    return content


@pytest.mark.parametrize(
    "forgery", [of_another_cursor, of_another_hash, by_another, for_another, of_another_space]
)
def test_any_other_signature_does_not(box: Side, hub: Side, forgery: Forgery) -> None:
    shown, proof = forgery(box, hub, *shipped(box, hub))
    forget(box)
    before = box.replica.epoch
    with pytest.raises(PeerRefused, match=r"sync\.unproven"):
        box.replica.recognise(HUB.id, shown, proof)
    assert box.replica.epoch == before


def test_a_peer_that_proves_it_again_and_again_is_put_off_to_the_next_day(
    box: Side, hub: Side, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(RENEWALS_A_DAY):
        shown, proof = shipped(box, hub)
        forget(box)
        assert not box.replica.recognise(HUB.id, shown, proof)
    shown, proof = shipped(box, hub)
    forget(box)
    with pytest.raises(PeerRefused, match=r"sync\.renewed_often"):
        box.replica.recognise(HUB.id, shown, proof)
    now = box.replica._clock()
    monkeypatch.setattr(box.replica, "_clock", lambda: now + DAY_MS + 1)
    assert not box.replica.recognise(HUB.id, shown, proof)


def test_a_hub_restored_to_before_a_snapshot_is_healed_by_the_box_that_took_it(
    world: World, tmp_path: Path
) -> None:
    first = world.box()
    first.view()
    first.sync()
    hub = world.hub
    hub.close()
    shutil.copytree(hub.folder, tmp_path / "backup")
    hub.county = County.open(hub.folder, hub.clock)
    hub.start()
    town = hub.county.spaces.town("510101")
    header_epoch = epoch(town)
    hub.county.snapshots.least = 1
    member = hub.county.peers.member(first.keys.id)
    while (said := hub.county.snapshots.ask(member, town, header_epoch))["state"] != "ready":
        time.sleep(0.05)
    offer = said["offer"]
    hub.close()
    shutil.rmtree(hub.folder)
    shutil.copytree(tmp_path / "backup", hub.folder)
    hub.county = County.open(hub.folder, hub.clock)
    hub.start()
    shown = [offer["upto"], offer["hash"], offer["proof"]]
    greet(first, "town-510101", header_epoch, shown)
    assert epoch(hub.county.spaces.town("510101")) != header_epoch
