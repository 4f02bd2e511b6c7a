"""Scanning into a dossier, and classifying what was scanned or came by the hot folder."""

from collections.abc import Mapping
from typing import Annotated, Any

import msgspec
from anyio.to_thread import run_sync as in_thread
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, URLEncodedBody
from litestar.response import Redirect, Template

from edge.domain.access import Clerk, Right
from edge.domain.archive import BUILT_IN
from edge.domain.errors import Conflict, InvalidInput, NotFound
from edge.store import captures, dossiers, persons, rules
from edge.web import drafts, errands
from edge.web.arranging import fitting, guess_of, whole_list
from edge.web.parts import Parts
from edge.web.persons import OVERVIEW, looked
from edge.web.rendering import go, page
from edge.web.search import Asked, find
from edge.web.sheets import sheets_of
from edge.web.typed import typed
from edge.workflows import supplement
from edge.workflows.digitising import Place

LONGEST, LONGEST_NUMBER = 120, 6


class Where(msgspec.Struct, frozen=True):
    """Where more pages shall go: behind page `after`, or in the place of page `instead`."""

    after: Annotated[int, msgspec.Meta(ge=0, lt=10**LONGEST_NUMBER)] = 0
    instead: Annotated[int, msgspec.Meta(ge=0, lt=10**LONGEST_NUMBER)] = 0
    dossier: str = ""


@get("/dossiers/{dossier:str}/supplement", sync_to_thread=True)
def supplement_screen(
    request: Request[Any, Any, Any],
    reader: NamedDependency[Clerk],
    parts: NamedDependency[Parts],
    dossier: FromPath[str],
) -> Template:
    """Before the scan: lay the paper in, then start."""
    looked(request, parts, reader, dossier, OVERVIEW)
    with parts.office.space.read() as town:
        held = dossiers.dossier_of(town, dossier)
        person = persons.person_of(town, held.person)
        waiting = [each for each in captures.waiting_captures(town) if each.dossier == dossier]
    camera = parts.camera is not None
    return page(
        request, "supplement.html", dossier=held, person=person, waiting=waiting, camera=camera
    )


@post("/dossiers/{dossier:str}/scan", status_code=303, sync_to_thread=True)
def start(
    request: Request[Any, Any, Any],
    reader: NamedDependency[Clerk],
    parts: NamedDependency[Parts],
    dossier: FromPath[str],
) -> Response[Any]:
    """Start the feeder for this dossier; a batch begun earlier goes on."""
    reader.require(Right.FILE)
    for begun in parts.scanning.open_batches():
        if begun.dossier == dossier and begun.clerk.id == reader.id:
            parts.scanning.read_on(begun.id)
            return go(request, f"/captures/{begun.id}")
    return go(request, f"/captures/{parts.scanning.begin(reader, dossier)}")


@post("/captures/{capture:str}/scan", status_code=303, sync_to_thread=True)
def read_on(
    request: Request[Any, Any, Any],
    reader: NamedDependency[Clerk],
    parts: NamedDependency[Parts],
    capture: FromPath[str],
    data: URLEncodedBody[Where],
) -> Response[Any]:
    """Read more pages into the batch: at its end, behind a page, or in the place of one."""
    reader.require(Right.FILE)
    begun = parts.scanning.reopen(reader, capture)
    if begun.reading and (data.after or data.instead):
        raise Conflict("capture.reading")
    parts.scanning.read_on(capture, Place(after=data.after, instead=data.instead))
    return go(request, _address(parts, capture, data.dossier))


@get("/captures/{capture:str}", sync_to_thread=True)
def show(
    request: Request[Any, Any, Any],
    reader: NamedDependency[Clerk],
    parts: NamedDependency[Parts],
    capture: FromPath[str],
    dossier: FromQuery[str] = "",
) -> Template:
    """The pages of a batch and where they shall go."""
    shown = sheets_of(parts, capture)
    held = person = None
    decided: Mapping[str, str] = {}
    scheme = BUILT_IN
    owner = shown["dossier_id"] or dossier
    if owner:
        looked(request, parts, reader, owner, OVERVIEW)
    with parts.office.space.read() as town:
        if owner:
            held = dossiers.dossier_of(town, owner)
            person = persons.person_of(town, held.person)
            decided = errands.decided_before(town, owner)
    if held:
        with parts.office.county.read() as county:
            scheme = rules.scheme_of(county, held.scheme)
    return page(
        request,
        "capture.html",
        dossier=held,
        person=person,
        scheme=scheme,
        kept=_begun_with(decided, drafts.draft_of(parts, reader, f"filing-{capture}")),
        **shown,
    )


@get("/captures/{capture:str}/sheets", sync_to_thread=True)
def sheets(
    request: Request[Any, Any, Any],
    reader: NamedDependency[Clerk],
    parts: NamedDependency[Parts],
    capture: FromPath[str],
    after: FromQuery[int] = 0,
) -> Template:
    """The pages that came since the page was shown; all anew where they came in between."""
    shown = sheets_of(parts, capture, after)
    if not shown["inserted"] or not shown["sheets"]:
        return page(request, "parts/sheets.html", **shown)
    return whole_list(request, parts, capture)


@get("/captures/{capture:str}/state", sync_to_thread=True)
def state(
    request: Request[Any, Any, Any],
    reader: NamedDependency[Clerk],
    parts: NamedDependency[Parts],
    capture: FromPath[str],
) -> Template:
    """Whether the scanner reads, and what stopped it."""
    return page(request, "parts/capture_state.html", **sheets_of(parts, capture))


@post("/captures/{capture:str}/owners", status_code=200, sync_to_thread=True)
def owners(
    request: Request[Any, Any, Any],
    reader: NamedDependency[Clerk],
    parts: NamedDependency[Parts],
    capture: FromPath[str],
    data: URLEncodedBody[Asked],
) -> Template:
    """Whose material a batch without a name may be."""
    return page(request, "parts/owners.html", capture=capture, **find(parts, data.q))


@get("/captures/{capture:str}/for/{person:str}", sync_to_thread=True)
def for_person(
    reader: NamedDependency[Clerk],
    parts: NamedDependency[Parts],
    capture: FromPath[str],
    person: FromPath[str],
) -> Redirect:
    """Give a batch that came without a name to the person just searched or swiped."""
    with parts.office.space.read() as town:
        held = dossiers.dossiers_of_person(town, person)
    if not held:
        raise NotFound("dossier.unknown")
    return Redirect(f"/captures/{capture}?dossier={held[0].id}", status_code=303)


@post("/captures/{capture:str}/aside", status_code=303, sync_to_thread=True)
def put_aside(
    request: Request[Any, Any, Any],
    reader: NamedDependency[Clerk],
    parts: NamedDependency[Parts],
    capture: FromPath[str],
) -> Response[Any]:
    """Record the batch and leave it in the list of things to do."""
    reader.require(Right.FILE)
    begun = parts.scanning.batch(capture)
    if begun is not None:
        parts.scanning.close(capture)
        if begun.person:
            with parts.office.space.read() as town:
                return go(request, errands.back_from(town, begun.dossier, begun.person))
    return go(request, "/todo")


@post("/captures/{capture:str}/file", status_code=303)
async def file(
    request: Request[Any, Any, Any],
    reader: NamedDependency[Clerk],
    parts: NamedDependency[Parts],
    capture: FromPath[str],
) -> Response[Any]:
    """File the chosen pages; what is left of the batch stays on the screen."""
    sent = await request.form()
    filing = supplement.Filing(
        dossier=str(sent.get("dossier", "")),
        category=str(sent.get("category", "")),
        title=typed(sent.get("title"), "材料名称", LONGEST),
        formed_on=typed(sent.get("formed_on"), "形成日期", LONGEST),
        capture=capture,
        pages=tuple(int(each) for each in sent.getall("page", []) if _is_number(str(each))),
    )
    return go(request, await in_thread(_filed, parts, reader, filing))


@post("/captures/{capture:str}/guess/file", status_code=303)
async def file_as_guessed(
    request: Request[Any, Any, Any],
    reader: NamedDependency[Clerk],
    parts: NamedDependency[Parts],
    capture: FromPath[str],
    dossier: FromQuery[str] = "",
    category: FromQuery[str] = "",
) -> Response[Any]:
    """File the chosen pages as what a machine takes them for: the clerk has looked and agrees."""
    sent = await request.form()
    taken = fitting(parts, dossier, await in_thread(guess_of, parts, capture, ""))
    if taken is None or not taken.title or taken.category != category:
        raise NotFound("capture.no_guess")
    filing = supplement.Filing(
        dossier=str(sent.get("dossier", "")) or dossier,
        category=taken.category,
        title=taken.title,
        formed_on=taken.formed_on,
        capture=capture,
        pages=tuple(int(each) for each in sent.getall("page", []) if _is_number(str(each))),
    )
    return go(request, await in_thread(_filed, parts, reader, filing))


def _begun_with(decided: Mapping[str, str], kept: dict[str, Any]) -> dict[str, Any]:
    """What the form holds: what was typed, else what was decided before the scan."""
    kept.update({name: value for name, value in decided.items() if not kept.get(name)})
    return kept


def _address(parts: Parts, capture: str, dossier: str) -> str:
    """Where a batch is shown; one without a dossier of its own keeps the one chosen for it."""
    begun = parts.scanning.batch(capture)
    chosen = dossier if begun and not begun.dossier else ""
    return f"/captures/{capture}" + (f"?dossier={chosen}" if chosen else "")


def _is_number(text: str) -> bool:
    return text.isdecimal() and len(text) <= LONGEST_NUMBER


def _filed(parts: Parts, clerk: Clerk, filing: supplement.Filing) -> str:
    """File, and give the address to go on at."""
    clerk.require(Right.FILE)
    if not filing.dossier:
        raise InvalidInput("capture.no_dossier")
    if parts.scanning.batch(filing.capture) is not None:
        parts.scanning.close(filing.capture)
    supplement.file_material(parts.office, clerk, filing)
    drafts.drop(parts, clerk, f"filing-{filing.capture}")
    with parts.office.space.read() as town:
        left = captures.waiting_pages(town, filing.capture)
        person = dossiers.dossier_of(town, filing.dossier).person
        back = errands.back_from(town, filing.dossier, person)
    if left:
        return f"/captures/{filing.capture}?dossier={filing.dossier}"
    return back
