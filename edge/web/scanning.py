"""Batches being read: one scan at a time in its own thread, each page shown as it comes.

A batch stays open until its pages are filed or put aside, so that a scan that was stopped by a
jam goes on in the same batch. What was read is durable before the next page; after a crash
`digitising.close_abandoned_batches` records it.
"""

import errno
import logging
import shutil
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Protocol

from edge.domain.access import Clerk
from edge.domain.errors import Conflict, DangxiaError, DeviceUnavailable, NotFound, StorageFull
from edge.imaging.master import Master, as_master
from edge.store.captures import Capture
from edge.store.dossiers import dossier_of
from edge.web.events import Stations
from edge.workflows import digitising
from edge.workflows.digitising import Arrange, Place
from edge.workflows.office import Office

log = logging.getLogger(__name__)


class ScannedPage(Protocol):
    """One page on disk, whole."""

    @property
    def path(self) -> Path:
        """A TIFF or JPEG of one page."""
        ...


Feed = Callable[[Path], Iterator[ScannedPage]]
"""Scans what lies in the feeder, or on the glass, into a folder; errors as of the driver."""


@dataclass(frozen=True, slots=True)
class OpenBatch:
    """A batch not yet recorded; `trouble` is what stopped the last scan.

    `place` is where the next pages go, its `run` the number of the last scan. `shots` are taken by
    the document camera.
    """

    id: str
    clerk: Clerk
    dossier: str
    person: str
    reading: bool
    pages: tuple[Mapping[str, Any], ...] = ()
    trouble: DangxiaError | None = None
    place: Place = field(default_factory=Place)
    shots: bool = False


class Scanning:
    """The scanner's owner thread and the batches it fills."""

    def __init__(self, office: Office, stations: Stations, work: Path, feed: Feed | None) -> None:
        self._office, self._stations, self._work, self._feed = office, stations, work, feed
        self._lock = threading.Lock()
        self._batches: dict[str, OpenBatch] = {}
        self._thread: threading.Thread | None = None

    def begin(self, clerk: Clerk, dossier: str) -> str:
        """Open a batch for a dossier and start to read into it; give its id."""
        with self._office.space.read() as town:
            person = dossier_of(town, dossier).person
        batch = digitising.begin_batch(self._office, clerk, "scanner", "", dossier)
        with self._lock:
            self._batches[batch] = OpenBatch(batch, clerk, dossier, person, reading=False)
        self.read_on(batch)
        return batch

    def begin_shots(self, clerk: Clerk, dossier: str) -> str:
        """Open a batch for the document camera, or go on with the one open; give its id."""
        for begun in self.open_batches():
            if begun.dossier == dossier and begun.clerk.id == clerk.id and begun.shots:
                return begun.id
        with self._office.space.read() as town:
            person = dossier_of(town, dossier).person
        batch = digitising.begin_batch(self._office, clerk, "camera", "", dossier)
        opened = OpenBatch(batch, clerk, dossier, person, reading=False, shots=True)
        with self._lock:
            self._batches[batch] = opened
        return batch

    def add(self, batch: str, master: Master) -> None:
        """Add one page to an open batch; raises NotFound, and as `digitising.add_page`."""
        known = self._known(batch)
        digitising.add_page(self._office, known.clerk, batch, master)
        held = digitising.batch_of(self._office, known.clerk, batch)
        self._change(batch, pages=held.pages)

    def reopen(self, clerk: Clerk, capture: str) -> OpenBatch:
        """Open a recorded batch again, unless it is open; raises NotFound `capture.unknown`."""
        known = self.batch(capture)
        if known is not None:
            return known
        held = digitising.reopen_batch(self._office, clerk, capture)
        person = ""
        if held.dossier:
            with self._office.space.read() as town:
                person = dossier_of(town, held.dossier).person
        opened = OpenBatch(capture, clerk, held.dossier, person, reading=False, pages=held.pages)
        with self._lock:
            return self._batches.setdefault(capture, opened)

    def arrange(self, batch: str, change: Arrange) -> None:
        """Put the pages of an open batch in order; raises NotFound `capture.unknown`."""
        known = self._known(batch)
        held = digitising.arrange(self._office, known.clerk, batch, change)
        self._change(batch, pages=held.pages)

    def divide(self, batch: str) -> list[Capture]:
        """Record an open batch as one for each part between separators and covers.

        Raises Conflict `capture.reading` while it is read.
        """
        known = self._idle(batch)
        captures = digitising.divide_batch(self._office, known.clerk, batch)
        with self._lock:
            self._batches.pop(batch, None)
        return captures

    def read_on(self, batch: str, place: Place | None = None) -> None:
        """Read more pages into an open batch, unless the scanner is reading already.

        They go behind the others unless `place` says otherwise.
        """
        with self._lock:
            known = self._batches.get(batch)
            if known is None:
                raise NotFound("capture.unknown")
            if known.reading:
                return
            trouble = self._trouble_before()
            asked = replace(place or Place(), run=known.place.run + 1)
            known = replace(known, reading=trouble is None, trouble=trouble, place=asked)
            self._batches[batch] = known
            if trouble is None:
                self._thread = threading.Thread(
                    target=self._read, args=(known,), name="scanning", daemon=True
                )
                self._thread.start()

    @property
    def reading(self) -> bool:
        """Whether a scan is under way."""
        return any(each.reading for each in self.open_batches())

    def open_batches(self) -> list[OpenBatch]:
        """List the batches not yet recorded."""
        with self._lock:
            return list(self._batches.values())

    def batch(self, id: str) -> OpenBatch | None:
        """Find an open batch."""
        with self._lock:
            return self._batches.get(id)

    def names_file(self, batch: str, digest: str) -> bool:
        """Say whether a file belongs to an open batch."""
        known = self.batch(batch)
        return known is not None and any(
            digest in (page["blob"], page["thumb"]) for page in known.pages
        )

    def close(self, batch: str) -> Capture | None:
        """Record an open batch as one act; raises Conflict `capture.reading` while it is read."""
        known = self._idle(batch)
        capture = digitising.close_batch(self._office, known.clerk, batch)
        with self._lock:
            self._batches.pop(batch, None)
        return capture

    def stop(self, seconds: float) -> None:
        """Wait for a scan under way, then record every open batch; for the box's end."""
        if self._thread is not None:
            self._thread.join(seconds)
        for each in self.open_batches():
            if not each.reading:
                self.close(each.id)

    def _known(self, batch: str) -> OpenBatch:
        known = self.batch(batch)
        if known is None:
            raise NotFound("capture.unknown")
        return known

    def _idle(self, batch: str) -> OpenBatch:
        known = self._known(batch)
        if known.reading:
            raise Conflict("capture.reading")
        return known

    def _trouble_before(self) -> DangxiaError | None:
        if self._feed is None:
            return DeviceUnavailable("device.scanner.absent", fault="absent", pages_kept=0)
        if any(each.reading for each in self._batches.values()):
            return DeviceUnavailable("device.scanner.busy", fault="busy", pages_kept=0)
        return None

    def _read(self, begun: OpenBatch) -> None:
        folder = self._work / f"scan-{begun.id}"
        trouble: DangxiaError | None = None
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._read_into(begun, folder)
        except DangxiaError as error:
            trouble = error
        except OSError as error:
            trouble = _trouble_of(error)
            log.warning("scan %s stopped: %s", begun.id, error.strerror)
        except Exception:
            # The outermost frame of a thread: a batch must not look whole when it is not.
            log.exception("scan %s stopped", begun.id)
            trouble = DeviceUnavailable("device.scanner.stopped", fault="line", pages_kept=0)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
            self._change(begun.id, reading=False, trouble=self._counted(begun.id, trouble))

    def _read_into(self, begun: OpenBatch, folder: Path) -> None:
        assert self._feed is not None
        place = begun.place
        for scanned in self._feed(folder):
            master = as_master(scanned.path)
            page = digitising.add_page(self._office, begun.clerk, begun.id, master, place)
            scanned.path.unlink(missing_ok=True)
            if place.after or place.instead:
                place = Place(after=page["number"], run=place.run)
            held = digitising.batch_of(self._office, begun.clerk, begun.id)
            self._change(begun.id, pages=held.pages)

    def _change(self, batch: str, **changes: Any) -> None:
        with self._lock:
            known = self._batches.get(batch)
            if known is not None:
                self._batches[batch] = replace(known, **changes)
        self._stations.publish("pages", capture=batch)

    def _counted(self, batch: str, trouble: DangxiaError | None) -> DangxiaError | None:
        """Let the sentence count all pages of the batch, not those of the last run alone."""
        known = self.batch(batch)
        if trouble is None or known is None:
            return trouble
        return type(trouble)(trouble.key, **{**trouble.fields, "pages_kept": len(known.pages)})


def _trouble_of(error: OSError) -> DangxiaError:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return StorageFull("device.scanner.storage_full", pages_kept=0)
    return DeviceUnavailable("device.scanner.line", fault="line", pages_kept=0)
