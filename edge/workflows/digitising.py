"""From paper to pages: a batch is read page by page and recorded as one act.

Each page's files are durable before the next is read, and the batch's list lives in a draft;
so a jam, a lock, or a killed process keeps every page that had been read.
"""

from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

from edge.domain.access import Clerk, Right
from edge.domain.errors import NotFound
from edge.domain.kinds import Kind
from edge.imaging.derive import thumbnail
from edge.imaging.master import Master
from edge.imaging.quality import measure
from edge.store import desk
from edge.store.captures import Capture, capture_of
from edge.store.database import Connection
from edge.store.entries import Pen, new_id
from edge.workflows.office import Office

_TASK = "capture/"


@dataclass(frozen=True, slots=True)
class Batch:
    """A batch being read; `pages` as they will stand in the record."""

    id: str
    dossier: str
    source: str
    device: str
    pages: tuple[Mapping[str, Any], ...]


def begin_batch(office: Office, clerk: Clerk, source: str, device: str, dossier: str = "") -> str:
    """Open a batch and give its id; `source` is scanner, hot_folder or camera."""
    clerk.require(Right.FILE)
    now = office.author.clock()
    id = new_id(now)
    body = {"dossier": dossier, "source": source, "device": device, "pages": []}
    office.space.write(lambda c: desk.save_draft(c, clerk.id, _TASK + id, body, now))
    return id


def add_page(office: Office, clerk: Clerk, batch: str, master: Master) -> Mapping[str, Any]:
    """Keep one page: files first, then its place in the batch's draft.

    Raises StorageFull `storage.full`; the pages before it are kept.
    """
    page = page_record(office, master)

    def act(connection: Connection) -> None:
        draft = _draft(connection, clerk.id, batch)
        draft["pages"].append(dict(page))
        office.keep(connection, page["blob"])
        office.keep(connection, page["thumb"])
        desk.save_draft(connection, clerk.id, _TASK + batch, draft, office.author.clock())

    office.space.write(act)
    return page


def batch_of(office: Office, clerk: Clerk, batch: str) -> Batch:
    """Show a batch that is being read; raises NotFound `capture.unknown`."""
    with office.space.read() as connection:
        draft = _draft(connection, clerk.id, batch)
    return Batch(batch, draft["dossier"], draft["source"], draft["device"], tuple(draft["pages"]))


def close_batch(office: Office, clerk: Clerk, batch: str) -> Capture | None:
    """Record what was read as one act; None when no page was."""

    def act(pen: Pen) -> Capture | None:
        draft = _draft(pen.connection, clerk.id, batch)
        desk.drop_draft(pen.connection, clerk.id, _TASK + batch)
        if not draft["pages"]:
            return None
        pen.append(Kind.CAPTURE_TAKEN, batch, draft)
        return capture_of(pen.connection, batch)

    return office.transact(clerk, act)


def take_document(
    office: Office, clerk: Clerk, source: str, device: str, masters: Iterable[Master]
) -> Capture | None:
    """Record a document that came whole, such as a file from the hot folder.

    Whole or not at all: it will be offered again, and its pages must not stand there twice.
    """
    batch = begin_batch(office, clerk, source, device)
    with ExitStack() as unfinished:
        unfinished.callback(_drop_batch, office, clerk, batch)
        for master in masters:
            add_page(office, clerk, batch, master)
        unfinished.pop_all()
    return close_batch(office, clerk, batch)


def _drop_batch(office: Office, clerk: Clerk, batch: str) -> None:
    office.space.write(lambda c: desk.drop_draft(c, clerk.id, _TASK + batch))


def close_abandoned_batches(office: Office) -> int:
    """After a crash: record every batch left open, in its clerk's name; says how many."""
    with office.space.read() as connection:
        left = connection.execute(
            "select clerk, task from draft where task like ?", (_TASK + "%",)
        ).fetchall()
    for clerk, task in left:
        begun_by = Clerk(clerk, "", office.code, frozenset({"clerk"}))
        close_batch(office, begun_by, task.removeprefix(_TASK))
    return len(left)


def page_record(office: Office, master: Master) -> Mapping[str, Any]:
    """Keep a page's files and say what the record will hold of it."""
    quality = measure(master.jpeg)
    return {
        "blob": office.blobs.put(master.jpeg),
        "thumb": office.blobs.put(thumbnail(master.jpeg)),
        "width": master.width,
        "height": master.height,
        "dpi": master.dpi,
        "bytes": len(master.jpeg),
        "blank": quality.blank,
        "dark": quality.dark,
        "skew": round(quality.skew_degrees, 2),
    }


def _draft(connection: Connection, clerk: str, batch: str) -> dict[str, Any]:
    draft = desk.draft_of(connection, clerk, _TASK + batch)
    if draft is None:
        raise NotFound("capture.unknown")
    return draft
