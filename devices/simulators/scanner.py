"""The far end of a network scanner: eSCL over HTTP, with a feeder, a glass and faults on demand.

The real SANE stack (sane-airscan) drives it. Scenes are set from Python by the methods of
`SimulatedScanner`, or over HTTP:

    GET  /sim/state                             the tray, the fault, the jobs
    POST /sim/load    {"pages": 4} | {"pages": ["a.jpg", ...]}
    POST /sim/fault   {"fault": "jam" | "cover" | "hatch" | "multi_feed" | "mispick", "page": 3}
    POST /sim/clear                             the clerk has mended the fault
    POST /sim/empty                             the tray is emptied
    POST /sim/busy    {"busy": true}
    POST /sim/offline | /sim/online             the control address itself keeps answering
    POST /sim/pace    {"seconds": 1.0}          time for one page
    POST /sim/stand   {"state": "Testing"}      Testing, Stopped, Down; Idle again
    POST /sim/lock    {"locked": true}          it refuses whoever asks (403)
"""

import argparse
import signal
import threading
import time
import uuid
from collections.abc import Callable, Sequence
from http import HTTPStatus
from pathlib import Path
from types import TracebackType
from typing import Self

from zeroconf import ServiceInfo, Zeroconf

from devices.simulators.escl import EsclServer, Job, Trouble, capabilities_document, status_document

IMAGE_SUFFIXES = {".jpg", ".jpeg", ".png", ".tif", ".tiff"}
ABANDONED_AFTER = 15.0  # seconds after which a scanner gives up a job that nobody fetches


class SimulatedScanner:
    """An A4 duplex scanner on loopback whose paper is a folder of page images.

    `port` 0 asks the kernel for a free one. The tray is empty until `load`. A fault stays until
    `clear`; the sheet that met it is still in the tray.
    """

    def __init__(
        self,
        pages: Path,
        *,
        port: int = 0,
        host: str = "127.0.0.1",
        model: str = "Dangxia SimScan A4",
        serial: str = "SIM0001",
    ) -> None:
        self.pages = pages
        self.model = model
        self.serial = serial
        self.uuid = str(uuid.uuid5(uuid.NAMESPACE_OID, f"{model}/{serial}"))
        self._lock = threading.RLock()
        self._tray: list[Path] = []
        self._cursor = 0
        self._jobs: dict[str, Job] = {}
        self._trouble: Trouble | None = None
        self._due: tuple[Trouble, int] | None = None
        self._occupied = False
        self._offline = False
        self._pace = 0.0
        self._stand = "Idle"
        self.locked = False
        self._server = EsclServer((host, port), self)
        self._thread: threading.Thread | None = None
        self._zeroconf: Zeroconf | None = None

    @property
    def port(self) -> int:
        """The port that the kernel gave."""
        return int(self._server.server_address[1])

    @property
    def url(self) -> str:
        """The eSCL address to give to a driver."""
        return f"{self.control}/eSCL"

    @property
    def control(self) -> str:
        """The address under which `/sim/...` answers."""
        return f"http://{self._server.server_address[0]!s}:{self.port}"

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
        """Answer from a thread of its own."""
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.1,), name="simulated-scanner", daemon=True
        )
        self._thread.start()

    def stop(self) -> None:
        """Switch the scanner off: the port refuses from now on."""
        if self._zeroconf is not None:
            self._zeroconf.close()
            self._zeroconf = None
        if self._thread is not None:
            self._server.shutdown()
            self._thread.join()
            self._thread = None
        self._server.server_close()

    def announce(self, interfaces: Sequence[str] = ("127.0.0.1",)) -> None:
        """Announce the scanner as `_uscan._tcp` on these interface addresses, until `stop`."""
        self._zeroconf = Zeroconf(interfaces=list(interfaces))
        name = f"{self.model} {self.serial}"
        self._zeroconf.register_service(
            ServiceInfo(
                "_uscan._tcp.local.",
                f"{name}._uscan._tcp.local.",
                port=self.port,
                parsed_addresses=[str(self._server.server_address[0])],
                properties={
                    "rs": "eSCL",
                    "ty": self.model,
                    "UUID": self.uuid,
                    "is": "adf,platen",
                    "cs": "color,grayscale",
                    "duplex": "T",
                    "pdl": "image/jpeg",
                },
            )
        )

    def load(self, pages: int | Sequence[str | Path] | None = None) -> list[Path]:
        """Put sheets on top of the tray: the next so many of the folder, the named ones, or all.

        In duplex work two images make one sheet.
        """
        with self._lock:
            if pages is None:
                added = self._folder()
            elif isinstance(pages, int):
                added = [self._next() for _ in range(pages)]
            else:
                added = [self.pages / page for page in pages]
            if missing := [page.name for page in added if not page.is_file()]:
                raise FileNotFoundError(", ".join(missing))
            self._tray.extend(added)
            return added

    def empty(self) -> None:
        """Take all paper out of the tray."""
        with self._lock:
            self._tray.clear()

    def trouble(self, trouble: Trouble, page: int | None = None) -> None:
        """Have a fault now, or when the image of this number (from 1) of a job is due."""
        with self._lock:
            if page is None:
                self._trouble = trouble
            else:
                self._due = (trouble, page)

    def clear(self) -> None:
        """Mend every fault, as a clerk would."""
        with self._lock:
            self._trouble = None
            self._due = None

    def occupy(self, busy: bool = True) -> None:
        """Be in use by somebody else."""
        with self._lock:
            self._occupied = busy

    def offline(self, offline: bool = True) -> None:
        """Drop every eSCL connection without an answer."""
        with self._lock:
            self._offline = offline

    def pace(self, seconds: float) -> None:
        """Take this long for a page."""
        with self._lock:
            self._pace = seconds

    def stand(self, state: str) -> None:
        """Be in this eSCL `State` while no job runs."""
        with self._lock:
            self._stand = state

    def lock(self, locked: bool = True) -> None:
        """Refuse every question and job."""
        self.locked = locked

    def state(self) -> dict[str, object]:
        """Return what the control address shows."""
        with self._lock:
            return {
                "tray": [page.name for page in self._tray],
                "trouble": self._trouble.name.lower() if self._trouble else None,
                "busy": self._busy(),
                "offline": self._offline,
                "pace": self._pace,
                "jobs": {key: [job.state, job.images] for key, job in self._jobs.items()},
            }

    # what the far end of the wire asks

    def answers(self) -> bool:
        """Tell whether the scanner is on the network."""
        with self._lock:
            return not self._offline

    def capabilities(self) -> str:
        """Return the eSCL `ScannerCapabilities` document."""
        return capabilities_document(self.model, self.serial, self.uuid)

    def status(self) -> str:
        """Return the eSCL `ScannerStatus` document."""
        with self._lock:
            feeder = "ScannerAdfLoaded" if self._tray else "ScannerAdfEmpty"
            state = "Processing" if self._busy() else self._stand
            return status_document(state, self._trouble or feeder, self._jobs)

    def begin(self, settings: str) -> tuple[HTTPStatus, str]:
        """Open a scan job; return the HTTP status and the job's key."""
        job = Job.parse(settings)
        with self._lock:
            if self._busy():
                return HTTPStatus.SERVICE_UNAVAILABLE, ""
            if job.feeder and (self._trouble or not self._tray):
                return HTTPStatus.CONFLICT, ""
            key = str(uuid.uuid4())
            self._jobs[key] = job
            return HTTPStatus.CREATED, key

    def next_image(self, key: str) -> tuple[HTTPStatus, bytes]:
        """Scan the next side of a job; 404 ends it, 409 tells of a fault in the feeder."""
        with self._lock:
            job = self._jobs.get(key)
            if job is None or job.state != "Processing":
                return HTTPStatus.NOT_FOUND, b""
            job.touched = time.monotonic()
            pace = self._pace
        # A sheet takes its time to be drawn in, whether it comes through or jams.
        if pace:
            time.sleep(pace)
        with self._lock:
            if self._due and job.feeder and job.images + 1 >= self._due[1]:
                self._trouble, self._due = self._due[0], None
            if self._trouble and job.feeder:
                job.state = "Aborted"
                return HTTPStatus.CONFLICT, b""
            if job.feeder and not self._tray:
                job.state = "Completed"
                return HTTPStatus.NOT_FOUND, b""
            page = self._tray[0] if job.feeder else self._next()
        image = job.render(page)
        with self._lock:
            if job.state != "Processing":
                return HTTPStatus.NOT_FOUND, b""
            job.touched = time.monotonic()
            job.images += 1
            if job.feeder:
                self._tray.pop(0)
            if not job.feeder or not self._tray:
                job.state = "Completed"
        return HTTPStatus.OK, image

    def cancel(self, key: str) -> HTTPStatus:
        """End a job at the client's wish."""
        with self._lock:
            job = self._jobs.get(key)
            if job is None:
                return HTTPStatus.NOT_FOUND
            if job.state == "Processing":
                job.state = "Canceled"
            return HTTPStatus.OK

    def command(self, verb: str, body: dict[str, object]) -> HTTPStatus:
        """Do one order of the control address."""
        orders: dict[str, Callable[[], object]] = {
            "load": lambda: self.load(_pages(body.get("pages"))),
            "fault": lambda: self.trouble(
                Trouble[str(body["fault"]).upper()], _whole(body.get("page"))
            ),
            "clear": self.clear,
            "empty": self.empty,
            "busy": lambda: self.occupy(body.get("busy", True) is True),
            "offline": self.offline,
            "online": lambda: self.offline(False),
            "pace": lambda: self.pace(float(str(body["seconds"]))),
            "stand": lambda: self.stand(str(body["state"])),
            "lock": lambda: self.lock(body.get("locked", True) is True),
        }
        if verb not in orders:
            return HTTPStatus.NOT_FOUND
        try:
            orders[verb]()
        except (KeyError, ValueError, OSError):
            return HTTPStatus.BAD_REQUEST
        return HTTPStatus.OK

    def _busy(self) -> bool:
        for job in self._jobs.values():
            if job.state == "Processing" and time.monotonic() - job.touched > ABANDONED_AFTER:
                job.state = "Aborted"
        return self._occupied or any(job.state == "Processing" for job in self._jobs.values())

    def _folder(self) -> list[Path]:
        return sorted(p for p in self.pages.iterdir() if p.suffix.lower() in IMAGE_SUFFIXES)

    def _next(self) -> Path:
        pages = self._folder()
        if not pages:
            raise FileNotFoundError(self.pages)
        page = pages[self._cursor % len(pages)]
        self._cursor += 1
        return page


def _pages(value: object) -> int | list[str] | None:
    if isinstance(value, list):
        return [Path(str(name)).name for name in value]
    return _whole(value)


def _whole(value: object) -> int | None:
    return None if value is None else int(str(value))


def main() -> None:
    """Run one simulated scanner until interrupted."""
    parser = argparse.ArgumentParser(prog="python -m devices.simulators.scanner")
    parser.add_argument("--pages", type=Path, required=True, help="folder of page images")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--serial", default="SIM0001")
    parser.add_argument("--load", type=int, default=0, help="sheets in the tray at the start")
    parser.add_argument("--announce", action="store_true", help="announce _uscan._tcp")
    options = parser.parse_args()
    stopped = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopped.set())
    with SimulatedScanner(options.pages, port=options.port, serial=options.serial) as scanner:
        scanner.load(options.load)
        if options.announce:
            scanner.announce()
        print(scanner.url, flush=True)
        stopped.wait()


if __name__ == "__main__":
    main()
