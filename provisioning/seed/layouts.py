"""The forms of the county: what is printed on them, and how a person fills them in."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from random import Random

from PIL import Image

from provisioning.seed.county import COUNTY_NAME, town_of
from provisioning.seed.ink import (
    PEN_BLACK,
    PRINT_BLACK,
    SERIF_BOLD,
    Colour,
    Hand,
    Sheet,
    chop,
    printed_width,
    stamp,
    wrapped,
)
from provisioning.seed.materials import SeedMaterial
from provisioning.seed.people import SeedPerson
from provisioning.seed.portrait import portrait
from provisioning.seed.words import (
    COURSES,
    OPINIONS,
    certificate_text,
    field_values,
    formed_in_chinese,
    invent_name,
    letter_text,
    notice_text,
    rewards,
    self_review,
)

LEFT, TOP, WIDTH = 20.0, 48.0, 172.0
PHOTO = (162.0, TOP, 30.0, 44.0)
RULE_RED: Colour = (196, 70, 62)
HEAD_RED: Colour = (206, 30, 34)

Box = tuple[float, float, float, float]
Row = tuple[float, str]


@dataclass(frozen=True, slots=True)
class Subject:
    """Whose page of what material is being filled in, and by which chance."""

    person: SeedPerson
    material: SeedMaterial
    page_no: int
    rng: Random

    @property
    def issuer(self) -> str:
        if self.material.category in ("4-1", "4-3") and self.person.school:
            return self.person.school
        return self.person.work_unit

    @property
    def formed(self) -> str:
        return formed_in_chinese(self.material.formed_on)


@dataclass(frozen=True, slots=True)
class Cell:
    """One ruled cell: a printed label, or the slot that `key` fills."""

    box: Box
    label: str = ""
    key: str = ""


def cells(rows: Sequence[Row], top: float = TOP) -> tuple[Cell, ...]:
    """Rows of (height, "标签:宽 =key:宽 …"); a slot's name begins with an equals sign."""
    ruled: list[Cell] = []
    for height, row in rows:
        left = LEFT
        for part in row.split():
            text, _, width = part.rpartition(":")
            box = (left, top, float(width), height)
            ruled.append(Cell(box, key=text[1:]) if text.startswith("=") else Cell(box, label=text))
            left += float(width)
        top += height
    return tuple(ruled)


FRONT = cells(
    (
        (11, "姓名:22 =name:36 性别:14 =sex:14 出生年月:24 =born:32"),
        (11, "曾用名:22 =former_name:36 民族:14 =ethnicity:14 籍贯:24 =native_place:32"),
        (11, "文化程度:22 =education:36 健康:14 =health:14 政治面貌:24 =political_status:32"),
        (11, "身份证号:22 =id_number:64 参加工作:24 =started:32"),
        (11, "家庭住址:22 =address:84 联系电话:24 =phone:42"),
        (11, "毕业院校:22 =school:84 所学专业:24 =major:42"),
        (11, "工作单位:22 =work_unit:150"),
        (9, "本人学习和工作经历（从小学填起）:172"),
        (9, "起止年月:50 在何地、何单位学习或工作、任何职:86 证明人:36"),
        *((12, f"=years{row}:50 =place{row}:86 =witness{row}:36") for row in range(9)),
    )
)
FAMILY = cells(
    (
        (9, "家庭主要成员和重要社会关系:172"),
        (10, "称谓:24 姓名:36 年龄:18 工作单位及职务:94"),
        *((12, f"=relation{row}:24 =kin{row}:36 =age{row}:18 =work{row}:94") for row in range(6)),
        (9, "何时何地受过何种奖励或处分:172"),
        (38, "=rewards:172"),
        (9, "有何专长，有何著作或发明:172"),
        (48, "=blank:172"),
    ),
    top=26,
)
OPINION = cells(
    (
        (9, "自我鉴定:172"),
        (92, "=review:172"),
        (62, "所在单位意见:22 =opinion:150"),
        (62, "主管部门意见:22 =opinion:150"),
        (14, "备注:22 =blank:150"),
    ),
    top=26,
)
APPROVAL = cells(
    (
        (11, "姓名:22 =name:36 性别:16 =sex:18 出生年月:26 =born:54"),
        (11, "民族:22 =ethnicity:36 籍贯:16 =native_place:44 政治面貌:24 =political_status:30"),
        (11, "文化程度:22 =education:36 参加工作时间:34 =started:80"),
        (11, "工作单位:22 =work_unit:150"),
        (42, "主要事由:22 =review:150"),
        (40, "所在单位意见:22 =opinion:150"),
        (40, "主管部门意见:22 =opinion:150"),
        (40, "审批机关意见:22 =opinion:150"),
        (13, "备注:22 =blank:150"),
    )
)
TRANSCRIPT = cells(
    (
        (10, "课程名称:46 学分:16 成绩:24 课程名称:46 学分:16 成绩:24"),
        *(
            (
                12.5,
                f"=course{row}:46 =credit{row}:16 =mark{row}:24 "
                f"=course{row + 15}:46 =credit{row + 15}:16 =mark{row + 15}:24",
            )
            for row in range(15)
        ),
    ),
    top=62,
)


@lru_cache(maxsize=12)
def _ruled(ruling: tuple[Cell, ...], dpi: int, with_photo: bool) -> Image.Image:
    """The printed part of a form as coverage; the same for everyone, so kept."""
    sheet = Sheet(Image.new("L", (round(210 / 25.4 * dpi), round(297 / 25.4 * dpi))), dpi)
    for cell in ruling:
        sheet.frame(cell.box, width=0.22)
        if cell.label:
            _label(sheet, cell)
    if with_photo:
        sheet.frame(PHOTO, width=0.22)
    right = max(cell.box[0] + cell.box[2] for cell in ruling)
    first, last = ruling[0].box, ruling[-1].box
    sheet.frame((LEFT, first[1], right - LEFT, last[1] + last[3] - first[1]), width=0.5)
    return sheet.image


def _label(sheet: Sheet, cell: Cell) -> None:
    x, y, wide, high = cell.box
    size = 4.1
    if high > wide:
        pitch = min(7.0, (high - 3) / len(cell.label))
        start = y + high / 2 - len(cell.label) * pitch / 2 + 1
        for row, char in enumerate(cell.label):
            sheet.print(char, (x + wide / 2, start + row * pitch), size, middle=True)
        return
    tracking = 4.5 if len(cell.label) == 2 and wide >= 20 else 0.0
    size = min(size, (wide - 2) / max(printed_width(cell.label, 1.0), 1))
    middle = x + wide / 2 + tracking / 2
    sheet.print(
        cell.label, (middle, y + (high - size) / 2 - 0.4), size, tracking=tracking, middle=True
    )


def _print_ruling(sheet: Sheet, ruling: tuple[Cell, ...], with_photo: bool = False) -> None:
    sheet.put(_ruled(ruling, sheet.dpi, with_photo), 0, 0, PRINT_BLACK)


def _title(sheet: Sheet, title: str, top: float = 28, colour: Colour = PRINT_BLACK) -> None:
    tracking = 3.0 if len(title) < 10 else 1.0
    sheet.print(title, (105 + tracking / 2, top), 8.0, colour, SERIF_BOLD, tracking, middle=True)


def _fill(sheet: Sheet, ruling: tuple[Cell, ...], subject: Subject) -> None:
    """Write every slot: plain values, paragraphs, and opinions with stamp and date."""
    hand = Hand(sheet, subject.person.id_number)
    values = field_values(subject.person, subject.material, subject.rng)
    town = town_of(subject.person.town_code)
    offices = iter((subject.issuer, f"{COUNTY_NAME}人事局", town.government))
    for cell in ruling:
        x, y, wide, high = cell.box
        if cell.key == "opinion":
            _opinion(sheet, cell.box, subject, next(offices))
        elif cell.key == "review":
            size = 4.6 if wide > 160 else 4.3
            text = self_review(subject.rng)
            hand.paragraph(text, (x + 3, y + 4, wide - 6, high - 4), size, size * 1.75)
            if high > 60:
                hand.write(f"本人签名：{subject.person.name}", (x + wide - 62, y + high - 11), 4.8)
        elif cell.key == "rewards":
            text = rewards(subject.person, subject.rng)
            hand.paragraph(text, (x + 4, y + 5, wide - 8, high - 5), 4.8, 8.5)
        elif text := values.get(cell.key, ""):
            size = min(4.9, high * 0.5)
            room = wide - 3
            start = x + 1.8 + max(0.0, (room - printed_width(text, size)) * 0.35)
            hand.write(text, (start, y + (high - size) / 2 - 0.4), size, room)


def _opinion(sheet: Sheet, box: Box, subject: Subject, office: str) -> None:
    x, y, wide, high = box
    rng = subject.rng
    reviewer = invent_name(rng)
    hand = Hand(sheet, reviewer, PEN_BLACK)
    hand.paragraph(rng.choice(OPINIONS), (x + 4, y + 5, wide - 8, high / 2), 5.2, 8.5)
    hand.write(reviewer, (x + wide * 0.42, y + high - 17), 5.6)
    hand.write(subject.formed, (x + wide - 50, y + high - 9), 4.6, 46)
    if rng.random() < 0.88:
        stamp(sheet, office, "人事专用章", (x + wide - rng.uniform(26, 40), y + high - 17), rng)
    if rng.random() < 0.35:
        chop(sheet, reviewer, (x + wide * 0.42 + 22, y + high - 19), rng)


def fill_form(sheet: Sheet, subject: Subject) -> None:
    """A registration form: particulars and photo first, then family, then opinions."""
    if subject.page_no == 1:
        _title(sheet, subject.material.title)
        _print_ruling(sheet, FRONT, with_photo=True)
        portrait(sheet, PHOTO, subject.person, int(subject.material.formed_on[:4]))
        _fill(sheet, FRONT, subject)
        hand = Hand(sheet, subject.person.id_number)
        sheet.print("填表日期：", (136, 40), 4.0)
        hand.write(subject.formed, (155, 39.6), 4.2, 38)
        return
    ruling = FAMILY if subject.page_no % 2 == 0 and subject.material.pages > 2 else OPINION
    _print_ruling(sheet, ruling)
    _fill(sheet, ruling, subject)


def fill_approval(sheet: Sheet, subject: Subject) -> None:
    """An approval form: particulars, reasons, then one stamped opinion below the other."""
    if subject.page_no > 1:
        fill_form(sheet, subject)
        return
    _title(sheet, subject.material.title)
    _print_ruling(sheet, APPROVAL)
    _fill(sheet, APPROVAL, subject)


def fill_transcript(sheet: Sheet, subject: Subject) -> None:
    """A grid of courses and marks with the stamp of the school."""
    person, rng = subject.person, subject.rng
    sheet.print(person.school, (105, 22), 6.2, face=SERIF_BOLD, tracking=1.5, middle=True)
    _title(sheet, subject.material.title, top=33)
    heading = f"姓名：{person.name}　　专业：{person.major}　　毕业时间：{person.graduated}年7月"
    sheet.print(heading, (LEFT, 52), 4.2)
    _print_ruling(sheet, TRANSCRIPT)
    hand = Hand(sheet, person.school, PEN_BLACK)
    by_hand = person.graduated < 2003
    courses = rng.sample(COURSES, rng.randint(23, 28))
    for place, course in enumerate(courses):
        for key, text in (
            ("course", course),
            ("credit", str(rng.randint(2, 5))),
            ("mark", rng.choice(("优", "良", "良", "中", str(rng.randint(61, 96))))),
        ):
            (box,) = (cell.box for cell in TRANSCRIPT if cell.key == f"{key}{place}")
            at = (box[0] + (2 if key == "course" else box[2] / 2 - 3), box[1] + 3.6)
            if by_hand:
                hand.write(text, at, 4.4, box[2] - 3)
            else:
                sheet.print(text, at, 3.9)
    sheet.print(f"教务处（盖章）　　{person.graduated}年7月", (122, 268), 4.0)
    stamp(sheet, person.school, "教务处", (150, 262), rng)


def fill_letter(sheet: Sheet, subject: Subject) -> None:
    """Handwriting on red-ruled letter paper; the last page is signed."""
    town = town_of(subject.person.town_code)
    head = f"{town.name}公用信笺"
    sheet.print(head, (106, 16), 6.5, RULE_RED, SERIF_BOLD, tracking=2, middle=True)
    for y in (25.5, 26.3):
        sheet.line((LEFT, y), (LEFT + WIDTH, y), RULE_RED, 0.3)
    pitch = 10.4
    for row in range(1, 24):
        y = 28 + row * pitch
        sheet.line((LEFT, y), (LEFT + WIDTH, y), RULE_RED, 0.15)
    hand = Hand(sheet, subject.person.id_number)
    y, bottom = 31.0, 262.0
    if subject.page_no == 1:
        title = subject.material.title
        hand.write(title, (105 - len(title) * 3.6, y - 0.6), 7.0)
        y += pitch
    last = subject.page_no >= subject.material.pages - subject.material.blank_back
    if last:
        bottom -= pitch * subject.rng.randint(4, 9)
    for text in letter_text(subject.person, subject.material, subject.page_no, subject.rng):
        y = hand.paragraph(text, (LEFT + 2, y, WIDTH - 4, bottom - y), 6.1, pitch)
    if last:
        hand.write(subject.person.name, (140, y + 0.4), 6.8)
        hand.write(subject.formed, (130, y + pitch), 5.8, 58)


def fill_certificate(sheet: Sheet, subject: Subject) -> None:
    """The photocopy of a certificate on the upper half of a sheet, attested by hand."""
    person, rng = subject.person, subject.rng
    title = subject.material.title.removesuffix("（复印件）")
    for inset, width in ((0.0, 1.1), (2.2, 0.3), (3.4, 0.3)):
        frame = (24 + inset, 30 + inset, 162 - 2 * inset, 116 - 2 * inset)
        sheet.frame(frame, (120, 116, 108), width)
    sheet.print(title, (105 + 2, 46), 10.0, face=SERIF_BOLD, tracking=4, middle=True)
    portrait(sheet, (36, 66, 26, 36), person, 1990)
    body = certificate_text(person, title)
    for row, line in enumerate(wrapped("　　" + body, 4.8, 106)):
        sheet.print(line, (70, 68 + row * 9), 4.8)
    issuer = person.school if subject.material.category in ("4-1", "9-2") else subject.issuer
    sheet.print(issuer, (126, 118), 4.8, middle=True)
    sheet.print(subject.formed, (126, 127), 4.4, middle=True)
    sheet.print(f"证书编号：{rng.randrange(10**9, 10**10)}", (36, 132), 3.6)
    stamp(sheet, issuer, "", (132, 120), rng)
    reviewer = invent_name(rng)
    hand = Hand(sheet, reviewer, PEN_BLACK)
    hand.write("复印件与原件核对无误", (106, 178), 5.6)
    hand.write(f"{reviewer}　{subject.formed}", (106, 188), 5.0, 70)
    stamp(sheet, town_of(person.town_code).government, "档案专用章", (146, 190), rng)


def fill_notice(sheet: Sheet, subject: Subject) -> None:
    """A printed notice under a red head, stamped over its date."""
    rng = subject.rng
    issuer = subject.issuer
    size = min(13.0, 160 / (len(issuer) + 2) - 1.2)
    sheet.print(issuer + "文件", (106, 32), size, HEAD_RED, SERIF_BOLD, 1.2, middle=True)
    number = f"〔{subject.material.formed_on[:4]}〕{rng.randint(2, 96)}号"
    sheet.print(number, (105, 56), 4.8, middle=True)
    sheet.line((LEFT, 66), (LEFT + WIDTH, 66), HEAD_RED, 0.8)
    title = subject.material.title
    sheet.print(title, (105, 80), 7.0, face=SERIF_BOLD, tracking=0.6, middle=True)
    y = 102.0
    for paragraph in notice_text(subject.person, subject.material):
        text = paragraph if paragraph.endswith("：") else "　　" + paragraph
        for line in wrapped(text, 5.2, 156):
            sheet.print(line, (27, y), 5.2)
            y += 10
    y += 16
    sheet.print(issuer, (146, y), 5.2, middle=True)
    sheet.print(subject.formed, (146, y + 10), 5.2, middle=True)
    stamp(sheet, issuer, "", (146 + rng.uniform(-4, 4), y + 7), rng)


Fill = Callable[[Sheet, Subject], None]
