"""The driver of scanners on this machine, by any backend of SANE, through the `scanimage` process.

A backend's device names hold bus numbers that change with every plug; the scanner is known by its
make, model and serial number instead, and looked up anew for each scan.
"""

import re
import threading
import time
from collections import ChainMap
from collections.abc import Generator, Iterator, Sequence
from pathlib import Path

from devices.driver import Fault, Found, Health, State
from devices.escl import Source
from devices.sane_listing import LISTED, devices_in
from devices.sane_options import (
    Options,
    duplex_switch,
    names_of,
    parse_options,
    sensed,
    source_options,
)
from devices.scanimage import EXIT_FAULTS, ScanImage, ScannedPage, require_scanimage, scan_error
from devices.scanner import LOOK_S, Profile, ScanRequest
from edge.domain.errors import DeviceFault, InvalidInput

SYSTEM_CONFIG = Path("/etc/sane.d")
_SENSED = {
    "multi_feed": Fault.MULTI_FEED,
    "jam": Fault.JAM,
    "cover": Fault.COVER_OPEN,
}


class SaneBackendScanner:
    """The first scanner of a backend whose make, model and serial number fit `match`.

    `match` is a regular expression. `config` gives the backend's own files by name, those of this
    machine unless told; `options` go to scanimage as they are. One scan at a time; `cancel` and
    `stop_waiting` from any thread.
    """

    kind = "scanner"

    def __init__(
        self,
        backend: str,
        match: str = ".",
        *,
        options: Sequence[str] = (),
        config: dict[str, str] | None = None,
        page_seconds: float | None = None,
    ) -> None:
        if not re.fullmatch(r"[a-z0-9_-]+", backend):
            raise InvalidInput("device.scanner.bad_address", address=backend)
        try:
            self._match = re.compile(match)
        except re.error as error:
            raise InvalidInput("device.scanner.bad_address", address=match) from error
        self._backend, self._more = backend, tuple(options)
        self._page_seconds = page_seconds
        # A device answers one program at a time: a scan waits for a question to end.
        self._lease, self._asking = threading.Lock(), threading.Lock()
        self._cancelled, self._hurried = threading.Event(), threading.Event()
        own = config if config is not None else _system_config(backend)
        files = ChainMap({"dll.conf": f"{backend}\n"}, own)
        self._process = ScanImage(files, self._cancelled)

    def discover(self) -> list[Found]:
        """List the backend's devices that fit; none while a scan runs, for it holds the device."""
        listed = devices_in(self._process.said("--formatted-device-list", LISTED))
        return [
            each
            for each in listed
            if self._match.search(f"{each.model} {each.options['serial']}".strip())
        ]

    def health(self) -> Health:
        """Say how the scanner is, so far as its backend shows sensors; else that it is there."""
        with self._asking:
            if self._lease.locked():
                return Health(State.BUSY)
            found = self.discover()
            if not found:
                return Health(State.ABSENT, Fault.ABSENT, f"{self._backend}: no device that fits")
            sensors = Profile.for_model(found[0].model).sensors
            told = sensed(sensors, self._all_options(found[0]))
        fault = next((fault for what, fault in _SENSED.items() if told.get(what)), None)
        words = " ".join(what for what, yes in told.items() if yes)
        return Health(State.FAULT if fault else State.READY, fault, words)

    def scan(self, request: ScanRequest, folder: Path) -> Generator[ScannedPage, None, None]:
        """Scan into `folder`; pages and errors as `SaneScanner.scan`."""
        if not self._lease.acquire(blocking=False):
            raise scan_error(Fault.BUSY, 0, "this scanner is already scanning")
        try:
            self._cancelled.clear()
            require_scanimage(folder)
            with self._asking:
                pass
            device = self._device()
            profile = Profile.for_model(device.model)
            has = self._all_options(device)
            sources = names_of(has, "source", profile.sources)
            switch = duplex_switch(profile, has)
            apart = {Source.DUPLEX.value} if switch and Source.FEEDER.value in sources else set()
            source = _chosen(request, frozenset(sources) | apart)
            deadline = time.monotonic() + request.wait
            while True:
                options = [
                    *self._options(request, device, profile, has),
                    *source_options(source, sources, switch),
                    *self._more,
                ]
                try:
                    yield from self._read(profile, source, options, folder)
                    return
                except DeviceFault as error:
                    empty = _is_empty(error)
                    waits = time.monotonic() < deadline and not self._hurried.is_set()
                    if empty and waits and not self._cancelled.wait(LOOK_S):
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

    def stop_waiting(self) -> None:
        """Wait for paper no more, now and from now on; a scan that reads goes on."""
        self._hurried.set()

    def _all_options(self, device: Found) -> Options:
        said = self._process.said("--device-name", device.address, "--all-options")
        return parse_options(said)

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
        self, request: ScanRequest, device: Found, profile: Profile, has: Options
    ) -> list[str]:
        width, height = profile.paper_mm
        mode = names_of(has, "mode", profile.modes).get(request.mode.value)
        return [
            f"--device-name={device.address}",
            *([f"--mode={mode}"] if mode else []),
            f"--resolution={request.resolution}",
            *("-x", f"{width:g}", "-y", f"{height:g}"),
            # A feeder that centres the sheet must know how wide it is.
            *(
                f"--{name}={length:g}"
                for name, length in (("page-width", width), ("page-height", height))
                if name in has
            ),
        ]


def _system_config(backend: str) -> dict[str, str]:
    own = SYSTEM_CONFIG / f"{backend}.conf"
    return {own.name: own.read_text("utf-8", errors="replace")} if own.is_file() else {}


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
