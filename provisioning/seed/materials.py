"""What lies in a dossier: materials under the ten categories of 2018, in filing order."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby
from random import Random

from provisioning.seed.people import AS_OF, SeedPerson

CATEGORIES = (
    *("1", "2", "3"),
    *("4-1", "4-2", "4-3", "4-4"),
    *("5", "6", "7", "8"),
    *("9-1", "9-2", "9-3", "9-4"),
    "10",
)
FEWEST, MOST = 3, 12


class Layout(StrEnum):
    """How the pages of a material look."""

    FORM = "form"
    LETTER = "letter"
    TRANSCRIPT = "transcript"
    APPROVAL = "approval"
    CERTIFICATE = "certificate"
    NOTICE = "notice"


@dataclass(frozen=True, slots=True)
class SeedMaterial:
    """One material: `formed_on` is YYYY, YYYYMM or YYYYMMDD; `sequence` counts in its category.

    With `blank_back` the last of the `pages` is an empty reverse side.
    """

    category: str
    sequence: int
    title: str
    formed_on: str
    pages: int
    layout: Layout
    blank_back: bool


@dataclass(frozen=True, slots=True)
class _Kind:
    """A material that persons of some sort have: weight 1 always, less by chance."""

    category: str
    title: str
    layout: Layout
    pages: tuple[int, int]
    year: Callable[[SeedPerson, Random], int]
    fits: Callable[[SeedPerson], bool] = lambda person: True
    chance: float = 0.5


def _after_work(first: int, last: int) -> Callable[[SeedPerson, Random], int]:
    return lambda person, rng: person.started_work + rng.randint(first, last)


def _party(person: SeedPerson, before: int = 0) -> int:
    return (person.joined_party or person.started_work) - before


def _studied(person: SeedPerson) -> bool:
    return person.education in ("大专", "本科", "研究生")


def _member(person: SeedPerson) -> bool:
    return person.joined_party is not None


def _retired(person: SeedPerson) -> bool:
    return person.category == "退休人员"


def _graduation(person: SeedPerson, rng: Random) -> int:
    return person.graduated


def _retirement(person: SeedPerson, rng: Random) -> int:
    return person.born_on.year + (60 if person.sex == "男" else 50)


KINDS: tuple[_Kind, ...] = (
    _Kind("1", "干部履历表", Layout.FORM, (4, 6), _after_work(3, 12), _studied, 0.5),
    _Kind("1", "职工登记表", Layout.FORM, (2, 4), _after_work(0, 3), lambda p: not _studied(p), 1),
    _Kind("1", "流动人员登记表", Layout.FORM, (2, 2), _after_work(4, 20),
          lambda p: p.category == "流动人员", 0.8),
    _Kind("2", "自传", Layout.LETTER, (2, 4), _after_work(1, 4), chance=0.3),
    _Kind("3", "年度考核登记表", Layout.APPROVAL, (1, 2), _after_work(2, 20), chance=0.6),
    _Kind("3", "年度考核登记表", Layout.APPROVAL, (1, 2), _after_work(5, 24), chance=0.4),
    _Kind("3", "工作鉴定表", Layout.APPROVAL, (2, 2), _after_work(2, 9), chance=0.3),
    _Kind("4-1", "高中毕业生登记表", Layout.FORM, (4, 4), lambda p, r: p.born_on.year + 19,
          lambda p: p.education != "初中", 0.8),
    _Kind("4-1", "高等学校毕业生登记表", Layout.FORM, (4, 6), _graduation, _studied, 1),
    _Kind("4-1", "学生成绩登记表", Layout.TRANSCRIPT, (1, 2), _graduation, _studied, 0.9),
    _Kind("4-1", "毕业证书（复印件）", Layout.CERTIFICATE, (1, 1), _graduation,
          _studied, 0.6),
    _Kind("4-2", "专业技术职务任职资格评审表", Layout.APPROVAL, (4, 6), _after_work(5, 12),
          _studied, 0.35),
    _Kind("4-2", "职业资格证书（复印件）", Layout.CERTIFICATE, (1, 2), _after_work(2, 10),
          chance=0.25),
    _Kind("4-3", "优秀论文证书（复印件）", Layout.CERTIFICATE, (1, 1), _after_work(3, 10),
          _studied, 0.06),
    _Kind("4-4", "岗位培训结业证书（复印件）", Layout.CERTIFICATE, (1, 1), _after_work(1, 9),
          chance=0.2),
    _Kind("5", "政治审查表", Layout.APPROVAL, (2, 2), lambda p, r: _party(p), _member, 0.8),
    _Kind("5", "人事档案专项审核登记表", Layout.APPROVAL, (2, 4), lambda p, r: 2016, _studied, 0.2),
    _Kind("6", "入团志愿书", Layout.FORM, (2, 4), lambda p, r: p.born_on.year + r.randint(14, 17),
          chance=0.45),
    _Kind("6", "入党申请书", Layout.LETTER, (2, 4), lambda p, r: _party(p, 1), _member, 1),
    _Kind("6", "入党志愿书", Layout.FORM, (6, 8), lambda p, r: _party(p), _member, 1),
    _Kind("7", "先进工作者登记表", Layout.APPROVAL, (1, 2), _after_work(2, 12), chance=0.2),
    _Kind("7", "关于表彰先进个人的通知", Layout.NOTICE, (1, 1), _after_work(2, 12), chance=0.08),
    _Kind("8", "关于给予警告处分的决定", Layout.NOTICE, (1, 1), _after_work(4, 12), chance=0.015),
    _Kind("9-1", "转正定级审批表", Layout.APPROVAL, (1, 2), _after_work(1, 1),
          lambda p: p.started_work < 2015, 0.85),
    _Kind("9-1", "工资变动审批表", Layout.APPROVAL, (1, 1), _after_work(2, 8), chance=0.55),
    _Kind("9-1", "工资变动审批表", Layout.APPROVAL, (1, 1), _after_work(9, 16), chance=0.4),
    _Kind("9-2", "招工审批表", Layout.APPROVAL, (1, 2), _after_work(0, 0),
          lambda p: not _studied(p) and p.started_work < 1998, 0.9),
    _Kind("9-2", "就业报到证", Layout.CERTIFICATE, (1, 1), _graduation,
          lambda p: _studied(p) and p.graduated <= 2022, 0.6),
    _Kind("9-2", "解除劳动合同证明书", Layout.NOTICE, (1, 1), _after_work(6, 22),
          lambda p: not _retired(p), 0.7),
    _Kind("9-2", "退休审批表", Layout.APPROVAL, (2, 2), _retirement, _retired, 1),
    _Kind("9-3", "因私出国（境）审批表", Layout.APPROVAL, (1, 1), _after_work(8, 20), chance=0.03),
    _Kind("9-4", "党代会代表登记表", Layout.FORM, (2, 2), lambda p, r: _party(p) + 6, _member, 0.1),
    _Kind("10", "体检表", Layout.FORM, (2, 2), _after_work(0, 2), chance=0.25),
    _Kind("10", "档案转递通知单", Layout.NOTICE, (1, 1), _after_work(5, 20), chance=0.45),
    _Kind("10", "失业登记表", Layout.FORM, (1, 2), _after_work(7, 22),
          lambda p: p.category == "失业人员", 1),
)  # fmt: skip


def make_materials(rng: Random, person: SeedPerson) -> list[SeedMaterial]:
    """3 to 12 materials in filing order, none formed after `AS_OF`."""
    possible = [kind for kind in KINDS if kind.fits(person)]
    chosen = [kind for kind in possible if rng.random() < kind.chance]
    spare = [kind for kind in possible if kind not in chosen and kind.category != "8"]
    while len(chosen) < FEWEST:
        chosen.append(spare.pop(rng.randrange(len(spare))))
    while len(chosen) > MOST:
        chosen.remove(min(chosen, key=lambda kind: kind.chance))
    drafts = sorted(
        (CATEGORIES.index(kind.category), _formed_on(kind, person, rng), position)
        for position, kind in enumerate(chosen)
    )
    materials: list[SeedMaterial] = []
    for _, members in groupby(drafts, key=lambda draft: draft[0]):
        for sequence, (_, formed_on, position) in enumerate(members, start=1):
            materials.append(_material(chosen[position], sequence, formed_on, rng))
    return materials


def _material(kind: _Kind, sequence: int, formed_on: str, rng: Random) -> SeedMaterial:
    pages = rng.randint(*kind.pages)
    return SeedMaterial(
        category=kind.category,
        sequence=sequence,
        title=kind.title,
        formed_on=formed_on,
        pages=pages,
        layout=kind.layout,
        blank_back=pages >= 2 and pages % 2 == 0 and rng.random() < 0.3,
    )


def _formed_on(kind: _Kind, person: SeedPerson, rng: Random) -> str:
    year = kind.year(person, rng)
    precision = rng.choices((4, 6, 8), weights=(1, 5, 4))[0]
    month, day = rng.randint(1, 12), rng.randint(1, 28)
    latest = f"{AS_OF:%Y%m%d}"
    return min(f"{year:04d}{month:02d}{day:02d}", latest)[:precision]
