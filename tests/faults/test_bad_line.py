"""Lines that are slow, narrow, torn, noisy or dumb: everything arrives, once, and nobody waits."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest

from edge.domain.errors import PeerUnreachable
from sync import wire
from tests.faults.lines import BadLine, Fault
from tests.faults.machines import digest_of, lacking, troubles, work
from tests.sync.world import Box, World

TOWN = "town-510101"
TRIES = 400


@contextmanager
def line(world: World, box: Box, fault: Fault) -> Iterator[BadLine]:
    """Put a box behind a bad line."""
    laid = BadLine(world.hub.port, fault)
    box.session.wire.move(laid.url)
    try:
        yield laid
    finally:
        box.session.close()
        laid.close()


def day(box: Box, mark: str, large: bool = False) -> tuple[list[str], list[str]]:
    entries, files = list[str](), list[str]()
    work(box, mark, large, lambda what, name: (entries if what == "entry" else files).append(name))
    return entries, files


def arrived_once(world: World, box: Box, entries: list[str], files: list[str]) -> None:
    """Alike, sound, whole; and no row is held but once."""
    county = world.hub.county
    town, blobs = county.spaces.space(TOWN), county.spaces.blobs(TOWN)
    assert digest_of(town) == digest_of(box.town)
    assert lacking(town, blobs, entries, files) == []
    assert troubles(town, blobs, county.peers.roster, county.keys) == []
    with town.read() as connection:
        (count,) = connection.execute("select count(*) from entry").fetchone()
        (known,) = connection.execute("select count(*) from history").fetchone()
    assert count == known == len(entries)


def until_through(box: Box) -> int:
    """Exchange as the loop would, until it ends well; how often it was cut."""
    for cuts in range(TRIES):
        try:
            box.sync()
        except PeerUnreachable:
            continue
        return cuts
    raise AssertionError("never through")


def test_three_hundred_milliseconds_each_way(world: World) -> None:
    box = world.box()
    entries, files = day(box, "m")
    with line(world, box, Fault(delay=0.3)):
        box.sync()
    arrived_once(world, box, entries, files)


def test_sixty_four_kilobits_a_second(world: World) -> None:
    box = world.box()
    entries, files = day(box, "m")
    with line(world, box, Fault(rate=8_000)):
        box.sync()
    arrived_once(world, box, entries, files)


@pytest.mark.parametrize("tear", [6_000, 200_000])
def test_a_line_torn_at_random_bytes_brings_everything_once(
    world: World, tear: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    box = world.box()
    entries, files = day(box, "m", large=tear > 10_000)
    session = box.new_session(segment_changes=4)
    box.session.close()
    box.session = session
    if tear > 10_000:
        # A line that breaks so often is used in small pieces.
        bucket = box.session.wire.bucket
        bucket.rate = 10_000_000
        monkeypatch.setattr(bucket, "piece", lambda most: min(most, 65_536))
    with line(world, box, Fault(tear=tear)) as laid:
        cuts = until_through(box)
        assert cuts
        assert laid.torn
    arrived_once(world, box, entries, files)


def test_flipped_bits_under_way_are_never_merged(world: World) -> None:
    box = world.box()
    entries, files = day(box, "m")
    with line(world, box, Fault(flip=30_000)):
        until_through(box)
    arrived_once(world, box, entries, files)
    assert box.session.stage == "blobs"


def test_a_line_that_answers_nothing_is_given_up_and_the_counter_goes_on(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The bound itself is a minute for an answer, ten seconds for a connection.
    assert wire._TIMEOUT.read is not None
    assert wire._TIMEOUT.read <= 60
    assert wire._TIMEOUT.connect is not None
    assert wire._TIMEOUT.connect <= 10
    box = world.box()
    box.sync()
    entries, files = day(box, "m")
    monkeypatch.setattr(wire, "_TIMEOUT", httpx.Timeout(2.0, connect=2.0))
    with line(world, box, Fault()) as laid:
        box.session.wire.request("POST", "/confirm", b"{}")
        laid.fault = Fault(dumb=True)
        begun, ended = time.monotonic(), list[float]()

        def wait() -> None:
            _refused(box)
            ended.append(time.monotonic())

        waiting = threading.Thread(target=wait)
        waiting.start()
        looked = 0
        while waiting.is_alive():
            entries.append(box.view().id)
            looked += 1
            time.sleep(0.05)  # a clerk is slower still
        waiting.join()
        assert ended[0] - begun < 30
        # A counter that waited for the wire would have looked once, or twice at the end.
        assert looked > 3
        laid.fault = Fault()
        box.sync()
    arrived_once(world, box, entries, files)


def _refused(box: Box) -> None:
    with pytest.raises(PeerUnreachable):
        box.sync()
