"""The census of a town's dossiers: what every record holds and lacks, and how far scanning is."""

from collections.abc import Iterator
from dataclasses import dataclass

from edge.store.database import Connection

_HERE = "not exists (select 1 from transfer t where t.dossier = d.id and t.step = 'sent')"
# What each record should say of its person; 职称 is told by a material of category 4-2.
_LACKING = {
    "就业": "p.unit = ''",
    "学历": "p.education = ''",
    "职称": "not exists (select 1 from material m where m.dossier = d.id and m.category = '4-2')",
    "政治面貌": "p.politics = ''",
    "身份": "p.id_number = ''",
}


@dataclass(frozen=True, slots=True)
class Row:
    """One dossier that is here, and whose it is."""

    dossier: str
    person: str
    name: str
    number: str
    dossier_class: str
    politics: str


@dataclass(frozen=True, slots=True)
class Progress:
    """Of one class of dossiers: how many there are, how many are scanned, and on how many pages."""

    dossier_class: str
    dossiers: int
    scanned: int
    pages: int


def titles(connection: Connection) -> Iterator[tuple[str, str]]:
    """The titles of all materials, with their dossiers."""
    yield from connection.execute("select dossier, title from material")


def dossiers_here(connection: Connection) -> Iterator[Row]:
    """Every dossier whose paper belongs here, in the order of numbers."""
    rows = connection.execute(
        "select d.id, p.id, p.name, d.number, d.class, p.politics from dossier d "
        f"join person p on p.id = d.person where {_HERE} order by d.number, d.id"
    )
    for row in rows:
        yield Row(*row)


def lacking(connection: Connection) -> dict[str, int]:
    """Count the records that do not say each of the things that a census asks for."""
    asked = ", ".join(f"coalesce(sum({test}), 0)" for test in _LACKING.values())
    row = connection.execute(
        f"select {asked} from dossier d join person p on p.id = d.person where {_HERE}"
    ).fetchone()
    return dict(zip(_LACKING, (int(each) for each in row), strict=True))


def records_lacking(connection: Connection, what: str, limit: int) -> list[Row]:
    """List records that do not say one of those things; empty for what is not asked."""
    if what not in _LACKING:
        return []
    rows = connection.execute(
        "select d.id, p.id, p.name, d.number, d.class, p.politics from dossier d "
        f"join person p on p.id = d.person where {_HERE} and {_LACKING[what]} "
        "order by d.number, d.id limit ?",
        (limit,),
    )
    return [Row(*row) for row in rows]


def progress(connection: Connection) -> list[Progress]:
    """How far scanning is, by class; a dossier with pages filed counts as scanned."""
    rows = connection.execute(
        "select d.class, count(*), coalesce(sum(s.pages > 0), 0), coalesce(sum(s.pages), 0) "
        "from dossier d left join (select dossier, sum(pages) as pages from material "
        f"group by dossier) s on s.dossier = d.id where {_HERE} group by d.class order by d.class"
    )
    return [Progress(*row) for row in rows]
