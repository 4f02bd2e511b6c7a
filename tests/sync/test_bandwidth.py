"""The line is shared: a limit in bytes a second, and hours in which page masters may travel."""

import os
from datetime import datetime

import pytest

from edge.domain.errors import InvalidInput
from edge.store.holdings import MASTER, PAPER
from sync.bandwidth import LEAST_PIECE, Allowance, Bucket, Window, allowance_of
from sync.client import ReplicationLoop
from tests.sync.test_parcels import file
from tests.sync.world import World


class Time:
    """Time that passes only by sleeping."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        # A sleep of less than the clock can tell would last for ever.
        self.now += max(seconds, 1e-6)


def test_a_megabyte_at_a_hundred_kilobytes_a_second_takes_ten_seconds() -> None:
    time = Time()
    bucket = Bucket(100_000, time, time.sleep)
    begun = time.now
    for _ in range(20):
        bucket.wait()
        bucket.spend(50_000)
    bucket.wait()
    # One second's worth was saved up before.
    assert time.now - begun == pytest.approx(9.0, abs=0.01)


def test_what_is_saved_up_is_one_second_at_most() -> None:
    time = Time()
    bucket = Bucket(1_000, time, time.sleep)
    time.sleep(3_600)
    bucket.spend(3_000)
    begun = time.now
    bucket.wait()
    assert time.now - begun == pytest.approx(2.0)


def test_no_limit_never_waits_and_a_stop_ends_the_wait() -> None:
    time = Time()
    Bucket(0, time, time.sleep).wait()
    bucket = Bucket(10, time, time.sleep)
    bucket.spend(1_000_000)
    begun = time.now
    bucket.wait(lambda: time.now < begun + 2)
    assert time.now < begun + 3


def test_pieces_shrink_with_the_line() -> None:
    assert Bucket(0).piece(1 << 20) == 1 << 20
    assert Bucket(100_000).piece(1 << 20) == 100_000
    assert Bucket(10).piece(1 << 20) == LEAST_PIECE


def at(clock: str) -> int:
    return int(datetime.strptime(f"2026-11-22 {clock}", "%Y-%m-%d %H:%M").timestamp() * 1_000)


@pytest.mark.parametrize(
    ("clock", "night", "noon"),
    [
        ("21:59", False, False),
        ("22:00", True, False),
        ("23:59", True, False),
        ("00:00", True, False),
        ("05:59", True, False),
        ("06:00", False, False),
        ("12:30", False, True),
    ],
)
def test_masters_travel_within_their_hours_only(clock: str, night: bool, noon: bool) -> None:
    over_midnight = allowance_of(0, "22:00", "06:00").window
    at_noon = allowance_of(0, "12:00", "13:00").window
    assert (over_midnight.is_open(at(clock)), at_noon.is_open(at(clock))) == (night, noon)
    assert over_midnight.least_urgent(at(clock)) == (MASTER if night else PAPER)
    assert Window().is_open(at(clock))


@pytest.mark.parametrize(
    ("limit", "begin", "end", "key"),
    [
        (-1, "", "", "exchange.limit"),
        (0, "22:00", "", "exchange.window"),
        (0, "22", "06:00", "exchange.window"),
        (0, "25:00", "06:00", "exchange.window"),
    ],
)
def test_nonsense_settings_are_named(limit: int, begin: str, end: str, key: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        allowance_of(limit, begin, end)
    assert caught.value.key == key


def test_by_day_thumbnails_leave_and_masters_wait_for_the_night(world: World) -> None:
    box = world.box()
    box.clock = world.hub.clock
    day, night = at("10:00"), at("22:30")
    hours = allowance_of(0, "22:00", "06:00")
    world.hub.clock.shift += day - world.hub.clock()
    session = box.new_session(allowance=hours)
    master = file(box, os.urandom(300_000))
    assert session.run_once().blobs_up == 1
    blobs = world.hub.county.spaces.blobs("town-510101")
    assert not blobs.has(master)
    status = ReplicationLoop(session, box.keys.id).status()
    assert status.blobs_unsent == {MASTER: 1}
    world.hub.clock.shift += night - day
    assert session.run_once().blobs_up == 1
    assert blobs.has(master)
    session.close()


def test_a_limited_line_carries_everything_and_takes_its_time_both_ways(world: World) -> None:
    box, other = world.box(), world.box()
    content, rate, spans = os.urandom(700_000), 100_000, []
    digest = file(box, content)
    for each in (box, other):
        time = Time()
        session = each.new_session(allowance=Allowance(limit=rate))
        session.wire.bucket = Bucket(rate, time, time.sleep)
        session.run_once()
        session.wire.bucket.wait()
        spans.append(time.now - 100.0)
        session.close()
    assert world.hub.county.spaces.blobs("town-510101").read(digest) == content
    assert other.blobs.read(digest) == content
    # A second's worth is saved up before.
    assert all(6.0 <= span < 8.0 for span in spans), spans
