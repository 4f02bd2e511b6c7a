"""A town's dossier as the county may read it: every look is on record before it is shown."""

from dataclasses import dataclass
from typing import Any

from litestar import Request, Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Template

from edge.domain.access import Clerk
from edge.domain.entry import Entry
from edge.domain.errors import NotFound
from edge.domain.scheme import UNLISTED, Category, Scheme
from edge.store import dossiers, persons, rules
from edge.store.database import Space
from edge.store.entries import history_of
from edge.store.staff import names_of_staff
from edge.web.rendering import page
from edge.web.wording import local
from sync.hub.web.looking import look, require_look
from sync.hub.web.parts import Parts, Town

JPEG = "image/jpeg"
DOSSIER = "/towns/{town:str}/dossiers/{dossier:str}"
HISTORY = 8
OVERVIEW = "overview"


@dataclass(frozen=True, slots=True)
class Leaf:
    """One page of a material; which of its two files have arrived here."""

    page: dossiers.Page
    has_thumb: bool
    has_master: bool


@dataclass(frozen=True, slots=True)
class Filed:
    """One material with its pages."""

    material: dossiers.Material
    leaves: tuple[Leaf, ...]

    @property
    def awaiting(self) -> int:
        """How many of its pages have not arrived as originals."""
        return sum(1 for leaf in self.leaves if not leaf.has_master)


@dataclass(frozen=True, slots=True)
class Section:
    """One of the categories: what it holds and what it lacks."""

    category: Category
    filed: tuple[Filed, ...]
    lacking: tuple[Category, ...]

    @property
    def pages(self) -> int:
        """How many pages it holds."""
        return sum(len(each.leaves) for each in self.filed)


@dataclass(frozen=True, slots=True)
class Opened:
    """A dossier read whole in one consistent state of the town's record."""

    person: persons.Person
    dossier: dossiers.Dossier
    filed: tuple[Filed, ...]
    history: tuple[Entry, ...]
    scheme: Scheme

    @property
    def sections(self) -> list[Section]:
        """The categories of its scheme in order; what is in none of them comes last."""
        codes = {each.material.category for each in self.filed}
        gaps = self.scheme.gaps(self.dossier.dossier_class, codes)
        unlisted = UNLISTED in {self.scheme.top(code) for code in codes}
        return [
            Section(
                category,
                tuple(f for f in self.filed if self.scheme.top(f.material.category) == category),
                tuple(gap for gap in gaps if self.scheme.top(gap.code) == category),
            )
            for category in (*self.scheme.tops, *((UNLISTED,) if unlisted else ()))
        ]

    @property
    def pages(self) -> int:
        """How many pages it holds."""
        return sum(len(each.leaves) for each in self.filed)

    @property
    def awaiting(self) -> int:
        """How many originals have not arrived here."""
        return sum(each.awaiting for each in self.filed)


def open_dossier(county: Space, town: Town, dossier: str) -> Opened:
    """Read a dossier; raises NotFound `dossier.unknown`."""
    with town.space.read() as connection, county.read() as laid_down:
        held = dossiers.dossier_of(connection, dossier)
        filed = tuple(
            Filed(each, tuple(_leaf(town, p) for p in dossiers.pages_of(connection, each.id)))
            for each in dossiers.catalogue(connection, dossier)
        )
        return Opened(
            person=persons.person_of(connection, held.person),
            dossier=held,
            filed=filed,
            history=_recent(history_of(connection, dossier)),
            scheme=rules.scheme_of(laid_down, held.scheme),
        )


def _recent(acts: list[Entry]) -> tuple[Entry, ...]:
    """The latest acts, newest first; of a look, that the dossier was opened, not each page."""
    told = [each for each in acts if each.body.get("what", OVERVIEW) == OVERVIEW]
    return tuple(reversed(told))[:HISTORY]


def _leaf(town: Town, page: dossiers.Page) -> Leaf:
    return Leaf(page, town.blobs.has(page.thumb), town.blobs.has(page.blob))


@get(DOSSIER, sync_to_thread=True)
def show(
    request: Request[Any, Any, Any],
    reader: NamedDependency[Clerk],
    parts: NamedDependency[Parts],
    town: FromPath[str],
    dossier: FromPath[str],
) -> Template:
    """What the dossier holds, category by category."""
    held = parts.town(town)
    look(held, parts.author, reader, dossier, OVERVIEW)
    with parts.county.read() as county:
        names = names_of_staff(county)
    opened = open_dossier(parts.county, held, dossier)
    return page(request, "hub/dossier.html", town=held, opened=opened, names=names, now=parts.now)


@get(
    "/towns/{town:str}/dossiers/{dossier:str}/view/{material:str}/{number:int}", sync_to_thread=True
)
def view(
    request: Request[Any, Any, Any],
    reader: NamedDependency[Clerk],
    parts: NamedDependency[Parts],
    town: FromPath[str],
    dossier: FromPath[str],
    material: FromPath[str],
    number: FromPath[int],
) -> Template:
    """One page large, the others beside it as thumbnails."""
    held = parts.town(town)
    opened = open_dossier(parts.county, held, dossier)
    leaves = [(filed.material, leaf) for filed in opened.filed for leaf in filed.leaves]
    place = next(
        (i for i, (m, leaf) in enumerate(leaves) if (m.id, leaf.page.number) == (material, number)),
        None,
    )
    if place is None:
        raise NotFound("page.unknown")
    look(held, parts.author, reader, dossier, material)
    root = f"/towns/{town}/dossiers/{dossier}/view"

    def address(index: int) -> str:
        if not 0 <= index < len(leaves):
            return ""
        owner, leaf = leaves[index]
        return f"{root}/{owner.id}/{leaf.page.number}"

    return page(
        request,
        "hub/viewer.html",
        town=held,
        opened=opened,
        root=root,
        material=leaves[place][0],
        shown=leaves[place][1],
        previous=address(place - 1),
        next=address(place + 1),
        seen_at=local(parts.now).strftime("%Y-%m-%d %H:%M"),
    )


@get("/towns/{town:str}/pages/{material:str}/{digest:str}", sync_to_thread=True)
def image(
    reader: NamedDependency[Clerk],
    parts: NamedDependency[Parts],
    town: FromPath[str],
    material: FromPath[str],
    digest: FromPath[str],
) -> Response[bytes]:
    """One page image of a dossier opened just now; never kept by the browser.

    Raises Denied `dossier.not_opened` without a look on record, NotFound `page.unknown` and,
    where the file has not arrived yet, `blob.awaiting`.
    """
    held = parts.town(town)
    with held.space.read() as connection:
        filed = dossiers.material_of(connection, material)
        require_look(connection, reader, filed.dossier, parts.now)
        named = {
            each for p in dossiers.pages_of(connection, material) for each in (p.blob, p.thumb)
        }
    if digest not in named:
        raise NotFound("page.unknown")
    return Response(held.blobs.read(digest), media_type=JPEG, headers={"Cache-Control": "no-store"})
