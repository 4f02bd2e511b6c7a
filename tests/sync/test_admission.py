"""What a hostile or broken peer may offer, and that nothing of it touches the record."""

import dataclasses
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from edge.domain.entry import Entry, compose, mark_of
from edge.domain.errors import PeerRefused, SchemaAhead, SegmentRejected
from edge.store import exchange, possession
from edge.store.branches import chain_head, forks, tips
from edge.store.changelog import texts_of
from edge.store.database import Connection
from edge.store.entries import Author, Pen
from edge.store.exchange import ENTRY_KEY, Change, Cursor
from edge.store.keys import Keys
from edge.store.seals import parse_seal, receipts, seal_own_chain, sign_seal
from sync.segment import Header
from tests.sync.sides import BOX, HUB, OTHER, STRANGER, Side, honest, refused, resealed


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


def composed(keys: Keys, n: int, prev: str, kind: str = "dossier.viewed") -> tuple[Entry, str]:
    return compose(
        id=f"{n:020x}{mark_of(keys.id)}",
        kind=kind,
        about="d",
        at=1,
        by="x",
        box=keys.id,
        n=n,
        prev=prev,
        data={"purpose": "p"},
        salt="s",
    )


def rows_of(entry: Entry, text: str, version: int) -> list[Change]:
    pk = ENTRY_KEY + bytes.fromhex(entry.id)
    return [
        ("entry", pk, "head", entry.head, 1, version, bytes(16), 1, 0),
        ("entry", pk, "data", text, 1, version, bytes(16), 1, 1),
    ]


REAL: Any = 1.0  # of a type that a change of ours cannot have
Change_ = Callable[[Change], Change]
WRONG_CHANGES: dict[str, tuple[str, Change_]] = {
    "a table that is not replicated": ("segment.table", lambda c: ("staff", *c[1:])),
    "a column that is not the table's": ("segment.column", lambda c: (*c[:2], "body", *c[3:])),
    "the sentinel of a deletion": ("segment.column", lambda c: (*c[:2], "-1", *c[3:])),
    "an empty key": ("segment.key", lambda c: (c[0], b"", *c[2:])),
    "a key of two columns": ("segment.key", lambda c: (c[0], b"\x02" + c[1][1:], *c[2:])),
    "a short key": ("segment.key", lambda c: (c[0], c[1][:-1], *c[2:])),
    "a blob where text belongs": ("segment.type", lambda c: (*c[:3], b"x", *c[4:])),
    "no value": ("segment.type", lambda c: (*c[:3], None, *c[4:])),
    "a real number for a version": ("segment.type", lambda c: (*c[:7], REAL, c[8])),
    "a rewritten column": ("segment.rewritten", lambda c: (*c[:4], 2, *c[5:])),
    "a frozen column": ("segment.rewritten", lambda c: (*c[:4], (1 << 63) - 1, *c[5:])),
    "a version after the header's": ("segment.version", lambda c: (*c[:5], 1 << 52, *c[6:])),
    "a version of nought": ("segment.version", lambda c: (*c[:5], 0, *c[6:])),
    "a site id of the wrong length": ("segment.site", lambda c: (*c[:6], b"", *c[7:])),
    "a deletion": ("segment.deletion", lambda c: (*c[:7], 2, c[8])),
    "a negative sequence": ("segment.version", lambda c: (*c[:8], -1)),
    "an oversized text": ("segment.size", lambda c: (*c[:3], "x" * (5 << 20), *c[4:])),
    "a head that is no head": ("segment.entry", lambda c: (*c[:3], "{}", *c[4:])),
}


@pytest.mark.parametrize("wrong", WRONG_CHANGES)
def test_each_malformed_change_is_refused_and_leaves_no_trace(
    wrong: str, box: Side, hub: Side
) -> None:
    key, spoil = WRONG_CHANGES[wrong]
    box.view(3)
    segment = honest(box)
    changes = [spoil(segment.changes[0]), *segment.changes[1:]]
    refused(hub, resealed(segment, changes), key)


def test_data_that_is_not_what_the_head_says_is_refused(box: Side, hub: Side) -> None:
    box.view()
    segment = honest(box)
    forged: list[Change] = [
        (*c[:3], '{"purpose":"别的"}', *c[4:]) if c[2] == "data" else c for c in segment.changes
    ]
    refused(hub, resealed(segment, forged), "segment.entry")


def test_half_an_entry_is_refused(box: Side, hub: Side) -> None:
    box.view()
    segment = honest(box)
    half = [change for change in segment.changes if change[2] != "data"]
    refused(hub, resealed(segment, half), "segment.torn")


def test_a_gap_in_the_chain_is_refused(box: Side, hub: Side) -> None:
    box.view(3)
    segment = honest(box)
    second = next(c for c in segment.changes if c[2] == "head" and '"n":2,' in str(c[3]))
    rest = [change for change in segment.changes if change[1] != second[1]]
    refused(hub, resealed(segment, rest), "segment.chain")


def test_a_chain_begun_anew_is_kept_beside_the_other_and_both_are_signed_for(
    box: Side, hub: Side
) -> None:
    box.view(2)
    segment = honest(box)
    hub.replica.take(resealed(segment, segment.changes), BOX.id)
    entry, text = composed(BOX, 1, "0" * 64)
    header = dataclasses.replace(segment.header, epoch="another", first=0, last=1)
    hub.replica.take(resealed(segment, rows_of(entry, text, 1), header=header), BOX.id)
    hub.replica.sign_for(frozenset({BOX.id}))
    with hub.space.read() as connection:
        assert forks(connection, BOX.id) == [1]
        held = tips(connection, BOX.id)
        assert {n for n, _ in held} == {1, 2}
        assert {(each.n, each.hash) for each in receipts(connection)} == set(held)
        assert possession.unsent(connection, BOX.id) == (0, None)


def test_a_known_entry_with_other_bytes_is_refused(box: Side, hub: Side) -> None:
    box.view(2)
    segment = honest(box)
    hub.replica.take(resealed(segment, segment.changes), BOX.id)
    known = next(c for c in segment.changes if c[2] == "head" and '"n":2,' in str(c[3]))
    entry, text = composed(BOX, 3, "0" * 64)
    forged = replace(entry, id=known[1][3:].hex())
    header = dataclasses.replace(segment.header, epoch="another", first=0, last=1)
    refused(hub, resealed(segment, rows_of(forged, text, 1), header=header), "segment.altered")


def test_a_seal_signed_in_another_way_keeps_nobody_out(box: Side, hub: Side) -> None:
    box.view()
    segment = honest(box)
    body = next(c[3] for c in segment.changes if c[0] == "seal")
    seal = parse_seal(str(body))
    other = dataclasses.replace(seal, signature=seal.signature.upper())
    assert (other.id, other.body != seal.body) == (seal.id, True)
    # A neighbour that was first to the hub passes it on in another form.
    passed_on = [(*c[:3], other.body, *c[4:]) if c[0] == "seal" else c for c in segment.changes]
    header = dataclasses.replace(segment.header, sender=OTHER.id, epoch="theirs")
    hub.replica.take(resealed(segment, passed_on, OTHER, header), OTHER.id)
    before = hub.state()[:2]
    hub.replica.take(resealed(segment, segment.changes), BOX.id)
    assert hub.state()[:2] == before
    lying = dataclasses.replace(seal, signature="00" * 64)
    forged = [(*c[:3], lying.body, *c[4:]) for c in segment.changes if c[0] == "seal"]
    header = dataclasses.replace(segment.header, epoch="another", last=forged[0][5])
    refused(hub, resealed(segment, forged, header=header), "segment.altered")


def test_a_refusal_is_noted_where_the_disk_takes_no_file(box: Side, hub: Side) -> None:
    box.view()
    (hub.folder / "quarantine").write_bytes(b"no folder can be made here")
    content = honest(box)
    with pytest.raises(SegmentRejected, match=r"segment\.sender"):
        hub.replica.take(resealed(content, content.changes), OTHER.id)
    with hub.space.read() as connection:
        assert exchange.quarantined(connection, OTHER.id) == 1


def test_an_entry_in_another_boxs_name_is_refused(box: Side, hub: Side) -> None:
    box.view()
    segment = honest(box)
    entry, text = composed(OTHER, 1, "0" * 64)
    changes = [*segment.changes, *rows_of(entry, text, segment.header.last)]
    refused(hub, resealed(segment, changes), "segment.author")


def test_an_id_that_a_neighbours_entry_may_bear_is_refused(box: Side, hub: Side) -> None:
    box.view()
    segment = honest(box)
    entry, text = composed(BOX, 1, "0" * 64)
    taken = replace(entry, id=f"{1:020x}{mark_of(OTHER.id)}")
    refused(hub, resealed(segment, rows_of(taken, text, segment.header.last)), "segment.key")


def test_the_hubs_own_kinds_are_refused_from_a_box(box: Side, hub: Side) -> None:
    box.view()
    segment = honest(box)
    entry, text = composed(BOX, 1, "0" * 64, "transfer.arrived")
    changes = rows_of(entry, text, segment.header.last)
    refused(hub, resealed(segment, changes), "segment.kind")


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        ("conflict.resolved", {"conflict": "person", "chosen": "p", "answers": []}),
        ("conflict.resolved", {"conflict": "reception", "chosen": "d", "answers": []}),
        ("conflict.resolved", {"conflict": "right", "chosen": "accepted", "answers": []}),
        ("conflict.resolved", {"conflict": "fact", "field": "birth", "chosen": "e"}),
        ("person.corrected", {"field": "name", "value": "张", "county": True}),
    ],
)
def test_what_the_county_decides_is_refused_from_a_box(
    box: Side, hub: Side, kind: str, told: dict[str, object]
) -> None:
    box.space.write(lambda c: Pen(c, Author(BOX.id), "x").append(kind, "p", told) and None)
    refused(hub, resealed(honest(box), honest(box).changes), "segment.kind")


@pytest.mark.parametrize("clash", ["shelf", "custody", "dossier_number", "proof_number"])
def test_what_an_office_settles_is_taken_in(box: Side, hub: Side, clash: str) -> None:
    told = {"conflict": clash, "chosen": "d", "answers": ["e"]}
    act = ("conflict.resolved", "d", told)
    box.space.write(lambda c: Pen(c, Author(BOX.id), "x").append(*act) and None)
    segment = honest(box)
    assert hub.replica.take(resealed(segment, segment.changes), BOX.id).entries == 1


def test_an_entry_that_no_reducer_can_read_is_refused_whole(box: Side, hub: Side) -> None:
    def write(connection: Connection) -> None:
        pen = Pen(connection, Author(BOX.id), "clerk")
        pen.append("person.registered", "p", {"name": "好"})

    box.space.write(write)
    segment = honest(box)
    entry, text = compose(
        id="1" * 20 + mark_of(BOX.id),
        kind="capture.taken",
        about="c",
        at=1,
        by="x",
        box=BOX.id,
        n=1,
        prev="0" * 64,
        data={"pages": [{"thumb": "no digest"}]},
        salt="",
    )
    changes = rows_of(entry, text, segment.header.last)
    refused(hub, resealed(segment, changes), "segment.content")
    assert hub.space.write(lambda c: c.execute("select crsql_internal_sync_bit()").fetchone()) == (
        0,
    )


def test_a_seal_by_another_hand_is_refused(box: Side, hub: Side) -> None:
    box.view()
    with box.space.read() as connection:
        n, hash = chain_head(connection, BOX.id)
    forged = sign_seal(BOX.id, n, hash, 1, BOX.id, STRANGER.signing)
    box.space.write(
        lambda c: c.execute("insert into seal values (?, ?)", (forged.id, forged.body)) and None
    )
    refused(hub, resealed(honest(box), honest(box).changes), "segment.seal")


def test_a_seal_over_another_past_is_refused(box: Side, hub: Side) -> None:
    box.view()
    lying = sign_seal(BOX.id, 1, "ab" * 32, 1, BOX.id, BOX.signing)
    box.space.write(
        lambda c: c.execute("insert into seal values (?, ?)", (lying.id, lying.body)) and None
    )
    refused(hub, resealed(honest(box), honest(box).changes), "segment.seal")


def test_a_receipt_that_the_hub_did_not_give_is_refused(box: Side, hub: Side) -> None:
    box.view()
    with box.space.read() as connection:
        n, hash = chain_head(connection, BOX.id)
    forged = sign_seal(BOX.id, n, hash, 1, HUB.id, BOX.signing)
    box.space.write(
        lambda c: c.execute("insert into receipt values (?, ?)", (forged.id, forged.body)) and None
    )
    refused(hub, resealed(honest(box), honest(box).changes), "segment.receipt")


def test_a_box_writes_its_own_status_row_only(box: Side, hub: Side) -> None:
    insert = "insert into box_status values (?, '{}')"
    box.space.write(lambda c: c.execute(insert, (BOX.id,)) and None)
    segment = honest(box)
    forged = [(c[0], c[1][:3] + OTHER.id.encode(), *c[2:]) for c in segment.changes]
    refused(hub, resealed(segment, forged), "segment.status")


def test_a_box_may_change_its_own_status_again(box: Side, hub: Side) -> None:
    upsert = "insert into box_status values (?1, ?2) on conflict (box) do update set body = ?2"
    for body in ('{"a":1}', '{"a":2}'):

        def write(connection: Connection, body: str = body) -> None:
            connection.execute(upsert, (BOX.id, body))

        box.space.write(write)
    hub.replica.take(resealed(honest(box), honest(box).changes), BOX.id)
    with hub.space.read() as connection:
        assert texts_of(connection, "box_status", BOX.id) == ('{"a":2}',)


WRONG_HEADERS: dict[str, tuple[str, Callable[[Header], Header]]] = {
    "another space": ("segment.space", lambda h: dataclasses.replace(h, space="town-2")),
    "another receiver": ("segment.receiver", lambda h: dataclasses.replace(h, receiver=OTHER.id)),
    "another protocol": ("segment.proto", lambda h: dataclasses.replace(h, proto=9)),
    "a leap of versions": ("segment.version", lambda h: dataclasses.replace(h, last=1 << 40)),
    "an end beyond its rows": ("segment.version", lambda h: dataclasses.replace(h, last=1_000)),
    "another sender": ("segment.signature", lambda h: dataclasses.replace(h, sender=OTHER.id)),
    "an unknown sender": ("segment.sender", lambda h: dataclasses.replace(h, sender=STRANGER.id)),
}


@pytest.mark.parametrize("wrong", WRONG_HEADERS)
def test_each_wrong_header_is_refused(wrong: str, box: Side, hub: Side) -> None:
    key, alter = WRONG_HEADERS[wrong]
    box.view()
    segment = honest(box)
    refused(hub, resealed(segment, segment.changes, header=alter(segment.header)), key)


def test_a_segment_of_another_box_is_refused_from_this_one(box: Side, hub: Side) -> None:
    box.view()
    segment = honest(box)
    refused(hub, resealed(segment, segment.changes), "segment.sender", sender=OTHER)


def test_a_newer_schema_waits_and_is_no_crime(box: Side, hub: Side) -> None:
    box.view()
    segment = honest(box)
    ahead = dataclasses.replace(segment.header, schema=9_999)
    with pytest.raises(SchemaAhead):
        hub.replica.take(resealed(segment, segment.changes, header=ahead), BOX.id)
    with hub.space.read() as connection:
        assert exchange.quarantined(connection) == 0


def test_a_segment_out_of_turn_waits(box: Side, hub: Side) -> None:
    box.view()
    segment = honest(box)
    version = segment.header.last
    later = [(*c[:5], version + 5, *c[6:]) for c in segment.changes]
    content = resealed(
        segment,
        later,
        header=dataclasses.replace(segment.header, first=version + 4, last=version + 5),
    )
    with pytest.raises(PeerRefused, match=r"sync\.cursor"):
        hub.replica.take(content, BOX.id)


def test_delivery_twice_does_no_harm(box: Side, hub: Side) -> None:
    box.view(5)
    content = box.replica.outgoing(HUB.id, "", Cursor())
    assert content is not None
    first = hub.replica.take(content, BOX.id)
    before = hub.state()
    again = hub.replica.take(content, BOX.id)
    assert (again.cursor, again.entries) == (first.cursor, 0)
    assert hub.state() == before


def test_a_good_segment_settles_the_quarantine(box: Side, hub: Side) -> None:
    box.view()
    segment = honest(box)
    broken = [change for change in segment.changes if change[2] != "data"]
    refused(hub, resealed(segment, broken), "segment.torn")
    hub.replica.take(resealed(segment, segment.changes), BOX.id)
    with hub.space.read() as connection:
        assert exchange.quarantined(connection) == 0


def test_what_came_from_a_peer_is_not_sent_back_to_it(box: Side, hub: Side) -> None:
    box.view(5)
    content = box.replica.outgoing(HUB.id, hub.replica.epoch, Cursor())
    assert content is not None
    hub.replica.take(content, BOX.id)
    assert hub.replica.outgoing(BOX.id, box.replica.epoch, Cursor()) is None
    assert hub.replica.outgoing(OTHER.id, "e", Cursor()) is not None
    assert hub.replica.outgoing(BOX.id, "an epoch after a restore", Cursor()) is not None


def test_our_own_acts_after_a_merge_are_sent(box: Side, hub: Side) -> None:
    box.view()
    content = box.replica.outgoing(HUB.id, "", Cursor())
    assert content is not None
    hub.replica.take(content, BOX.id)
    hub.view()
    hub.space.write(lambda c: seal_own_chain(c, HUB.id, 1, HUB.signing))
    segment = hub.replica.outgoing(BOX.id, box.replica.epoch, Cursor())
    assert segment is not None
    assert box.replica.take(segment, HUB.id).entries == 1
