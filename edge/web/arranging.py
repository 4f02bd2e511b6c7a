"""Putting the pages of a batch in order: turned, put aside, merged, divided; and guessed at."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from anyio.to_thread import run_sync as in_thread
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Template

from edge.domain import batch
from edge.domain.access import Clerk, Right
from edge.domain.archive import BUILT_IN
from edge.domain.errors import NotFound
from edge.domain.suggestion import Suggestion
from edge.store import desk, dossiers
from edge.web import drafts, undo
from edge.web.locale import gettext
from edge.web.parts import Parts
from edge.web.rendering import go, page
from edge.web.sheets import sheets_of
from edge.workflows.digitising import Arrange
from edge.workflows.reading import suggestion_for

MOST_PAGES = 2_000
# What can be done to one page, by the last part of its address.
ACTS: dict[str, Callable[[Sequence[batch.Page], int], list[batch.Page]]] = {
    "turn": batch.turned,
    "discard": batch.discarded,
    "restore": lambda pages, number: batch.discarded(pages, number, aside=False),
}


@post("/captures/{capture:str}/pages/{number:int}/{act:str}", status_code=200)
async def arrange(
    request: Request[Any, Any, Any],
    reader: NamedDependency[Clerk],
    parts: NamedDependency[Parts],
    capture: FromPath[str],
    number: FromPath[int],
    act: FromPath[str],
) -> Template:
    """Turn a page, put it aside or take it back; the order on the screen is kept with it."""
    reader.require(Right.FILE)
    if act not in ACTS:
        raise NotFound("web.no_such_page")
    sent = await request.form()
    order, chosen = _numbers(sent.getall("order", [])), _numbers(sent.getall("page", []))

    def change(pages: Sequence[batch.Page]) -> list[batch.Page]:
        return ACTS[act](batch.ordered(pages, order), number)

    await in_thread(_change, parts, reader, capture, change)
    kept = [*chosen, number] if act == "restore" else chosen
    return undo.offered(await in_thread(whole_list, request, parts, capture, kept))


@post("/captures/{capture:str}/interleave", status_code=303, sync_to_thread=True)
def interleave(
    request: Request[Any, Any, Any],
    reader: NamedDependency[Clerk],
    parts: NamedDependency[Parts],
    capture: FromPath[str],
) -> Response[Any]:
    """Merge the last two scans of a batch: fronts, then backs."""
    reader.require(Right.FILE)
    _change(parts, reader, capture, batch.interleaved)
    return go(request, f"/captures/{capture}")


@post("/captures/{capture:str}/divide", status_code=303, sync_to_thread=True)
def divide(
    request: Request[Any, Any, Any],
    reader: NamedDependency[Clerk],
    parts: NamedDependency[Parts],
    capture: FromPath[str],
) -> Response[Any]:
    """Record the batch in its parts, and show them in the list of things to do."""
    reader.require(Right.FILE)
    parts.scanning.divide(capture)
    return go(request, "/todo")


@get("/captures/{capture:str}/guess", sync_to_thread=True)
def guess(
    request: Request[Any, Any, Any],
    reader: NamedDependency[Clerk],
    parts: NamedDependency[Parts],
    capture: FromPath[str],
    dossier: FromQuery[str] = "",
    numbers: FromQuery[str] = "",
) -> Template:
    """What a machine takes the pages for."""
    shown = fitting(parts, dossier, guess_of(parts, capture, numbers))
    return page(
        request, "parts/guess.html", guess=shown, capture=capture, dossier_id=dossier,
        category=BUILT_IN.category(shown.category) if shown and shown.category else None,
    )  # fmt: skip


@post("/captures/{capture:str}/guess/take", status_code=303, sync_to_thread=True)
def take_guess(
    request: Request[Any, Any, Any],
    reader: NamedDependency[Clerk],
    parts: NamedDependency[Parts],
    capture: FromPath[str],
    dossier: FromQuery[str] = "",
) -> Response[Any]:
    """Fill the form with the guess; the clerk looks at it and files."""
    reader.require(Right.FILE)
    taken = fitting(parts, dossier, guess_of(parts, capture, ""))
    task = f"filing-{capture}"
    if taken is not None:
        typed = drafts.draft_of(parts, reader, task)
        said = {"category": taken.category, "title": taken.title, "formed_on": taken.formed_on}
        body = {**typed, **{name: value for name, value in said.items() if value}}
        at = parts.now
        parts.office.space.write(lambda town: desk.save_draft(town, reader.id, task, body, at))
    return go(request, f"/captures/{capture}" + (f"?dossier={dossier}" if dossier else ""))


def whole_list(
    request: Request[Any, Any, Any],
    parts: Parts,
    capture: str,
    chosen: Sequence[int] | None = None,
) -> Template:
    """All pages of a batch anew, in the place of those shown."""
    made = page(request, "parts/sheets.html", **sheets_of(parts, capture, chosen=chosen))
    made.headers |= {"HX-Retarget": "#sheets", "HX-Reswap": "innerHTML"}
    return made


def _change(parts: Parts, clerk: Clerk, capture: str, change: Arrange) -> None:
    before = parts.scanning.reopen(clerk, capture)
    parts.scanning.arrange(capture, change)
    words, pages = gettext("页面已重新排过"), [dict(page) for page in before.pages]
    undo.offer(
        parts, clerk, "arranged", words, f"/captures/{capture}", capture=capture, pages=pages
    )


def fitting(parts: Parts, dossier: str, guess: Suggestion | None) -> Suggestion | None:
    """Leave the category out of a guess where the dossier is sorted by another scheme."""
    if guess is None or not dossier:
        return guess
    with parts.office.space.read() as town:
        sorted_by = dossiers.dossier_of(town, dossier).scheme
    return guess if sorted_by in ("", BUILT_IN.code) else replace(guess, category="")


def guess_of(parts: Parts, capture: str, numbers: str) -> Suggestion | None:
    """What a machine takes the chosen pages for; all where no numbers are given."""
    wanted = set(_numbers(numbers.split(",")))
    shown = sheets_of(parts, capture)["sheets"]
    chosen = [each for each in shown if not each["discarded"] and not each["blank"]]
    blobs = [each["blob"] for each in chosen if not wanted or each["number"] in wanted]
    return suggestion_for(parts.office, blobs)


def _numbers(said: Sequence[object]) -> list[int]:
    written = [str(each) for each in said][:MOST_PAGES]
    return [int(each) for each in written if each.isdecimal() and len(each) <= 6]
