"""Filling an office with its invented past: persons, dossiers, materials, pages, loans, air.

Every dossier is catalogued; some are digitised page by page, as in a town half-way through its
scanning. The acts carry past moments, so that screens look lived in.
"""

import io
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from datetime import UTC, datetime
from functools import partial
from random import Random
from typing import Any

from PIL import Image

from edge.domain.access import Clerk
from edge.domain.climate import HOUR_MS, Missing, Reading
from edge.domain.kinds import Kind
from edge.imaging.master import MEDIA_TYPE, Master
from edge.store import room
from edge.store.database import Connection
from edge.store.entries import Author, Pen
from edge.workflows.accession import next_number
from edge.workflows.digitising import page_record
from edge.workflows.office import Office
from edge.workflows.storage_room import close_hour
from provisioning.seed.materials import SeedMaterial, make_materials
from provisioning.seed.pages import render_page
from provisioning.seed.people import SeedPerson, make_people

DPI = 110
PERSONS_A_TRANSACTION = 25
CLASSES = {"流动人员": "流动", "退休人员": "退休", "失业人员": "失业"}
DAY_MS = 86_400_000

Catalogue = list[tuple[SeedPerson, list[SeedMaterial]]]


def fill_office(office: Office, clerk: Clerk, seed: int, persons: int, digitised: int) -> None:
    """Register `persons` with their dossiers; the first `digitised` of them have page images."""
    people = make_people(seed, office.code, persons)
    rng = Random(f"materials/{seed}/{office.code}")
    catalogue: Catalogue = [(person, make_materials(rng, person)) for person in people]
    pages = _render(catalogue[:digitised])
    now = office.author.clock()
    for start in range(0, len(catalogue), PERSONS_A_TRANSACTION):
        part = catalogue[start : start + PERSONS_A_TRANSACTION]
        records = {}
        for index, (_, materials) in enumerate(part, start):
            if index < digitised:
                records[index] = [
                    [_record(office, next(pages)) for _ in range(material.pages)]
                    for material in materials
                ]
        at = now - (len(catalogue) - start) * DAY_MS // max(len(catalogue) // 300, 1)
        author = Author(office.author.box, partial(int, at))
        office.space.write(
            partial(_register, office, author, clerk, start, part, records),
        )


def fill_air(office: Office, room_id: str, sensors: Sequence[str], seed: int) -> None:
    """Give the storage room a day and a half of readings, on record hour by hour."""
    rng, now = Random(f"air/{seed}"), office.author.clock()
    start = (now - 36 * HOUR_MS) // HOUR_MS * HOUR_MS

    def keep(connection: Connection) -> None:
        for number, sensor in enumerate(sensors):
            for record in _air(rng, sensor, 19.0 + 0.4 * number, start, now):
                room.keep_reading(connection, room_id, record)

    office.space.write(keep)
    for hour in range(start, now - HOUR_MS, HOUR_MS):
        close_hour(office, room_id, hour)


def _air(
    rng: Random, sensor: str, mean: float, start: int, now: int
) -> Iterator[Reading | Missing]:
    for at in range(start, now, 300_000):
        swing = 0.6 * (1 - abs((at // HOUR_MS) % 24 - 12) / 12)
        temperature = round(mean + swing + rng.uniform(-0.1, 0.1), 1)
        humidity = round(52.0 + 1.2 * swing + rng.uniform(-0.4, 0.4), 1)
        yield Reading(sensor, at, temperature, humidity)


def _register(
    office: Office,
    author: Author,
    clerk: Clerk,
    start: int,
    part: Catalogue,
    records: dict[int, list[list[Any]]],
    connection: Connection,
) -> None:
    pen = Pen(connection, author, clerk.id)
    acts: list[tuple[str, str, dict[str, Any], tuple[str, ...]]] = []
    for index, (person, materials) in enumerate(part, start):
        subject, dossier = pen.new_id(), pen.new_id()
        number = next_number(office, pen)
        counts: dict[str, int] = {}
        for material in materials:
            counts[material.category] = counts.get(material.category, 0) + 1
        acts.append((Kind.PERSON_REGISTERED, subject, _told(person), ()))
        registered = {
            "person": subject,
            "number": number,
            "class": CLASSES[person.category],
            "holder": office.name,
            "scheme": "2018",
            "shelf": _shelf(index),
            "counts": counts,
        }
        acts.append((Kind.DOSSIER_REGISTERED, dossier, registered, ()))
        received = {"from": person.work_unit, "letter": "", "counts": counts}
        acts.append((Kind.CUSTODY_RECEIVED, dossier, received, ()))
        pages = records.get(index, [[] for _ in materials])
        for material, own in zip(materials, pages, strict=True):
            acts.append((Kind.MATERIAL_FILED, pen.new_id(), _filed(dossier, material, own), ()))
            for page in own:
                office.keep(connection, page["blob"])
                office.keep(connection, page["thumb"])
        if index % 97 == 5:
            acts.append((Kind.CUSTODY_LENT, dossier, _loan(person, pen.at, index), ()))
    pen.append_many(acts)


def _told(person: SeedPerson) -> dict[str, Any]:
    told = {
        "name": person.name,
        "former_name": person.former_name,
        "id_number": person.id_number,
        "sex": "male" if person.sex == "男" else "female",
        "birth": person.born_on.strftime("%Y%m%d"),
        "ethnicity": person.ethnicity,
        "phone": person.phone,
        "place": person.village,
        "education": person.education,
        "politics": person.political_status,
        "unit": person.work_unit,
    }
    return {name: value for name, value in told.items() if value}


def _filed(dossier: str, material: SeedMaterial, pages: list[Any]) -> dict[str, Any]:
    return {
        "dossier": dossier,
        "category": material.category,
        "position": material.sequence,
        "title": material.title,
        "formed_on": material.formed_on,
        "copy": False,
        "capture": "",
        "pages": pages,
    }


def _loan(person: SeedPerson, at: int, index: int) -> dict[str, Any]:
    due = datetime.fromtimestamp(at / 1000 + (14 if index % 2 else 60) * 86_400, UTC)
    return {
        "borrower": "李明" if index % 2 else "王秀英",
        "unit": "青山县人力资源和社会保障局",
        "due": due.strftime("%Y%m%d"),
        "pages": 30 + index % 20,
    }


def _shelf(index: int) -> str:
    return (
        f"1库{index // 240 + 1}列{index // 60 % 4 + 1}节{index // 12 % 5 + 1}层{index % 12 + 1}位"
    )


def _record(office: Office, future: "Future[bytes]") -> Any:
    jpeg = future.result()
    width, height = Image.open(io.BytesIO(jpeg)).size
    return page_record(office, Master(jpeg, MEDIA_TYPE, width, height, DPI))


def _render(catalogue: Catalogue) -> "Iterator[Future[bytes]]":
    with ProcessPoolExecutor(os.cpu_count() or 1) as pool:
        yield from [
            pool.submit(render_page, person, material, number, DPI)
            for person, materials in catalogue
            for material in materials
            for number in range(1, material.pages + 1)
        ]
