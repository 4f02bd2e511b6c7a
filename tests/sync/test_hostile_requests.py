"""Requests that an enrolled peer signs and that make no sense: refused, never a fault of ours."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import httpx
import pytest

from edge.domain.errors import DangxiaError, PeerUnreachable
from edge.store import exchange
from edge.store.reducers.dossiers import MASTER, name_blobs
from sync.greeting import pack_said
from sync.segment import PROTO
from sync.session import Session
from sync.set_back import said_of
from sync.tls import pinned_context, shown_certificate
from sync.wire import PREFIX
from tests.sync.neighbours import listening, session_to, url_of
from tests.sync.world import World

TOWN = "town-510101"
BEYOND = (-1, 1 << 53, 1 << 63, 1 << 64, 10**40)
NO_TEXT = "\ud800"
# Of a file that the record names and nobody holds.
NAMED = "ab" * 32


@pytest.fixture
def lines(world: World) -> Iterator[list[tuple[Session, str]]]:
    """A box's sessions with its hub and with a neighbour, and the epochs of these two."""
    box, other = world.box(), world.box()
    for each in (box, other, box):
        each.view()
        each.sync()
    with listening(other) as there:
        beside = session_to(box, other, url_of(there))
        beside.run_once()
        hub = world.hub.county.spaces.town("510101")
        for space in (hub, other.town):
            space.write(lambda c: name_blobs(c, [(bytes.fromhex(NAMED), MASTER)]))
        yield [(box.session, epoch_of(hub)), (beside, epoch_of(other.town))]
        beside.close()


def epoch_of(space: Any) -> str:
    with space.read() as connection:
        return exchange.epoch_of(connection)


def said(session: Session, method: str, path: str, body: bytes = b"", **query: object) -> str:
    """With which key, or which status where there is none, it is refused; empty when answered."""
    asked: Mapping[str, Any] = query
    try:
        session.wire.request(method, path, body, dict(asked))
    except PeerUnreachable as error:
        return str(error.fields["status"])
    except DangxiaError as error:
        return error.key
    return ""


def test_numbers_beyond_every_record_are_refused(
    world: World, lines: list[tuple[Session, str]]
) -> None:
    for session, _ in lines:
        for number in BEYOND:
            segments, blob = f"/spaces/{TOWN}/segments", f"/spaces/{TOWN}/blobs/{NAMED}"
            answers = [
                said(session, "GET", segments, epoch="e", upto=number, hash="ab"),
                said(session, "GET", blob, start=number, most=number),
                said(session, "PATCH", blob, b"x", start=number, total=number),
            ]
            assert answers == ["sync.malformed", "blob.awaiting", "blob.size"]
            wanted = f"/spaces/{TOWN}/blobs/wanted"
            assert said(session, "POST", wanted, bytes(32), most=number) == ""
    hub, beside = lines[0][0], lines[1][0]
    member = world.hub.county.peers.member(hub.side.keys.id)
    world.hub.county.snapshots._path(member).write_bytes(b"a snapshot")
    for number in BEYOND[1:]:
        path = f"/spaces/{TOWN}/blobs/lacking"
        lacking = said(beside, "GET", path, least=number, kind=number, digest="ab")
        assert lacking == "sync.malformed"
        assert said(hub, "GET", f"/spaces/{TOWN}/snapshot", start=number, most=number) == ""


def test_greetings_that_make_no_sense_are_refused(lines: list[tuple[Session, str]]) -> None:
    for session, epoch in lines:
        good = {"epoch": "e", "schema": 1, "have": {}}
        wrong: list[object] = [
            [1, 2, 3],
            "text",
            {TOWN: 7},
            {TOWN: {**good, "epoch": NO_TEXT}},
            {TOWN: {**good, "epoch": "e" * 10_000}},
            {TOWN: {**good, "known": {NO_TEXT: []}}},
            {TOWN: {**good, "known": {"e" * 10_000: []}}},
            {TOWN: {**good, "known": {"ab": [[1, "ab" * 5_000]]}}},
        ]
        for number in BEYOND:
            wrong.append({TOWN: {**good, "known": {"ab": [[number, "ab" * 16]]}}})
            cursor = said_of(exchange.Cursor(number, "ab"), b"")
            wrong.append({TOWN: {**good, "have": {epoch: cursor}}})
        for spaces in wrong:
            body = pack_said({"proto": PROTO, "spaces": spaces})
            assert said(session, "POST", "/handshake", body) == "sync.malformed", spaces
            plain = json.dumps({"proto": PROTO, "spaces": spaces}).encode()
            assert said(session, "POST", "/handshake", plain) == "sync.malformed", spaces
        long = b'{"proto":' + b" " * (2 << 20) + b'1,"spaces":{}}'
        assert said(session, "POST", "/handshake", long) == "sync.malformed"
        session.run_once()


def test_what_a_stranger_sends_is_refused(world: World) -> None:
    url = world.hub.url
    fields = ["ticket", "town", "name", "public_key", "seal", "replaces", "signature", "proof"]
    asked = dict.fromkeys(fields, NO_TEXT)
    known = {**asked, "ticket": world.hub.ticket("510101").id}
    with httpx.Client(verify=pinned_context(shown_certificate(url)), trust_env=False) as client:
        for body in (
            b"[" * 100_000,
            b"{" * 3,
            b'{"ticket": 1}',
            json.dumps(asked).encode(),
            json.dumps(known).encode(),
            json.dumps({**known, "signature": "ab", "public_key": "ab"}).encode(),
        ):
            answer = client.post(f"{url}{PREFIX}/enrol", content=body)
            assert 400 <= answer.status_code < 500, (body[:80], answer.text)
