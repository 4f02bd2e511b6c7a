"""Filing material into a dossier: classified, dated, in its place in the catalogue."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from edge.domain.access import Clerk, Right
from edge.domain.archive import check_formed_on
from edge.domain.conflict import REVIEWED_FIELDS
from edge.domain.errors import Conflict, Denied, InvalidInput
from edge.domain.identity import check_number
from edge.domain.kinds import Kind
from edge.domain.timely import When, require_timely
from edge.store import rules
from edge.store.captures import capture_of, waiting_pages
from edge.store.dossiers import (
    PAGE_FIELDS,
    Dossier,
    Material,
    Page,
    Standing,
    dossier_of,
    material_of,
    next_position,
)
from edge.store.entries import Pen
from edge.store.persons import conflicts_of, person_of
from edge.store.reducers.persons import COLUMNS
from edge.workflows.acting import day_of
from edge.workflows.consultation import require_cleared
from edge.workflows.office import Office

REASON, LONGEST_REASON = "原因", 200


@dataclass(frozen=True, slots=True)
class Filing:
    """What the clerk decided; `pages` are page numbers of the batch, in the order to file."""

    dossier: str
    category: str
    title: str
    formed_on: str
    capture: str
    pages: tuple[int, ...]
    copy: bool = False


def file_material(office: Office, clerk: Clerk, filing: Filing) -> Material:
    """File pages of a batch as one material, last in its category.

    Raises InvalidInput (`category.unknown`, `date.partial`, `date.not_yet`,
    `material.title_missing`, `material.no_pages`), NotFound, Denied `dossier.secret`, Conflict
    `page.already_filed` and `dossier.sent_away`.
    """
    clerk.require(Right.FILE)
    formed_on = check_formed_on(filing.formed_on) if filing.formed_on else ""
    require_timely("形成日期", formed_on, When.HAS_BEEN, _today(office))
    title = filing.title.strip()
    if not title:
        raise InvalidInput("material.title_missing")
    if not filing.pages:
        raise InvalidInput("material.no_pages")

    def act(pen: Pen) -> Material:
        require_cleared(clerk, dossier_of(pen.connection, filing.dossier))
        _require_here(pen, filing.dossier)
        require_category(office, pen, filing.dossier, filing.category)
        capture_of(pen.connection, filing.capture)
        material = pen.new_id()
        pen.append(
            Kind.MATERIAL_FILED,
            material,
            {
                "dossier": filing.dossier,
                "category": filing.category,
                "position": next_position(pen.connection, filing.dossier, filing.category),
                "title": title,
                "formed_on": formed_on,
                "copy": filing.copy,
                "capture": filing.capture,
                "pages": _chosen(waiting_pages(pen.connection, filing.capture), filing.pages),
            },
        )
        return material_of(pen.connection, material)

    return office.transact(clerk, act)


def reclassify(office: Office, clerk: Clerk, material: str, category: str, reason: str) -> Material:
    """Move a material to another category, last in it; what it was stays on record.

    Raises InvalidInput `category.unknown` and `matter.field_missing` or `matter.field_long` for the
    reason, NotFound, Denied `dossier.secret`, Conflict `dossier.sent_away` and
    `material.in_category` (code).
    """
    clerk.require(Right.FILE)
    why = reason.strip()
    if not why:
        raise InvalidInput("matter.field_missing", label=REASON)
    if len(why) > LONGEST_REASON:
        told = {"label": REASON, "limit": LONGEST_REASON, "length": len(why)}
        raise InvalidInput("matter.field_long", **told)

    def act(pen: Pen) -> Material:
        held = material_of(pen.connection, material)
        require_cleared(clerk, dossier_of(pen.connection, held.dossier))
        _require_here(pen, held.dossier)
        if category == held.category:
            raise Conflict("material.in_category", code=category)
        require_category(office, pen, held.dossier, category)
        position = next_position(pen.connection, held.dossier, category)
        pen.append(
            Kind.MATERIAL_RECLASSIFIED,
            material,
            {"category": category, "position": position, "reason": why},
            after=standing_claims(pen, material),
        )
        return material_of(pen.connection, material)

    return office.transact(clerk, act)


def move(office: Office, clerk: Clerk, dossier: str, shelf: str) -> Dossier:
    """Put a dossier in another place; raises NotFound, Conflict `dossier.sent_away`."""
    clerk.require(Right.FILE)

    def act(pen: Pen) -> Dossier:
        _require_here(pen, dossier)
        after = standing_claims(pen, dossier, "shelf")
        pen.append(Kind.DOSSIER_MOVED, dossier, {"shelf": shelf.strip()}, after=after)
        return dossier_of(pen.connection, dossier)

    return office.transact(clerk, act)


def correct_person(
    office: Office, clerk: Clerk, person: str, field: str, value: str, source: str
) -> None:
    """Record another value for one field of a person, with the page it rests on.

    Raises InvalidInput (`person.field_unknown`, or what is wrong with the value), NotFound
    `person.unknown`, Denied where two values stand of what the county alone decides.
    """
    clerk.require(Right.FILE)
    sound = _checked(field, value.strip(), _today(office))

    def act(pen: Pen) -> None:
        person_of(pen.connection, person)
        # A correction names all heads, so it would settle what the county has to decide.
        if field in REVIEWED_FIELDS and field in conflicts_of(pen.connection, person):
            raise Denied("conflict.for_county")
        pen.append(
            Kind.PERSON_CORRECTED,
            person,
            {"field": field, "value": sound, "source": source},
            after=standing_claims(pen, person, field),
        )

    office.transact(clerk, act)


def require_category(office: Office, pen: Pen, dossier: str, category: str) -> None:
    """Raise InvalidInput `category.unknown` unless the dossier's scheme has the category."""
    with office.county.read() as county:
        rules.scheme_of(county, dossier_of(pen.connection, dossier).scheme).category(category)


def _require_here(pen: Pen, dossier: str) -> None:
    if dossier_of(pen.connection, dossier).standing is Standing.SENT:
        raise Conflict("dossier.sent_away")


def _today(office: Office) -> date:
    return day_of(office.author.clock())


def _checked(field: str, value: str, today: date) -> str:
    if field not in COLUMNS:
        raise InvalidInput("person.field_unknown", field=field)
    if field == "name" and not value:
        raise InvalidInput("person.name_missing")
    if field == "id_number" and value:
        return check_number(value, today).modern
    if field == "birth" and value:
        written = check_formed_on(value)
        require_timely("出生日期", written, When.HAS_BEEN, today)
        return written
    return value


def _chosen(waiting: Sequence[Page], numbers: Sequence[int]) -> list[Mapping[str, Any]]:
    by_number = {page.number: page for page in waiting}
    chosen = []
    for number in numbers:
        page = by_number.pop(number, None)
        if page is None:
            raise Conflict("page.already_filed", number=number)
        chosen.append(_record(page))
    return chosen


def _record(page: Page) -> Mapping[str, Any]:
    return {name: getattr(page, name) for name in PAGE_FIELDS}


def standing_claims(pen: Pen, subject: str, field: str = "") -> list[str]:
    """Name the entries that a new claim supersedes: the registration and earlier facts."""
    kinds = (Kind.PERSON_REGISTERED, Kind.MATERIAL_FILED, Kind.DOSSIER_REGISTERED)
    registered = pen.connection.execute(
        "select entry from history where about = ? and kind in (?, ?, ?)", (subject, *kinds)
    ).fetchall()
    claims = pen.connection.execute(
        "select distinct substr(entry, 1, 32) from fact where subject = ? "
        "and (? = '' or field = ?)",
        (subject, field, field),
    ).fetchall()
    return sorted({entry for (entry,) in [*registered, *claims]})
