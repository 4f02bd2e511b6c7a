"""The clerk's side of the screens that face citizens: letting them in, showing, taking away."""

from collections.abc import Callable
from typing import Annotated, Any, Literal

import msgspec
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, URLEncodedBody
from litestar.response import Template

from edge.domain.access import Clerk, Right
from edge.store import dossiers, matters, persons, screens, staff
from edge.web import session
from edge.web.events import SECOND, SELF
from edge.web.facing import Sheet
from edge.web.locale import in_each_language
from edge.web.parts import Parts
from edge.web.persons import OVERVIEW, looked
from edge.web.proofs import kind_of
from edge.web.redacted import matter_sheet, person_sheet, proof_sheet
from edge.web.rendering import go, page
from edge.web.screen_session import TURNED_MODE
from edge.web.second_screen import with_secret
from edge.workflows import proofs


class Wanted(msgspec.Struct, frozen=True):
    """What kind of screen is let in."""

    mode: Literal["second", "self"]


class Which(msgspec.Struct, frozen=True):
    """Which screen is meant."""

    screen: Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{64}$")]


class Noted(msgspec.Struct, frozen=True):
    """The notes that a proof shall repeat, as they are ticked beside its preview."""

    note: list[str] | str = ""

    @property
    def notes(self) -> tuple[str, ...]:
        """The notes by their ids."""
        return tuple([self.note] if isinstance(self.note, str) else self.note) if self.note else ()


@get("/screens", sync_to_thread=True)
def listed(
    request: Request[Any, Any, Any], clerk: NamedDependency[Clerk], parts: NamedDependency[Parts]
) -> Template:
    """The screens that are let in, and the way to let one in."""
    clerk.require(Right.ROOM)
    return _listed(request, parts, "")


@post("/screens/invite", status_code=200, sync_to_thread=True)
def invite(
    request: Request[Any, Any, Any],
    clerk: NamedDependency[Clerk],
    parts: NamedDependency[Parts],
    data: URLEncodedBody[Wanted],
) -> Template:
    """Give the code to be typed at the new screen."""
    clerk.require(Right.ROOM)
    return _listed(request, parts, parts.facing.invite(data.mode, clerk.id, parts.now))


@post("/screens/shut-out", status_code=303, sync_to_thread=True)
def shut_out(
    request: Request[Any, Any, Any],
    clerk: NamedDependency[Clerk],
    parts: NamedDependency[Parts],
    data: URLEncodedBody[Which],
) -> Response[Any]:
    """Let a screen in no more."""
    clerk.require(Right.ROOM)
    parts.facing.end(data.screen)
    parts.office.space.write(lambda town: screens.shut_out(town, data.screen))
    for station in (SECOND, SELF):
        parts.stations.publish("shown", station)
    return go(request, "/screens")


@post("/screens/turn", status_code=303, sync_to_thread=True)
def turn(
    request: Request[Any, Any, Any], reader: NamedDependency[Clerk], parts: NamedDependency[Parts]
) -> Response[Any]:
    """Sign out and let citizens serve themselves at this very screen, by the box's reader."""
    session.sign_out(request)
    parts.swipes.turn(SELF)
    return with_secret(request, parts, TURNED_MODE, reader.id, "/self")


@post("/show/person/{person:str}", status_code=200, sync_to_thread=True)
def show_person(
    request: Request[Any, Any, Any],
    reader: NamedDependency[Clerk],
    parts: NamedDependency[Parts],
    person: FromPath[str],
) -> Template:
    """Show a person's registration to that person."""
    with parts.office.space.read() as town:
        known = persons.person_of(town, person)
        held = dossiers.dossiers_of_person(town, person)
    if held:
        looked(request, parts, reader, held[0].id, OVERVIEW)
    dossier = held[0] if held else None
    return _show(request, parts, reader, lambda: person_sheet(known, dossier, parts.office.name))


@post("/show/proof/{dossier:str}/{kind:str}", status_code=200, sync_to_thread=True)
def show_proof(
    request: Request[Any, Any, Any],
    reader: NamedDependency[Clerk],
    parts: NamedDependency[Parts],
    dossier: FromPath[str],
    kind: FromPath[str],
    data: URLEncodedBody[Noted],
) -> Template:
    """Show what a proof will say to its holder."""
    wanted = proofs.ProofRequest(dossier, kind_of(kind), "", data.notes)
    looked(request, parts, reader, dossier, OVERVIEW)
    said = proofs.statements_of(parts.office, reader, wanted)
    with parts.office.space.read() as town:
        known = persons.person_of(town, dossiers.dossier_of(town, dossier).person)
    return _show(request, parts, reader, lambda: proof_sheet(known, dossier, kind_of(kind), said))


@post("/show/matter/{matter:str}", status_code=200, sync_to_thread=True)
def show_matter(
    request: Request[Any, Any, Any],
    reader: NamedDependency[Clerk],
    parts: NamedDependency[Parts],
    matter: FromPath[str],
) -> Template:
    """Show how far a matter has come."""
    with parts.office.space.read() as town:
        held = matters.matter_of(town, matter)
        known = persons.person_of(town, held.person) if held.person else None
    if held.dossier:
        looked(request, parts, reader, held.dossier, OVERVIEW)
    return _show(request, parts, reader, lambda: matter_sheet(held, known))


@get("/show/state", sync_to_thread=True)
def state(
    request: Request[Any, Any, Any], reader: NamedDependency[Clerk], parts: NamedDependency[Parts]
) -> Template:
    """What stands on the second screen, and whether it was confirmed."""
    return _state(request, parts)


@post("/show/end", status_code=200, sync_to_thread=True)
def end(
    request: Request[Any, Any, Any], reader: NamedDependency[Clerk], parts: NamedDependency[Parts]
) -> Template:
    """Take what is shown off the second screen."""
    parts.facing.wipe()
    parts.stations.publish("shown", SECOND)
    return _state(request, parts)


HANDLERS = [
    listed, invite, shut_out, turn, show_person, show_proof, show_matter, state, end,
]  # fmt: skip


def _listed(request: Request[Any, Any, Any], parts: Parts, code: str) -> Template:
    with parts.office.space.read() as town:
        known = screens.screens(town)
    with parts.office.county.read() as county:
        names = staff.names_of_staff(county)
    return page(request, "screens.html", screens=known, names=names, code=code)


def _show(
    request: Request[Any, Any, Any], parts: Parts, clerk: Clerk, said: Callable[[], Sheet]
) -> Template:
    parts.facing.show(in_each_language(said), clerk.id, parts.now)
    parts.stations.publish("shown", SECOND)
    return _state(request, parts)


def _state(request: Request[Any, Any, Any], parts: Parts) -> Template:
    made = page(request, "parts/shown.html", showing=parts.facing.shown(parts.now))
    made.headers |= {"HX-Retarget": "#facing", "HX-Reswap": "innerHTML"}
    return made
