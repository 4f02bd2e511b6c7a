"""What a printer says of itself (printer-state-reasons), and which fault that is."""

import asyncio

import cups
from aiohttp import ClientError
from pyipp import IPP, IPPError
from pyipp.enums import IppOperation

from devices.driver import Fault

_PATIENCE_SECONDS = 3
_DENIED = (401, 403, cups.IPP_FORBIDDEN, cups.IPP_NOT_AUTHENTICATED, cups.IPP_NOT_AUTHORIZED)
# RFC 8011 §5.4.12, without the suffix -error, -warning or -report, which CUPS rewrites. The first
# that matches is what the clerk must mend first.
_REASONS = (
    ("cover-open", Fault.COVER_OPEN),
    ("door-open", Fault.COVER_OPEN),
    ("interlock-open", Fault.COVER_OPEN),
    ("media-jam", Fault.JAM),
    ("media-empty", Fault.PAPER_OUT),
    ("media-needed", Fault.PAPER_OUT),
    ("input-tray-missing", Fault.PAPER_OUT),
    ("paused", Fault.PAUSED),
    ("timed-out", Fault.TIMEOUT),
    ("shutdown", Fault.ABSENT),
    ("offline", Fault.ABSENT),
)


def ask_printer(uri: str) -> tuple[Fault | None, str]:
    """Ask the printer at `uri` itself what it stands with; returns the fault and technical text."""
    try:
        reasons = asyncio.run(_printer_reasons(uri))
    except (IPPError, ClientError, OSError) as error:
        fault = Fault.PERMISSION if _status(error) in _DENIED else Fault.ABSENT
        return fault, f"{uri}: {error}"
    return fault_of(reasons), " ".join(reasons)


def ask_ending(uri: str, name: str) -> int | None:
    """Ask the printer at `uri` for the job-state (RFC 8011) in which the job of that name ended."""
    try:
        return asyncio.run(_ending(uri, name))
    except (IPPError, ClientError, OSError):
        return None


def _status(error: Exception) -> object:
    about = error.args[-1] if error.args else None
    return about.get("status-code") if isinstance(about, dict) else None


async def _printer_reasons(uri: str) -> list[str]:
    async with IPP(uri, request_timeout=_PATIENCE_SECONDS) as printer:
        answer = await printer.execute(
            IppOperation.GET_PRINTER_ATTRIBUTES,
            {"operation-attributes-tag": {"requested-attributes": ["printer-state-reasons"]}},
        )
    about: dict[str, object] = next(iter(answer["printers"]), {})
    return listed(about.get("printer-state-reasons"))


async def _ending(uri: str, name: str) -> int | None:
    asked = {"which-jobs": "completed", "requested-attributes": ["job-id", "job-name", "job-state"]}
    async with IPP(uri, request_timeout=_PATIENCE_SECONDS) as printer:
        answer = await printer.execute(IppOperation.GET_JOBS, {"operation-attributes-tag": asked})
    for job in answer["jobs"]:
        if job.get("job-name") == name:
            return int(job["job-state"])
    return None


def fault_of(reasons: list[str]) -> Fault | None:
    """Return what the clerk must mend first, or None when nothing stops the printer."""
    for prefix, fault in _REASONS:
        if any(reason.startswith(prefix) for reason in reasons):
            return fault
    return None


def listed(value: object) -> list[str]:
    """Return an IPP 1setOf keyword, which comes bare when there is one, without `none`."""
    words = value if isinstance(value, list) else [value]
    return [str(word) for word in words if word not in (None, "", "none")]
