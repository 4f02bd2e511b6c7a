"""Invented persons with lawful ID numbers: right form and check digit, unassigned region."""

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from provisioning.seed.county import (
    COLLEGES,
    COUNTY_CODE,
    COUNTY_NAME,
    COUNTY_UNITS,
    MAJORS,
    MIDDLE_SCHOOLS,
    NEIGHBOUR_CODE,
    PROVINCE_NAME,
    TOWNS,
    Town,
    town_of,
)

AS_OF = date(2026, 10, 31)
CHECK_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECK_DIGITS = "10X98765432"
SEQUENCES_PER_TOWN = 120

COMMON_SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭袁蒋沈吕苏卢丁魏薛叶余潘杜戴夏"
    "钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段钱汤尹黎常武乔贺赖龚文"
)
POLYPHONIC_SURNAMES = ("单", "仇", "区", "曾", "查", "解", "盖", "朴", "任", "乐", "缪", "翟")
COMPOUND_SURNAMES = ("欧阳", "上官", "司马", "诸葛", "尉迟", "令狐")
RARE_CHARACTERS = "䶮𬱖堃喆垚镕頔骉犇焱翀祎燚㛃旻彧𫖯𬭎"
OLD_MALE = "建国民军强伟平华明志勇德福林春根土水生海荣富贵金宝财良忠义礼成"
OLD_FEMALE = "秀英兰芳珍玉桂香梅凤珠琴娟翠莲菊花巧云仙月素美"
YOUNG_MALE = "浩宇轩杰俊涛鹏博文昊晨睿豪嘉铭泽凯哲翔斌磊超"
YOUNG_FEMALE = "婷雅静怡欣雨琪佳颖倩萍丽娜洁慧雪丹莉薇瑶思敏"
ETHNICITIES = ("汉族",) * 94 + ("畲族", "畲族", "畲族", "回族", "苗族", "土家族")

LEAVING_AGES = {"初中": 16, "高中": 19, "中专": 19, "大专": 21, "本科": 22, "研究生": 25}
HOLDER_CATEGORIES = ("流动人员", "退休人员", "失业人员")
BIRTH_YEARS = {"流动人员": (1972, 2003), "退休人员": (1944, 1965), "失业人员": (1968, 2000)}


@dataclass(frozen=True, slots=True)
class SeedPerson:
    """One invented holder of a dossier; `started_work` and `graduated` are years."""

    town_code: str
    name: str
    former_name: str
    sex: str
    id_number: str
    born_on: date
    ethnicity: str
    native_place: str
    education: str
    school: str
    major: str
    graduated: int
    political_status: str
    joined_party: int | None
    started_work: int
    work_unit: str
    phone: str
    village: str
    address: str
    category: str


def check_digit(first_seventeen: str) -> str:
    """The last place of an 18-digit ID number (GB 11643)."""
    total = sum(
        int(digit) * weight for digit, weight in zip(first_seventeen, CHECK_WEIGHTS, strict=True)
    )
    return CHECK_DIGITS[total % 11]


def make_people(seed: int, town_code: str, count: int) -> list[SeedPerson]:
    """`count` persons of one town, no ID number twice, the same for the same seed."""
    rng = Random(f"people/{seed}/{town_code}")
    people: dict[str, SeedPerson] = {}
    while len(people) < count:
        person = make_person(rng, town_code)
        people.setdefault(person.id_number, person)
    return list(people.values())


def make_person(rng: Random, town_code: str) -> SeedPerson:
    """One person of a town; towns never share an ID number."""
    town = town_of(town_code)
    category = rng.choices(HOLDER_CATEGORIES, weights=(5, 3, 2))[0]
    born_on = _birth_date(rng, category)
    sex = rng.choice("男女")
    name = _name(rng, sex, born_on.year)
    education, school, graduated = _education(rng, born_on.year)
    started_work = min(graduated + rng.randint(0, 2), AS_OF.year)
    political_status, joined_party = _politics(rng, started_work)
    village = rng.choice(town.villages)
    return SeedPerson(
        town_code=town_code,
        name=name,
        former_name=_former_name(rng, name, sex) if rng.random() < 0.06 else "",
        sex=sex,
        id_number=_id_number(rng, TOWNS.index(town), born_on, sex),
        born_on=born_on,
        ethnicity=rng.choice(ETHNICITIES),
        native_place=rng.choice(
            (f"{PROVINCE_NAME}青山",) * 4 + (f"{PROVINCE_NAME}长林", "安徽歙县")
        ),
        education=education,
        school=school,
        major=rng.choice(MAJORS) if education in ("大专", "本科", "研究生") else "",
        graduated=graduated,
        political_status=political_status,
        joined_party=joined_party,
        started_work=started_work,
        work_unit=_work_unit(rng, town, started_work),
        # No carrier owns numbers that begin with 12.
        phone=f"12{rng.randint(0, 999_999_999):09d}",
        village=village,
        address=_address(rng, town, village),
        category=category,
    )


def _birth_date(rng: Random, category: str) -> date:
    first, last = BIRTH_YEARS[category]
    start = date(first, 1, 1)
    return start + timedelta(days=rng.randrange((date(last, 12, 31) - start).days))


def _id_number(rng: Random, town_index: int, born_on: date, sex: str) -> str:
    region = NEIGHBOUR_CODE if rng.random() < 0.08 else COUNTY_CODE
    sequence = town_index * SEQUENCES_PER_TOWN + 2 * rng.randrange(SEQUENCES_PER_TOWN // 2)
    if sex == "男":
        sequence += 1
    body = f"{region}{born_on:%Y%m%d}{sequence:03d}"
    return body + check_digit(body)


def _name(rng: Random, sex: str, birth_year: int) -> str:
    if rng.random() < 0.06:
        surname = rng.choice(POLYPHONIC_SURNAMES)
    elif rng.random() < 0.02:
        surname = rng.choice(COMPOUND_SURNAMES)
    else:
        surname = rng.choice(COMMON_SURNAMES)
    return surname + _given_name(rng, sex, birth_year)


def _given_name(rng: Random, sex: str, birth_year: int) -> str:
    if birth_year < 1980:
        pool = OLD_MALE if sex == "男" else OLD_FEMALE
    else:
        pool = YOUNG_MALE if sex == "男" else YOUNG_FEMALE
    length = 1 if rng.random() < 0.22 else 2
    given = rng.sample(pool, length)
    if rng.random() < 0.024:
        given[rng.randrange(length)] = rng.choice(RARE_CHARACTERS)
    return "".join(given)


def _former_name(rng: Random, name: str, sex: str) -> str:
    surname = name[:2] if name[:2] in COMPOUND_SURNAMES else name[0]
    pool = OLD_MALE if sex == "男" else OLD_FEMALE
    return surname + rng.choice(("小", "阿", "大")) + rng.choice(pool)


def _education(rng: Random, birth_year: int) -> tuple[str, str, int]:
    """Level, last school, year of leaving it."""
    weights = (30, 35, 20, 12, 3, 0) if birth_year < 1970 else (8, 20, 17, 27, 26, 2)
    level = rng.choices(tuple(LEAVING_AGES), weights=weights)[0]
    if birth_year + LEAVING_AGES[level] > AS_OF.year:
        level = "高中"
    age = LEAVING_AGES[level]
    school = rng.choice(COLLEGES if age > 19 else MIDDLE_SCHOOLS)
    return level, school, birth_year + age


def _politics(rng: Random, started_work: int) -> tuple[str, int | None]:
    years_at_work = AS_OF.year - started_work
    if years_at_work > 3 and rng.random() < 0.24:
        return "中共党员", started_work + rng.randint(1, min(years_at_work, 15))
    if years_at_work < 8 and rng.random() < 0.6:
        return "共青团员", None
    return "群众", None


def _work_unit(rng: Random, town: Town, started_work: int) -> str:
    units = (*town.units, *COUNTY_UNITS)
    if started_work < 1994:
        # Limited companies came with the Company Law.
        units = tuple(unit for unit in units if not unit.endswith("有限公司"))
    return rng.choice(units)


def _address(rng: Random, town: Town, village: str) -> str:
    place = f"{rng.randint(1, 12)}组" if village.endswith("村") else f"{rng.randint(1, 9)}幢"
    return f"{COUNTY_NAME}{town.name}{village}{place}{rng.randint(1, 120)}号"
