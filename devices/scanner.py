"""The scanner driver: pages from a network scanner through the `scanimage` process.

A vendor's backend that crashes takes only its own process down, and a cancel leaves no cut page
behind, which the in-process binding cannot promise.
"""

import logging
import os
import re
import selectors
import shutil
import signal
import subprocess
import threading
import time
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

from PIL import Image, UnidentifiedImageError

from devices.driver import Fault, Found, Health, State
from devices.escl import Capabilities, EsclClient, EsclError, Source, Status
from edge.domain.errors import DeviceFault, DeviceUnavailable, InvalidInput, StorageFull

__all__ = ["Mode", "Profile", "SaneScanner", "ScanRequest", "ScannedPage", "Source"]

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
ROOM_NEEDED = 120 << 20  # bytes; four uncompressed A4 pages at 300 dpi
PAGE_NAME = "page-%04d.tif"


class Mode(StrEnum):
    """The colours of a scan."""

    COLOUR = "colour"
    GREY = "grey"


@dataclass(frozen=True, slots=True)
class ScanRequest:
    """What to scan; `resolution` in dots per inch."""

    source: Source = Source.AUTO
    resolution: int = 300
    mode: Mode = Mode.COLOUR


@dataclass(frozen=True, slots=True)
class ScannedPage:
    """One page on disk, whole; `number` counts from 1 within its folder."""

    path: Path
    number: int
    dpi: int


@dataclass(frozen=True, slots=True)
class Profile:
    """How a model names its options: one row of `profiles/scanner.toml`."""

    match: str
    sources: Mapping[str, str]
    modes: Mapping[str, str]
    paper_mm: tuple[float, float]
    page_seconds: float

    @classmethod
    def for_model(cls, model: str) -> "Profile":
        """Return the first row that fits the make and model."""
        text = files("devices").joinpath("profiles", "scanner.toml").read_text("utf-8")
        for row in tomllib.loads(text)["scanner"]:
            if re.search(row["match"], model or "?"):
                width, height = row.pop("paper_mm")
                return cls(paper_mm=(width, height), **row)
        raise InvalidInput("device.scanner.no_profile", model=model)


class SaneScanner:
    """The scanner at one eSCL address; one scan at a time, `cancel` from any thread.

    `patience` is how long, in seconds, a device may stay busy before it is called so;
    `page_seconds` overrides the profile.
    """

    kind = "scanner"

    def __init__(
        self,
        url: str,
        *,
        patience: float = 3.0,
        page_seconds: float | None = None,
        timeout: float = 3.0,
    ) -> None:
        parts = urlsplit(url)
        if parts.scheme not in {"http", "https"} or not re.fullmatch(r"[!-~]+", url):
            raise InvalidInput("device.scanner.bad_address", address=url)
        self.url = url.rstrip("/")
        self._client = EsclClient(self.url, timeout=timeout)
        self._patience = patience
        self._page_seconds = page_seconds
        self._lease = threading.Lock()
        self._cancelled = threading.Event()
        self._capabilities: Capabilities | None = None

    def discover(self) -> list[Found]:
        """List the scanner if it answers now."""
        try:
            capabilities = self._client.capabilities()
        except EsclError:
            return []
        return [
            Found(
                stable_id=capabilities.stable_id,
                kind=self.kind,
                model=capabilities.model,
                address=self.url,
                options={
                    "serial": capabilities.serial,
                    "sources": " ".join(sorted(capabilities.sources)),
                    "resolutions": " ".join(str(dpi) for dpi in capabilities.resolutions),
                },
            )
        ]

    def health(self) -> Health:
        """Say how the scanner is; an empty feeder is a ready scanner."""
        if self._lease.locked():
            return Health(State.BUSY)
        try:
            status = self._client.status()
        except EsclError as error:
            return Health(State.ABSENT, Fault.ABSENT, str(error))
        if status.fault:
            return Health(State.FAULT, status.fault, status.feeder)
        if status.busy:
            return Health(State.BUSY, Fault.BUSY, status.state)
        return Health(State.READY, None, status.feeder)

    def scan(self, request: ScanRequest, folder: Path) -> Iterator[ScannedPage]:
        """Scan into `folder`, yielding each page (TIFF with its dpi) as soon as it is whole.

        Pages already in the folder are kept and numbering goes on after them. Ends quietly after
        `cancel`. Raises DeviceFault where a clerk's hand mends it (jam, cover, paper out,
        multi-feed), DeviceUnavailable otherwise, both with `pages_kept`, the pages that this call
        yielded; StorageFull.
        """
        if not self._lease.acquire(blocking=False):
            raise _error(Fault.BUSY, 0, "this scanner is already scanning")
        try:
            self._cancelled.clear()
            source = self._prepare(request.source, folder)
            try:
                yield from self._read(request, source, folder)
            except DeviceFault as error:
                if not self._empty_after_all(request.source, source, error):
                    raise
                yield from self._read(request, Source.FLATBED, folder)
        finally:
            self._lease.release()

    def _read(self, request: ScanRequest, source: Source, folder: Path) -> Iterator[ScannedPage]:
        with self._running(request, source, folder) as (process, complaints):
            yield from self._pages(process, complaints, source, folder)

    def _empty_after_all(self, asked: Source, used: Source, error: DeviceFault) -> bool:
        # A feeder that has just run empty may still call itself loaded when it is asked.
        assert self._capabilities is not None
        return (
            asked is Source.AUTO
            and used is Source.FEEDER
            and Source.FLATBED in self._capabilities.sources
            and error.fields["fault"] is Fault.PAPER_OUT
            and error.fields["pages_kept"] == 0
        )

    def cancel(self) -> None:
        """Stop the running scan; pages already yielded stay."""
        self._cancelled.set()

    def _prepare(self, source: Source, folder: Path) -> Source:
        if shutil.disk_usage(folder).free < ROOM_NEEDED:
            raise StorageFull("device.scanner.storage_full", pages_kept=0)
        if shutil.which("scanimage") is None:
            raise _error(Fault.ABSENT, 0, "scanimage is not installed (sane-utils)")
        try:
            if self._capabilities is None:
                self._capabilities = self._client.capabilities()
            status = self._idle_status()
        except EsclError as error:
            raise _error(Fault.ABSENT, 0, str(error)) from error
        sources = self._capabilities.sources
        if source is Source.AUTO:
            loaded = Source.FEEDER in sources and status.paper is not False
            source = Source.FEEDER if loaded or Source.FLATBED not in sources else Source.FLATBED
        if source not in sources:
            raise InvalidInput("device.scanner.no_source", source=source.value)
        if source is not Source.FLATBED:
            if status.fault:
                raise _error(status.fault, 0, status.feeder)
            if status.paper is False:
                raise _error(Fault.PAPER_OUT, 0, status.feeder)
        return source

    def _idle_status(self) -> Status:
        # A scanner needs a moment to settle after a cancelled job.
        deadline = time.monotonic() + self._patience
        while (status := self._client.status()).busy:
            if time.monotonic() > deadline:
                raise _error(Fault.BUSY, 0, status.state)
            self._cancelled.wait(0.25)
        return status

    @contextmanager
    def _running(
        self, request: ScanRequest, source: Source, folder: Path
    ) -> Iterator[tuple[subprocess.Popen[bytes], Path]]:
        with TemporaryDirectory(prefix="sane-") as name:
            config = Path(name)
            config.joinpath("dll.conf").write_text("airscan\n")
            config.joinpath("airscan.conf").write_text(
                f'[devices]\n"scanner" = {self.url}, eSCL\n[options]\ndiscovery = disable\n'
            )
            complaints = config / "complaints"
            with complaints.open("wb") as errors:
                process = subprocess.Popen(
                    self._command(request, source, folder),
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.PIPE,
                    stderr=errors,
                    env=os.environ | {"SANE_CONFIG_DIR": name, "LC_ALL": "C.UTF-8"},
                )
            assert process.stdout is not None
            try:
                yield process, complaints
            finally:
                self._halt(process)
                process.stdout.close()
                for unfinished in folder.glob("*.part"):
                    unfinished.unlink()

    def _command(self, request: ScanRequest, source: Source, folder: Path) -> list[str]:
        profile = self._profile
        width, height = profile.paper_mm
        taken = [int(page.stem.split("-")[1]) for page in folder.glob("page-*.tif")]
        return [
            "scanimage",
            "--device-name=airscan:e0:scanner",
            f"--source={profile.sources[source]}",
            f"--mode={profile.modes[request.mode]}",
            f"--resolution={request.resolution}",
            *("-x", f"{width:g}", "-y", f"{height:g}"),
            "--format=tiff",
            f"--batch={str(folder).replace('%', '%%')}/{PAGE_NAME}",
            f"--batch-start={max(taken, default=0) + 1}",
            # The glass never runs out of paper.
            *(["--batch-count=1"] if source is Source.FLATBED else []),
            "--batch-print",
        ]

    @property
    def _profile(self) -> Profile:
        return Profile.for_model(self._capabilities.model if self._capabilities else "")

    def _pages(
        self, process: subprocess.Popen[bytes], complaints: Path, source: Source, folder: Path
    ) -> Iterator[ScannedPage]:
        kept = 0
        limit = self._page_seconds or self._profile.page_seconds
        try:
            for path in self._announced(process, limit):
                page = _whole_page(path)
                if page is None:
                    path.unlink(missing_ok=True)
                    if shutil.disk_usage(folder).free < ROOM_NEEDED:
                        raise StorageFull("device.scanner.storage_full", pages_kept=kept)
                    raise _error(Fault.LINE, kept, f"{path.name} is cut short")
                kept += 1
                yield page
        except TimeoutError as error:
            raise _error(Fault.TIMEOUT, kept, str(error)) from error
        if not self._cancelled.is_set() and (fault := self._verdict(process.wait(), kept, source)):
            raise _error(fault, kept, f"exit {process.returncode}: {_last_words(complaints)}")

    def _announced(self, process: subprocess.Popen[bytes], limit: float) -> Iterator[Path]:
        """Yield the paths that scanimage prints, until its output ends.

        After a cancel what is still finished is yielded too. Raises TimeoutError after `limit`
        seconds without a page.
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
        try:
            self._client.abandon()
        except EsclError as error:
            log.warning("scanner: the open job was not cancelled: %s", error)

    def _verdict(self, code: int, kept: int, source: Source) -> Fault | None:
        """Say what ended the scan: the feeder's own word goes before the exit code."""
        try:
            status = self._client.status()
        except EsclError:
            # Pages that arrived whole need no further word from the device.
            return Fault.ABSENT if code or not kept else None
        if source is not Source.FLATBED and status.fault:
            return status.fault
        if code == 0:
            return None if kept else Fault.PAPER_OUT
        if code == 1 and status.busy:
            return Fault.BUSY
        return EXIT_FAULTS.get(code, Fault.LINE)


def _error(fault: Fault, kept: int, detail: str) -> DeviceFault | DeviceUnavailable:
    kind = DeviceFault if fault in MENDED_BY_HAND else DeviceUnavailable
    return kind(f"device.scanner.{fault.value}", fault=fault, pages_kept=kept, detail=detail)


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
