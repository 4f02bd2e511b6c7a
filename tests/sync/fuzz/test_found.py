"""What fuzzing has found, each told once more by itself."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from edge.store.branches import chain_head
from edge.store.exchange import ENTRY_KEY, Cursor
from edge.store.seals import sign_seal
from sync.segment import open_segment
from tests.sync.fuzz.packing import packed, parts, sealed
from tests.sync.sides import BOX, HUB, ROSTER, Side, honest, refused, resealed


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Side]:
    side = Side(tmp_path / "hub", HUB)
    yield side
    side.space.close()


@pytest.fixture
def box(tmp_path: Path) -> Iterator[Side]:
    side = Side(tmp_path / "box", BOX)
    yield side
    side.space.close()


def test_a_header_deeper_than_the_reader_can_follow_is_refused(box: Side, hub: Side) -> None:
    box.view()
    content = box.replica.outgoing(HUB.id, "", Cursor())
    assert content is not None
    deep = b"\x81\xa4seen" * 3_000 + packed(None)
    refused(hub, sealed(deep, parts(content)[1], BOX), "segment.damaged")


@pytest.mark.parametrize(("n", "at"), [(1, 10**30), (1, -1), (10**30, 1), (0, 1)])
@pytest.mark.parametrize("table", ["seal", "receipt"])
def test_a_statement_with_a_number_that_no_column_holds_is_refused(
    box: Side, hub: Side, table: str, n: int, at: int
) -> None:
    # By the hub's own hand, as only a hub gone mad would sign it.
    hub.view()
    content = hub.replica.outgoing(BOX.id, "", Cursor())
    assert content is not None
    segment, _ = open_segment(content, ROSTER.key_of)
    with hub.space.read() as connection:
        _, hash = chain_head(connection, HUB.id)
    mad = sign_seal(HUB.id, n, hash, at, HUB.id, HUB.signing)
    version = segment.header.last
    added = (table, ENTRY_KEY + mad.id, "body", mad.body, 1, version, bytes(16), 1, 9)
    spoilt = resealed(segment, [*segment.changes, added], HUB)
    refused(box, spoilt, f"segment.{table}", sender=HUB)


@pytest.mark.parametrize("table", ["seal", "receipt"])
def test_a_statement_deeper_than_the_reader_can_follow_is_refused(
    box: Side, hub: Side, table: str
) -> None:
    box.view()
    segment, (deep, id) = honest(box), ("[" * 1_000 + "]" * 1_000, bytes(16))
    version = segment.header.last
    added = (table, ENTRY_KEY + id, "body", deep, 1, version, bytes(16), 1, 9)
    refused(hub, resealed(segment, [*segment.changes, added]), f"segment.{table}")
