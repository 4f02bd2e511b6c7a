"""Noting down what a page states: only of a page looked at, and never over another note."""

from dataclasses import dataclass

from edge.domain.access import Clerk, Right
from edge.domain.archive import category_of, check_formed_on
from edge.domain.errors import Conflict, InvalidInput
from edge.domain.kinds import Kind
from edge.domain.recorded import LAST_PAGE, LONGEST_TITLE, LONGEST_WORDS, check_value
from edge.domain.timely import When, require_timely
from edge.store.dossiers import dossier_of, material_of
from edge.store.entries import Pen
from edge.store.records import Note, is_looked_at, note_of
from edge.workflows.acting import day_of
from edge.workflows.consultation import require_cleared
from edge.workflows.office import Office

# A look at the material counts for as long as a day at the counter lasts.
LOOK_COUNTS_MS = 12 * 3_600_000


@dataclass(frozen=True, slots=True)
class Noting:
    """What the clerk read; `material` is empty where the page was seen on paper alone, and then
    `title`, `category` and `formed_on` say what it is. `words`: how the page puts it.
    """

    dossier: str
    field: str
    value: str
    page: int
    material: str = ""
    title: str = ""
    category: str = ""
    formed_on: str = ""
    words: str = ""
    altered: bool = False


def note_record(office: Office, clerk: Clerk, noting: Noting) -> Note:
    """Note down one statement of one page.

    Raises NotFound for dossier or material, InvalidInput of `check_value` or `record.page_unknown`,
    `record.title_missing`, `record.words_long`; Conflict `record.not_looked_at` for a scanned page
    that the clerk has not had on screen.
    """
    clerk.require(Right.PROVE)
    today = day_of(office.author.clock())
    value, words = check_value(noting.field, noting.value, today), noting.words.strip()
    if len(words) > LONGEST_WORDS:
        raise InvalidInput("record.words_long", limit=LONGEST_WORDS, length=len(words))

    def act(pen: Pen) -> Note:
        held = dossier_of(pen.connection, noting.dossier)
        require_cleared(clerk, held)
        title, category, formed_on = _place(pen, clerk, noting)
        told = {
            "field": noting.field,
            "value": value,
            "words": words,
            "dossier": held.id,
            "material": noting.material,
            "title": title,
            "category": category,
            "formed_on": formed_on,
        }
        said = {name: text for name, text in told.items() if text}
        marks = {"altered": True} if noting.altered else {}
        entry = pen.append(Kind.RECORD_NOTED, held.person, {**said, "page": noting.page, **marks})
        return note_of(pen.connection, entry.id)

    return office.transact(clerk, act)


def strike_record(office: Office, clerk: Clerk, note: str, reason: str = "") -> None:
    """Strike a note out that was a slip of the pen; it stays on record.

    Raises NotFound `record.unknown`.
    """
    clerk.require(Right.PROVE)

    def act(pen: Pen) -> None:
        known = note_of(pen.connection, note)
        told = {"note": known.id, "reason": reason.strip()[:LONGEST_WORDS]}
        if not known.struck:
            pen.append(Kind.RECORD_STRUCK, known.person, told)

    office.transact(clerk, act)


def _place(pen: Pen, clerk: Clerk, noting: Noting) -> tuple[str, str, str]:
    """Give title, category and date of the material; the page must be there and looked at."""
    if not 1 <= noting.page <= LAST_PAGE:
        raise InvalidInput("record.page_unknown", page=noting.page)
    formed_on = check_formed_on(noting.formed_on) if noting.formed_on.strip() else ""
    require_timely("材料形成时间", formed_on, When.HAS_BEEN, day_of(pen.at))
    if not noting.material:
        title = noting.title.strip()
        if not title or len(title) > LONGEST_TITLE:
            raise InvalidInput("record.title_missing")
        category = category_of(noting.category).code if noting.category else ""
        return title, category, formed_on
    material = material_of(pen.connection, noting.material)
    if material.dossier != noting.dossier or (material.pages and noting.page > material.pages):
        raise InvalidInput("record.page_unknown", page=noting.page)
    since = pen.at - LOOK_COUNTS_MS
    if material.pages and not is_looked_at(
        pen.connection, noting.dossier, clerk.id, material.id, since
    ):
        raise Conflict("record.not_looked_at", title=material.title)
    return material.title, material.category, formed_on or material.formed_on
