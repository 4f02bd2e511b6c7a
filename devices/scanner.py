"""The driver of network scanners: pages by eSCL, through the `scanimage` process."""

import logging
import re
import threading
import time
import tomllib
from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import partial
from importlib.resources import files
from pathlib import Path
from urllib.parse import urlsplit

from devices.driver import Fault, Found, Health, State
from devices.escl import Capabilities, EsclClient, EsclError, Source, Status
from devices.scanimage import (
    EXIT_FAULTS,
    ScanImage,
    ScannedPage,
    require_scanimage,
    scan_error,
)
from edge.domain.errors import DeviceFault, InvalidInput

__all__ = ["Mode", "Profile", "SaneScanner", "ScanRequest", "Source"]

log = logging.getLogger(__name__)


LOOK_S, HAND_AWAY_S = 0.5, 1.0  # between two looks for paper, and after it was seen


class Mode(StrEnum):
    """The colours of a scan."""

    COLOUR = "colour"
    GREY = "grey"


@dataclass(frozen=True, slots=True)
class ScanRequest:
    """What to scan; `resolution` in dots per inch.

    `duplex` reads both sides where the feeder can; `wait` seconds are given for paper to be laid
    into an empty feeder, and it starts by itself.
    """

    source: Source = Source.AUTO
    resolution: int = 300
    mode: Mode = Mode.COLOUR
    duplex: bool = False
    wait: float = 0.0


@dataclass(frozen=True, slots=True)
class Profile:
    """How a model names its options, the likeliest name first: a row of `profiles/scanner.toml`.

    `duplex_options` are options of their own for both sides: name, both, one. `sensors` are options
    by which a device tells, with yes, of paper loaded and of what is wrong.
    """

    match: str
    sources: Mapping[str, Sequence[str]]
    modes: Mapping[str, Sequence[str]]
    paper_mm: tuple[float, float]
    page_seconds: float
    duplex_options: Sequence[Sequence[str]] = ()
    sensors: Mapping[str, Sequence[str]] = field(default_factory=dict)

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
        self._cancelled, self._hurried = threading.Event(), threading.Event()
        config = {
            "dll.conf": "airscan\n",
            "airscan.conf": f'[devices]\n"scanner" = {self.url}, eSCL\n'
            "[options]\ndiscovery = disable\n",
        }
        self._process = ScanImage(config, self._cancelled, self._abandon)
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
            state = State.ABSENT if error.fault is Fault.ABSENT else State.FAULT
            return Health(state, error.fault, str(error))
        if status.fault:
            return Health(State.FAULT, status.fault, f"{status.state} {status.feeder}")
        if status.busy:
            return Health(State.BUSY, Fault.BUSY, status.state)
        return Health(State.READY, None, status.feeder)

    def scan(self, request: ScanRequest, folder: Path) -> Generator[ScannedPage, None, None]:
        """Scan into `folder`, yielding each page (TIFF with its dpi) as soon as it is whole.

        Pages already in the folder are kept and numbering goes on after them. Ends quietly after
        `cancel`. Raises DeviceFault where a clerk's hand mends it (jam, cover, paper out,
        multi-feed), DeviceUnavailable otherwise, both with `pages_kept`, the pages that this call
        yielded; StorageFull.
        """
        if not self._lease.acquire(blocking=False):
            raise scan_error(Fault.BUSY, 0, "this scanner is already scanning")
        try:
            self._cancelled.clear()
            source = self._prepare(request, folder)
            try:
                yield from self._read(request, source, folder)
            except DeviceFault as error:
                if not self._empty_after_all(request.source, source, error):
                    raise
                yield from self._read(request, Source.FLATBED, folder)
        finally:
            self._lease.release()

    def _read(self, request: ScanRequest, source: Source, folder: Path) -> Iterator[ScannedPage]:
        yield from self._process.pages(
            self._options(request, source),
            folder,
            self._page_seconds or self._profile.page_seconds,
            partial(self._verdict, source),
        )

    def _empty_after_all(self, asked: Source, used: Source, error: DeviceFault) -> bool:
        # A feeder that has just run empty may still call itself loaded when it is asked.
        assert self._capabilities is not None
        return (
            asked is Source.AUTO
            and used is not Source.FLATBED
            and Source.FLATBED in self._capabilities.sources
            and error.fields["fault"] is Fault.PAPER_OUT
            and error.fields["pages_kept"] == 0
        )

    def cancel(self) -> None:
        """Stop the running scan; pages already yielded stay."""
        self._cancelled.set()

    def _prepare(self, request: ScanRequest, folder: Path) -> Source:
        require_scanimage(folder)
        try:
            if self._capabilities is None:
                self._capabilities = self._client.capabilities()
            status = self._idle_status()
        except EsclError as error:
            raise scan_error(error.fault, 0, str(error)) from error
        source, sources = request.source, self._capabilities.sources
        if source is not Source.FLATBED and not sources.isdisjoint((Source.FEEDER, Source.DUPLEX)):
            status = self._fed_status(status, request.wait)
        if source is Source.AUTO:
            loaded = Source.FEEDER in sources and status.paper is not False
            source = Source.FEEDER if loaded or Source.FLATBED not in sources else Source.FLATBED
        if request.duplex and source is Source.FEEDER and Source.DUPLEX in sources:
            source = Source.DUPLEX
        if source not in sources:
            raise InvalidInput("device.scanner.no_source", source=source.value)
        if status.fault and (source is not Source.FLATBED or status.fault is Fault.PAUSED):
            raise scan_error(status.fault, 0, f"{status.state} {status.feeder}")
        if source is not Source.FLATBED and status.paper is False:
            raise scan_error(Fault.PAPER_OUT, 0, status.feeder)
        return source

    def _fed_status(self, status: Status, wait: float) -> Status:
        """Wait for paper in an empty feeder, unless somebody cancels."""
        deadline = time.monotonic() + wait
        while status.paper is False and time.monotonic() < deadline:
            if self._cancelled.wait(LOOK_S) or self._hurried.is_set():
                return status
            status = self._client.status()
            if status.paper:
                # The hand that lays the paper in is still at it.
                self._cancelled.wait(HAND_AWAY_S)
        return status

    def stop_waiting(self) -> None:
        """Wait for paper no more, now and from now on; a scan that reads goes on."""
        self._hurried.set()

    def _idle_status(self) -> Status:
        # A scanner needs a moment to settle after a cancelled job.
        deadline = time.monotonic() + self._patience
        while (status := self._client.status()).busy:
            if time.monotonic() > deadline:
                raise scan_error(Fault.BUSY, 0, status.state)
            self._cancelled.wait(0.25)
        return status

    def _options(self, request: ScanRequest, source: Source) -> list[str]:
        profile = self._profile
        width, height = profile.paper_mm
        return [
            "--device-name=airscan:e0:scanner",
            f"--source={profile.sources[source][0]}",
            f"--mode={profile.modes[request.mode][0]}",
            f"--resolution={request.resolution}",
            *("-x", f"{width:g}", "-y", f"{height:g}"),
            # The glass never runs out of paper.
            *(["--batch-count=1"] if source is Source.FLATBED else []),
        ]

    @property
    def _profile(self) -> Profile:
        return Profile.for_model("airscan")

    def _abandon(self) -> None:
        try:
            self._client.abandon()
        except EsclError as error:
            log.warning("scanner: the open job was not cancelled: %s", error)

    def _verdict(self, source: Source, code: int, kept: int) -> Fault | None:
        """Say what ended the scan: the feeder's own word goes before the exit code."""
        try:
            status = self._client.status()
        except EsclError as error:
            # Pages that arrived whole need no further word from the device.
            return error.fault if code or not kept else None
        if source is not Source.FLATBED and status.fault:
            return status.fault
        if code == 0:
            return None if kept else Fault.PAPER_OUT
        if code == 1 and status.busy:
            return Fault.BUSY
        return EXIT_FAULTS.get(code, Fault.LINE)
