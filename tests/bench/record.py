"""Invented dossiers for measuring: the same for the same number, no person twice."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Any

from edge.domain.archive import DOSSIER_CLASSES, SCHEME
from edge.domain.identity import check_character
from edge.domain.kinds import Kind
from edge.store.database import Connection, Space
from edge.store.entries import Author, Pen

SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾萧田董袁潘于蒋蔡余杜叶程苏"
)
GIVEN = (
    "建国军伟平华明志勇德福林春根土水生海荣富贵金宝财良忠义礼成秀英兰芳珍玉桂香梅凤珠琴娟翠莲菊花云月"
    "素美浩宇轩杰俊涛鹏博文昊晨睿豪嘉铭泽凯哲翔斌磊超婷雅静怡欣雨琪佳颖倩"
)
UNITS = ("柳河粮站", "县农机厂", "枫桥供销社", "青山中学", "县建筑公司", "镇卫生院")
DAYS = 20_000
IMPORTED_MS = 1_790_000_000_000
# An import of larger transactions would keep the counter of a merging box waiting.
TRANSACTION = 25
ENTRIES_PER_DOSSIER = 2
EDITS = 1_000
TOWN = "510101"


@dataclass(frozen=True, slots=True)
class Subject:
    """One person with a dossier."""

    person: str
    dossier: str
    name: str
    id_number: str
    number: str


def subject_of(place: int) -> Subject:
    """The person who stands at one place."""
    random = Random(place)
    born = date(1950, 1, 1) + timedelta(days=place % DAYS)
    stem = f"990101{born:%Y%m%d}{place // DAYS:03d}"
    given = "".join(random.choices(GIVEN, k=random.choice((1, 2, 2, 2))))
    return Subject(
        person=id_of(random, place * 2),
        dossier=id_of(random, place * 2 + 1),
        name=random.choice(SURNAMES) + given,
        id_number=stem + check_character(stem),
        number=f"990101001-042-{place:06d}",
    )


def id_of(random: Random, order: int) -> str:
    """A UUIDv7 as a box makes them: growing with time, and otherwise incompressible."""
    counter, tail = random.getrandbits(12), 1 << 63 | random.getrandbits(62)
    return f"{IMPORTED_MS + order:012x}7{counter:03x}{tail:016x}"


def acts(places: range) -> Iterator[tuple[str, str, Mapping[str, Any], tuple[str, ...]]]:
    """What registers them: a person and a dossier each."""
    for place in places:
        random, subject = Random(place), subject_of(place)
        told = {
            "name": subject.name,
            "id_number": subject.id_number,
            "birth": subject.id_number[6:14],
            "sex": random.choice(("male", "female")),
            "phone": f"139{random.randrange(10**8):08d}",
            "unit": random.choice(UNITS),
            "education": random.choice(("初中", "高中", "大专", "本科")),
        }
        yield Kind.PERSON_REGISTERED, subject.person, told, ()
        registered = {
            "person": subject.person,
            "number": subject.number,
            "class": random.choice(DOSSIER_CLASSES),
            "holder": "青山县柳河镇人民政府",
            "scheme": SCHEME,
            "shelf": f"{place // 400 + 1}-{place // 40 % 10 + 1}-{place % 40 + 1}",
            "counts": {"1": 2, "4-1": 3, "9-1": random.randint(1, 9)},
        }
        yield Kind.DOSSIER_REGISTERED, subject.dossier, registered, ()


FLAT = ("id", "name", "id_number", "birth", "sex", "phone", "unit", "education", "number", "class",
        "shelf")  # fmt: skip


def flat(place: int) -> tuple[str, ...]:
    """A dossier as one record of ten fields and a key, for peers that have no entries."""
    (_, _, person, _), (_, dossier, registered, _) = acts(range(place, place + 1))
    fields = {**person, **registered, "id": dossier}
    return tuple(str(fields[name]) for name in FLAT)


def register(space: Space, author: Author, places: range) -> None:
    """Put the dossiers of some places on record, as an import does."""
    for start in range(places.start, places.stop, TRANSACTION):
        some = range(start, min(start + TRANSACTION, places.stop))

        def write(connection: Connection, some: range = some) -> None:
            Pen(connection, author, "u-import").append_many(list(acts(some)))

        space.write(write, urgent=False, durable=False)
