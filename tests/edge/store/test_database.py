"""A space: whole transactions, one writer, readers that never see half."""

import os
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from pathlib import Path

import pytest

from edge.domain.errors import ArchiveError, InvalidInput
from edge.store import database
from edge.store.database import Connection, Space, SyncBitLeaked
from edge.store.migrations import migrate, schema_version
from edge.store.readers import READERS
from tests.fresh_spaces import BY_THE_PROGRAM

KEY = bytes(range(32))


@pytest.fixture(autouse=True)
def _made_by_the_program(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "_create", BY_THE_PROGRAM)


@pytest.fixture
def space(tmp_path: Path) -> Iterator[Space]:
    opened = Space(tmp_path / "town.db", KEY, "town-1")
    yield opened
    opened.close()


def count(space: Space, table: str = "counter") -> int:
    with space.read() as connection:
        return int(connection.execute(f"select count(*) from {table}").fetchone()[0])  # noqa: S608


def tally(name: str) -> Callable[[Connection], object]:
    return lambda connection: connection.execute("insert into counter values (?, 1)", (name,))


def store_entry(connection: Connection) -> None:
    values = (os.urandom(16), "head", "data")
    connection.execute("insert into entry (id, head, data) values (?, ?, ?)", values)


def changes(space: Space) -> int:
    return count(space, "crsql_changes")


def test_what_was_written_is_read_and_survives_reopening(space: Space) -> None:
    space.write(tally("a"))
    assert count(space) == 1
    space.close()
    again = Space(space.path, KEY, "town-1")
    assert count(again) == 1
    again.close()


@pytest.mark.checklist("004-09")
def test_nothing_on_disk_is_readable_without_the_key(space: Space) -> None:
    space.write(tally("very-secret-name"))
    space.close()
    for file in space.path.parent.iterdir():
        content = file.read_bytes()
        assert b"very-secret-name" not in content
        assert not content.startswith(b"SQLite format 3")


def test_a_wrong_key_is_refused_and_harms_nothing(space: Space) -> None:
    space.write(tally("a"))
    space.close()
    with pytest.raises(ArchiveError) as caught:
        Space(space.path, bytes(32), "town-1")
    assert (caught.value.key, caught.value.fields) == ("storage.unreadable", {"name": "town.db"})
    again = Space(space.path, KEY, "town-1")
    assert count(again) == 1
    again.close()


@pytest.mark.parametrize("place", [0.001, 0.4, 0.6, 0.8, 0.99])
def test_a_flipped_bit_of_the_database_is_told_and_never_read_over(
    space: Space, place: float
) -> None:
    for _ in range(300):
        space.write(store_entry)
    space.close()
    altered = bytearray(space.path.read_bytes())
    altered[int(len(altered) * place)] ^= 1
    space.path.write_bytes(altered)
    with pytest.raises(ArchiveError) as caught:
        read_all(space.path)
    assert (caught.value.key, caught.value.fields) == ("storage.unreadable", {"name": "town.db"})


def read_all(path: Path) -> None:
    again = Space(path, KEY, "town-1")
    try:
        again.write(tally("a"))
        with again.read() as connection:
            tables = connection.execute(
                "select name from sqlite_schema where type = 'table' and name not like 'crsql%' "
                "and name not like 'person_search%'"
            ).fetchall()
            for (table,) in tables:
                connection.execute(f"select * from {table}").fetchall()  # noqa: S608
            connection.execute("select * from crsql_changes").fetchall()
            assert connection.execute("pragma integrity_check").fetchall() == [("ok",)]
    finally:
        again.close()


@pytest.mark.parametrize("error", [InvalidInput("query.empty"), ValueError(), KeyboardInterrupt()])
def test_an_error_undoes_the_whole_transaction_and_work_goes_on(
    space: Space, error: BaseException
) -> None:
    def half(connection: Connection) -> None:
        connection.execute("insert into counter values ('half', 1)")
        store_entry(connection)
        raise error

    with pytest.raises(type(error)):
        space.write(half)
    assert (count(space), count(space, "entry"), changes(space)) == (0, 0, 0)
    space.write(store_entry)
    assert (count(space, "entry"), changes(space)) == (1, 2)


def test_a_leaked_sync_bit_fails_the_work_that_leaked_it_and_no_other(space: Space) -> None:
    def leak(connection: Connection) -> None:
        store_entry(connection)
        connection.execute("select crsql_internal_sync_bit(1)").fetchone()

    with pytest.raises(SyncBitLeaked):
        space.write(leak)
    assert count(space, "entry") == 0
    space.write(store_entry)
    assert changes(space) == 2


def test_a_row_ignored_as_held_already_is_no_change_to_replicate(space: Space) -> None:
    row = (os.urandom(16), "body")
    insert = "insert or ignore into receipt (id, body) values (?, ?)"
    space.write(lambda connection: connection.execute(insert, row))
    before = versions(space)
    space.write(lambda connection: connection.execute(insert, (row[0], "other")))
    assert versions(space) == before


def versions(space: Space) -> list[tuple[object, ...]]:
    with space.read() as connection:
        return connection.execute(
            "select pk, cid, val, col_version, db_version from crsql_changes"
        ).fetchall()


def test_the_counter_goes_before_merging(space: Space) -> None:
    order: list[str] = []
    gate, started = threading.Event(), threading.Event()

    def hold(_: Connection) -> None:
        started.set()
        gate.wait(10)

    with ThreadPoolExecutor(8) as pool:
        pool.submit(space.write, hold)
        started.wait(10)
        for _ in range(3):
            pool.submit(space.write, lambda _: order.append("merge"), urgent=False)
        while space._tasks.qsize() < 3:
            time.sleep(0.001)
        pool.submit(space.write, lambda _: order.append("counter"))
        while space._tasks.qsize() < 4:
            time.sleep(0.001)
        gate.set()
    assert order == ["counter", "merge", "merge", "merge"]


def test_readers_cannot_write(space: Space) -> None:
    with space.read() as connection, pytest.raises(Exception, match="readonly"):
        connection.execute("insert into counter values ('a', 1)")


def test_a_reader_sees_one_state_while_others_write(space: Space) -> None:
    with space.read() as connection:
        before = connection.execute("select count(*) from counter").fetchone()
        space.write(tally("a"))
        assert connection.execute("select count(*) from counter").fetchone() == before
    assert count(space) == 1


def test_many_readers_and_writers_at_once_lose_nothing(space: Space) -> None:
    def work(number: int) -> None:
        space.write(tally(str(number)))
        assert count(space) >= 1

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(80)))
    assert count(space) == 80


def _all_end(acts: list[Callable[[], object]]) -> bool:
    """Whether all of them end, begun together; none does that waits for another."""
    threads = [threading.Thread(target=act, daemon=True) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    return not any(thread.is_alive() for thread in threads)


def test_who_reads_while_reading_never_stands_still(space: Space, tmp_path: Path) -> None:
    other = Space(tmp_path / "county.db", KEY, "county")
    together = threading.Barrier(READERS)

    def twice() -> None:
        with space.read() as outer, suppress(threading.BrokenBarrierError):
            together.wait(5)
            with space.read() as inner:
                assert inner is outer

    def both(first: Space, second: Space) -> None:
        with first.read(), suppress(threading.BrokenBarrierError):
            crossed.wait(5)
            with second.read():
                pass

    def asks_while_writing() -> None:
        with other.read(), suppress(threading.BrokenBarrierError):
            together.wait(5)
            space.write(lambda _: count(other))

    assert _all_end([twice] * READERS)
    crossed = threading.Barrier(2 * READERS)
    there_and_back = [partial(both, space, other), partial(both, other, space)]
    assert _all_end([*there_and_back * READERS])
    assert _all_end([asks_while_writing] * READERS)
    other.close()


def test_listeners_hear_of_commits_only(space: Space) -> None:
    heard: list[int] = []
    space.on_commit(lambda: heard.append(1))
    space.write(tally("a"))
    with pytest.raises(ValueError, match="no"):
        space.write(_refuse)
    space.write(tally("b"))
    space.close()
    assert len(heard) == 2


def _refuse(_: Connection) -> None:
    raise ValueError("no")


def test_a_failing_listener_stops_neither_the_writer_nor_the_others(
    space: Space, caplog: pytest.LogCaptureFixture
) -> None:
    heard: list[int] = []

    def fail() -> None:
        raise ValueError("broken screen")

    space.on_commit(fail)
    space.on_commit(lambda: heard.append(1))
    space.write(tally("a"))
    space.write(tally("b"))
    space.close()
    assert len(heard) == 2
    assert "broken screen" in caplog.text


def test_a_transaction_within_a_transaction_is_refused_not_waited_for(space: Space) -> None:
    with pytest.raises(RuntimeError, match="within"):
        space.write(lambda _: space.write(tally("a")))
    space.write(tally("b"))
    assert count(space) == 1


def test_a_closed_space_says_so_instead_of_waiting_for_ever(space: Space) -> None:
    space.close()
    space.close()
    with pytest.raises(RuntimeError, match="closed"):
        space.write(tally("a"))


def test_closing_finishes_what_is_queued(space: Space) -> None:
    with ThreadPoolExecutor(8) as pool:
        writes = [pool.submit(space.write, tally(str(each))) for each in range(8)]
        # In this order none is counted twice.
        while count(space) + space._tasks.qsize() < 8:
            time.sleep(0.001)
        space.close()
        for write in writes:
            write.result(10)


def test_a_database_half_made_by_a_kill_is_made_anew(tmp_path: Path) -> None:
    path = tmp_path / "town.db"
    path.with_name("town.db.new").write_bytes(b"half")
    path.with_name("town.db.new-wal").write_bytes(b"half")
    space = Space(path, KEY, "town-1")
    space.write(tally("a"))
    space.close()
    assert sorted(file.name for file in tmp_path.iterdir()) == ["town.db"]


def test_migrations_are_applied_once(space: Space) -> None:
    def again(connection: Connection) -> list[str]:
        connection.execute("commit")
        migrate(connection)
        connection.execute("begin")
        return [name for (name,) in connection.execute("select name from migration")]

    applied = space.write(again)
    assert len(applied) == len(set(applied))
    numbers = [int(name[:4]) for name in applied]
    assert len(numbers) == len(set(numbers)), "two machines with the same number may differ"
    assert max(numbers) == schema_version()


def test_a_log_left_by_a_database_that_is_gone_is_no_part_of_the_next(space: Space) -> None:
    space.write(tally("a"))
    log = space.path.with_name("town.db-wal").read_bytes()
    # Killed while it was put aside, or moved away by a technician who forgot the log.
    path = space.path.with_name("other.db")
    path.with_name("other.db-wal").write_bytes(log)
    for seen in (0, 1):
        begun = Space(path, KEY, "town-1")
        assert count(begun) == seen
        if not seen:
            begun.write(tally("b"))
        begun.close()
    assert path.with_name("other.db-wal.damaged").read_bytes() == log
