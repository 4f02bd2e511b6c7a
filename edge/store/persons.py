"""What is known of a person."""

from collections.abc import Iterable
from dataclasses import dataclass

from edge.domain.errors import NotFound
from edge.domain.query import infix_match
from edge.store.database import Connection


@dataclass(frozen=True, slots=True)
class Person:
    """One person as shown now; empty texts where nothing is recorded. `id_number` is whole."""

    id: str
    name: str
    former_name: str
    id_number: str
    sex: str
    birth: str
    ethnicity: str
    phone: str
    place: str
    education: str
    politics: str
    unit: str
    status: str = ""
    party_place: str = ""
    household: str = ""


PERSON_COLUMNS = (
    "p.id, p.name, p.former_name, p.id_number, p.sex, p.birth, p.ethnicity, p.phone, p.place, "
    "p.education, p.politics, p.unit, p.status, p.party_place, p.household"
)
PERSON_WIDTH = PERSON_COLUMNS.count(",") + 1


def person_of(connection: Connection, id: str) -> Person:
    """Read one person; raises NotFound `person.unknown`."""
    row = connection.execute(
        f"select {PERSON_COLUMNS} from person p where p.id = ?", (id,)
    ).fetchone()
    if row is None:
        raise NotFound("person.unknown")
    return Person(*row)


def person_by_id_number(connection: Connection, id_number: str) -> Person | None:
    """Find the person of an ID number; the least id where there are two."""
    row = connection.execute(
        f"select {PERSON_COLUMNS} from person p where p.id_number = ? order by p.id limit 1",
        (id_number,),
    ).fetchone()
    return Person(*row) if row else None


def namesakes(connection: Connection, name: str, but: str = "", limit: int = 5) -> list[Person]:
    """List persons of the very same name, but one."""
    rows = connection.execute(
        f"select {PERSON_COLUMNS} from person p where p.row in "
        "(select rowid from person_search where person_search match ?) and p.name = ? "
        "and p.id <> ? order by p.id limit ?",
        (infix_match(name), name, but, limit),
    )
    return [Person(*row) for row in rows] if name else []


def names_of_dossiers(connection: Connection, dossiers: Iterable[str]) -> dict[str, str]:
    """The names of the persons whose dossiers these are; unknown dossiers are left out."""
    names = {}
    for dossier in dossiers:
        row = connection.execute(
            "select p.name from person p join dossier d on d.person = p.id where d.id = ?",
            (dossier,),
        ).fetchone()
        if row is not None:
            names[dossier] = str(row[0])
    return names


def names_of(connection: Connection, persons: Iterable[str]) -> dict[str, str]:
    """The names of persons; whose registration has not come yet are left out."""
    found = {}
    for id in persons:
        row = connection.execute("select name from person where id = ?", (id,)).fetchone()
        if row is not None:
            found[id] = str(row[0])
    return found


def conflicts_of(connection: Connection, subject: str) -> list[str]:
    """List the fields of a subject on which two claims stand."""
    rows = connection.execute(
        "select field from conflict where kind = 'fact' and subject = ? order by field", (subject,)
    )
    return [field for (field,) in rows]


def count_persons(connection: Connection) -> int:
    """How many persons are on record."""
    return int(connection.execute("select count(*) from person").fetchone()[0])
