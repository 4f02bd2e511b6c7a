"""Dossiers, their catalogue, and their pages."""

import json
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from edge.domain.cover_code import dossier_of_cover, plain
from edge.domain.errors import NotFound
from edge.store.database import Connection


class Standing(StrEnum):
    """Where the paper is."""

    HELD = "held"
    LENT = "lent"
    SENT = "sent"


@dataclass(frozen=True, slots=True)
class Loan:
    """A loan; `due` is YYYYMMDD as last renewed, `at` milliseconds, `pages` as counted out."""

    id: str
    dossier: str
    borrower: str
    unit: str
    due: str
    pages: int
    at: int
    by: str
    renewals: int = 0


@dataclass(frozen=True, slots=True)
class Dossier:
    """One dossier as it stands now; `counts` are the pieces counted at reception by category.

    `secrecy` (密级) is empty for none.
    """

    id: str
    person: str
    number: str
    dossier_class: str
    holder: str
    scheme: str
    shelf: str
    counts: dict[str, int]
    at: int
    standing: Standing
    loan: Loan | None
    secrecy: str = ""


@dataclass(frozen=True, slots=True)
class Material:
    """One line of the catalogue."""

    id: str
    dossier: str
    category: str
    position: int
    title: str
    formed_on: str
    copy: bool
    capture: str
    pages: int
    at: int
    by: str


@dataclass(frozen=True, slots=True)
class Page:
    """One page image; `blob` and `thumb` are SHA-256 in hexadecimal, `bytes` of the master.

    What else it holds is told in `domain.kinds`.
    """

    owner: str
    number: int
    blob: str
    thumb: str
    width: int
    height: int
    dpi: int
    bytes: int
    blank: bool
    dark: bool
    skew: float
    turn: int = 0
    discarded: bool = False
    blurred: bool = False
    twin: int = 0
    outline: str = ""


# What a page takes along from its batch into a material, and with it to another office.
PAGE_FIELDS = (
    "blob", "thumb", "width", "height", "dpi", "bytes", "blank", "dark", "skew", "turn", "blurred",
    "outline",
)  # fmt: skip
_LOAN = (
    "id, dossier, borrower, unit, coalesce((select n.due from loan_renewal n "
    "where n.loan = loan.id order by n.entry desc limit 1), due) as due, pages, at, by, "
    "(select count(*) from loan_renewal n where n.loan = loan.id)"
)


def dossier_of(connection: Connection, id: str) -> Dossier:
    """Read one dossier; raises NotFound `dossier.unknown`."""
    row = connection.execute(
        "select id, person, number, class, holder, scheme, shelf, counts, at, secrecy from dossier "
        "where id = ?",
        (id,),
    ).fetchone()
    if row is None:
        raise NotFound("dossier.unknown")
    return _dossier(connection, row)


def dossiers_of_person(connection: Connection, person: str) -> list[Dossier]:
    """Read a person's dossiers, oldest first."""
    rows = connection.execute(
        "select id, person, number, class, holder, scheme, shelf, counts, at, secrecy from dossier "
        "where person = ? order by id",
        (person,),
    ).fetchall()
    return [_dossier(connection, row) for row in rows]


def dossier_by_number(connection: Connection, number: str) -> Dossier | None:
    """Find a dossier by its number."""
    row = connection.execute(
        "select id from dossier where number = ? order by id limit 1", (number,)
    ).fetchone()
    return dossier_of(connection, row[0]) if row else None


def dossier_of_code(connection: Connection, text: str) -> Dossier | None:
    """Find the dossier whose cover bears this code, by what we print there or by its number.

    Raises InvalidInput `code.check` for a cover code that was misread.
    """
    id = dossier_of_cover(text)
    if id is None:
        return dossier_by_number(connection, plain(text))
    row = connection.execute("select 1 from dossier where id = ?", (id,)).fetchone()
    return dossier_of(connection, id) if row else None


def catalogue(connection: Connection, dossier: str) -> list[Material]:
    """List a dossier's materials in the order of category and position."""
    rows = connection.execute(
        "select id, dossier, category, position, title, formed_on, copy, capture, pages, at, by "
        "from material where dossier = ?",
        (dossier,),
    )
    return sorted((_material(row) for row in rows), key=_shelf_order)


def material_of(connection: Connection, id: str) -> Material:
    """Read one material; raises NotFound `material.unknown`."""
    row = connection.execute(
        "select id, dossier, category, position, title, formed_on, copy, capture, pages, at, by "
        "from material where id = ?",
        (id,),
    ).fetchone()
    if row is None:
        raise NotFound("material.unknown")
    return _material(row)


def next_position(connection: Connection, dossier: str, category: str) -> int:
    """The number that the next material of a category gets."""
    row = connection.execute(
        "select coalesce(max(cast(position as integer)), 0) + 1 from material "
        "where dossier = ? and category = ?",
        (dossier, category),
    ).fetchone()
    return int(row[0])


def pages_of(connection: Connection, owner: str) -> list[Page]:
    """List the pages of a material or of a capture, in order; those put aside too."""
    rows = connection.execute(
        "select owner, number, lower(hex(blob)), lower(hex(thumb)), width, height, dpi, bytes, "
        "blank, dark, skew, turn, discarded, blurred, twin, outline from page where owner = ? "
        "order by place, number",
        (owner,),
    )
    return [_page(row) for row in rows]


def page_with(connection: Connection, owner: str, digest: str) -> Page | None:
    """Find the page of a material or capture whose master is this file."""
    return next((page for page in pages_of(connection, owner) if page.blob == digest), None)


def owner_names_blob(connection: Connection, owner: str, digest: str) -> bool:
    """Say whether a file belongs to a material or capture; its name alone opens nothing."""
    try:
        named = bytes.fromhex(digest)
    except ValueError:
        return False
    row = connection.execute(
        "select 1 from page where owner = ? and (blob = ? or thumb = ?)", (owner, named, named)
    ).fetchone()
    return row is not None


def dossier_of_owner(connection: Connection, owner: str) -> str:
    """Say to which dossier a material or capture belongs; empty for none."""
    row = connection.execute(
        "select dossier from material where id = ? union all "
        "select dossier from capture where id = ? limit 1",
        (owner, owner),
    ).fetchone()
    return str(row[0]) if row else ""


def is_seen(connection: Connection, dossier: str, clerk: str, since: int) -> bool:
    """Say whether a person's look at a dossier is on record since a moment (ms)."""
    row = connection.execute(
        "select 1 from view where dossier = ? and at >= ? and by = ? limit 1",
        (dossier, since, clerk),
    ).fetchone()
    return row is not None


def loan_of(connection: Connection, id: str) -> Loan:
    """Read one loan, open or not; raises NotFound `loan.unknown`."""
    row = connection.execute(f"select {_LOAN} from loan where id = ?", (id,)).fetchone()
    if row is None:
        raise NotFound("loan.unknown")
    return Loan(*row)


def open_loans(connection: Connection) -> list[Loan]:
    """List the loans that have not come back, the earliest due first."""
    rows = connection.execute(
        f"select {_LOAN} from loan where not exists "
        "(select 1 from loan_return r where r.loan = loan.id) order by due, id"
    )
    return [Loan(*row) for row in rows]


def loans_out_to(connection: Connection, borrower: str, unit: str) -> list[Loan]:
    """List what a unit keeps, or a borrower of no unit, the earliest due first."""
    rows = connection.execute(
        f"select {_LOAN} from loan where unit = ? and (unit <> '' or borrower = ?) and not exists "
        "(select 1 from loan_return r where r.loan = loan.id) order by due, id",
        (unit, borrower),
    )
    return [Loan(*row) for row in rows]


def count_dossiers(connection: Connection) -> int:
    """How many dossiers are on record."""
    return int(connection.execute("select count(*) from dossier").fetchone()[0])


def count_pages(connection: Connection) -> int:
    """How many pages have been filed."""
    row = connection.execute("select coalesce(sum(pages), 0) from material").fetchone()
    return int(row[0])


def _shelf_order(material: Material) -> tuple[list[tuple[int, str]], int, str]:
    parts = material.category.split("-")
    code = [(int(part), "") if part.isascii() and part.isdecimal() else (0, part) for part in parts]
    return code, material.position, material.id


def _dossier(connection: Connection, row: tuple[Any, ...]) -> Dossier:
    id, person, number, dossier_class, holder, scheme, shelf, counts, at, secrecy = row
    loan = connection.execute(
        f"select {_LOAN} from loan where dossier = ? and not exists "
        "(select 1 from loan_return r where r.loan = loan.id) order by id limit 1",
        (id,),
    ).fetchone()
    sent = connection.execute(
        "select 1 from transfer where dossier = ? and step = 'sent'", (id,)
    ).fetchone()
    standing = Standing.SENT if sent else Standing.LENT if loan else Standing.HELD
    counted, open_loan = json.loads(counts), Loan(*loan) if loan else None
    named = (id, person, number, dossier_class, holder, scheme, shelf)
    return Dossier(*named, counted, at, standing, open_loan, secrecy)


def _page(row: tuple[Any, ...]) -> Page:
    owner, number, blob, thumb, width, height, dpi, size, blank, dark, skew, *marks = row
    turn, discarded, blurred, twin, outline = marks
    files = (owner, number, blob, thumb, width, height, dpi, size)
    seen = (bool(blank), bool(dark), skew, turn, bool(discarded), bool(blurred), twin, outline)
    return Page(*files, *seen)


def _material(row: tuple[Any, ...]) -> Material:
    id, dossier, category, position, title, formed_on, copy, *rest = row
    return Material(id, dossier, category, int(position), title, formed_on, bool(copy), *rest)
