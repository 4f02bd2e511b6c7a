"""Conflicts in words: what clashes, what to do, and both sides beside one another; no blame."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from edge.domain.access import Clerk, Right
from edge.domain.conflict import ACCEPTED, BOTH, DOUBTFUL, Conflict, ConflictKind
from edge.domain.entry import Entry
from edge.store import conflicts
from edge.store.conflicts import Answer, Side
from edge.store.database import Connection
from edge.store.enrolment import boxes
from edge.store.persons import Person
from edge.store.staff import names_of_staff
from edge.web.locale import day, gettext
from edge.web.wording import masked
from edge.workflows.resolution import right_to_settle


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that a side says; `differs` where another side says otherwise."""

    label: str
    value: str
    differs: bool


@dataclass(frozen=True, slots=True)
class SideShown:
    """A side in words: what it says, who wrote it, when, on which box, and on what it rests.

    `page` is (dossier, material, number) of the page cited, None where none was or it is not held.
    """

    side: Side
    act: str
    facts: tuple[Fact, ...]
    by: str
    box: str
    page: tuple[str, str, int] | None


@dataclass(frozen=True, slots=True)
class Shown:
    """One conflict as a screen shows it; `others` are choices that are no side."""

    conflict: Conflict
    person: Person | None
    headline: str
    advice: str
    sides: tuple[SideShown, ...]
    others: tuple[tuple[str, str], ...]
    said: tuple[tuple[str, Answer], ...]
    decides: bool
    proposes: bool

    @property
    def seen(self) -> str:
        """The entries that stand on the screen, for the form."""
        return ",".join(sorted(self.conflict.entries))


@dataclass(frozen=True, slots=True)
class Names:
    """Who is who in the county: people and boxes by id."""

    people: Mapping[str, str]
    boxes: Mapping[str, str]

    @classmethod
    def of(cls, county: Connection) -> "Names":
        """Read them."""
        return cls(names_of_staff(county), {id: name for id, _, name, *_ in boxes(county)})


def headline(town: Connection, conflict: Conflict, names: Names) -> str:
    """Say in one sentence what clashes."""
    if conflict.kind is ConflictKind.RIGHT:
        told = {"name": names.people.get(conflict.subject, ""), "n": len(conflict.parties)}
        return gettext("%(name)s停用以后还有 %(n)s 条记录") % told
    person = conflicts.person_behind(town, conflict)
    whose: dict[str, object] = {"name": person.name if person else gettext("有一份档案")}
    if conflict.kind is ConflictKind.FACT:
        whose |= {"field": label(conflict.field), "n": len(conflict.parties)}
        return gettext("%(name)s：%(field)s有 %(n)s 处记载") % whose
    return _headlines()[conflict.kind] % whose


def _headlines() -> Mapping[ConflictKind, str]:
    return {
        ConflictKind.PERSON: gettext("%(name)s：同一个证件号登记了两次"),
        ConflictKind.RECEPTION: gettext("%(name)s：同一类档案接收了两份"),
        ConflictKind.SHELF: gettext("%(name)s：一个架位登了两份档案"),
        ConflictKind.CUSTODY: gettext("%(name)s：借还记录对不上"),
        ConflictKind.DOSSIER_NUMBER: gettext("%(name)s：一个档号用了两次"),
        ConflictKind.PROOF_NUMBER: gettext("%(name)s：一个证明编号用了两次"),
    }


def advice(conflict: Conflict) -> str:
    """Say what to do."""
    return {
        ConflictKind.FACT: gettext(
            "没有联网时各记了一次，两处都留着。请对照凭据，有页为证的优先。"
        ),
        ConflictKind.PERSON: gettext(
            "两份都留着，先存疑。请比对调档函、存根和页码，不凭姓名合并。"
        ),
        ConflictKind.RECEPTION: gettext(
            "两份都留着，先存疑。请比对调档函、存根和页码，看哪一份应当归这里。"
        ),
        ConflictKind.SHELF: gettext("请到架上看一眼，选现在放在那里的一份；另一份改为待定位。"),
        ConflictKind.CUSTODY: gettext("请看纸质档案现在在哪里，选真实发生的一条；其余的留作记录。"),
        ConflictKind.DOSSIER_NUMBER: gettext("请选继续用这个号的一份；另一份留作记录。"),
        ConflictKind.PROOF_NUMBER: gettext("两份证明用了同一个编号，请选继续用它的一份。"),
        ConflictKind.RIGHT: gettext("当时那台盒子还不知道已停用。请逐条看过，再定是否认可。"),
    }[conflict.kind]


def label(name: str) -> str:
    """Name a field or a fact."""
    return {
        "name": gettext("姓名"),
        "former_name": gettext("曾用名"),
        "id_number": gettext("证件号"),
        "sex": gettext("性别"),
        "birth": gettext("出生日期"),
        "ethnicity": gettext("民族"),
        "phone": gettext("电话"),
        "place": gettext("住址"),
        "education": gettext("学历"),
        "politics": gettext("政治面貌"),
        "unit": gettext("单位"),
        "shelf": gettext("位置"),
        "category": gettext("类别"),
        "position": gettext("顺序"),
        "number": gettext("编号"),
        "dossier_number": gettext("档号"),
        "class": gettext("类别"),
        "from": gettext("从哪里来"),
        "pieces": gettext("清点件数"),
        "kind": gettext("证明种类"),
        "purpose": gettext("用途"),
        "borrower": gettext("借阅人"),
        "due": gettext("应还"),
        "pages": gettext("点了页数"),
        "to": gettext("转往"),
    }.get(name, name)


def act_of(entry: Entry) -> str:
    """Name what an entry did."""
    return {
        "person.registered": gettext("登记人员"),
        "person.corrected": gettext("更正"),
        "dossier.registered": gettext("登记档案"),
        "dossier.moved": gettext("移架"),
        "dossier.viewed": gettext("查看"),
        "dossier.refused": gettext("想看，没有获准"),
        "capture.taken": gettext("扫描"),
        "material.filed": gettext("归入材料"),
        "material.reclassified": gettext("改类"),
        "custody.received": gettext("接收"),
        "custody.lent": gettext("借出"),
        "custody.returned": gettext("归还"),
        "proof.issued": gettext("开证明"),
        "proof.printed": gettext("打印证明"),
        "transfer.sent": gettext("转出"),
        "transfer.received": gettext("收下转来的档案"),
    }.get(entry.kind, entry.kind)


def show(
    town: Connection,
    county: Connection,
    conflict: Conflict,
    clerk: Clerk,
    names: Names,
    *,
    at_county: bool = False,
) -> Shown:
    """Gather what the screen of one conflict shows to somebody; the county decides at its own."""
    sides = conflicts.sides_of(town, conflict)
    person = conflicts.person_behind(town, conflict)
    decides = clerk.may(right_to_settle(conflict.kind, conflict.field)) and (
        at_county or not conflict.for_county
    )
    return Shown(
        conflict=conflict,
        person=person,
        headline=headline(town, conflict, names),
        advice=advice(conflict),
        sides=tuple(_side(town, person, each, sides, names, conflict) for each in sides),
        others=_others(conflict),
        said=tuple(
            (names.people.get(each.by, ""), each) for each in conflicts.answers_to(town, conflict)
        ),
        decides=decides,
        proposes=not decides
        and conflict.for_county
        and conflict.kind is not ConflictKind.RIGHT
        and clerk.may(Right.FILE),
    )


def _side(
    town: Connection,
    person: Person | None,
    side: Side,
    every: Sequence[Side],
    names: Names,
    conflict: Conflict,
) -> SideShown:
    apart = {name for name, _ in side.facts if len({dict(e.facts).get(name) for e in every}) > 1}
    whole = conflict.kind is ConflictKind.FACT
    return SideShown(
        side=side,
        act=act_of(side.entry),
        facts=tuple(
            Fact(label(name), _spoken(name, value, whole), name in apart)
            for name, value in side.facts
            if value or name in apart
        ),
        by=names.people.get(side.entry.by, ""),
        box=names.boxes.get(side.entry.box, ""),
        page=conflicts.page_cited(town, person.id, side.source) if person else None,
    )


def _spoken(name: str, value: str, whole: bool) -> str:
    if not value:
        return gettext("没有写")
    # Where the number itself is in doubt, hiding its middle would hide the difference.
    if name == "id_number" and not whole:
        return masked(value)
    if name in ("birth", "due"):
        return day(value)
    if name == "sex":
        return {"male": gettext("男"), "female": gettext("女")}.get(value, value)
    return value


def _others(conflict: Conflict) -> tuple[tuple[str, str], ...]:
    if conflict.kind is ConflictKind.RIGHT:
        return ((DOUBTFUL, gettext("存疑，留待再查")), (ACCEPTED, gettext("看过了，认可")))
    if conflict.kind is ConflictKind.PERSON:
        return ((BOTH, gettext("不是同一个人，两份都留")),)
    if conflict.kind is ConflictKind.RECEPTION:
        return ((BOTH, gettext("不是同一份，两份都留")),)
    return ()
