"""A folder into which copiers and clerks drop scans; whole files leave it once, for the archive.

A file is whole when nobody on this machine has it open for writing (a lease is granted), its size
and time have stood still for `quiet_seconds`, and its structure is valid. Copiers close and reopen
a file between pages and broken uploads look finished, so no single sign is enough.
"""

import contextlib
import fcntl
import hashlib
import json
import logging
import os
import queue
import secrets
import shutil
import signal
import stat
import subprocess
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from PIL import Image
from watchdog.events import FileSystemEvent, FileSystemEventHandler
from watchdog.observers import Observer
from watchdog.observers.api import BaseObserver
from watchdog.observers.polling import PollingObserver

from devices.driver import Fault, Found, Health, State
from edge.domain.errors import DeviceUnavailable, InvalidInput

log = logging.getLogger(__name__)

UNFINISHED_SUFFIXES = {".part", ".tmp", ".filepart", ".crdownload"}
REASON = "reason.json"
PDF_CHECK_SECONDS = 60
# What Pillow raises on images that no program should have written.
DAMAGE = (OSError, ValueError, SyntaxError, TypeError, Image.DecompressionBombError)
SWEEP_SECONDS = 30.0  # how often the folder is read even when nothing stirs


@dataclass(frozen=True, slots=True)
class Arrival:
    """A whole file, now in the work folder; `name` is what its sender called it."""

    path: Path
    sha256: str
    media_type: str
    name: str


@dataclass(frozen=True, slots=True)
class Quarantined:
    """A file set aside; `reason` is the message key of why."""

    path: Path
    reason: str
    name: str


@dataclass(slots=True)
class _Watch:
    size: int
    changed_ns: int
    since: float
    reason: str | None = None


class HotFolder:
    """Takes whole files out of `inbox`; the three folders must lie on one disk.

    Each arrival stays in `work` until `release`: after a crash those not yet released come again,
    so a file is filed exactly once when its digest is filed before it is released. A file that is
    still invalid `patience_seconds` after its last change goes to `quarantine` with its reason.
    `polling` is for folders mounted from another machine, where the kernel reports no changes.
    """

    kind = "hot_folder"

    def __init__(
        self,
        inbox: Path,
        work: Path,
        quarantine: Path,
        *,
        quiet_seconds: float = 5.0,
        patience_seconds: float = 30.0,
        polling: bool = False,
    ) -> None:
        self.inbox = inbox
        self.work = work
        self.quarantine = quarantine
        self._quiet = quiet_seconds
        self._patience = max(patience_seconds, quiet_seconds)
        self._polling = polling
        self._watched: dict[Path, _Watch] = {}
        self._ready: queue.SimpleQueue[Arrival | None] = queue.SimpleQueue()
        self._stirred = threading.Event()
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None
        self._observer: BaseObserver | None = None
        self._trouble = ""

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Begin to watch; what an earlier run left unreleased arrives first."""
        for folder in (self.inbox, self.work, self.quarantine):
            folder.mkdir(parents=True, exist_ok=True)
        if len({each.stat().st_dev for each in (self.inbox, self.work, self.quarantine)}) > 1:
            raise InvalidInput("device.hot_folder.other_disk", inbox=str(self.inbox))
        if shutil.which("pdfinfo") is None:
            raise DeviceUnavailable(
                "device.hot_folder.absent", fault=Fault.ABSENT, detail="pdfinfo is not installed"
            )
        self._stopped.clear()
        self._recover()
        self._observer = PollingObserver(timeout=1) if self._polling else Observer()
        self._observer.schedule(_Stir(self._stirred), str(self.inbox))
        self._observer.start()
        self._thread = threading.Thread(target=self._run, name="hot-folder", daemon=True)
        self._thread.start()

    @property
    def watching(self) -> bool:
        """Whether `start` has succeeded and `stop` was not called."""
        return self._thread is not None

    def stop(self) -> None:
        """Stop watching; `arrivals` ends after what has already arrived."""
        self._stopped.set()
        self._stirred.set()
        if self._observer is not None:
            self._observer.stop()
            self._observer.join()
            self._observer = None
        if self._thread is not None:
            self._thread.join()
            self._thread = None
            self._ready.put(None)

    def arrivals(self) -> Iterator[Arrival]:
        """Yield whole files as they come, until `stop`; for one consumer."""
        while (arrival := self._ready.get()) is not None:
            yield arrival

    def release(self, arrival: Arrival) -> None:
        """Drop the file from `work`: it is durable elsewhere."""
        arrival.path.unlink(missing_ok=True)
        with contextlib.suppress(FileNotFoundError):
            arrival.path.parent.rmdir()

    def refuse(self, arrival: Arrival, reason: str) -> None:
        """Move the file to quarantine: it is whole, and yet no page could be read from it."""
        self._set_aside(arrival.path, reason)
        with contextlib.suppress(OSError):
            arrival.path.parent.rmdir()

    def quarantined(self) -> list[Quarantined]:
        """List what was set aside, oldest first."""
        rows = []
        for note in sorted(self.quarantine.glob(f"*/{REASON}"), key=lambda p: p.stat().st_mtime):
            fields = json.loads(note.read_text("utf-8"))
            path = note.parent / fields["name"]
            # A note without its file: on its way, or stopped on it and to be set aside again.
            if path.exists():
                rows.append(Quarantined(path, fields["reason"], fields["name"]))
        return rows

    def discover(self) -> list[Found]:
        """List the folder if it can be reached."""
        if not self.inbox.is_dir():
            return []
        return [Found(f"folder:{self.inbox}", self.kind, "folder", str(self.inbox))]

    def health(self) -> Health:
        """Say whether the folder is watched."""
        if not self.inbox.is_dir() or self._trouble:
            return Health(State.ABSENT, Fault.ABSENT, self._trouble or str(self.inbox))
        if self._thread is None or not self._thread.is_alive():
            return Health(State.FOUND)
        return Health(State.READY)

    def _recover(self) -> None:
        """Offer again what was taken but not released."""
        for slot in sorted(self.work.iterdir(), key=lambda p: p.stat().st_mtime):
            if not slot.is_dir():
                continue
            held = list(slot.iterdir())
            for path in held:
                self._offer(path)
            if not held:
                slot.rmdir()

    def _run(self) -> None:
        while not self._stopped.is_set():
            self._stirred.clear()
            try:
                self._sweep()
                self._trouble = ""
            except OSError as error:
                # A mounted folder may go and come back; the screen shows it through `health`.
                # The names of files may name persons: they stay out of the log.
                self._trouble = error.strerror or type(error).__name__
                log.warning("hot folder: %s", self._trouble)
            except Exception as error:  # the outermost frame of a thread
                self._trouble = type(error).__name__
                log.exception("hot folder: a sweep failed")
            self._stirred.wait(self._next_look())

    def _next_look(self) -> float:
        if self._trouble:
            return 1.0
        return min(self._quiet / 2, 1.0) if self._watched else SWEEP_SECONDS

    def _sweep(self) -> None:
        seen = {path for path in self.inbox.iterdir() if _is_candidate(path)}
        for gone in self._watched.keys() - seen:
            del self._watched[gone]
        trouble: OSError | None = None
        for path in sorted(seen):
            try:
                self._look_at(path)
            except FileNotFoundError:
                self._watched.pop(path, None)  # the sender took it back
            except OSError as error:
                trouble = error  # one file that cannot be read must not hold up the others
        if trouble is not None:
            raise trouble

    def _look_at(self, path: Path) -> None:
        now = time.monotonic()
        state = path.stat()
        watch = self._watched.get(path)
        if watch is None or (watch.size, watch.changed_ns) != (state.st_size, state.st_mtime_ns):
            self._watched[path] = _Watch(state.st_size, state.st_mtime_ns, now)
            return
        still = now - watch.since
        if still < self._quiet or is_being_written(path):
            return
        watch.reason = watch.reason or flaw(path)
        if watch.reason is None:
            self._take(path, watch)
        elif still >= self._patience:
            self._set_aside(path, watch.reason)

    def _take(self, path: Path, watch: _Watch) -> None:
        slot = self.work / secrets.token_hex(8)
        slot.mkdir()
        held = slot / path.name
        path.rename(held)
        state = held.stat()
        if is_being_written(held) or (watch.size, watch.changed_ns) != (
            state.st_size,
            state.st_mtime_ns,
        ):
            # Somebody began to write between the look and the rename.
            held.rename(path)
            slot.rmdir()
            return
        del self._watched[path]
        self._offer(held)

    def _offer(self, held: Path) -> None:
        with held.open("rb") as file:
            media_type = sniff(file.read(16))
            file.seek(0)
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        self._ready.put(Arrival(held, digest, media_type or "", held.name))

    def _set_aside(self, path: Path, reason: str) -> None:
        slot = self.quarantine / secrets.token_hex(8)
        slot.mkdir()
        # As ASCII: a copier's name in GBK is no text, and still must come back as it was.
        note = {"name": path.name, "reason": reason}
        wet = slot / f"{REASON}.part"
        wet.write_text(json.dumps(note), "ascii")
        wet.rename(slot / REASON)
        path.rename(slot / path.name)
        self._watched.pop(path, None)
        log.warning("hot folder: a file was set aside: %s", reason)


class _Stir(FileSystemEventHandler):
    """Wakes the sweep; the folder itself, not the event, says what is there."""

    def __init__(self, stirred: threading.Event) -> None:
        self._stirred = stirred

    def on_any_event(self, event: FileSystemEvent) -> None:
        self._stirred.set()


def _is_candidate(path: Path) -> bool:
    if path.name.startswith((".", "~")) or path.suffix.lower() in UNFINISHED_SUFFIXES:
        return False
    try:
        return stat.S_ISREG(path.lstat().st_mode)
    except FileNotFoundError:
        return False


def is_being_written(path: Path) -> bool:
    """Tell whether a program of this machine holds the file open for writing.

    Where no lease can be asked for (another owner's file, a network mount) the answer is no.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    try:
        # A writer who comes in the moment of the probe makes the kernel signal us; the
        # usual SIGIO would end the process, SIGURG is ignored.
        fcntl.fcntl(descriptor, fcntl.F_SETSIG, signal.SIGURG)
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_RDLCK)
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_UNLCK)
    except BlockingIOError:
        return True
    except OSError:
        return False
    finally:
        os.close(descriptor)
    return False


def sniff(head: bytes) -> str | None:
    """Return the media type that the first bytes tell, or None for one not taken."""
    if head.startswith(b"%PDF-"):
        return "application/pdf"
    if head.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if head.startswith((b"II*\0", b"MM\0*")):
        return "image/tiff"
    return None


def flaw(path: Path) -> str | None:
    """Return the message key of what is wrong with the file, None when it is whole."""
    with path.open("rb") as file:
        media_type = sniff(file.read(16))
        file.seek(max(0, path.stat().st_size - 1024))
        tail = file.read()
    if media_type is None:
        return "device.hot_folder.unknown_type"
    if media_type == "application/pdf":
        if b"%%EOF" not in tail:
            return "device.hot_folder.cut_short"
        return None if _opens(path) else "device.hot_folder.damaged"
    return None if _decodes(path) else "device.hot_folder.damaged"


def _opens(path: Path) -> bool:
    try:
        answer = subprocess.run(
            ["pdfinfo", path], capture_output=True, timeout=PDF_CHECK_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        return False
    return answer.returncode == 0 and b"Pages:" in answer.stdout


def _decodes(path: Path) -> bool:
    try:
        with Image.open(path, formats=("JPEG", "TIFF")) as image:
            for frame in range(getattr(image, "n_frames", 1)):
                image.seek(frame)
                image.load()
    except DAMAGE:
        return False
    return True
