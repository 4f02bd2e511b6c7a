"""A small eSCL client: what a network scanner says of itself, and how its feeder stands.

`scanimage` moves the pages; its five error codes are too coarse to tell a clerk what to do, so
the real cause is read here.
"""

import threading
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass
from enum import StrEnum
from http import HTTPStatus

import httpx
from zeroconf import ServiceBrowser, ServiceStateChange, Zeroconf

from devices.driver import Fault

LONGEST_DOCUMENT = 1 << 20  # bytes; a real capabilities document has about 20 kB

FEEDER_FAULTS = {
    "ScannerAdfJam": Fault.JAM,
    "ScannerAdfMispick": Fault.JAM,
    "ScannerAdfMultipickDetected": Fault.MULTI_FEED,
    "ScannerAdfDoorOpen": Fault.COVER_OPEN,
    "ScannerAdfHatchOpen": Fault.COVER_OPEN,
    "ScannerAdfInputTrayFailed": Fault.JAM,
    "ScannerAdfInputTrayOverloaded": Fault.JAM,
    "ScannerAdfDuplexPageTooShort": Fault.JAM,
    "ScannerAdfDuplexPageTooLong": Fault.JAM,
}
# Testing: warming up or calibrating. Stopped and Down are for whoever stands at the device.
BUSY_STATES = {"Processing", "Testing"}
STOPPED_STATES = {"Stopped": Fault.PAUSED, "Down": Fault.PAUSED}
DENIED = {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}


class Source(StrEnum):
    """Where the paper lies; AUTO takes the feeder when it is loaded, otherwise the glass."""

    AUTO = "auto"
    FLATBED = "flatbed"
    FEEDER = "feeder"
    DUPLEX = "duplex"


class EsclError(Exception):
    """The device did not answer, or not in eSCL; `fault` is permission where it will not."""

    def __init__(self, detail: str, fault: Fault = Fault.ABSENT) -> None:
        super().__init__(detail)
        self.fault = fault


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a scanner is; `uuid` and `serial` may be empty."""

    model: str
    serial: str
    uuid: str
    sources: frozenset[Source]
    resolutions: tuple[int, ...]

    @property
    def stable_id(self) -> str:
        """Return a name that survives power cycles and changes of address."""
        if self.uuid:
            return f"escl:{self.uuid.lower()}"
        return f"escl:{self.model}:{self.serial}"


@dataclass(frozen=True, slots=True)
class Status:
    """How a scanner stands; `feeder` is the eSCL `AdfState`, empty where it tells none."""

    state: str
    feeder: str

    @property
    def busy(self) -> bool:
        """Tell whether a job is running, whoever's it is, or the device makes itself ready."""
        return self.state in BUSY_STATES

    @property
    def fault(self) -> Fault | None:
        """Return what a clerk must mend at the device; an empty feeder is no fault."""
        return FEEDER_FAULTS.get(self.feeder) or STOPPED_STATES.get(self.state)

    @property
    def paper(self) -> bool | None:
        """Tell whether the feeder holds paper; None where it cannot tell."""
        return {"ScannerAdfLoaded": True, "ScannerAdfEmpty": False}.get(self.feeder)


class EsclClient:
    """Reads the documents of the scanner at `url` (`http://address:port/eSCL`)."""

    def __init__(self, url: str, *, timeout: float = 3.0) -> None:
        self.url = url.rstrip("/")
        self._timeout = timeout

    def capabilities(self) -> Capabilities:
        """Ask what the scanner is. Raises EsclError."""
        root = self._read("ScannerCapabilities")
        sources = {
            source
            for source, tag in (
                (Source.FLATBED, "PlatenInputCaps"),
                (Source.FEEDER, "AdfSimplexInputCaps"),
                (Source.DUPLEX, "AdfDuplexInputCaps"),
            )
            if root.find(f".//{{*}}{tag}") is not None
        }
        resolutions = {
            int(each.text)
            for each in root.iterfind(".//{*}DiscreteResolution/{*}XResolution")
            if each.text and each.text.isdigit()
        }
        return Capabilities(
            model=_text(root, "MakeAndModel"),
            serial=_text(root, "SerialNumber"),
            uuid=_text(root, "UUID").removeprefix("urn:uuid:"),
            sources=frozenset(sources),
            resolutions=tuple(sorted(resolutions)),
        )

    def status(self) -> Status:
        """Ask how the scanner stands. Raises EsclError."""
        root = self._read("ScannerStatus")
        return Status(state=_text(root, "State"), feeder=_text(root, "AdfState"))

    def abandon(self) -> None:
        """Cancel every job that the scanner still runs. Raises EsclError.

        Only for whoever holds the scanner: eSCL has no owner of a job.
        """
        root = self._read("ScannerStatus")
        try:
            with self._wire() as client:
                for job in root.iterfind(".//{*}JobInfo"):
                    if _text(job, "JobState") in {"Processing", "Pending"}:
                        key = _text(job, "JobUri").rstrip("/").rsplit("/", 1)[-1]
                        client.delete(f"{self.url}/ScanJobs/{key}")
        except httpx.HTTPError as error:
            raise EsclError(f"{self.url}: {error!r}") from error

    def _wire(self) -> httpx.Client:
        # Scanners carry self-signed certificates, and no proxy stands between.
        return httpx.Client(timeout=self._timeout, trust_env=False, verify=False)

    def _read(self, document: str) -> ElementTree.Element:
        try:
            with (
                self._wire() as client,
                client.stream("GET", f"{self.url}/{document}") as answer,
            ):
                answer.raise_for_status()
                body = b""
                for piece in answer.iter_bytes():
                    body += piece
                    if len(body) > LONGEST_DOCUMENT:
                        raise EsclError(f"{document} is longer than {LONGEST_DOCUMENT} bytes")
            return ElementTree.fromstring(body)
        except httpx.HTTPStatusError as error:
            denied = error.response.status_code in DENIED
            fault = Fault.PERMISSION if denied else Fault.ABSENT
            raise EsclError(f"{self.url}/{document}: {error!r}", fault) from error
        except (httpx.HTTPError, httpx.InvalidURL, ElementTree.ParseError) as error:
            raise EsclError(f"{self.url}/{document}: {error!r}") from error


def _text(root: ElementTree.Element, tag: str) -> str:
    found = root.find(f".//{{*}}{tag}")
    return (found.text or "").strip() if found is not None else ""


def browse(seconds: float, interfaces: list[str] | None = None) -> list[str]:
    """Listen for announced eSCL scanners this long and return their addresses."""
    found: dict[str, str] = {}
    zeroconf = Zeroconf(interfaces=interfaces) if interfaces else Zeroconf()

    def seen(
        zeroconf: Zeroconf, service_type: str, name: str, state_change: ServiceStateChange
    ) -> None:
        if state_change is ServiceStateChange.Removed:
            found.pop(name, None)
            return
        service = zeroconf.get_service_info(service_type, name, timeout=int(seconds * 1000))
        if service is None or not service.parsed_addresses():
            return
        path = (service.properties.get(b"rs") or b"eSCL").decode().strip("/")
        scheme = "https" if service_type.startswith("_uscans.") else "http"
        found[name] = f"{scheme}://{service.parsed_addresses()[0]}:{service.port}/{path}"

    browser = ServiceBrowser(
        zeroconf, ["_uscan._tcp.local.", "_uscans._tcp.local."], handlers=[seen]
    )
    threading.Event().wait(seconds)
    browser.cancel()
    zeroconf.close()
    return sorted(set(found.values()))
