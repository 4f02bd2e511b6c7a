"""The exchange over HTTP, `/sync/v1`: routes that hub and box serve alike, every request signed."""

from collections.abc import Sequence
from typing import Any

from litestar import Request, Response, Router, get, patch, post
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, FromQuery, RawBody
from litestar.response import Response as Answer

from edge.domain.errors import (
    Conflict,
    DangxiaError,
    Denied,
    InvalidInput,
    NotFound,
    PeerRefused,
    PeerUnreachable,
    SchemaAhead,
    SegmentRejected,
    StorageFull,
)
from sync.greeting import pack_said, read_said_by
from sync.host import Host
from sync.identity import BOX, Gate
from sync.roster import Member
from sync.segment import MAX_PACKED
from sync.set_back import cursor_of
from sync.spool import MAX_BLOB, PIECE
from sync.wire import MORE, PREFIX

BYTES = "application/octet-stream"
TOTAL, OFFSET = "dangxia-total", "dangxia-offset"
_STATUS: dict[type[DangxiaError], int] = {
    InvalidInput: 400,
    Denied: 403,
    PeerRefused: 403,
    NotFound: 404,
    Conflict: 409,
    SchemaAhead: 409,
    SegmentRejected: 422,
    PeerUnreachable: 429,
    StorageFull: 507,
}


def mounted(handlers: Sequence[HTTPRouteHandler]) -> Router:
    """Routes where peers look for them, refusals said in their form."""
    return Router(
        path=PREFIX,
        route_handlers=list(handlers),
        exception_handlers={DangxiaError: refuse},
        request_max_body_size=MAX_PACKED + 1_024,
        include_in_schema=False,
    )


class Desk:
    """Finds out who asks: the signature of a box that `host` knows, never the same one twice."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self._gate = Gate(host.id)

    def member(self, request: Request[Any, Any, Any], body: bytes) -> Member:
        """Whose request it is; raises PeerRefused."""
        member = self._host.member(request.headers.get(BOX, ""))
        raw = request.scope["raw_path"].decode("ascii").partition("?")[0]
        query = request.scope["query_string"].decode("ascii")
        target = f"{raw}?{query}" if query else raw
        self._gate.check(
            request.method,
            target,
            body,
            dict(request.headers),
            member.public_key,
            self._host.now(),
        )
        return member


def exchange_routes(host: Host, desk: Desk) -> list[HTTPRouteHandler]:
    """Handshake, segments, files, confirmation."""

    @post("/handshake", sync_to_thread=True, status_code=200)
    def handshake(request: Request[Any, Any, Any], body: RawBody) -> Response[bytes]:
        member = desk.member(request, body)
        try:
            answer = host.handshake(member, read_said_by(body))
        except (KeyError, TypeError, AttributeError) as error:
            raise InvalidInput("sync.malformed") from error
        return Answer(pack_said(answer, body), media_type=BYTES)

    @get("/spaces/{space:str}/segments", sync_to_thread=True)
    def segments(
        request: Request[Any, Any, Any],
        space: FromPath[str],
        epoch: FromQuery[str],
        upto: FromQuery[int],
        hash: FromQuery[str],
    ) -> Response[bytes]:
        member = desk.member(request, b"")
        content = host.segment(member, space, epoch, cursor_of(upto, hash))
        if content is None:
            return Answer(b"", media_type=BYTES, status_code=204)
        more = host.has_more(member, space, epoch, content)
        return Answer(content, media_type=BYTES, headers={MORE: str(int(more))})

    @post("/spaces/{space:str}/segments", sync_to_thread=True, status_code=200)
    def take(
        request: Request[Any, Any, Any], space: FromPath[str], body: RawBody
    ) -> dict[str, Any]:
        cursor = host.take(desk.member(request, body), space, body)
        return {"upto": cursor.upto, "hash": cursor.hash}

    @post("/spaces/{space:str}/blobs/missing", sync_to_thread=True, status_code=200)
    def missing(
        request: Request[Any, Any, Any], space: FromPath[str], body: RawBody
    ) -> Response[bytes]:
        bits = host.missing(desk.member(request, body), space, body)
        return Answer(bits, media_type=BYTES)

    @post("/spaces/{space:str}/blobs/pack", sync_to_thread=True, status_code=200)
    def add_pack(
        request: Request[Any, Any, Any], space: FromPath[str], body: RawBody
    ) -> dict[str, int]:
        return {"kept": host.add_pack(desk.member(request, body), space, body)}

    @post("/spaces/{space:str}/blobs/wanted", sync_to_thread=True, status_code=200)
    def wanted(
        request: Request[Any, Any, Any],
        space: FromPath[str],
        most: FromQuery[int],
        body: RawBody,
    ) -> Response[bytes]:
        pack = host.wanted(desk.member(request, body), space, body, most)
        return Answer(pack, media_type=BYTES)

    @get("/spaces/{space:str}/blobs/{digest:str}/offset", sync_to_thread=True)
    def offset(
        request: Request[Any, Any, Any], space: FromPath[str], digest: FromPath[str]
    ) -> dict[str, int]:
        member = desk.member(request, b"")
        return {"offset": host.offset(member, space, _digest(digest))}

    @patch("/spaces/{space:str}/blobs/{digest:str}", sync_to_thread=True)
    def add_piece(
        request: Request[Any, Any, Any],
        space: FromPath[str],
        digest: FromPath[str],
        start: FromQuery[int],
        total: FromQuery[int],
        body: RawBody,
    ) -> dict[str, int]:
        member = desk.member(request, body)
        reached = host.add_piece(member, space, _digest(digest), start, total, body)
        return {"offset": reached}

    @get("/spaces/{space:str}/blobs/{digest:str}", sync_to_thread=True)
    def piece(
        request: Request[Any, Any, Any],
        space: FromPath[str],
        digest: FromPath[str],
        start: FromQuery[int],
        most: FromQuery[int] = PIECE,
    ) -> Response[bytes]:
        member, asked = desk.member(request, b""), max(most, 1)
        start = min(max(start, 0), MAX_BLOB)
        content, total = host.piece(member, space, _digest(digest), start, asked)
        return Answer(content, media_type=BYTES, headers={TOTAL: str(total)})

    @post("/confirm", sync_to_thread=True, status_code=200)
    def confirm(request: Request[Any, Any, Any], body: RawBody) -> dict[str, Any]:
        host.confirm(desk.member(request, body))
        return {}

    return [
        handshake,
        segments,
        take,
        missing,
        add_pack,
        wanted,
        offset,
        add_piece,
        piece,
        confirm,
    ]


def refuse(_: Request[Any, Any, Any], error: DangxiaError) -> Response[dict[str, Any]]:
    """Say no in a form that the other side reads back as the same error."""
    status = next((_STATUS[kind] for kind in type(error).__mro__ if kind in _STATUS), 500)
    fields = {name: _plain(value) for name, value in error.fields.items()}
    return Answer({"key": error.key, "fields": fields}, status_code=status)


def _plain(value: object) -> object:
    return value if isinstance(value, (str, int, float)) else str(value)


def _digest(text: str) -> str:
    if len(text) != 64 or any(letter not in "0123456789abcdef" for letter in text):
        raise InvalidInput("blob.name", digest=text[:80])
    return text
