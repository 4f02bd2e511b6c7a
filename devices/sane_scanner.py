"""The driver of scanners on this machine, by any backend of SANE, through the `scanimage` process.

A backend's device names hold bus numbers that change with every plug; the scanner is known by its
make and model instead, and looked up anew for each scan.
"""

import re
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from devices.driver import Fault, Found, Health, State
from devices.escl import Source
from devices.scanimage import EXIT_FAULTS, ScanImage, ScannedPage, require_scanimage, scan_error
from devices.scanner import LOOK_S, Profile, ScanRequest
from edge.domain.errors import DeviceFault, InvalidInput

SYSTEM_CONFIG = Path("/etc/sane.d")
_LISTED = "%d\t%v\t%m%n"
_CHOICES = r"^\s+--{name} (.+?) \["


class SaneBackendScanner:
    """The first scanner of a backend whose make and model fit `match` (a regular expression).

    `config` gives the backend's own files by name, those of this machine unless told; `options`
    go to scanimage as they are. One scan at a time, `cancel` from any thread.
    """

    kind = "scanner"

    def __init__(
        self,
        backend: str,
        match: str = ".",
        *,
        options: Sequence[str] = (),
        config: Mapping[str, str] | None = None,
        page_seconds: float | None = None,
    ) -> None:
        if not re.fullmatch(r"[a-z0-9_-]+", backend):
            raise InvalidInput("device.scanner.bad_address", address=backend)
        self._backend, self._match, self._more = backend, re.compile(match), tuple(options)
        self._page_seconds = page_seconds
        self._lease = threading.Lock()
        self._cancelled = threading.Event()
        own = config if config is not None else _system_config(backend)
        self._process = ScanImage({**own, "dll.conf": f"{backend}\n"}, self._cancelled)

    def discover(self) -> list[Found]:
        """List the backend's devices that fit; none while a scan runs, for it holds the device."""
        seen: dict[str, int] = {}
        found = []
        said = self._process.said("--formatted-device-list", _LISTED)
        for line in said.splitlines():
            name, _, described = line.partition("\t")
            model = " ".join(described.split("\t"))
            if not described or not self._match.search(model):
                continue
            seen[model] = seen.get(model, 0) + 1
            # Two alike can only be told by their order.
            alike = f":{seen[model]}" if seen[model] > 1 else ""
            found.append(Found(f"sane:{self._backend}:{model}{alike}", self.kind, model, name))
        return found

    def health(self) -> Health:
        """Say whether the scanner is there; backends tell of paper and covers in a scan alone."""
        if self._lease.locked():
            return Health(State.BUSY)
        if not self.discover():
            return Health(State.ABSENT, Fault.ABSENT, f"{self._backend}: no device that fits")
        return Health(State.READY)

    def scan(self, request: ScanRequest, folder: Path) -> Iterator[ScannedPage]:
        """Scan into `folder`; pages and errors as `SaneScanner.scan`."""
        if not self._lease.acquire(blocking=False):
            raise scan_error(Fault.BUSY, 0, "this scanner is already scanning")
        try:
            self._cancelled.clear()
            require_scanimage(folder)
            device = self._device()
            profile = Profile.for_model(device.model)
            has = self._process.said("--device-name", device.address, "--all-options")
            sources = _names(has, "source", profile.sources)
            source = _chosen(request, frozenset(sources))
            deadline = time.monotonic() + request.wait
            while True:
                options = self._options(request, device, profile, has, sources.get(source, ""))
                try:
                    yield from self._read(profile, source, options, folder)
                    return
                except DeviceFault as error:
                    empty = _is_empty(error)
                    if empty and time.monotonic() < deadline and not self._cancelled.wait(LOOK_S):
                        continue
                    glass = request.source is Source.AUTO and Source.FLATBED.value in sources
                    if not (empty and glass and source != Source.FLATBED.value):
                        raise
                    source = Source.FLATBED.value
        finally:
            self._lease.release()

    def cancel(self) -> None:
        """Stop the running scan; pages already yielded stay."""
        self._cancelled.set()

    def _device(self) -> Found:
        found = self.discover()
        if not found:
            raise scan_error(Fault.ABSENT, 0, f"{self._backend}: no device that fits")
        return found[0]

    def _read(
        self, profile: Profile, source: str, options: Sequence[str], folder: Path
    ) -> Iterator[ScannedPage]:
        single = ["--batch-count=1"] if source == Source.FLATBED.value else []
        limit = self._page_seconds or profile.page_seconds
        yield from self._process.pages([*options, *single], folder, limit, _verdict)

    def _options(
        self, request: ScanRequest, device: Found, profile: Profile, has: str, source: str
    ) -> list[str]:
        width, height = profile.paper_mm
        mode = _names(has, "mode", profile.modes).get(request.mode.value)
        return [
            f"--device-name={device.address}",
            *([f"--source={source}"] if source else []),
            *([f"--mode={mode}"] if mode else []),
            f"--resolution={request.resolution}",
            *("-x", f"{width:g}", "-y", f"{height:g}"),
            *self._more,
        ]


def _system_config(backend: str) -> dict[str, str]:
    own = SYSTEM_CONFIG / f"{backend}.conf"
    return {own.name: own.read_text("utf-8", errors="replace")} if own.is_file() else {}


def _names(has: str, option: str, wanted: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """What the device calls each of the things wanted, where it has them."""
    found = re.search(_CHOICES.format(name=option), has, re.MULTILINE)
    choices = found[1].split("|") if found else []
    return {
        name: next(each for each in spellings if each in choices)
        for name, spellings in wanted.items()
        if not set(spellings).isdisjoint(choices)
    }


def _chosen(request: ScanRequest, sources: frozenset[str]) -> str:
    """Choose where to read from; a device with one source alone may not name it."""
    wanted = request.source
    if not sources and wanted in (Source.AUTO, Source.FLATBED):
        return Source.FLATBED.value
    if wanted is Source.AUTO:
        wanted = Source.FEEDER if sources & {Source.FEEDER, Source.DUPLEX} else Source.FLATBED
    both_sides = request.duplex or Source.FEEDER.value not in sources
    if wanted is Source.FEEDER and both_sides and Source.DUPLEX.value in sources:
        wanted = Source.DUPLEX
    if wanted.value not in sources:
        raise InvalidInput("device.scanner.no_source", source=wanted.value)
    return wanted.value


def _is_empty(error: DeviceFault) -> bool:
    return error.fields["fault"] is Fault.PAPER_OUT and error.fields["pages_kept"] == 0


def _verdict(code: int, kept: int) -> Fault | None:
    if code == 0:
        return None if kept else Fault.PAPER_OUT
    if code == 1 and not kept:
        return Fault.ABSENT
    # A feeder that has run empty after some pages has done its work.
    if code == 7 and kept:
        return None
    return EXIT_FAULTS.get(code, Fault.LINE)
