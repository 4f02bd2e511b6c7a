"""The record as kept: chains, histories, ids, seals and receipts."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.documents.proof import ProofKind
from edge.domain.entry import GENESIS, Entry, first_break
from edge.domain.errors import InvalidInput, NotFound
from edge.store import lists
from edge.store.branches import chain_head
from edge.store.database import Connection, Space, T
from edge.store.entries import (
    Author,
    Pen,
    all_entries,
    entries_of_box,
    entry_of,
    history_of,
    new_id,
)
from edge.store.keys import Keys, box_id
from edge.store.projection import dump, rebuild
from edge.store.seals import give_receipts, parse_seal, receipts, seal_own_chain, seals
from edge.workflows.office import Office
from edge.workflows.proofs import ProofRequest, issue_proof
from edge.workflows.supplement import Filing, correct_person, file_material
from tests.offices import CLERK, deliver, id_number, office_in, receive_person, scan

KEYS = Keys(bytes(range(32)))
YEAR_MS = 365 * 86_400_000


def forced(space: Space, sql: str, *values: object) -> None:
    """Change the record behind the program's back."""
    space.write(lambda connection: connection.execute(sql, values))


def test_the_chain_runs_from_the_first_act_through_every_transaction(office: Office) -> None:
    for sequence in range(3):
        receive_person(office, "某人", id_number(sequence * 2))
    with office.space.read() as connection:
        entries = list(entries_of_box(connection, office.author.box))
        head = chain_head(connection, office.author.box)
        assert chain_head(connection, "0" * 32) == (0, GENESIS)
    assert [entry.n for entry in entries] == list(range(1, 10))
    assert first_break(entries) is None
    assert head == (9, entries[-1].hash)


def test_an_altered_head_is_found(office: Office) -> None:
    receive_person(office, "某人", id_number(1))
    with office.space.read() as connection:
        second = list(entries_of_box(connection, office.author.box))[1]
    forged = second.head.replace(CLERK.id, "u-other")
    assert forged != second.head
    forced(office.space, "update entry set head = ? where id = ?", forged, bytes.fromhex(second.id))
    with office.space.read() as connection:
        broken = first_break(entries_of_box(connection, office.author.box))
    assert broken is not None
    assert broken.n == 3


def test_altered_data_is_found_by_whoever_reads_it(office: Office) -> None:
    received = receive_person(office, "某人", id_number(1))
    forced(office.space, "update entry set data = replace(data, '某人', '别人')")
    with office.space.read() as connection, pytest.raises(InvalidInput) as caught:
        history_of(connection, received.person)
    assert caught.value.key == "entry.digest"


def test_destroyed_data_leaves_the_chain_whole(office: Office) -> None:
    received = receive_person(office, "某人", id_number(1))
    forced(office.space, "update entry set data = ''")
    with office.space.read() as connection:
        (entry,) = history_of(connection, received.person)
        assert first_break(entries_of_box(connection, office.author.box)) is None
    assert entry.data is None
    assert dict(entry.body) == {}


def test_heads_hold_nothing_personal(office: Office) -> None:
    received = receive_person(office, "王䶮", id_number(11), phone="13900000000", shelf="甲-3")
    correct_person(office, CLERK, received.person, "unit", "柳河粮站", "")
    filing = Filing(received.dossier, "1", "履历表", "1998", scan(office, "x"), (1,))
    file_material(office, CLERK, filing)
    issue_proof(office, CLERK, ProofRequest(received.dossier, ProofKind.STORAGE, "购房"))
    told = ("王䶮", "王", id_number(11), "19870512", "13900000000", "粮站", "履历", "购房", "甲-3")
    with office.space.read() as connection:
        heads = [head for (head,) in connection.execute("select head from entry")]
    assert len(heads) == 7
    assert all(head.isascii() and word not in head for head in heads for word in told)


def test_equal_data_does_not_show_as_equal_digests(office: Office) -> None:
    for _ in range(2):
        receive_person(office, "某人")
    with office.space.read() as connection:
        digests = [entry.digest for entry in all_entries(connection)]
    assert len(set(digests)) == len(digests)


def test_ids_of_one_time_grow_whatever_other_ids_are_made_between() -> None:
    now = 4_000_000_000_000
    ids = [new_id(at, "a" * 12) for at in (now, now + 60_000, now, now - 1, now)]
    of_now = [id for id in ids if int(id[:12], 16) == now]
    assert of_now == sorted(of_now)
    assert len(of_now) == 3
    assert {(id[12], id[16] in "89ab") for id in ids} == {("7", True)}


def started_at(office: Office, at: int) -> Author:
    """The same box after a start at a time that its clock says."""
    return replace(office.author, clock=lambda: at)


def test_a_list_frozen_after_the_clock_s_battery_died_is_still_the_last(office: Office) -> None:
    def freeze(author: Author, found: str) -> None:
        facts = [("盘点", found)]
        office.space.write(lambda c: lists.freeze(Pen(c, author, CLERK.id), "m", "盘点表", facts))

    freeze(started_at(office, 1_790_000_000_000), "缺一卷")
    freeze(started_at(office, 946_684_800_000), "不缺")
    with office.space.read() as connection:
        last = lists.list_of(connection, "m", "盘点表")
        at = [entry.at for entry in all_entries(connection)][-1]
    assert last is not None
    assert last.facts == (("盘点", "不缺"),)
    assert at == 946_684_800_000


@settings(max_examples=30)
@given(st.lists(st.integers(0, 90 * YEAR_MS), min_size=2, max_size=8))
def test_who_has_seen_an_act_comes_after_it(clocks: list[int]) -> None:
    ids = ids_written_at(clocks)
    assert ids == sorted(ids)


def test_an_id_of_a_mad_clock_is_not_followed() -> None:
    now = 56 * YEAR_MS
    mad, after, later = ids_written_at([(1 << 48) - 1, now, now + 1])
    assert after < later < mad
    assert int(after[:12], 16) == now


def ids_written_at(clocks: Sequence[int]) -> list[str]:
    """What entries of one space are called that are written at these times, by one box."""
    ids = []
    with TemporaryDirectory() as folder:
        space = Space(Path(folder, "town.db"), bytes(32), "town-1")
        for clock in clocks:
            author = Author("b" * 32, partial(int, clock))

            def note(connection: Connection, author: Author = author) -> Entry:
                return Pen(connection, author, "u-1").append("test.noted", "p", {})

            ids.append(space.write(note).id)
        space.close()
    return ids


@pytest.mark.parametrize("notes", [["长" * (4 << 20)], ["长" * (1 << 20)] * 2])
def test_an_act_too_large_for_any_peer_is_refused_and_leaves_nothing(
    office: Office, notes: list[str]
) -> None:
    def act(connection: Connection) -> None:
        pen = Pen(connection, office.author, CLERK.id)
        pen.append("test.noted", "p", {})
        for words in notes:
            pen.append("test.noted", "p", {"words": words})

    with pytest.raises(InvalidInput) as caught:
        office.space.write(act)
    assert caught.value.key == "entry.size"
    with office.space.read() as connection:
        assert history_of(connection, "p") == []


def test_an_unknown_entry_is_named_so(office: Office) -> None:
    with office.space.read() as connection, pytest.raises(NotFound) as caught:
        entry_of(connection, "0" * 32)
    assert caught.value.key == "entry.unknown"


def test_rebuilding_gives_the_same_bytes_and_the_same_search(office: Office) -> None:
    received = receive_person(office, "王建国", id_number(11))
    correct_person(office, CLERK, received.person, "name", "王健国", "")
    batch = scan(office, "same", "same")
    file_material(office, CLERK, Filing(received.dossier, "1", "履历表", "1998", batch, (2,)))

    def again(connection: Connection) -> tuple[bytes, bytes]:
        before = dump(connection)
        rebuild(connection, all_entries(connection), batch_size=2)
        return before, dump(connection)

    before, after = office.space.write(again)
    assert before == after
    assert "王健国".encode() in after


def test_a_capture_and_its_filing_project_alike_in_either_order(tmp_path: Path) -> None:
    with office_in(tmp_path / "a") as one, office_in(tmp_path / "b") as two:
        dossier = receive_person(one, "王建国", id_number(11)).dossier
        batch = scan(one, "same", "same", "other")
        file_material(one, CLERK, Filing(dossier, "1", "履历表", "1998", batch, (1, 3)))
        deliver(one.space, two.space)

        def backwards(connection: Connection) -> bytes:
            rebuild(connection, reversed(list(all_entries(connection))), batch_size=1)
            return dump(connection)

        with one.space.read() as connection:
            assert two.space.write(backwards) == dump(connection)


def test_a_box_seals_its_chain_once_where_it_stands(office: Office) -> None:
    seal = write(office, lambda c: seal_own_chain(c, KEYS.id, 1, KEYS.signing))
    assert seal is None
    receive_person(office, "某人")
    box = office.author.box
    seal = write(office, lambda c: seal_own_chain(c, box, 1, KEYS.signing))
    again = write(office, lambda c: seal_own_chain(c, box, 2, KEYS.signing))
    assert again is None
    assert seal is not None
    with office.space.read() as connection:
        assert list(seals(connection)) == [seal]
        assert (seal.n, seal.hash) == chain_head(connection, box)
    assert seal.verifies(KEYS.public_key)
    assert parse_seal(seal.body) == seal


def write(office: Office, work: Callable[[Connection], T]) -> T:
    return office.space.write(work)


def test_a_receipt_of_the_hub_is_given_once_a_head(office: Office) -> None:
    receive_person(office, "某人")
    boxes = [office.author.box, "0" * 32]
    for at in (5, 6):
        given = partial(give_receipts, boxes=boxes, at=at, hub=KEYS.id, key=KEYS.signing)
        write(office, given)
    with office.space.read() as connection:
        (receipt,) = receipts(connection)
        assert (receipt.n, receipt.hash) == chain_head(connection, office.author.box)
    assert (receipt.at, receipt.signer) == (5, KEYS.id)
    assert receipt.verifies(KEYS.public_key)


@pytest.mark.parametrize("key", [Keys(bytes(32)).public_key, "00", "not hexadecimal", ""])
def test_a_seal_verifies_by_no_other_key(office: Office, key: str) -> None:
    receive_person(office, "某人")
    seal = office.space.write(
        lambda c: seal_own_chain(c, office.author.box, 1, Ed25519PrivateKey.generate())
    )
    assert seal is not None
    assert not seal.verifies(key)


@pytest.mark.parametrize("body", ["[]", "{}", "[1,2,3,4,5,6]", "nonsense", '["a",true,"",1,"",""]'])
def test_what_is_no_seal_is_refused(body: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_seal(body)


def test_a_box_is_named_by_its_key(tmp_path: Path) -> None:
    made = Keys.make(tmp_path / "keys" / "box.key")
    assert Keys.load(tmp_path / "keys" / "box.key").id == made.id == box_id(made.public_key)
    assert (tmp_path / "keys" / "box.key").stat().st_mode & 0o777 == 0o600
    with pytest.raises(FileExistsError):
        Keys.make(tmp_path / "keys" / "box.key")
    purposes = ("database", "blob", "blob-name", "signing")
    assert len({made.derive(purpose) for purpose in purposes}) == 4
