"""One run of the `scanimage` process: pages as soon as they are whole, and what ended it.

A vendor's backend that crashes takes only its own process down, and a cancel leaves no cut page
behind, which the in-process binding cannot promise.
"""

import logging
import os
import selectors
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image, UnidentifiedImageError

from devices.driver import Fault
from edge.domain.errors import DeviceFault, DeviceUnavailable, StorageFull

log = logging.getLogger(__name__)

# scanimage ends with the SANE status of the call that failed (sane.h).
EXIT_FAULTS = {
    2: Fault.PAUSED,  # cancelled at the device's own panel
    3: Fault.BUSY,
    6: Fault.JAM,
    7: Fault.PAPER_OUT,
    8: Fault.COVER_OPEN,
    11: Fault.PERMISSION,
}
MENDED_BY_HAND = {Fault.JAM, Fault.COVER_OPEN, Fault.PAPER_OUT, Fault.MULTI_FEED}
CANCEL_GRACE = 1.0  # seconds between asking scanimage to stop and asking again
TOLD_GRACE = 3.0  # seconds that it may still run once it has told what is wrong
ROOM_NEEDED = 120 << 20  # bytes; four uncompressed A4 pages at 300 dpi
PAGE_NAME = "page-%04d.tif"
# What SANE says (sane_strstatus), for a scanimage that a backend's broken pipe has ended with 0.
_SAID_FAULTS = {
    "Document feeder jammed": 6,
    "Document feeder out of documents": 7,
    "Scanner cover is open": 8,
    "Error during device I/O": 9,
    "Access to resource has been denied": 11,
    "Device busy": 3,
}
Verdict = Callable[[int, int], Fault | None]
"""What ended a run, from its SANE status and the pages it gave."""


@dataclass(frozen=True, slots=True)
class ScannedPage:
    """One page on disk, whole; `number` counts from 1 within its folder."""

    path: Path
    number: int
    dpi: int


class ScanImage:
    """Runs `scanimage` under a configuration of its own, given as files by name.

    `cancelled` ends a run from any thread; `abandon` then ends what the device may still do.
    """

    def __init__(
        self,
        config: Mapping[str, str],
        cancelled: threading.Event,
        abandon: Callable[[], None] = lambda: None,
    ) -> None:
        self._config, self._cancelled, self._abandon = config, cancelled, abandon

    def said(self, *arguments: str, seconds: float = 20.0) -> str:
        """Run it for its words, such as the list of devices; empty where it fails."""
        with self._configured() as environment:
            try:
                run = subprocess.run(
                    ["scanimage", *arguments],
                    env=environment,
                    capture_output=True,
                    timeout=seconds,
                    check=False,
                )
            except (OSError, subprocess.TimeoutExpired) as error:
                log.warning("scanimage %s: %s", arguments[0], error)
                return ""
        return run.stdout.decode("utf-8", "replace") if run.returncode == 0 else ""

    def pages(
        self, options: Sequence[str], folder: Path, limit: float, ended: Verdict
    ) -> Iterator[ScannedPage]:
        """Scan into `folder`, numbering on after what lies there; `limit` seconds for a page.

        Errors as `SaneScanner.scan`; `ended` says what fault, if any, ended it.
        """
        with self._running(options, folder) as (process, complaints):
            yield from self._read(process, complaints, limit, ended)

    @contextmanager
    def _configured(self) -> Iterator[dict[str, str]]:
        with TemporaryDirectory(prefix="sane-") as name:
            for file, content in self._config.items():
                Path(name, file).write_text(content)
            yield os.environ | {"SANE_CONFIG_DIR": name, "LC_ALL": "C.UTF-8"}

    @contextmanager
    def _running(
        self, options: Sequence[str], folder: Path
    ) -> Iterator[tuple[subprocess.Popen[bytes], Path]]:
        with self._configured() as environment:
            complaints = Path(environment["SANE_CONFIG_DIR"], "complaints")
            with complaints.open("wb") as errors:
                process = subprocess.Popen(
                    self._command(options, folder),
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.PIPE,
                    stderr=errors,
                    env=environment,
                )
            assert process.stdout is not None
            try:
                yield process, complaints
            finally:
                self._halt(process)
                process.stdout.close()
                for unfinished in folder.glob("*.part"):
                    unfinished.unlink()

    def _command(self, options: Sequence[str], folder: Path) -> list[str]:
        taken = [int(page.stem.split("-")[1]) for page in folder.glob("page-*.tif")]
        return [
            "scanimage",
            *options,
            "--format=tiff",
            f"--batch={str(folder).replace('%', '%%')}/{PAGE_NAME}",
            f"--batch-start={max(taken, default=0) + 1}",
            "--batch-print",
        ]

    def _read(
        self, process: subprocess.Popen[bytes], complaints: Path, limit: float, ended: Verdict
    ) -> Iterator[ScannedPage]:
        kept = 0
        try:
            for path in self._announced(process, complaints, limit):
                page = _whole_page(path)
                if page is None:
                    path.unlink(missing_ok=True)
                    if shutil.disk_usage(path.parent).free < ROOM_NEEDED:
                        raise StorageFull("device.scanner.storage_full", pages_kept=kept)
                    raise scan_error(Fault.LINE, kept, f"{path.name} is cut short")
                kept += 1
                yield page
        except TimeoutError as error:
            # A backend may tell what is wrong and then never let its program end.
            told = _status_in(_last_words(complaints))
            cause = ended(told, kept) if told else None
            raise scan_error(cause or Fault.TIMEOUT, kept, str(error)) from error
        words = _last_words(complaints) if process.wait() or not kept else ""
        # A backend's broken pipe may end it with no status of SANE's; its words tell all the same.
        status = _status_in(words) or process.returncode
        if not self._cancelled.is_set() and (fault := ended(status, kept)):
            raise scan_error(fault, kept, f"exit {process.returncode}: {words}")

    def _announced(
        self, process: subprocess.Popen[bytes], complaints: Path, limit: float
    ) -> Iterator[Path]:
        """Yield the paths that scanimage prints, until its output ends.

        After a cancel what is still finished is yielded too. Raises TimeoutError after `limit`
        seconds without a page, and soon after it has told what is wrong.
        """
        assert process.stdout is not None
        line = b""
        with selectors.DefaultSelector() as selector:
            selector.register(process.stdout, selectors.EVENT_READ)
            deadline = time.monotonic() + limit
            while True:
                if self._cancelled.is_set():
                    self._halt(process)
                if not selector.select(timeout=0.2):
                    # A reader that a backend has forked may hold the output open for ever.
                    if process.poll() is not None and not selector.select(timeout=0):
                        return
                    if _status_in(_last_words(complaints)):
                        deadline = min(deadline, time.monotonic() + TOLD_GRACE)
                        limit = min(limit, TOLD_GRACE)
                    if time.monotonic() < deadline:
                        continue
                    raise TimeoutError(f"no page for {limit:g} s")
                piece = os.read(process.stdout.fileno(), 4096)
                if not piece:
                    return
                *lines, line = (line + piece).split(b"\n")
                for each in lines:
                    yield Path(os.fsdecode(each))
                deadline = time.monotonic() + limit

    def _halt(self, process: subprocess.Popen[bytes]) -> None:
        """End scanimage if it still runs, and the job it may leave open at the device.

        Its first SIGINT cancels one page, and between two pages has no effect but to begin a
        new job; its second aborts.
        """
        if process.poll() is not None:
            return
        for stop in (signal.SIGINT, signal.SIGINT, signal.SIGKILL):
            process.send_signal(stop)
            try:
                process.wait(CANCEL_GRACE)
                break
            except subprocess.TimeoutExpired:
                continue
        self._abandon()


def require_scanimage(folder: Path) -> None:
    """Raise where no scan can begin: StorageFull, or DeviceUnavailable without the program."""
    if shutil.disk_usage(folder).free < ROOM_NEEDED:
        raise StorageFull("device.scanner.storage_full", pages_kept=0)
    if shutil.which("scanimage") is None:
        raise scan_error(Fault.ABSENT, 0, "scanimage is not installed (sane-utils)")


def scan_error(fault: Fault, kept: int, detail: str) -> DeviceFault | DeviceUnavailable:
    """The error that a fault is told by, after so many pages."""
    kind = DeviceFault if fault in MENDED_BY_HAND else DeviceUnavailable
    return kind(f"device.scanner.{fault.value}", fault=fault, pages_kept=kept, detail=detail)


def _status_in(words: str) -> int:
    return next((code for said, code in _SAID_FAULTS.items() if said in words), 0)


def _last_words(complaints: Path) -> str:
    lines = complaints.read_text("utf-8", errors="replace").splitlines()
    return "; ".join(line for line in lines if line.startswith("scanimage: ")) or "".join(
        lines[-1:]
    )


def _whole_page(path: Path) -> ScannedPage | None:
    """Return the page, or None when the file is cut: scanimage ignores a failed write."""
    try:
        with Image.open(path) as image:
            pixels = image.width * image.height * len(image.getbands())
            dpi = round(float(image.info.get("dpi", (0, 0))[0]))
    except (UnidentifiedImageError, OSError):
        return None
    if path.stat().st_size < pixels:
        return None
    return ScannedPage(path, int(path.stem.split("-")[1]), dpi)
