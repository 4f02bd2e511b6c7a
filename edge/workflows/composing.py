"""What stands on the papers of matters: composers, and the lines that most papers share."""

from collections.abc import Callable
from dataclasses import dataclass

from edge.documents.form import Sheet
from edge.domain.matters.flow import Field, FieldKind
from edge.domain.matters.registry import flow_of
from edge.store import rules
from edge.store.database import Connection
from edge.store.dossiers import dossier_of
from edge.store.matters import Matter
from edge.store.persons import person_of
from edge.workflows.office import Office

Facts = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Composing:
    """What a composer knows: the office, the town's space as it is now, and the matter."""

    office: Office
    town: Connection
    matter: Matter

    @property
    def person(self) -> str:
        """The name of whom the matter is about, empty where it is about nobody."""
        return person_of(self.town, self.matter.person).name if self.matter.person else ""

    @property
    def dossier_number(self) -> str:
        """The number of the dossier that the matter is about, empty where it is about none."""
        return dossier_of(self.town, self.matter.dossier).number if self.matter.dossier else ""

    def told(self, name: str) -> str:
        """Give a field as it reads on paper, empty where it was not filled in."""
        field = flow_of(self.matter.flow).fields().get(name)
        return written(field, self.matter.fields.get(name, "")) if field else ""

    def rules(self) -> dict[str, str]:
        """The county's rules."""
        with self.office.county.read() as county:
            return rules.rules_of(county)


Composer = Callable[[Office, Connection, Matter], Sheet]


def subject_facts(composing: Composing) -> Facts:
    """Say in the first lines of a paper which matter and whose dossier it is about."""
    told = (
        ("事项编号", composing.matter.number),
        ("姓名", composing.person),
        ("存档编号", composing.dossier_number),
    )
    return tuple(each for each in told if each[1])


def filled_facts(composing: Composing) -> Facts:
    """List what was filled in, in the order of the flow's fields."""
    names = flow_of(composing.matter.flow).fields()
    told = ((field.label, composing.told(name)) for name, field in names.items())
    return tuple((label, value) for label, value in told if value)


def plain_sheet(office: Office, town: Connection, matter: Matter) -> Sheet:
    """Whose it is and what was filled in: the sheet of a form without a composer."""
    composing = Composing(office, town, matter)
    return Sheet(facts=(*subject_facts(composing), *filled_facts(composing)))


def written(field: Field, value: str) -> str:
    """Write a field's value as it stands on paper."""
    if field.kind in (FieldKind.DAY, FieldKind.DATE) and value:
        return chinese_day(value)
    return value


def chinese_day(text: str) -> str:
    """Write YYYY, YYYYMM or YYYYMMDD in Chinese."""
    parts = (text[:4], text[4:6].lstrip("0"), text[6:8].lstrip("0"))
    return "".join(part + unit for part, unit in zip(parts, "年月日", strict=True) if part)
