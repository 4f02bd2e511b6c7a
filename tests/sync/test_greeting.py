"""What is said at a handshake: compressed, bounded, and plain to whoever says it plain."""

import json
from collections.abc import Mapping

import httpx
import pytest
import zstandard

from edge.domain.errors import InvalidInput
from sync.greeting import MAX_SAID, pack_said, read_said_by
from sync.segment import PROTO
from tests.sync.world import World

SAID = {"proto": 1, "spaces": {"county": {"epoch": "e" * 32, "have": {}}}}


def test_both_forms_are_read_and_answered_in_kind() -> None:
    packed = pack_said(SAID)
    plain = pack_said(SAID, json.dumps(SAID).encode())
    assert json.loads(plain) == SAID
    assert read_said_by(packed) == read_said_by(plain) == SAID
    assert pack_said(SAID, packed) == packed


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        zstandard.ZstdCompressor().compress(b"[1]"),
        zstandard.ZstdCompressor().compress(b"nothing"),
        zstandard.ZstdCompressor().compress(bytes(MAX_SAID + 1)),
        zstandard.ZstdCompressor(write_content_size=False).compress(b"{}"),
        b"{" + b'"a":{' * 100_000,
    ],
)
def test_nothing_else_is_read(body: bytes) -> None:
    with pytest.raises(InvalidInput, match=r"sync\.malformed"):
        read_said_by(body)


def test_a_box_that_is_not_updated_yet_is_understood(world: World) -> None:
    box = world.box()
    said = {"county": {"epoch": "e", "schema": 1, "have": {}}}
    body = json.dumps({"proto": PROTO, "spaces": said}).encode()
    answer = box.session.wire.request("POST", "/handshake", body).json()
    assert answer["spaces"]["county"]["news"] is True
    assert answer["hub"] == box.pins.hub


def test_nothing_to_bring_costs_two_requests(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    box = world.box()
    box.view()
    box.sync()
    asked: list[str] = []
    request = box.session.wire.request

    def counted(
        method: str, path: str, body: bytes = b"", query: Mapping[str, str | int] | None = None
    ) -> httpx.Response:
        asked.append(f"{method} {path}")
        return request(method, path, body, query)

    monkeypatch.setattr(box.session.wire, "request", counted)
    assert box.sync().pulled == 0
    assert asked == ["POST /handshake", "POST /confirm"]
    asked.clear()
    box.view()
    assert box.sync().pushed == 1
    assert asked[1:] == [
        "POST /spaces/town-510101/segments",
        "GET /spaces/town-510101/segments",
        "POST /confirm",
    ]
