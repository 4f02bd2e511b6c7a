"""Merges are as small as this machine needs them; only the last waits for the disk."""

import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.domain.kinds import Kind
from edge.store import exchange
from edge.store.database import Connection, Space
from edge.store.entries import Author, Pen, now_ms
from edge.store.exchange import DB_VERSION, Batch, Cursor
from edge.store.keys import Keys
from sync import pace
from sync.pace import LEAST, MOST, Pace
from sync.replica import Replica
from sync.roster import Member, Roster

TOWN, KEY = "510101", bytes(range(32))
BOX, HUB = Keys(bytes([1]) * 32), Keys(bytes([2]) * 32)
ROSTER = Roster(HUB.id, HUB.public_key, {BOX.id: Member(BOX.id, TOWN, "", BOX.public_key, False)})
VERSIONS, ACTS = 60, 3


def after(merge: Pace, changes: int, seconds: float) -> int:
    merge.note(changes, time.perf_counter() - seconds)
    return merge.limit


def test_a_machine_on_which_merges_take_long_is_given_smaller_ones() -> None:
    merge = Pace()
    assert merge.limit == MOST
    limits = [after(merge, merge.limit, merge.limit * 0.000_2) for _ in range(30)]
    # 25 changes take the 5 ms that a counter may wait.
    assert limits == sorted(limits, reverse=True)
    assert 20 <= limits[-1] <= 26
    recovered = [after(merge, merge.limit, merge.limit * 0.000_01) for _ in range(30)]
    assert recovered[-1] == MOST


@given(st.lists(st.tuples(st.integers(0, 20_000), st.floats(0, 60))))
def test_there_are_bounds_whatever_was_measured(seen: list[tuple[int, float]]) -> None:
    free, fixed = Pace(), Pace(7)
    for changes, seconds in seen:
        assert LEAST <= after(free, changes, seconds) <= MOST
        assert after(fixed, changes, seconds) == 7


def town_of_many_versions(folder: Path) -> Replica:
    town = Replica(space(folder / "box.db"), BOX, lambda: ROSTER, folder / "q", now_ms)
    act = (Kind.DOSSIER_VIEWED, "d" * 32, {"purpose": "查阅", "what": "目录"}, ())
    for _ in range(VERSIONS):
        town.space.write(lambda c: Pen(c, Author(BOX.id), "clerk").append_many([act] * ACTS))
    return town


def space(path: Path) -> Space:
    return Space(path, KEY, f"town-{TOWN}")


def versions_in(batch: Batch) -> set[int]:
    return {change[DB_VERSION] for change in batch.changes} | {row.version for row in batch.rows}


def test_every_merge_holds_whole_versions_and_only_the_last_waits_for_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pace, "BUDGET_S", 0)
    town = town_of_many_versions(tmp_path)
    content = town.outgoing(HUB.id, "", Cursor())
    assert content is not None
    seen: list[tuple[Batch, bool]] = []

    def merge(connection: Connection, batch: Batch) -> object:
        waits = connection.execute("pragma synchronous").fetchone() == (2,)
        seen.append((batch, waits))
        return real(connection, batch)

    real = exchange.merge
    monkeypatch.setattr(exchange, "merge", merge)
    taking = Replica(space(tmp_path / "hub.db"), HUB, lambda: ROSTER, tmp_path / "q", now_ms)
    taken = taking.take(content, BOX.id)
    assert len(seen) > VERSIONS * ACTS * 2 // LEAST
    versions = [versions_in(batch) for batch, _ in seen]
    assert len(set.union(*versions)) == sum(map(len, versions))
    assert all(len(batch.changes) + 2 * len(batch.rows) <= LEAST for batch, _ in seen)
    assert [waits for _, waits in seen] == [False] * (len(seen) - 1) + [True]
    assert [batch.cursor for batch, _ in seen] == [None] * (len(seen) - 1) + [taken.cursor]
    for replica in (town, taking):
        replica.space.close()
