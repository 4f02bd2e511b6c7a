"""The change log read and written in bulk is the one that the extension itself would write."""

from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from random import Random

import pytest

from edge.store import changelog, exchange
from edge.store.changelog import Change
from edge.store.database import Connection, Space

KEY = b"\x01\x0c\x10"
SITES = [bytes([number]) * 16 for number in range(1, 4)]
ORDINARY = (
    'insert into crsql_changes ("table", pk, cid, val, col_version, db_version, site_id, cl, seq) '
    "values (?, ?, ?, ?, ?, 0, ?, ?, ?)"
)
READ = 'select "table", pk, cid, val, col_version, db_version, site_id, cl, seq from crsql_changes'
STATE = (
    "select * from crsql_site_id where ordinal > 0 order by ordinal",
    "select * from entry__crsql_pks order by 1",
    "select * from entry__crsql_clock order by 1, 2",
    "select * from seal__crsql_clock order by 1, 2",
    "select * from entry order by id",
    "select crsql_db_version()",
)


@pytest.fixture
def spaces(tmp_path: Path) -> Iterator[tuple[Space, Space]]:
    pair = tuple(Space(tmp_path / f"{name}.db", bytes(32), "town-1") for name in "ab")
    yield pair[0], pair[1]
    for space in pair:
        space.close()


def entry_of(random: Random) -> list[Change]:
    id, site = random.randbytes(16), random.choice(SITES)
    seq, text = random.randrange(99), f"{random.random()}"
    return [
        ("entry", KEY + id, "data", text + " data", 1, 7, site, 1, seq + 1),
        ("entry", KEY + id, "head", text + " head", 1, 7, site, 1, seq),
    ]


def batches_of(random: Random) -> Iterator[list[Change]]:
    """Whole entries, some repeated, some torn in halves, some again at odds; and seals."""
    held: list[list[Change]] = []
    for _ in range(random.randint(1, 5)):
        fresh = [entry_of(random) for _ in range(random.randrange(6))]
        again = [random.choice(held) for _ in range(random.randrange(3)) if held]
        torn = [[random.choice(entry_of(random))] for _ in range(random.randrange(2))]
        groups = [*fresh, *again, *torn]
        random.shuffle(groups)
        batch = [change for group in groups for change in group]
        if random.random() < 0.5:
            pk, site = KEY + random.randbytes(16), random.choice(SITES)
            batch.append(("seal", pk, "body", "sealed", 1, 7, site, 1, 0))
        held += fresh
        yield batch


def ordinary(connection: Connection, batch: Sequence[Change]) -> None:
    connection.executemany(
        ORDINARY, [(t, pk, c, v, cv, s, cl, q) for t, pk, c, v, cv, _, s, cl, q in batch]
    )


def bulk(connection: Connection, batch: Sequence[Change]) -> None:
    ordinary(connection, changelog.insert_new(connection, batch))


def state(connection: Connection) -> list[list[object]]:
    return [connection.execute(query).fetchall() for query in STATE]


def unordered(connection: Connection) -> list[tuple[object, ...]]:
    """What was merged, whatever number each row has."""
    (last,) = connection.execute("select crsql_db_version()").fetchone()
    return [last, *sorted(connection.execute(READ).fetchall(), key=repr)]


@pytest.mark.parametrize("seed", range(40))
def test_the_log_written_in_bulk_is_that_of_an_ordinary_merge(
    spaces: tuple[Space, Space], seed: int
) -> None:
    for batch in batches_of(Random(seed)):
        spaces[0].write(partial(ordinary, batch=batch))
        spaces[1].write(partial(bulk, batch=batch))
        with spaces[0].read() as one, spaces[1].read() as other:
            assert unordered(one) == unordered(other)


def test_of_new_entries_only_every_stored_row_is_the_same(spaces: tuple[Space, Space]) -> None:
    random = Random(1)
    for size in (1, 700, 3):
        batch = [change for _ in range(size) for change in entry_of(random)]
        spaces[0].write(partial(ordinary, batch=batch))
        spaces[1].write(partial(bulk, batch=batch))
    with spaces[0].read() as one, spaces[1].read() as other:
        assert state(one) == state(other)


def test_local_writes_are_tracked_after_and_within_a_bulk_merge(
    spaces: tuple[Space, Space],
) -> None:
    random, space = Random(2), spaces[0]

    def work(connection: Connection) -> None:
        connection.execute(
            "insert into entry values (?, 'mine', 'before')", (random.randbytes(16),)
        )
        bulk(connection, entry_of(random))
        connection.execute("insert into entry values (?, 'mine', 'after')", (random.randbytes(16),))

    space.write(work)
    space.write(
        lambda c: c.execute("insert into entry values (?, 'mine', 'later')", (bytes(16),)) and None
    )
    with space.read() as connection:
        rows = connection.execute(READ).fetchall()
        (own,) = connection.execute("select crsql_site_id()").fetchone()
    assert sorted(row[3] for row in rows if row[2] == "data" and row[6] == own) == [
        "after", "before", "later",
    ]  # fmt: skip
    assert sorted({row[5] for row in rows}) == [1, 2]


def test_what_is_read_in_bulk_is_what_the_extension_gives(spaces: tuple[Space, Space]) -> None:
    for batch in batches_of(Random(5)):
        spaces[0].write(partial(bulk, batch=batch))
        spaces[0].write(
            lambda c: c.execute("insert or ignore into box_status values ('b', 'x')") and None
        )
        spaces[0].write(lambda c: c.execute("update box_status set body = 'y'") and None)
    with spaces[0].read() as connection:
        (last,) = connection.execute("select crsql_db_version()").fetchone()
        for low, high in ((0, last), (1, 2), (last - 1, exchange._LAST_VERSION)):
            given = [row for row in connection.execute(READ).fetchall() if low < row[5] <= high]
            given.sort(key=lambda row: (row[5], row[0], row[1], row[2]))
            assert list(changelog.extract(connection, low, high)) == given
