"""The hub's endpoint for peers: the exchange, and beside it enrolment and snapshots."""

from typing import Any

from litestar import Request, Response, Router, get, post
from litestar.params import FromPath, FromQuery, RawBody
from litestar.response import Response as Answer

from sync.endpoint import BYTES, Desk, exchange_routes, mounted
from sync.greeting import object_of
from sync.hub.county import County


def router(county: County) -> Router:
    """The routes to mount on the hub's application; `hub` and `enrol` need no signature."""
    desk = Desk(county.peers)

    @get("/hub", sync_to_thread=False)
    def hub() -> dict[str, str]:
        return {"hub": county.keys.id, "public_key": county.keys.public_key}

    @post("/enrol", sync_to_thread=True, status_code=200)
    def enrol(body: RawBody) -> dict[str, Any]:
        return county.registry.answer(object_of(body))

    @post("/spaces/{space:str}/snapshot", sync_to_thread=True, status_code=200)
    def snapshot(
        request: Request[Any, Any, Any], space: FromPath[str], body: RawBody
    ) -> dict[str, Any]:
        member = desk.member(request, body)
        replica = county.peers.replica(member, space, writing=True)
        return county.snapshots.ask(member, replica.space, replica.epoch)

    @get("/spaces/{space:str}/snapshot", sync_to_thread=True)
    def snapshot_piece(
        request: Request[Any, Any, Any],
        space: FromPath[str],
        start: FromQuery[int],
        most: FromQuery[int],
    ) -> Response[bytes]:
        member = desk.member(request, b"")
        county.peers.replica(member, space, writing=True)
        return Answer(county.snapshots.piece(member, start, most), media_type=BYTES)

    @post("/spaces/{space:str}/snapshot/done", sync_to_thread=True, status_code=200)
    def snapshot_done(
        request: Request[Any, Any, Any], space: FromPath[str], body: RawBody
    ) -> dict[str, Any]:
        county.snapshots.done(desk.member(request, body))
        return {}

    own = [hub, enrol, snapshot, snapshot_piece, snapshot_done]
    return mounted([*own, *exchange_routes(county.peers, desk)])
