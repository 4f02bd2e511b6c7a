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
    """List a batch's pages that have not been filed nor put aside.

    Of equal sheets the first count as filed.
    """
    return [
        page
        for page, is_filed in batch_pages(connection, capture)
        if not is_filed and not page.discarded
    ]


def batch_pages(connection: Connection, capture: str) -> list[tuple[Page, bool]]:
    """List all of a batch's pages in order, each with whether it has been filed."""
    filed = Counter(
        blob.lower()
        for (blob,) in connection.execute(
            "select hex(f.blob) from material m join page f on f.owner = m.id "
            "where m.capture = ? and m.capture <> ''",
            (capture,),
        )
    )
    pages = []
    for page in pages_of(connection, capture):
        is_filed = filed[page.blob] > 0 and not page.discarded
        filed[page.blob] -= is_filed
        pages.append((page, is_filed))
    return pages


def arrangements_of(connection: Connection, capture: str) -> list[str]:
    """Name the entries that arranged a batch, which a new arrangement replaces."""
    rows = connection.execute(
        "select entry from arrangement where capture = ? order by entry", (capture,)
    )
    return [entry for (entry,) in rows]


def capture_by_device(connection: Connection, device: str) -> Capture | None:
    """Find the batch of one device mark, such as the digest of a dropped file."""
    row = connection.execute(_CAPTURE + "where device = ? order by id limit 1", (device,))
    found = row.fetchone()
    return Capture(*found) if found else None
