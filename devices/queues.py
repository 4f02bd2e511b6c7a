"""Queues of CUPS: making and removing the one that leads to a printer."""

import os
import subprocess
import time

import cups

from devices.driver import Fault
from devices.printer_reasons import ask_printer
from edge.domain.errors import DeviceUnavailable

_PATIENCE_SECONDS = 30.0
_DESCRIBING_SECONDS = 20.0
_DRIVERLESS = "IPP Everywhere"  # ends the model of a queue that knows its printer


def add_driverless(name: str, uri: str, host: str, port: int = 631) -> None:
    """Make (or point anew) the queue `name` to the IPP Everywhere printer at `uri`.

    `host` is the CUPS server's address or the absolute path of its socket (`port` is then unused).
    CUPS asks the printer what it can do, so the printer must answer now; a queue that could not
    learn it is removed again, since it would print PDF source. A4 is the default.
    Raises DeviceUnavailable: absent (no CUPS, no printer) or permission.
    """
    if uri.startswith(("ipp://", "ipps://")):
        fault, said = ask_printer(uri)
        if fault in (Fault.ABSENT, Fault.PERMISSION):
            raise _failure(fault, name, said)
    options = ("media=iso_a4_210x297mm", "printer-is-shared=false")
    flags = [part for option in options for part in ("-o", option)]
    _lpadmin(["-p", name, "-E", "-v", uri, "-m", "everywhere", *flags], name, host, port)
    if not _described(name, host, port):
        remove(name, host, port)
        raise _failure(Fault.ABSENT, name, f"{uri} did not say what it can do")


def add_raw(name: str, uri: str, host: str, port: int = 631) -> None:
    """Make (or point anew) the queue `name` that sends on to `uri` what it gets, as it is.

    Raises DeviceUnavailable: absent (no CUPS) or permission.
    """
    flags = ["-m", "raw", "-o", "printer-is-shared=false", "-o", "printer-error-policy=retry-job"]
    _lpadmin(["-p", name, "-E", "-v", uri, *flags], name, host, port)


def remove(name: str, host: str, port: int = 631) -> None:
    """Remove the queue `name` with its waiting jobs."""
    _lpadmin(["-x", name], name, host, port)


def _described(name: str, host: str, port: int) -> bool:
    # lpadmin returns before CUPS has asked the printer, and says nothing when that fails.
    connection = cups.Connection(host=host, port=port)
    deadline = time.monotonic() + _DESCRIBING_SECONDS
    while True:
        about = connection.getPrinters().get(name, {})
        if str(about.get("printer-make-and-model", "")).endswith(_DRIVERLESS):
            return True
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)  # the queue is named before it knows what it prints on


def _lpadmin(arguments: list[str], name: str, host: str, port: int) -> None:
    server = host if host.startswith("/") else f"{host}:{port}"
    try:
        done = subprocess.run(
            ["lpadmin", *arguments],
            # The answer is matched below, so it must not be translated.
            env={**os.environ, "CUPS_SERVER": server, "LC_ALL": "C.UTF-8"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_PATIENCE_SECONDS,
            check=False,
        )
    except FileNotFoundError as missing:
        raise _failure(Fault.ABSENT, name, "lpadmin is not installed") from missing
    except subprocess.TimeoutExpired as late:
        raise _failure(Fault.TIMEOUT, name, "lpadmin gave no answer") from late
    if done.returncode:
        said = done.stderr.strip()
        refused = any(word in said for word in ("Forbidden", "Unauthorized", "not authorized"))
        raise _failure(Fault.PERMISSION if refused else Fault.ABSENT, name, said)


def _failure(fault: Fault, queue: str, detail: str) -> DeviceUnavailable:
    return DeviceUnavailable(f"device.printer.{fault}", fault=fault, queue=queue, detail=detail)
