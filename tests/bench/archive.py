"""An office as full as the largest is meant to be: dossiers, their materials, pages, texts read.

50,000 dossiers have 400,000 materials and 2 million pages, of 100,000 of which a machine has read
the text; of fewer dossiers there is as much less of all. Pages beyond those with texts are rows
of the projection alone, with no file and no entry.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

from edge.domain.kinds import Kind
from edge.store.database import Connection
from edge.store.entries import Pen
from edge.store.texts import PageText, note_text
from edge.workflows.office import Office
from tests.bench.record import TRANSACTION, acts, subject_of
from tests.offices import open_office

MATERIALS, PAGES, READ = 8, 40, 2
CACHE_KIB = 2_000_000
HILLS, WATERS = "青白红黄黑石松竹梅桃", "河溪湾塘桥渡泉沟"
TITLES = (
    "履历表", "自传", "年度考核登记表", "毕业生登记表", "学位证明", "职称评审表", "政审材料",
    "入党志愿书", "入团志愿书", "嘉奖审批表", "工资变动审批表", "任免呈报表", "招工录用表",
    "解除劳动合同证明书",
)  # fmt: skip
HAN = (
    "的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动同工也能下过"
    "子说产种面而方后多定行学法所民"
)


def open_archive(folder: Path, dossiers: int) -> Office:
    """Fill an office anew; to be closed by `close_office`."""
    office = open_office(folder)
    office.space.write(lambda c: c.execute(f"pragma cache_size=-{CACHE_KIB}"))
    for start in range(0, dossiers, TRANSACTION):
        places = range(start, min(start + TRANSACTION, dossiers))
        office.space.write(
            partial(_fill, office=office, places=places), urgent=False, durable=False
        )
    office.space.write(lambda c: c.execute("pragma cache_size=-2000"))
    return office


def place_of(place: int) -> str:
    """Where the person of a place lives."""
    random = Random(f"place {place}")
    return f"青山县柳河镇{random.choice(HILLS)}{random.choice(WATERS)}村{random.randint(1, 60)}号"


def title_of(place: int, number: int) -> str:
    """The title of one of a dossier's materials."""
    random = Random(f"title {place} {number}")
    year = f"{random.randint(1980, 2025)}年" if random.random() < 0.5 else ""
    return year + random.choice(TITLES)


def text_of(place: int, number: int) -> str:
    """What stands on one of the pages that were read."""
    random = Random(f"text {place} {number}")
    return "".join(random.choices(HAN, k=400)) + subject_of(place).name + title_of(place, number)


def _fill(connection: Connection, office: Office, places: range) -> None:
    pen = Pen(connection, office.author, "u-import")
    pen.append_many([_housed(act, places) for act in enumerate(acts(places))])
    pen.append_many([act for place in places for act in _materials(place)])
    for place in places:
        for number in range(READ):
            read = PageText(text_of(place, number), 0, (2480, 3508), ())
            note_text(connection, _digest(place, number, 0), read, pen.at)
        connection.executemany(
            "insert into page (owner, number, blob, thumb, width, height, dpi, bytes, blank, dark, "
            "skew) values (?, ?, ?, ?, 2480, 3508, 300, 900000, 0, 0, 0.0)",
            [
                (_material(place, number), page, *_files(place, number, page))
                for number in range(MATERIALS)
                for page in range(2, PAGES // MATERIALS + 1)
            ],
        )


def _housed(numbered: tuple[int, Any], places: range) -> Any:
    at, (kind, about, told, after) = numbered
    if kind == Kind.PERSON_REGISTERED:
        told = {**told, "place": place_of(places.start + at // 2)}
    return kind, about, told, after


def _materials(place: int) -> Iterator[tuple[str, str, Mapping[str, Any], tuple[str, ...]]]:
    dossier = subject_of(place).dossier
    for number in range(MATERIALS):
        blob, thumb = (each.hex() for each in _files(place, number, 0))
        page = {"blob": blob, "thumb": thumb, "width": 2480, "height": 3508, "dpi": 300}
        filed = {
            "dossier": dossier,
            "category": str(number + 1),
            "position": 1,
            "title": title_of(place, number),
            "formed_on": "1998",
            "pages": [{**page, "number": 1}],
        }
        yield Kind.MATERIAL_FILED, _material(place, number), filed, ()


def _material(place: int, number: int) -> str:
    return hashlib.sha256(json.dumps([place, number]).encode()).hexdigest()[:32]


def _digest(place: int, number: int, page: int) -> str:
    return hashlib.sha256(f"{place} {number} {page}".encode()).hexdigest()


def _files(place: int, number: int, page: int) -> tuple[bytes, bytes]:
    digest = bytes.fromhex(_digest(place, number, page))
    return digest, digest[::-1]
