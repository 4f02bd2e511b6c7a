"""Batches of pages scanned or dropped, until every page is filed."""

from dataclasses import dataclass

from edge.domain.errors import NotFound
from edge.store.database import Connection
from edge.store.dossiers import Page, pages_of


@dataclass(frozen=True, slots=True)
class Capture:
    """One batch; `waiting` pages have not been filed into a dossier yet."""

    id: str
    dossier: str
    source: str
    device: str
    pages: int
    waiting: int
    at: int
    by: str


_CAPTURE = (
    "select c.id, c.dossier, c.source, c.device, c.pages, (select count(*) from page w "
    "where w.owner = c.id and not exists (select 1 from material m join page f on f.owner = m.id "
    "where m.capture = c.id and f.blob = w.blob)) as waiting, c.at, c.by from capture c "
)


def capture_of(connection: Connection, id: str) -> Capture:
    """Read one batch; raises NotFound `capture.unknown`."""
    row = connection.execute(_CAPTURE + "where c.id = ?", (id,)).fetchone()
    if row is None:
        raise NotFound("capture.unknown")
    return Capture(*row)


def waiting_captures(connection: Connection) -> list[Capture]:
    """List the batches that still have pages to file, the newest first."""
    rows = connection.execute(
        f"select * from ({_CAPTURE}) where waiting > 0 order by at desc, id desc limit 100"
    )
    return [Capture(*row) for row in rows]


def waiting_pages(connection: Connection, capture: str) -> list[Page]:
    """List a batch's pages that have not been filed."""
    filed = {
        blob.lower()
        for (blob,) in connection.execute(
            "select hex(f.blob) from material m join page f on f.owner = m.id where m.capture = ?",
            (capture,),
        )
    }
    return [page for page in pages_of(connection, capture) if page.blob not in filed]


def capture_by_device(connection: Connection, device: str) -> Capture | None:
    """Find the batch of one device mark, such as the digest of a dropped file."""
    row = connection.execute(
        _CAPTURE + "where c.device = ? order by c.id limit 1", (device,)
    ).fetchone()
    return Capture(*row) if row else None
