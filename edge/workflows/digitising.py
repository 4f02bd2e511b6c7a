"""From paper to pages: a batch is read page by page and recorded as one act.

Each page's files are durable before the next is read, and the batch's list lives in a draft;
so a jam, a lock, or a killed process keeps every page that had been read.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from typing import Any

from edge.domain import batch as arranging
from edge.domain.access import Clerk, Right
from edge.domain.errors import InvalidInput, NotFound
from edge.domain.kinds import Kind
from edge.imaging import likeness
from edge.imaging.derive import Pose, straightened, thumbnail, thumbnail_of
from edge.imaging.master import Master
from edge.imaging.outline import Outline
from edge.imaging.quality import PageQuality, measure, measure_sheet
from edge.store import desk
from edge.store.captures import Capture, arrangements_of, batch_pages, capture_of
from edge.store.database import Connection
from edge.store.dossiers import PAGE_FIELDS, Page, dossier_of_code
from edge.store.entries import Pen
from edge.workflows.office import Office

_TASK = "capture/"

Arrange = Callable[[Sequence[Mapping[str, Any]]], Sequence[Mapping[str, Any]]]


@dataclass(frozen=True, slots=True)
class Batch:
    """A batch being read or put in order; `pages` as they will stand in the record."""

    id: str
    dossier: str
    source: str
    device: str
    pages: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True, slots=True)
class Place:
    """Where the next pages go: behind page `after`, or the first in the place of page `instead`.

    Page numbers are 0 for neither: at the end. `run` tells which pages one scan brought.
    """

    after: int = 0
    instead: int = 0
    run: int = 0


def begin_batch(office: Office, clerk: Clerk, source: str, device: str, dossier: str = "") -> str:
    """Open a batch and give its id; `source` is scanner, hot_folder or camera."""
    clerk.require(Right.FILE)
    now = office.author.clock()
    id = office.author.new_id(now)
    body = {"dossier": dossier, "source": source, "device": device, "pages": []}
    office.space.write(lambda c: desk.save_draft(c, clerk.id, _TASK + id, body, now))
    return id


def reopen_batch(office: Office, clerk: Clerk, capture: str) -> Batch:
    """Open a recorded batch again, to put its pages in order or to add some.

    What is done is recorded as one more act when it closes. Raises NotFound `capture.unknown`.
    """
    clerk.require(Right.FILE)

    def act(connection: Connection) -> None:
        if desk.draft_of(connection, clerk.id, _TASK + capture) is not None:
            return
        held = capture_of(connection, capture)
        body = {
            "dossier": held.dossier,
            "source": held.source,
            "device": held.device,
            "pages": [_recorded(page, filed) for page, filed in batch_pages(connection, capture)],
            "replaces": arrangements_of(connection, capture),
        }
        desk.save_draft(connection, clerk.id, _TASK + capture, body, office.author.clock())

    office.space.write(act)
    return batch_of(office, clerk, capture)


def add_page(
    office: Office, clerk: Clerk, batch: str, master: Master, place: Place | None = None
) -> Mapping[str, Any]:
    """Keep one page: files first, then its place in the batch's draft.

    Raises StorageFull `storage.full`; the pages before it are kept.
    """
    place = place or Place()
    page = dict(page_record(office, master))
    earlier = batch_of(office, clerk, batch).pages
    page |= {"number": arranging.next_number(earlier), "run": place.run}
    page["twin"] = _twin(office, page, earlier)

    def act(connection: Connection) -> None:
        draft = _draft(connection, clerk.id, batch)
        draft["pages"] = arranging.placed(draft["pages"], page, place.after, place.instead)
        office.keep(connection, page["blob"])
        office.keep(connection, page["thumb"])
        desk.save_draft(connection, clerk.id, _TASK + batch, draft, office.author.clock())

    office.space.write(act)
    return page


def arrange(office: Office, clerk: Clerk, batch: str, change: Arrange) -> Batch:
    """Put the pages of an open batch in another order; every page must still be there."""
    clerk.require(Right.FILE)

    def act(connection: Connection) -> None:
        draft = _draft(connection, clerk.id, batch)
        before = sorted(page["number"] for page in draft["pages"])
        draft["pages"] = change(draft["pages"])
        assert sorted(page["number"] for page in draft["pages"]) == before
        desk.save_draft(connection, clerk.id, _TASK + batch, draft, office.author.clock())

    office.space.write(act)
    return batch_of(office, clerk, batch)


def batch_of(office: Office, clerk: Clerk, batch: str) -> Batch:
    """Show a batch that is being read; raises NotFound `capture.unknown`."""
    with office.space.read() as connection:
        draft = _draft(connection, clerk.id, batch)
    return Batch(batch, draft["dossier"], draft["source"], draft["device"], tuple(draft["pages"]))


def close_batch(office: Office, clerk: Clerk, batch: str) -> Capture | None:
    """Record what was read, or newly arranged, as one act; None when no page was."""

    def act(pen: Pen) -> Capture | None:
        draft = _draft(pen.connection, clerk.id, batch)
        desk.drop_draft(pen.connection, clerk.id, _TASK + batch)
        if not draft["pages"]:
            return None
        if "replaces" in draft:
            pen.append(
                Kind.CAPTURE_ARRANGED,
                batch,
                {"pages": [_for_record(page) for page in draft["pages"]]},
                after=draft["replaces"],
            )
        else:
            _take(pen, batch, draft, draft["pages"], draft["dossier"])
        return capture_of(pen.connection, batch)

    return office.transact(clerk, act)


def divide_batch(office: Office, clerk: Clerk, batch: str) -> list[Capture]:
    """Record a batch as one for each part between separator sheets or cover codes.

    A part goes to the dossier whose number its cover bears, else where the whole batch went. All
    parts are recorded at once, or none.
    """

    def act(pen: Pen) -> list[Capture]:
        draft = _draft(pen.connection, clerk.id, batch)
        covers = _covers(pen.connection, draft["pages"])
        desk.drop_draft(pen.connection, clerk.id, _TASK + batch)
        taken: list[Capture] = []
        for part in arranging.parts_of(draft["pages"], frozenset(covers)):
            id = pen.new_id() if taken else batch
            owners = [covers[code] for code in part.codes if code in covers]
            _take(pen, id, draft, part.pages, owners[0] if owners else draft["dossier"])
            taken.append(capture_of(pen.connection, id))
        return taken

    return office.transact(clerk, act)


def parts_in(office: Office, pages: Sequence[Mapping[str, Any]]) -> int:
    """Say into how many batches separator sheets and cover codes divide these pages."""
    if not any(page.get("codes") for page in pages):
        return 1
    with office.space.read() as connection:
        covers = _covers(connection, pages)
    return len(arranging.parts_of(pages, frozenset(covers)))


def take_document(
    office: Office, clerk: Clerk, source: str, device: str, masters: Iterable[Master]
) -> Capture | None:
    """Record a document that came whole, such as a file from the hot folder; give its first batch.

    Whole or not at all: it will be offered again, and its pages must not stand there twice. Where
    separator sheets or cover codes divide it, each part is a batch of its own.
    """
    batch = begin_batch(office, clerk, source, device)
    with ExitStack() as unfinished:
        unfinished.callback(_drop_batch, office, clerk, batch)
        for master in masters:
            add_page(office, clerk, batch, master)
        unfinished.pop_all()
    if parts_in(office, batch_of(office, clerk, batch).pages) > 1:
        return divide_batch(office, clerk, batch)[0]
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
    quality, small = _looked_at(master)
    return {
        "blob": office.blobs.put(master.jpeg),
        "thumb": office.blobs.put(small),
        "width": master.width,
        "height": master.height,
        "dpi": master.dpi,
        "bytes": len(master.jpeg),
        "blank": quality.blank,
        "dark": quality.dark,
        "skew": round(quality.skew_degrees, 2),
        "blurred": quality.blurred,
        "outline": written(quality.outline),
        "mark": quality.mark,
        "codes": list(quality.codes),
    }


def _looked_at(master: Master) -> tuple[PageQuality, bytes]:
    """Measure a page and make its thumbnail, of its pixels where they are at hand."""
    sheet = master.sheet
    quality = measure(master.jpeg) if sheet is None else measure_sheet(sheet, master.dpi)
    if sheet is not None and not quality.outline:
        return quality, thumbnail_of(sheet, master.dpi)
    return quality, thumbnail(straightened(master.jpeg, Pose(outline=quality.outline)))


def written(outline: Outline) -> str:
    """Write an outline as the record holds it."""
    return " ".join(f"{x},{y}" for x, y in outline)


def pose_of(page: Page) -> Pose:
    """Say how a page on record is straightened."""
    corners = [corner.split(",") for corner in page.outline.split()]
    outline = tuple((int(x), int(y)) for x, y in corners)
    return Pose(page.skew, outline, page.turn)


def _twin(office: Office, page: Mapping[str, Any], earlier: Sequence[Mapping[str, Any]]) -> int:
    """Number the earlier page that shows the same sheet, 0 for none."""
    for other in reversed(earlier):
        if not likeness.are_near(page["mark"], other.get("mark", "")):
            continue
        looks = (office.blobs.read(each["thumb"]) for each in (page, other))
        if page["blob"] == other["blob"] or likeness.show_same_sheet(*looks):
            return int(other["number"])
    return 0


def _take(
    pen: Pen, id: str, draft: Mapping[str, Any], pages: Sequence[Mapping[str, Any]], dossier: str
) -> None:
    body = {name: draft[name] for name in ("source", "device")}
    body |= {"dossier": dossier, "pages": [_for_record(page) for page in pages]}
    pen.append(Kind.CAPTURE_TAKEN, id, body)


def _covers(connection: Connection, pages: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """Map the codes on the pages that name dossiers, by cover code or number, to those dossiers."""
    codes = {code for page in pages for code in page.get("codes", ())}
    covers = {}
    for code in sorted(codes):
        # One misread on paper divides nothing; a clerk who looks at the page sees to it.
        with suppress(InvalidInput):
            dossier = dossier_of_code(connection, code)
            if dossier is not None:
                covers[code] = dossier.id
    return covers


def _for_record(page: Mapping[str, Any]) -> Mapping[str, Any]:
    return {name: value for name, value in page.items() if name != "filed"}


def _recorded(page: Page, filed: bool) -> dict[str, Any]:
    names = (*PAGE_FIELDS, "number", "discarded", "twin")
    return {**{name: getattr(page, name) for name in names}, "filed": filed}


def _draft(connection: Connection, clerk: str, batch: str) -> dict[str, Any]:
    draft = desk.draft_of(connection, clerk, _TASK + batch)
    if draft is None:
        raise NotFound("capture.unknown")
    return draft
