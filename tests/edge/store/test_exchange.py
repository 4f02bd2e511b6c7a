"""What leaves a space: whole versions, nothing twice, nothing forgotten."""

import os
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

import pytest

from edge.store import exchange
from edge.store.database import Connection, Space
from edge.store.entries import Author, Pen
from edge.store.exchange import DB_VERSION, PK, Batch, Change, Cursor

BOX = "ab" * 16


@pytest.fixture
def space(tmp_path: Path) -> Iterator[Space]:
    opened = Space(tmp_path / "town.db", os.urandom(32), "town-1")
    yield opened
    opened.close()


@pytest.fixture
def peer(tmp_path: Path) -> Iterator[Space]:
    opened = Space(tmp_path / "peer.db", os.urandom(32), "town-1")
    yield opened
    opened.close()


def write(space: Space, count: int, box: str = BOX) -> None:
    acts = [("dossier.viewed", f"d{number}", {"purpose": "p"}, ()) for number in range(count)]

    def append(connection: Connection) -> None:
        Pen(connection, Author(box), "x").append_many(acts)

    space.write(append)


def changes(space: Space, after: int = 0, limit: int = 20_000, **options: int) -> list[Change]:
    with space.read() as connection:
        return exchange.changes_after(connection, after, "peer", "e1", limit, **options)


def merge(space: Space, brought: list[Change], sender: str = "peer", epoch: str = "e1") -> None:
    cursor = Cursor(brought[-1][DB_VERSION], "hash")
    batch = Batch(sender, epoch, brought, [], [], cursor, 1)
    space.write(lambda c: exchange.merge(c, batch))


def test_a_version_is_never_split(space: Space) -> None:
    write(space, 30)
    write(space, 30)
    first = changes(space, limit=10)
    assert len(first) == 60
    assert {change[DB_VERSION] for change in first} == {1}
    assert len(changes(space, 1, limit=10)) == 60


def test_pages_of_any_size_bring_everything_once(space: Space) -> None:
    for count in (1, 7, 3, 12, 2):
        write(space, count)
    everything = changes(space)
    for limit in (1, 5, 9, 1_000):
        found: list[Change] = []
        after = 0
        while page := changes(space, after, limit):
            found += page
            after = page[-1][DB_VERSION]
        assert found == everything


def test_a_page_ends_at_the_version_where_its_bytes_are_spent(space: Space) -> None:
    for _ in range(4):
        write(space, 2)
    versions = [version for version, _ in groupby(changes(space, max_bytes=1), lambda c: c[5])]
    assert versions == [1]


def test_an_idle_update_does_not_move_the_cursor_past_later_writes(space: Space) -> None:
    write(space, 1)
    space.write(lambda c: c.execute("update entry set head = head") and None)
    last = changes(space)[-1][DB_VERSION]
    space.write(lambda c: c.execute("insert into counter values ('x', 1)") and None)
    write(space, 1)
    assert len(changes(space, last)) == 2


def test_what_a_peer_brought_is_skipped_for_it_alone(space: Space, peer: Space) -> None:
    write(peer, 3, "cd" * 16)
    write(space, 1)
    merge(space, changes(peer))
    write(space, 1)
    own = {change[PK] for change in changes(space)}
    assert len(own) == 2
    with space.read() as connection:
        for receiver, epoch in (("peer", "after a restore"), ("another", "e1"), ("", "")):
            everything = exchange.changes_after(connection, 0, receiver, epoch)
            assert len({change[PK] for change in everything}) == 5


def test_merges_in_a_row_are_remembered_as_one_range(space: Space, peer: Space) -> None:
    for _ in range(5):
        write(peer, 1, "cd" * 16)
    brought = changes(peer)
    for _, version in groupby(brought, lambda change: change[DB_VERSION]):
        merge(space, list(version))
    with space.read() as connection:
        assert connection.execute("select first, last from applied").fetchall() == [(1, 5)]


def test_known_changes_write_nothing(space: Space, peer: Space) -> None:
    write(peer, 3, "cd" * 16)
    merge(space, changes(peer))
    with space.read() as connection:
        before = exchange.changes_after(connection, 0, "", "")
    merge(space, changes(peer))
    with space.read() as connection:
        assert exchange.changes_after(connection, 0, "", "") == before


def test_no_peer_can_push_our_versions_ahead(space: Space, peer: Space) -> None:
    write(peer, 1, "cd" * 16)
    far = [(*change[:5], 1 << 49, *change[6:]) for change in changes(peer)]
    merge(space, far)
    with space.read() as connection:
        assert {c[DB_VERSION] for c in exchange.changes_after(connection, 0, "", "")} == {1}


def test_the_export_log_knows_what_was_shipped(space: Space) -> None:
    shipped = Cursor(7, "abc")
    space.write(lambda c: exchange.log_export(c, "hub", shipped, 1))
    with space.read() as connection:
        assert exchange.export_known(connection, "hub", shipped)
        assert exchange.export_known(connection, "hub", Cursor())
        assert not exchange.export_known(connection, "hub", Cursor(7, "abd"))
        assert not exchange.export_known(connection, "another", shipped)


def test_an_epoch_is_given_once(space: Space) -> None:
    first = space.write(lambda c: exchange.ensure_epoch(c, 1))
    assert space.write(lambda c: exchange.ensure_epoch(c, 2)) == first
    assert len(first) == 32
