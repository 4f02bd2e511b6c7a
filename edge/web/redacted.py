"""What may stand on a screen that citizens and those behind them can read: middles struck out."""

from edge.domain.matters.flow import FieldKind
from edge.domain.matters.registry import FLOWS
from edge.store.dossiers import Dossier
from edge.store.matters import Matter
from edge.store.persons import Person
from edge.web.facing import Sheet
from edge.web.locale import day, gettext
from edge.web.wording import masked

STANDINGS = {"held": "在库", "lent": "已借出", "sent": "已转出"}


def phone(number: str) -> str:
    """A telephone number without its middle."""
    return f"{number[:3]}****{number[-4:]}" if len(number) >= 11 else "*" * len(number)


def person_sheet(person: Person, dossier: Dossier | None, office: str) -> Sheet:
    """Who it is and where the dossier is kept; nothing that the dossier holds."""
    lines = [
        (gettext("姓名"), person.name),
        (gettext("公民身份号码"), masked(person.id_number)),
        (gettext("电话"), phone(person.phone)),
        (gettext("单位"), person.unit),
    ]
    if dossier:
        lines += [
            (gettext("存档单位"), dossier.holder or office),
            (gettext("档案在哪里"), gettext(STANDINGS[dossier.standing])),
        ]
    filled = tuple((label, value) for label, value in lines if value)
    subject = dossier.id if dossier else person.id
    return Sheet(gettext("请核对您的登记"), filled, subject, "registration")


def proof_sheet(person: Person, dossier: str, kind: str, statements: tuple[str, ...]) -> Sheet:
    """What a proof will say, before it is numbered and sealed."""
    lines = (
        (gettext("证明"), gettext(kind)),
        (gettext("姓名"), person.name),
        (gettext("公民身份号码"), masked(person.id_number)),
        *((gettext("据档案记载"), said) for said in statements),
    )
    return Sheet(gettext("请核对证明的内容"), lines, dossier, f"proof {kind}")


def matter_sheet(matter: Matter, person: Person | None) -> Sheet:
    """How far a matter has come, and what was filled in that is not private."""
    flow = FLOWS.get(matter.flow)
    lines = [(gettext("事项"), gettext(flow.name) if flow else matter.number)]
    if person:
        lines.append((gettext("姓名"), person.name))
    lines.append((gettext("编号"), matter.number))
    lines.append((gettext("办到哪一步"), state_of(matter)))
    if matter.due:
        lines.append((gettext("期限"), day(matter.due)))
    for name, field in (flow.fields() if flow else {}).items():
        value = matter.fields.get(name, "")
        if value and not field.private and field.kind is not FieldKind.LINES:
            dated = field.kind in (FieldKind.DAY, FieldKind.DATE)
            lines.append((gettext(field.label), day(value) if dated else gettext(value)))
    return Sheet(gettext("您的事情办到这里"), tuple(lines), matter.id, f"matter {matter.number}")


def state_of(matter: Matter) -> str:
    """The state of a matter in words."""
    flow = FLOWS.get(matter.flow)
    return gettext(flow.state(matter.state).name) if flow else matter.state
