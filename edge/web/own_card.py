"""Self-service: whoever lays a card down sees what concerns that person, and nothing else.

No address here names anybody. Whose card it was is known from the box's own reader alone, and kept
at the server until the citizen leaves or has not touched the screen for a while.
"""

from typing import Annotated, Any

import msgspec
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import URLEncodedBody
from litestar.response import ServerSentEvent, Template

from edge.domain.errors import NotFound
from edge.domain.matters.registry import FLOWS
from edge.store import screens
from edge.store.proofs import Proof
from edge.store.screens import CitizenScreen
from edge.web.events import SELF
from edge.web.facing import NobodyThere, Visit
from edge.web.parts import Parts
from edge.web.queueing import printing, send_kept
from edge.web.redacted import state_of
from edge.web.rendering import go, page
from edge.web.screen_session import TURNED_MODE
from edge.web.second_screen import LARGE, forgotten
from edge.workflows import citizens, proofs


class Sought(msgspec.Struct, frozen=True):
    """Whose dossier is looked for, by both name and number."""

    name: Annotated[str, msgspec.Meta(max_length=60)] = ""
    id_number: Annotated[str, msgspec.Meta(max_length=20)] = ""


def visitor(parts: Parts, screen: CitizenScreen) -> Visit:
    """Who is at the screen; raises NobodyThere. Each page asked for keeps the visit going."""
    held = parts.facing.visit(screen.id, parts.now)
    if held is None:
        raise NobodyThere
    parts.facing.stay(screen.id, parts.now)
    return held


def _shown(request: Request[Any, Any, Any], template: str, **context: Any) -> Template:
    return page(request, f"self/{template}.html", size=LARGE, **context)


@get("/self", sync_to_thread=True)
def rest(
    request: Request[Any, Any, Any],
    alone: NamedDependency[CitizenScreen],
    parts: NamedDependency[Parts],
) -> Response[Any]:
    """Waiting for a card; whoever has laid one down goes on to what can be done."""
    if parts.facing.visit(alone.id, parts.now) is not None:
        return go(request, "/self/menu")
    turned = alone.mode == TURNED_MODE
    if turned and parts.swipes.station != SELF:  # the box was started anew meanwhile
        parts.swipes.turn(SELF)
    return _shown(request, "rest", offers=citizens.offers(parts.office), turned=turned)


@get("/self/events", sync_to_thread=False)
def events(alone: NamedDependency[CitizenScreen], parts: NamedDependency[Parts]) -> ServerSentEvent:
    """The self-service screen's signals: that a card was read, never whose."""
    return ServerSentEvent(parts.stations.listen(SELF))


@post("/self/begin", status_code=303, sync_to_thread=True)
def begin(
    request: Request[Any, Any, Any],
    alone: NamedDependency[CitizenScreen],
    parts: NamedDependency[Parts],
) -> Response[Any]:
    """Begin the visit of whose card the reader has just read."""
    person = parts.swipes.take()
    parts.facing.end(alone.id)
    if person is None:
        return go(request, "/self")
    if not person:
        return _shown(request, "nobody")
    parts.facing.begin(alone.id, person, parts.now)
    return go(request, "/self/menu")


@get("/self/menu", sync_to_thread=True)
def menu(
    request: Request[Any, Any, Any],
    alone: NamedDependency[CitizenScreen],
    parts: NamedDependency[Parts],
) -> Template:
    """What the holder of the card can ask for."""
    visitor(parts, alone)
    return _shown(request, "menu", offers=citizens.offers(parts.office))


@get("/self/where", sync_to_thread=True)
def where(
    request: Request[Any, Any, Any],
    alone: NamedDependency[CitizenScreen],
    parts: NamedDependency[Parts],
) -> Template:
    """Where the holder's dossier is kept."""
    shown = citizens.own(parts.office, visitor(parts, alone).person, "self.where")
    return _shown(request, "where", own=shown)


@get("/self/progress", sync_to_thread=True)
def progress(
    request: Request[Any, Any, Any],
    alone: NamedDependency[CitizenScreen],
    parts: NamedDependency[Parts],
) -> Template:
    """How far the holder's business has come."""
    shown = citizens.own(parts.office, visitor(parts, alone).person, "self.progress")
    lines = [(each, _name(each.flow), state_of(each)) for each in shown.matters if _name(each.flow)]
    return _shown(request, "progress", lines=lines)


@get("/self/proof", sync_to_thread=True)
def proof(
    request: Request[Any, Any, Any],
    alone: NamedDependency[CitizenScreen],
    parts: NamedDependency[Parts],
) -> Template:
    """Before the proof of storage is printed, and while it is."""
    visit = visitor(parts, alone)
    if not visit.proof:
        shown = citizens.own(parts.office, visit.person, "self.proof")
        return _shown(request, "proof", own=shown)
    return _shown(request, "printing", **_job(parts, visit))


@post("/self/proof/print", status_code=303, sync_to_thread=True)
def print_proof(
    request: Request[Any, Any, Any],
    alone: NamedDependency[CitizenScreen],
    parts: NamedDependency[Parts],
) -> Response[Any]:
    """Issue the holder's proof of storage and print it; errors as `citizens.own_proof`."""
    visit = visitor(parts, alone)
    issued = citizens.own_proof(parts.office, visit.person)
    parts.facing.print_for(alone.id, issued.id, _printed(parts, issued))
    return go(request, "/self/proof")


@get("/self/proof/state", sync_to_thread=True)
def proof_state(
    request: Request[Any, Any, Any],
    alone: NamedDependency[CitizenScreen],
    parts: NamedDependency[Parts],
) -> Template:
    """How the printing goes, asked every second until it is over."""
    visit = parts.facing.visit(alone.id, parts.now)
    if visit is None or not visit.proof:
        raise NobodyThere
    return page(request, "self/job.html", **_job(parts, visit))


@get("/self/lookup", sync_to_thread=True)
def lookup(
    request: Request[Any, Any, Any],
    alone: NamedDependency[CitizenScreen],
    parts: NamedDependency[Parts],
) -> Template:
    """Asking which office keeps a dossier, without a card."""
    return _shown(request, "lookup", found=None)


@post("/self/lookup/find", status_code=200, sync_to_thread=True)
def find(
    request: Request[Any, Any, Any],
    alone: NamedDependency[CitizenScreen],
    parts: NamedDependency[Parts],
    data: URLEncodedBody[Sought],
) -> Template:
    """Which office keeps it; errors as `citizens.holder_of`."""
    found = citizens.holder_of(parts.office, data.name, data.id_number)
    return _shown(request, "lookup", found=found)


@post("/self/stay", status_code=204, sync_to_thread=False)
def stay(alone: NamedDependency[CitizenScreen], parts: NamedDependency[Parts]) -> None:
    """The citizen is still there."""
    parts.facing.stay(alone.id, parts.now)


@post("/self/end", status_code=303, sync_to_thread=False)
def end(
    request: Request[Any, Any, Any],
    alone: NamedDependency[CitizenScreen],
    parts: NamedDependency[Parts],
) -> Response[Any]:
    """The visit is over; nothing of it stays."""
    parts.facing.end(alone.id)
    return go(request, "/self")


@post("/self/leave", status_code=303, sync_to_thread=True)
def leave(
    request: Request[Any, Any, Any],
    alone: NamedDependency[CitizenScreen],
    parts: NamedDependency[Parts],
) -> Response[Any]:
    """Turn a counter that serves citizens for a while back to the clerks, who must sign in."""
    parts.facing.end(alone.id)
    if alone.mode != TURNED_MODE:
        return go(request, "/self")
    parts.swipes.turn()
    parts.office.space.write(lambda town: screens.shut_out(town, alone.id))
    return forgotten(go(request, "/lock"), parts)


HANDLERS = [
    rest, events, begin, menu, where, progress, proof, print_proof, proof_state, lookup, find, stay,
    end, leave,
]  # fmt: skip


def _printed(parts: Parts, issued: Proof) -> int | None:
    job = send_kept(parts, issued.blob, issued.number)
    if job is not None:
        proofs.note_print(parts.office, parts.office.itself, issued.id, "printer", job)
    return job


def _job(parts: Parts, visit: Visit) -> dict[str, Any]:
    try:
        return printing(parts, visit.job)
    except NotFound:
        return printing(parts, None)


def _name(flow: str) -> str:
    return FLOWS[flow].name if flow in FLOWS else ""
