"""What an office did in a span of time, counted from the record; moments in milliseconds."""

from dataclasses import dataclass

from edge.store.database import Connection


@dataclass(frozen=True, slots=True)
class ClassCount:
    """The dossiers of one class: `held` at the end of the span, the rest within it."""

    name: str
    held: int
    came: int
    left: int
    digitised: int


@dataclass(frozen=True, slots=True)
class Usage:
    """How often dossiers were used in one month, YYYYMM."""

    month: str
    looks: int
    loans: int
    proofs: int


def by_class(connection: Connection, since: int, until: int) -> list[ClassCount]:
    """Count dossiers by class."""
    rows = connection.execute(
        "with gone as (select dossier, min(at) as at from transfer where step = 'sent' "
        "group by dossier) select d.class, "
        "sum(d.at < :until and (g.at is null or g.at >= :until)), "
        "sum(d.at >= :since and d.at < :until), "
        "sum(g.at >= :since and g.at < :until), "
        "sum(d.at < :until and (g.at is null or g.at >= :until) and exists "
        "(select 1 from material m where m.dossier = d.id and m.pages > 0 and m.at < :until)) "
        "from dossier d left join gone g on g.dossier = d.id group by d.class order by d.class",
        {"since": since, "until": until},
    )
    return [ClassCount(name, *(int(each or 0) for each in counts)) for name, *counts in rows]


def count_acts(connection: Connection, since: int, until: int) -> dict[str, int]:
    """Count loans, returns, looks, materials filed and their pages, proofs."""
    tables = {
        "loans": "count(*) from loan",
        "returns": "count(*) from loan_return",
        "looks": "count(*) from view",
        "materials": "count(*) from material",
        "pages": "coalesce(sum(pages), 0) from material",
        "proofs": "count(*) from proof",
    }
    return {
        name: int(
            connection.execute(
                f"select {what} where at >= ? and at < ?", (since, until)
            ).fetchone()[0]
        )
        for name, what in tables.items()
    }


def proofs_by_kind(connection: Connection, since: int, until: int) -> dict[str, int]:
    """Count the proofs issued, by kind."""
    rows = connection.execute(
        "select kind, count(*) from proof where at >= ? and at < ? group by kind order by kind",
        (since, until),
    )
    return dict(rows.fetchall())


def matters_by_flow(connection: Connection, since: int, until: int) -> dict[str, int]:
    """Count the matters begun, by flow."""
    rows = connection.execute(
        "select flow, count(*) from matter where at >= ? and at < ? group by flow order by flow",
        (since, until),
    )
    return dict(rows.fetchall())


def usage(connection: Connection, months: list[tuple[str, int, int]]) -> list[Usage]:
    """Count the uses of each month: (YYYYMM, its beginning, its end)."""
    found = []
    for month, since, until in months:
        acts = count_acts(connection, since, until)
        found.append(Usage(month, acts["looks"], acts["loans"], acts["proofs"]))
    return found
