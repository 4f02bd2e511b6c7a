"""Conflicts are a function of the record: no order of arrival, and no peer, sees others."""

import tempfile
from collections.abc import Iterator, Sequence
from itertools import permutations
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.domain.entry import Entry, compose, sha256_hex
from edge.domain.kinds import Kind
from edge.store.conflicts import open_conflicts
from edge.store.database import Connection, Space
from edge.store.projection import dump, rebuild
from tests.offices import open_space

SUBJECTS = [f"{number:032x}" for number in range(1, 5)]
IDS = [f"{number + 256:032x}" for number in range(10)]
NUMBERS = st.sampled_from(["", "n1", "n2"])
SUBJECT, ENTRY = st.sampled_from(SUBJECTS), st.sampled_from(IDS)
KINDS = ["person", "reception", "shelf", "custody", "dossier_number", "proof_number"]
ANSWER = {
    "conflict": st.sampled_from(KINDS),
    "chosen": st.sampled_from(["", "a"]),
    "answers": st.sets(ENTRY, min_size=2, max_size=10).map(sorted),
}
DATA: dict[str, Any] = {
    Kind.PERSON_REGISTERED: {"id_number": NUMBERS},
    Kind.PERSON_CORRECTED: {"field": st.just("id_number"), "value": NUMBERS},
    "person.corrected by the county": {
        "field": st.just("id_number"),
        "value": NUMBERS,
        "county": st.just(True),
    },
    Kind.DOSSIER_REGISTERED: {
        "person": st.sampled_from(["p1", "p2"]),
        "class": st.just("流动"),
        "number": NUMBERS,
        "shelf": st.sampled_from(["", "1库", "1位", "2位"]),
    },
    Kind.DOSSIER_MOVED: {"shelf": st.sampled_from(["", "1位", "2位"])},
    Kind.CUSTODY_LENT: {"borrower": st.just("x")},
    Kind.CUSTODY_RETURNED: {"loan": ENTRY},
    Kind.TRANSFER_SENT: {"dossier": SUBJECT},
    Kind.PROOF_ISSUED: {"number": NUMBERS},
    Kind.CONFLICT_RESOLVED: ANSWER,
    Kind.CONFLICT_PROPOSED: ANSWER,
}
Record = list[tuple[Entry, str]]


@st.composite
def records(draw: st.DrawFn) -> Record:
    made: Record = []
    for id in IDS[: draw(st.integers(2, len(IDS)))]:
        kind = draw(st.sampled_from(sorted(DATA)))
        earlier = [entry.id for entry, _ in made]
        after = draw(st.sets(st.sampled_from(earlier), max_size=3)) if earlier else set()
        data = draw(st.fixed_dictionaries(DATA[kind]))
        made.append(act(id, kind.partition(" ")[0], draw(SUBJECT), data, sorted(after)))
    return made


def act(
    id: str, kind: str, about: str, data: dict[str, Any], after: Sequence[str] = ()
) -> tuple[Entry, str]:
    return compose(
        id=id, kind=str(kind), about=about, at=1, by="u", box="a" * 32, n=int(id, 16),
        prev=sha256_hex(""), data=data, salt="", after=after,
    )  # fmt: skip


@pytest.fixture(scope="module")
def space() -> Iterator[Space]:
    with tempfile.TemporaryDirectory() as folder:
        opened = open_space(Path(folder), "town-1")
        yield opened
        opened.close()


def presents(space: Space, record: Record, orders: Sequence[Record], batch: int) -> list[bytes]:
    """The present after each order of arrival."""

    def work(connection: Connection) -> list[bytes]:
        connection.execute("savepoint clean")
        rows = [(bytes.fromhex(entry.id), entry.head, text) for entry, text in record]
        connection.executemany("insert into entry (id, head, data) values (?, ?, ?)", rows)
        found = []
        for order in orders:
            rebuild(connection, [entry for entry, _ in order], batch_size=batch)
            found.append(dump(connection) + repr(open_conflicts(connection)).encode())
        connection.execute("rollback to clean")
        return found

    return space.write(work)


@given(record=records(), seed=st.integers(0, 2**32), batch=st.integers(1, 4))
@settings(max_examples=200)
def test_every_order_finds_and_settles_the_same_conflicts(
    space: Space, record: Record, seed: int, batch: int
) -> None:
    random = Random(seed)
    orders = [record, record[::-1], random.sample(record, len(record))]
    once = presents(space, record, [record], len(record))
    assert {*presents(space, record, orders, batch), *once} == set(once)


def reception(number: int, **told: str) -> tuple[Entry, str]:
    """A dossier registered by an entry of its own."""
    told = {"person": f"p{number}", "class": "流动", "number": f"n{number}", **told}
    return act(IDS[number], Kind.DOSSIER_REGISTERED, SUBJECTS[number], told)


def resolved(number: int, chosen: str, answers: Sequence[int], after: Sequence[int] = ()) -> Any:
    told = {"conflict": "reception", "chosen": chosen, "answers": [IDS[n] for n in answers]}
    subject = SUBJECTS[min(answers)]
    return act(IDS[number], Kind.CONFLICT_RESOLVED, subject, told, [IDS[n] for n in after])


# Each record, and whether a conflict is open in the end.
THREE = [reception(number, person="p") for number in range(3)]
SETTLING: dict[str, tuple[Record, bool]] = {
    "two receptions": (THREE[:2], True),
    "answered": ([*THREE[:2], resolved(4, "x", [0, 1])], False),
    "answered, then a third": ([*THREE, resolved(4, "x", [0, 1])], True),
    "answered again with the third": (
        [*THREE, resolved(4, "x", [0, 1]), resolved(5, "x", [0, 1, 2])],
        False,
    ),
    "two offices agree": (
        [*THREE[:2], resolved(4, "x", [0, 1]), resolved(5, "x", [0, 1])],
        False,
    ),
    "two offices differ": (
        [*THREE[:2], resolved(4, "x", [0, 1]), resolved(5, "y", [0, 1])],
        True,
    ),
    "a third answer replaces both": (
        [
            *THREE[:2],
            resolved(4, "x", [0, 1]),
            resolved(5, "y", [0, 1]),
            resolved(6, "y", [0, 1], after=[4, 5]),
        ],
        False,
    ),
}


@pytest.mark.parametrize("story", sorted(SETTLING))
def test_what_settles_and_what_opens_again_is_the_same_in_all_orders(
    space: Space, story: str
) -> None:
    record, still_open = SETTLING[story]
    orders = [list(order) for order in permutations(record)]
    found = set(presents(space, record, orders[:120], 1))
    assert len(found) == 1
    assert (b"ConflictKind.RECEPTION" in found.pop()) is still_open
