"""Batches of pages scanned or dropped, until every page is filed."""

from collections import Counter
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


_CAPTURE = "select id, dossier, source, device, pages, waiting, at, by from capture "


def capture_of(connection: Connection, id: str) -> Capture:
    """Read one batch; raises NotFound `capture.unknown`."""
    row = connection.execute(_CAPTURE + "where id = ?", (id,)).fetchone()
    if row is None:
        raise NotFound("capture.unknown")
    return Capture(*row)


def waiting_captures(connection: Connection) -> list[Capture]:
    """List the batches that still have pages to file, the newest first."""
    rows = connection.execute(_CAPTURE + "where waiting > 0 order by at desc, id desc limit 100")
    return [Capture(*row) for row in rows]


def waiting_pages(connection: Connection, capture: str) -> list[Page]:
    """List a batch's pages that have not been filed; of equal sheets the first count as filed."""
    filed = Counter(
        blob.lower()
        for (blob,) in connection.execute(
            "select hex(f.blob) from material m join page f on f.owner = m.id "
            "where m.capture = ? and m.capture <> ''",
            (capture,),
        )
    )
    waiting = []
    for page in pages_of(connection, capture):
        if filed[page.blob] > 0:
            filed[page.blob] -= 1
        else:
            waiting.append(page)
    return waiting


def capture_by_device(connection: Connection, device: str) -> Capture | None:
    """Find the batch of one device mark, such as the digest of a dropped file."""
    row = connection.execute(_CAPTURE + "where device = ? order by id limit 1", (device,))
    found = row.fetchone()
    return Capture(*found) if found else None
