"""Papers issued other than proofs, and the running numbers of both."""

from dataclasses import dataclass

from edge.domain.errors import NotFound
from edge.store.database import Connection


def take_number(connection: Connection, name: str) -> int:
    """Take the next running number; once taken it is never given again."""
    row = connection.execute(
        "insert into counter values (?, 1) on conflict (name) do update set last = last + 1 "
        "returning last",
        (name,),
    ).fetchone()
    return int(row[0])


@dataclass(frozen=True, slots=True)
class Paper:
    """One issued paper other than a proof; `blob` is the PDF's SHA-256, `code` what verifies it."""

    id: str
    form: str
    number: str
    title: str
    blob: str
    matter: str
    dossier: str
    code: str
    at: int
    by: str
    prints: int


_PAPER = (
    "select id, form, number, title, lower(hex(blob)), matter, dossier, code, at, by, "
    "(select count(*) from paper_print x where x.paper = paper.id) from paper "
)


def paper_of(connection: Connection, id: str) -> Paper:
    """Read one paper; raises NotFound `paper.unknown`."""
    row = connection.execute(_PAPER + "where id = ?", (id,)).fetchone()
    if row is None:
        raise NotFound("paper.unknown")
    return Paper(*row)


def paper_by_code(connection: Connection, code: str) -> Paper | None:
    """Find a paper by the short code printed on it."""
    row = connection.execute(_PAPER + "where code = ? and code <> '' limit 1", (code,)).fetchone()
    return Paper(*row) if row else None


def papers_of_matter(connection: Connection, matter: str) -> list[Paper]:
    """List the papers of a matter, the newest first."""
    rows = connection.execute(
        _PAPER + "where matter = ? and matter <> '' order by id desc", (matter,)
    )
    return [Paper(*row) for row in rows]


def papers_of_dossier(connection: Connection, dossier: str) -> list[Paper]:
    """List the papers issued about a dossier, the newest first."""
    rows = connection.execute(
        _PAPER + "where dossier = ? and dossier <> '' order by id desc", (dossier,)
    )
    return [Paper(*row) for row in rows]
