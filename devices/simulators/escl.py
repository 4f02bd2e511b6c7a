"""The eSCL (AirScan) wire as a simulated scanner speaks it: settings, documents, exchanges."""

import io
import json
import re
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape

from PIL import Image

if TYPE_CHECKING:
    from devices.simulators.scanner import SimulatedScanner

RESOLUTIONS = (75, 100, 150, 200, 300, 600)
NAMESPACES = (
    'xmlns:scan="http://schemas.hp.com/imaging/escl/2011/05/03" '
    'xmlns:pwg="http://www.pwg.org/schemas/2010/12/sm"'
)


class Trouble(StrEnum):
    """A fault that the scanner can be told to have; the value is its eSCL `AdfState`."""

    JAM = "ScannerAdfJam"
    COVER = "ScannerAdfDoorOpen"
    HATCH = "ScannerAdfHatchOpen"
    MULTI_FEED = "ScannerAdfMultipickDetected"
    MISPICK = "ScannerAdfMispick"


@dataclass(slots=True)
class Job:
    """One eSCL scan job; lengths are in 1/300 inch."""

    feeder: bool
    duplex: bool
    resolution: int
    width: int
    height: int
    grey: bool
    state: str = "Processing"
    images: int = 0
    touched: float = field(default_factory=time.monotonic)

    @classmethod
    def parse(cls, settings: str) -> "Job":
        """Read the `ScanSettings` document of a client."""

        def value(tag: str, default: str) -> str:
            found = re.search(rf"<\w+:{tag}>\s*([^<]*?)\s*<", settings)
            return found[1] if found else default

        return cls(
            feeder=value("InputSource", "Platen") == "Feeder",
            duplex=value("Duplex", "false") == "true",
            resolution=int(value("XResolution", "300")),
            width=int(value("Width", "2480")),
            height=int(value("Height", "3508")),
            grey=value("ColorMode", "RGB24").startswith("Grayscale"),
        )

    def render(self, page: Path) -> bytes:
        """Return the page as the scanner would send it: a JPEG of the size asked for."""
        size = (
            round(self.width * self.resolution / 300),
            round(self.height * self.resolution / 300),
        )
        mode = "L" if self.grey else "RGB"
        with Image.open(page) as image:
            if (image.format, image.mode, image.size) == ("JPEG", mode, size):
                return page.read_bytes()
            image.draft(mode, size)
            sheet = image.convert(mode).resize(size, Image.Resampling.BICUBIC, reducing_gap=2.0)
        out = io.BytesIO()
        sheet.save(out, "JPEG", quality=90, dpi=(self.resolution, self.resolution))
        return out.getvalue()


def capabilities_document(model: str, serial: str, uuid: str) -> str:
    """Return the `ScannerCapabilities` of an A4 scanner with a duplex feeder and a glass."""
    resolutions = "".join(
        f"<scan:DiscreteResolution><scan:XResolution>{dpi}</scan:XResolution>"
        f"<scan:YResolution>{dpi}</scan:YResolution></scan:DiscreteResolution>"
        for dpi in RESOLUTIONS
    )
    source = (
        "<scan:MinWidth>16</scan:MinWidth><scan:MaxWidth>2550</scan:MaxWidth>"
        "<scan:MinHeight>16</scan:MinHeight><scan:MaxHeight>3508</scan:MaxHeight>"
        "<scan:MaxScanRegions>1</scan:MaxScanRegions>"
        "<scan:SettingProfiles><scan:SettingProfile><scan:ColorModes>"
        "<scan:ColorMode>Grayscale8</scan:ColorMode><scan:ColorMode>RGB24</scan:ColorMode>"
        "</scan:ColorModes><scan:DocumentFormats>"
        "<pwg:DocumentFormat>image/jpeg</pwg:DocumentFormat>"
        "<scan:DocumentFormatExt>image/jpeg</scan:DocumentFormatExt></scan:DocumentFormats>"
        "<scan:SupportedResolutions><scan:DiscreteResolutions>"
        f"{resolutions}</scan:DiscreteResolutions></scan:SupportedResolutions>"
        "</scan:SettingProfile></scan:SettingProfiles>"
    )
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><scan:ScannerCapabilities {NAMESPACES}>'
        "<pwg:Version>2.63</pwg:Version>"
        f"<pwg:MakeAndModel>{escape(model)}</pwg:MakeAndModel>"
        f"<pwg:SerialNumber>{escape(serial)}</pwg:SerialNumber>"
        f"<scan:UUID>{uuid}</scan:UUID>"
        f"<scan:Platen><scan:PlatenInputCaps>{source}</scan:PlatenInputCaps></scan:Platen>"
        f"<scan:Adf><scan:AdfSimplexInputCaps>{source}</scan:AdfSimplexInputCaps>"
        f"<scan:AdfDuplexInputCaps>{source}</scan:AdfDuplexInputCaps>"
        "<scan:FeederCapacity>50</scan:FeederCapacity><scan:AdfOptions>"
        "<scan:AdfOption>DetectPaperLoaded</scan:AdfOption>"
        "<scan:AdfOption>Duplex</scan:AdfOption></scan:AdfOptions></scan:Adf>"
        "</scan:ScannerCapabilities>"
    )


def status_document(state: str, feeder: str, jobs: Mapping[str, Job]) -> str:
    """Return the `ScannerStatus`; `feeder` is the `AdfState`."""
    rows = "".join(
        f"<scan:JobInfo><pwg:JobUri>/eSCL/ScanJobs/{key}</pwg:JobUri>"
        f"<pwg:JobUuid>{key}</pwg:JobUuid>"
        f"<scan:Age>{int(time.monotonic() - job.touched)}</scan:Age>"
        f"<pwg:ImagesCompleted>{job.images}</pwg:ImagesCompleted>"
        f"<pwg:JobState>{job.state}</pwg:JobState></scan:JobInfo>"
        for key, job in jobs.items()
    )
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><scan:ScannerStatus {NAMESPACES}>'
        "<pwg:Version>2.63</pwg:Version>"
        f"<pwg:State>{state}</pwg:State>"
        f"<scan:AdfState>{feeder}</scan:AdfState>"
        f"<scan:Jobs>{rows}</scan:Jobs></scan:ScannerStatus>"
    )


class EsclServer(ThreadingHTTPServer):
    """The listening socket of one simulated scanner; the port is bound at once."""

    daemon_threads = True

    def __init__(self, address: tuple[str, int], scanner: "SimulatedScanner") -> None:
        self.scanner = scanner
        super().__init__(address, _Exchange)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up in mid-page is nothing to report; anything else is."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class _Exchange(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: EsclServer

    def log_message(self, format: str, *args: object) -> None:
        """Stay silent: the demo's console belongs to the demo."""

    def do_GET(self) -> None:
        scanner = self.server.scanner
        if self.path == "/sim/state":
            self._json(HTTPStatus.OK, scanner.state())
        elif not scanner.answers():
            self.close_connection = True
        elif scanner.locked:
            self._send(HTTPStatus.FORBIDDEN)
        elif self.path == "/eSCL/ScannerCapabilities":
            self._send(HTTPStatus.OK, scanner.capabilities().encode())
        elif self.path == "/eSCL/ScannerStatus":
            self._send(HTTPStatus.OK, scanner.status().encode())
        elif job := re.fullmatch(r"/eSCL/ScanJobs/([^/]+)/NextDocument", self.path):
            status, image = scanner.next_image(job[1])
            if scanner.answers():
                self._send(status, image, "image/jpeg")
            else:
                self.close_connection = True
        else:
            self._send(HTTPStatus.NOT_FOUND)

    def do_POST(self) -> None:
        scanner = self.server.scanner
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.path.startswith("/sim/"):
            self._order(body)
        elif not scanner.answers():
            self.close_connection = True
        elif scanner.locked:
            self._send(HTTPStatus.FORBIDDEN)
        elif self.path == "/eSCL/ScanJobs":
            status, key = scanner.begin(body.decode(errors="replace"))
            self._send(status, location=f"{scanner.url}/ScanJobs/{key}" if key else None)
        else:
            self._send(HTTPStatus.NOT_FOUND)

    def do_DELETE(self) -> None:
        scanner = self.server.scanner
        if not scanner.answers():
            self.close_connection = True
        elif self.path.startswith("/eSCL/ScanJobs/"):
            self._send(scanner.cancel(self.path.removeprefix("/eSCL/ScanJobs/").strip("/")))
        else:
            self._send(HTTPStatus.NOT_FOUND)

    def _order(self, body: bytes) -> None:
        scanner = self.server.scanner
        try:
            fields = json.loads(body or b"{}")
        except ValueError:
            fields = None
        if not isinstance(fields, dict):
            self._json(HTTPStatus.BAD_REQUEST, {})
            return
        status = scanner.command(self.path.removeprefix("/sim/"), fields)
        self._json(status, scanner.state())

    def _json(self, status: HTTPStatus, body: dict[str, object]) -> None:
        self._send(status, json.dumps(body, ensure_ascii=False).encode(), "application/json")

    def _send(
        self,
        status: HTTPStatus,
        body: bytes = b"",
        media_type: str = "text/xml",
        location: str | None = None,
    ) -> None:
        self.send_response(status)
        self.send_header("Content-Type", media_type)
        self.send_header("Content-Length", str(len(body)))
        if location:
            self.send_header("Location", location)
        self.end_headers()
        self.wfile.write(body)
