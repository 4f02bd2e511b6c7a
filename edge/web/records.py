"""What the pages of a dossier state, noted down with the page open, and listed side by side."""

from typing import Annotated, Any

import msgspec
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, URLEncodedBody
from litestar.response import Template

from edge.domain.access import Clerk, Right
from edge.domain.archive import CATEGORIES
from edge.domain.recorded import STATEMENTS, Found, statements_in
from edge.store import dossiers, matters, persons, records, texts
from edge.store.database import Connection
from edge.web.parts import Parts
from edge.web.persons import OVERVIEW, looked, opened
from edge.web.rendering import go, page
from edge.workflows import recording
from edge.workflows.matters import today_of
from edge.workflows.recording import Noting
from edge.workflows.retiring import gathered_of

MOST_FOUND = 40
Short = Annotated[str, msgspec.Meta(max_length=300)]


class Sent(msgspec.Struct, frozen=True):
    """The form beside the page."""

    field: Short
    value: Short
    page: Annotated[int, msgspec.Meta(ge=1, le=9_999)]
    material: Short = ""
    title: Short = ""
    category: Short = ""
    formed_on: Short = ""
    words: Short = ""
    altered: Short = ""


class Struck(msgspec.Struct, frozen=True):
    """Why a note is struck out."""

    reason: Short = ""


class Guess(msgspec.Struct, frozen=True):
    """What a machine read on a page that nobody has noted down yet."""

    material: dossiers.Material
    page: int
    found: Found


@get("/persons/{person:str}/records", sync_to_thread=True)
def listed(
    request: Request[Any, Any, Any],
    reader: NamedDependency[Clerk],
    parts: NamedDependency[Parts],
    person: FromPath[str],
) -> Template:
    """Everything noted of a person by kind, and what a machine read beside it."""
    with parts.office.space.read() as town:
        known = persons.person_of(town, person)
        held = dossiers.dossiers_of_person(town, person)
    for each in held:
        looked(request, parts, reader, each.id, OVERVIEW)
    with parts.office.space.read() as town:
        notes = records.notes_of(town, person)
        guesses = guesses_of(town, held, notes)
        checks = [
            each
            for each in matters.matters_of_person(town, person)
            if each.open and each.flow == "retirement_check"
        ]
        today = today_of(parts.office).strftime("%Y%m%d")
        group = checks[0].fields.get("group", "") if checks else ""
        found = gathered_of(town, person, group, today)
    return page(
        request,
        "records.html",
        person=known,
        dossier=held[0] if held else None,
        notes={code: [n for n in notes if n.field == code] for code in STATEMENTS},
        statements=STATEMENTS,
        first=found.first.id if found.first else "",
        guesses=guesses,
        check=checks[0] if checks else None,
        found=found,
    )


@get("/dossiers/{dossier:str}/notes/new", sync_to_thread=True)
def form(
    request: Request[Any, Any, Any],
    reader: NamedDependency[Clerk],
    parts: NamedDependency[Parts],
    dossier: FromPath[str],
    material: FromQuery[str] = "",
    number: FromQuery[int] = 1,
    field: FromQuery[str] = "birth",
) -> Template:
    """The form, with the page that is read beside it; without a material, for paper alone."""
    reader.require(Right.PROVE)
    held, person = opened(request, parts, reader, dossier, material or OVERVIEW)
    with parts.office.space.read() as town:
        read = dossiers.material_of(town, material) if material else None
        pages = dossiers.pages_of(town, material) if material else []
        shown = next((each for each in pages if each.number == number), None)
        text = texts.text_of(town, shown.blob) if shown else None
    found = statements_in(text.text) if text else []
    kept = next((each for each in found if each.code == field), None)
    return page(
        request,
        "record_note.html",
        dossier=held,
        person=person,
        material=read,
        shown=shown,
        number=number,
        field=field if field in STATEMENTS else "birth",
        statements=STATEMENTS,
        categories=CATEGORIES,
        kept=kept,
    )


@post("/dossiers/{dossier:str}/notes", status_code=303, sync_to_thread=True)
def note(
    request: Request[Any, Any, Any],
    reader: NamedDependency[Clerk],
    parts: NamedDependency[Parts],
    dossier: FromPath[str],
    data: URLEncodedBody[Sent],
) -> Response[Any]:
    """Note a statement down; errors as `recording.note_record`."""
    noting = Noting(
        dossier=dossier,
        field=data.field,
        value=data.value,
        page=data.page,
        material=data.material,
        title=data.title,
        category=data.category,
        formed_on=data.formed_on,
        words=data.words,
        altered=bool(data.altered),
    )
    noted = recording.note_record(parts.office, reader, noting)
    return go(request, f"/persons/{noted.person}/records")


@post("/notes/{note:str}/strike", status_code=303, sync_to_thread=True)
def strike(
    request: Request[Any, Any, Any],
    reader: NamedDependency[Clerk],
    parts: NamedDependency[Parts],
    note: FromPath[str],
    data: URLEncodedBody[Struck],
) -> Response[Any]:
    """Strike a slip of the pen out."""
    recording.strike_record(parts.office, reader, note, data.reason)
    with parts.office.space.read() as town:
        known = records.note_of(town, note)
    return go(request, f"/persons/{known.person}/records")


HANDLERS = [listed, form, note, strike]


def guesses_of(
    town: Connection, held: list[dossiers.Dossier], notes: list[records.Note]
) -> list[Guess]:
    """What a machine read in the dossiers and nobody has noted down from the same page."""
    noted = {(note.material, note.page, note.field) for note in notes}
    found = []
    for dossier in held:
        for material in dossiers.catalogue(town, dossier.id):
            for each in dossiers.pages_of(town, material.id):
                read = texts.text_of(town, each.blob)
                for guess in statements_in(read.text) if read else ():
                    if (material.id, each.number, guess.code) not in noted:
                        found.append(Guess(material, each.number, guess))
    return found[:MOST_FOUND]
