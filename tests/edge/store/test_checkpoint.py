"""The log of commits goes into the database beside the writer: the counter does not wait."""

import logging
import os
import resource
import shutil
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
import sqlcipher3.dbapi2

from edge.store import checkpoint
from edge.store.checkpoint import Checkpoints
from edge.store.database import Connection, Space

KEY = bytes(range(32))
PAGE = 4_096
PATIENCE = 60


@pytest.fixture
def space(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Space]:
    """A space whose measures are so small that a test writes past them in a moment."""
    monkeypatch.setattr(checkpoint, "WORTH", 40)
    monkeypatch.setattr(checkpoint, "MOST", 160)
    monkeypatch.setattr(checkpoint, "KEPT", 100 * PAGE)
    monkeypatch.setattr(checkpoint, "SHORT", 0)
    opened = Space(tmp_path / "town.db", KEY, "town-1")
    yield opened
    opened.close()


def ten_pages(connection: Connection) -> None:
    for _ in range(10):
        values = (os.urandom(16), os.urandom(PAGE - 500).hex()[: PAGE - 500])
        connection.execute("insert into entry (id, head) values (?, ?)", values)


def log_of(space: Space) -> int:
    """The size of the log in pages, used or not."""
    return space.path.with_name("town.db-wal").stat().st_size // PAGE


def test_the_database_grows_and_its_log_does_not_while_a_merge_goes_on(space: Space) -> None:
    empty = space.path.stat().st_size
    for _ in range(100):
        space.write(ten_pages, urgent=False)
    assert space.path.stat().st_size > empty + 600 * PAGE
    assert log_of(space) < 160 + 100
    with space.read() as connection:
        assert connection.execute("select count(*) from entry").fetchone() == (1_000,)


def test_a_commit_moves_nothing_itself(space: Space, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("WORTH", "MOST"):
        monkeypatch.setattr(checkpoint, name, 100_000)
    empty = space.path.stat().st_size
    for _ in range(120):
        space.write(ten_pages)
    assert space.path.stat().st_size == empty
    assert log_of(space) > 1_200


def test_who_reads_an_old_state_holds_nobody_up_and_the_log_shrinks_afterwards(
    space: Space,
) -> None:
    with space.read() as connection:
        assert connection.execute("select count(*) from entry").fetchone() == (0,)
        for _ in range(40):
            space.write(ten_pages)
        assert connection.execute("select count(*) from entry").fetchone() == (0,)
    assert log_of(space) > 400
    for _ in range(40):
        space.write(ten_pages)
    assert log_of(space) < 300


def test_the_log_has_its_length_beforehand_and_zeros_are_no_commits(
    space: Space, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("WORTH", "MOST"):
        monkeypatch.setattr(checkpoint, name, 100_000)
    monkeypatch.setattr(checkpoint, "LENGTHENED", 10)
    monkeypatch.setattr(checkpoint, "KEPT", 500 * PAGE)
    for _ in range(2):
        space.write(ten_pages)
    assert log_of(space) == 500
    space.write(ten_pages)
    assert log_of(space) == 500
    # What a power cut leaves.
    (tmp_path / "cut").mkdir()
    for file in tmp_path.glob("town.db*"):
        shutil.copy(file, tmp_path / "cut")
    left = Space(tmp_path / "cut" / "town.db", KEY, "town-1")
    with left.read() as connection:
        assert connection.execute("select count(*) from entry").fetchone() == (30,)
    left.close()


def test_a_log_that_cannot_be_lengthened_is_said_and_work_goes_on(
    space: Space, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(checkpoint, "LENGTHENED", 10)
    monkeypatch.setattr(checkpoint, "KEPT", 5_000 * PAGE)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (3_000 * PAGE, before[1]))
    try:
        with caplog.at_level(logging.WARNING):
            for _ in range(3):
                space.write(ten_pages)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert "log not lengthened" in caplog.text
    with space.read() as connection:
        assert connection.execute("select count(*) from entry").fetchone() == (30,)


def test_whoever_writes_much_lets_a_long_log_begin_again_by_itself(
    space: Space, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("WORTH", "MOST"):
        monkeypatch.setattr(checkpoint, name, 100_000)
    monkeypatch.setattr(checkpoint, "LONG", 60)
    empty = space.path.stat().st_size
    for _ in range(40):
        space.write(ten_pages, urgent=False, durable=False)
        space.settle()
    # It may be seen as long one commit late, and shrinks to no less than its length.
    assert log_of(space) < 60 + 100
    assert space.path.stat().st_size > empty + 300 * PAGE
    with space.read() as connection:
        assert connection.execute("select count(*) from entry").fetchone() == (400,)


def test_a_checkpoint_that_fails_is_said_and_work_goes_on(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checkpoint, "WORTH", 1)
    asked = threading.Event()

    def full() -> AbstractContextManager[Connection]:
        asked.set()
        raise OSError("no space left")

    writer = sqlcipher3.dbapi2.connect(str(tmp_path / "a.db"), isolation_level=None)
    writer.execute("pragma journal_mode=wal")
    checkpoints = Checkpoints(tmp_path / "a.db", full)
    checkpoints.prepare(writer)
    with caplog.at_level(logging.WARNING):
        for _ in range(2):
            writer.execute("create table if not exists t (x)")
            checkpoints.follow(writer)
            assert asked.wait(PATIENCE)
            checkpoints.finish()
            asked.clear()
    writer.close()
    assert [record.message for record in caplog.records] == ["no checkpoint: no space left"] * 2


def test_a_result_still_being_read_puts_the_checkpoint_off(
    space: Space, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(20):
        space.write(ten_pages)
    with caplog.at_level(logging.WARNING):
        rows = space.write(lambda c: c.execute("select id from entry"))
        space.write(ten_pages)
        assert len(rows.fetchall()) >= 200
    assert caplog.records == []


def test_on_a_disk_with_little_room_the_log_stays_short(
    space: Space, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("WORTH", "MOST"):
        monkeypatch.setattr(checkpoint, name, 100_000)
    monkeypatch.setattr(checkpoint, "MOST_WHERE_SHORT", 40)
    monkeypatch.setattr(checkpoint, "SHORT", 1 << 62)
    for _ in range(40):
        space.write(ten_pages)
    assert log_of(space) < 40 + 40


def test_only_what_must_last_waits_for_the_disk(space: Space) -> None:
    def waits(connection: Connection) -> bool:
        return bool(connection.execute("pragma synchronous").fetchone() == (2,))

    assert space.write(waits)
    assert not space.write(waits, urgent=False, durable=False)
    assert space.write(waits, urgent=False)
    assert space.write(lambda c: c.execute("pragma wal_autocheckpoint").fetchone()) == (0,)
