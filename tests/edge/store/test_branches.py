"""Chains that fork: what is computed does not depend on the order of arrival."""

import os
import random
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from edge.domain.entry import GENESIS, Entry, compose, first_break, forks
from edge.store import branches, possession, verification
from edge.store.blobs import Blobs
from edge.store.database import Connection, Space
from edge.store.keys import Keys
from edge.store.projection import dump, project
from edge.store.seals import give_receipts

KEYS = Keys(bytes(32))
BOX = KEYS.id


@pytest.fixture
def space(tmp_path: Path) -> Iterator[Space]:
    opened = Space(tmp_path / "town.db", os.urandom(32), "town-1")
    yield opened
    opened.close()


def tree(chance: random.Random, size: int) -> list[tuple[Entry, str]]:
    """A tree that grows mostly at its newest end, as boxes that are set back write it."""
    grown: list[tuple[Entry, str]] = []
    for number in range(size):
        fresh = chance.random() < 0.7
        parent = None if not grown else grown[-1][0] if fresh else chance.choice(grown)[0]
        n, prev = (parent.n + 1, parent.hash) if parent else (1, GENESIS)
        grown.append(
            compose(
                id=f"{number:032x}", kind="k", about="d", at=number, by="u", box=BOX, n=n,
                prev=prev, data={}, salt="",
            )
        )  # fmt: skip
    return grown


def store(connection: Connection, acts: list[tuple[Entry, str]]) -> None:
    rows = [(bytes.fromhex(entry.id), entry.head, text) for entry, text in acts]
    connection.executemany("insert into entry values (?, ?, ?)", rows)
    project(connection, [entry for entry, _ in acts])


@pytest.mark.parametrize("seed", range(40))
def test_forks_and_ends_are_those_of_the_tree_in_every_order(space: Space, seed: int) -> None:
    chance = random.Random(seed)
    grown = tree(chance, 14)
    arriving = grown.copy()
    chance.shuffle(arriving)
    while arriving:
        size = chance.randint(1, 5)
        batch, arriving = arriving[:size], arriving[size:]
        space.write(partial(store, acts=batch))
    entries = sorted((entry for entry, _ in grown), key=lambda entry: entry.n)
    assert first_break(entries) is None
    followed = {entry.prev for entry in entries}
    ends = {(entry.n, entry.hash) for entry in entries if entry.hash not in followed}
    with space.read() as connection:
        assert branches.forks(connection, BOX) == forks(entries)
        assert branches.chain_head(connection, BOX) == max(ends)
        assert set(branches.tips(connection, BOX)) == ends
        before = dump(connection)
    assert space.write(verification.remake)
    with space.read() as connection:
        assert dump(connection) == before


@pytest.mark.parametrize("seed", range(40))
def test_unsent_counts_what_no_receipt_covers(space: Space, seed: int) -> None:
    chance = random.Random(seed)
    grown = tree(chance, 14)
    cut = chance.randint(0, 14)
    space.write(lambda c: store(c, grown[:cut]))

    def sign(connection: Connection) -> None:
        given = give_receipts(connection, [BOX], 1, KEYS.id, KEYS.signing)
        possession.note(connection, given)

    space.write(sign)
    space.write(lambda c: store(c, grown[cut:]))
    with space.read() as connection:
        oldest = grown[cut][0].at if cut < 14 else None
        assert possession.unsent(connection, BOX) == (14 - cut, oldest)


def test_a_tail_cut_off_is_found_by_its_seal(space: Space, tmp_path: Path) -> None:
    grown = tree(random.Random(1), 3)
    space.write(lambda c: store(c, grown))
    space.write(lambda c: give_receipts(c, [BOX], 1, KEYS.id, KEYS.signing) and None)

    def look() -> list[str]:
        with space.read() as connection:
            report = verification.verify(
                connection, Blobs(tmp_path / "blobs", KEYS), {KEYS.id: KEYS.public_key}
            )
        return [f"{found.kind} {found.detail}" for found in report.findings]

    assert look() == []
    last = bytes.fromhex(max(grown, key=lambda act: act[0].n)[0].id)
    space.write(lambda c: c.execute("delete from entry where id = ?", (last,)) and None)
    assert look() == ["receipt signed for and not held"]
