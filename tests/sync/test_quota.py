"""A body is bounded in memory, whoever packed it; what is honest and large still travels."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from edge.domain.entry import ACT_LIMIT, GENESIS, TEXT_LIMIT, compose
from edge.store.branches import chain_head
from edge.store.entries import Author, Pen
from edge.store.exchange import ENTRY_KEY, Change
from sync import quota
from sync.body import pack_body, unpack_body
from sync.segment import in_order
from tests.sync.sides import BOX, HUB, OTHER, Side, honest, refused, resealed
from tests.sync.test_body import rows

MOST_MIB = 80


def test_no_body_takes_memory_without_bound() -> None:
    command = [sys.executable, "-m", "tests.sync.bombs"]
    told = subprocess.run(command, check=True, capture_output=True, timeout=60)
    grown = json.loads(told.stdout)
    assert len(grown) == 12
    assert {name: mib for name, mib in grown.items() if not 0 <= mib <= MOST_MIB} == {}


def changes_of(contents: list[dict[str, object]]) -> list[Change]:
    """One entry for each, the changes of one version."""
    changes: list[Change] = []
    prev = GENESIS
    for n, content in enumerate(contents, start=1):
        entry, text = compose(
            id=f"{n:032x}", kind="k", about="d", at=n, by="u", box="b" * 32, n=n, prev=prev,
            data=content, salt="00",
        )  # fmt: skip
        prev, pk = entry.hash, ENTRY_KEY + bytes.fromhex(entry.id)
        changes.append(("entry", pk, "data", text, 1, 1, bytes(16), 1, 2 * n + 1))
        changes.append(("entry", pk, "head", entry.head, 1, 1, bytes(16), 1, 2 * n))
    return changes


VAST: dict[str, list[dict[str, object]]] = {
    "more values than columns may hold": [{"x": [0] * 19_000}, {"x": [1] * 19_000}],
    "more lists than may be unpacked": [{"x": [[0], {}] * 5_000, "y": [[]] * 4_000}] * 2,
    "numbers that take more room packed": [{"x": [0.5, 1, *[0.5] * 9_990]}] * 3,
    "names of one letter in maps of all shapes": [
        {"x": [{chr(97 + n * n % 26) * (1 + n % 9): n % 3} for n in range(1_500)]}
    ],
}


@pytest.mark.parametrize("vast", VAST)
def test_what_an_honest_box_wrote_is_never_refused_for_its_size(
    monkeypatch: pytest.MonkeyPatch, vast: str
) -> None:
    # A hundredth of what is allowed, for acts of a hundredth of their size.
    for name in ("MAX_VALUES", "MAX_TEXT", "MAX_BODY"):
        monkeypatch.setattr(quota, name, getattr(quota, name) // 100)
    changes = changes_of(VAST[vast])
    body = pack_body(changes)
    assert len(body) <= quota.MAX_BODY
    made, plain = unpack_body(body)
    found = in_order([*plain, *(each for row in made for each in row.changes)])
    assert found == in_order(changes)


def test_a_segment_of_the_largest_acts_has_room_in_a_body() -> None:
    text = "\ud55c" * ((TEXT_LIMIT - 100) // 3)
    acts: list[dict[str, object]] = [{"x": text}, {"x": "y" * (ACT_LIMIT - TEXT_LIMIT)}]
    changes = changes_of([*acts, *acts])
    assert len(pack_body([*changes, *rows(5_000)])) <= quota.MAX_BODY


@pytest.fixture
def sides(tmp_path: Path) -> Iterator[tuple[Side, Side, Side]]:
    opened = [Side(tmp_path / name, keys) for name, keys in (("b", BOX), ("h", HUB), ("o", OTHER))]
    yield opened[0], opened[1], opened[2]
    for side in opened:
        side.space.close()


def note(side: Side, letters: int) -> None:
    """Write an act of so many letters."""
    act = ("test.noted", "p", {"words": "x" * letters})
    side.space.write(lambda c: Pen(c, Author(side.keys.id), "clerk").append(*act))


def test_more_in_one_version_than_a_box_writes_at_once_is_refused(
    sides: tuple[Side, Side, Side],
) -> None:
    box, hub, _ = sides
    for _ in range(2):
        note(box, 3 << 20)
    segment = honest(box)
    last = segment.header.last
    joined = [(*c[:5], last, c[6], c[7], seq) for seq, c in enumerate(segment.changes)]
    refused(hub, resealed(segment, joined), "segment.size")


def test_large_acts_that_arrive_together_can_be_passed_on(sides: tuple[Side, Side, Side]) -> None:
    box, hub, other = sides
    for _ in range(6):
        note(box, 2 << 20)
    for sender, receiver in ((box, hub), (hub, other)):
        while content := sender.replica.outgoing(
            receiver.keys.id, "", receiver.replica.cursor_of(sender.keys.id, sender.replica.epoch)
        ):
            receiver.replica.take(content, sender.keys.id)
    with other.space.read() as connection:
        assert chain_head(connection, BOX.id)[0] == 6
