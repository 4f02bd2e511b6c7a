"""The JSON API below `/api/v1`: the same questions as the screens ask, under the same rights."""

from typing import Annotated, Any

import msgspec
from litestar import Controller, Request, get, post
from litestar.datastructures import ResponseHeader
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from edge.domain import query
from edge.domain.access import Clerk
from edge.domain.identity import mask_id_number
from edge.store import dossiers, search
from edge.web.parts import Parts
from edge.web.persons import OVERVIEW, looked, overview
from edge.web.room import first_reading
from edge.web.sync import words_of


class SearchIn(msgspec.Struct, frozen=True, kw_only=True):
    """A question as typed into the search box."""

    q: Annotated[str, msgspec.Meta(max_length=60)]


class PersonOut(msgspec.Struct, frozen=True, kw_only=True):
    """A person; the ID number is masked."""

    id: str
    name: str
    id_number: str
    birth: str
    dossier: str
    number: str
    shelf: str


class SectionOut(msgspec.Struct, frozen=True, kw_only=True):
    """One of the ten categories; `lacking` are codes of expected materials not held."""

    code: str
    name: str
    materials: int
    pages: int
    lacking: list[str]


class DossierOut(msgspec.Struct, frozen=True, kw_only=True):
    """A dossier as it stands: held, lent or sent."""

    id: str
    person: str
    number: str
    shelf: str
    standing: str
    sections: list[SectionOut]


class SyncOut(msgspec.Struct, frozen=True, kw_only=True):
    """The exchange with the county; moments in milliseconds."""

    online: bool
    confirmed_at: int | None
    unsent: int
    oldest_unsent_at: int | None
    blobs_pending: int
    quarantined: int
    words: str


class ClimateOut(msgspec.Struct, frozen=True, kw_only=True):
    """The latest answer of a room's first sensor."""

    room: str
    name: str
    at: int | None
    temperature: float | None
    humidity: float | None


class ApiController(Controller):
    """Persons, dossiers, exchange and climate."""

    path = "/api/v1"
    response_headers = [  # noqa: RUF012  (Litestar's own attribute)
        ResponseHeader(name="Cache-Control", value="no-store")
    ]
    include_in_schema = True

    @post("/persons/search", status_code=200, sync_to_thread=True)
    def find_persons(
        self,
        reader: NamedDependency[Clerk],
        parts: NamedDependency[Parts],
        data: JSONBody[SearchIn],
    ) -> list[PersonOut]:
        """Find persons by ID number, dossier number, telephone, place, name or initials."""
        with parts.office.space.read() as town:
            found = search.find(town, query.persons_only(query.readings_of(data.q))).hits
        return [
            PersonOut(
                id=hit.person.id,
                name=hit.person.name,
                id_number=mask_id_number(hit.person.id_number),
                birth=hit.person.birth,
                dossier=hit.dossier,
                number=hit.number,
                shelf=hit.shelf,
            )
            for hit in found
        ]

    @get("/dossiers/{dossier:str}", sync_to_thread=True)
    def dossier(
        self,
        request: Request[Any, Any, Any],
        reader: NamedDependency[Clerk],
        parts: NamedDependency[Parts],
        dossier: FromPath[str],
    ) -> DossierOut:
        """A dossier's place, standing and categories; the look goes on record."""
        looked(request, parts, reader, dossier, OVERVIEW)
        with parts.office.space.read() as town:
            held = dossiers.dossier_of(town, dossier)
        sections = overview(parts.office, held.person)["sections"]
        return DossierOut(
            id=held.id,
            person=held.person,
            number=held.number,
            shelf=held.shelf,
            standing=str(held.standing),
            sections=[
                SectionOut(
                    code=each.category.code,
                    name=each.category.name,
                    materials=each.materials,
                    pages=each.pages,
                    lacking=[gap.code for gap in each.lacking],
                )
                for each in sections
            ],
        )

    @get("/sync", sync_to_thread=True)
    def sync(self, clerk: NamedDependency[Clerk], parts: NamedDependency[Parts]) -> SyncOut:
        """How the exchange with the county stands."""
        standing = parts.sync()
        return SyncOut(
            online=standing.online,
            confirmed_at=standing.confirmed_at,
            unsent=standing.unsent,
            oldest_unsent_at=standing.oldest_unsent_at,
            blobs_pending=standing.blobs_pending,
            quarantined=standing.quarantined,
            words=words_of(standing, parts.now).text,
        )

    @get("/climate", sync_to_thread=True)
    def climate(
        self, clerk: NamedDependency[Clerk], parts: NamedDependency[Parts]
    ) -> list[ClimateOut]:
        """The air of each room now."""
        with parts.office.space.read() as town:
            latest = [(room, first_reading(town, room)) for room in parts.rooms]
        return [
            ClimateOut(
                room=room.id,
                name=room.name,
                at=reading.at_ms if reading else None,
                temperature=reading.temperature if reading else None,
                humidity=reading.humidity if reading else None,
            )
            for room, reading in latest
        ]
