"""The census of a town's dossiers: how far scanning is."""

from dataclasses import dataclass

from edge.store.database import Connection

_HERE = "not exists (select 1 from transfer t where t.dossier = d.id and t.step = 'sent')"


@dataclass(frozen=True, slots=True)
class Progress:
    """Of one class of dossiers: how many there are, how many are scanned, and on how many pages."""

    dossier_class: str
    dossiers: int
    scanned: int
    pages: int


def progress(connection: Connection) -> list[Progress]:
    """How far scanning is, by class; a dossier with pages filed counts as scanned."""
    rows = connection.execute(
        "select d.class, count(*), coalesce(sum(s.pages > 0), 0), coalesce(sum(s.pages), 0) "
        "from dossier d left join (select dossier, sum(pages) as pages from material "
        f"group by dossier) s on s.dossier = d.id where {_HERE} group by d.class order by d.class"
    )
    return [Progress(*row) for row in rows]
