"""Printing through CUPS: one queue, its jobs, and what the printer itself says of its paper."""

import contextlib
import secrets
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any, TypeVar

import cups

from devices.driver import Fault, Found, Health, State
from devices.printer_reasons import ask_ending, ask_printer, fault_of, listed
from edge.domain.errors import DeviceUnavailable, InvalidInput, NotFound

_PATIENCE_SECONDS = 15.0
_LOOK_SECONDS = 0.2
_TITLE_BYTES = 255  # RFC 8011 §5.3.5: job-name is a name(MAX)

_UNREACHED = "may not exist"  # what the ipp backend says of a printer that is off
_QUEUE_ATTRIBUTES = [
    "printer-state",
    "printer-state-reasons",
    "printer-state-message",
    "printer-is-accepting-jobs",
    "device-uri",
]
_JOB_ATTRIBUTES = ["job-name", "job-state", "job-state-reasons", "job-printer-state-message"]
IPP_SCHEMES = ("ipp://", "ipps://")

_Answer = TypeVar("_Answer")


GIVEN_UP = "canceled at printer"


class JobState(StrEnum):
    """How far a print job has come; the last three are final."""

    QUEUED = "queued"
    PRINTING = "printing"
    HELD = "held"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


_FINAL = frozenset({JobState.DONE, JobState.FAILED, JobState.CANCELLED})
_JOB_STATES = {
    cups.IPP_JOB_PENDING: JobState.QUEUED,
    cups.IPP_JOB_HELD: JobState.HELD,
    cups.IPP_JOB_PROCESSING: JobState.PRINTING,
    cups.IPP_JOB_STOPPED: JobState.HELD,
    cups.IPP_JOB_CANCELED: JobState.CANCELLED,
    cups.IPP_JOB_ABORTED: JobState.FAILED,
    cups.IPP_JOB_COMPLETED: JobState.DONE,
}
_BROKEN_OFF = (cups.IPP_JOB_ABORTED, cups.IPP_JOB_CANCELED)


@dataclass(frozen=True, slots=True)
class PrintJob:
    """One job now; `fault` is what it waits for, `detail` technical text."""

    id: int
    state: JobState
    fault: Fault | None = None
    detail: str = ""

    @property
    def final(self) -> bool:
        """Whether this job will not change any more."""
        return self.state in _FINAL


class CupsPrinter:
    """A printer behind a CUPS queue.

    `host` is the CUPS server's address or the absolute path of its socket. `printer_uri` (ipp or
    ipps) is asked for the true state of the printer, since CUPS leaves stale reasons on an idle
    queue; without it the queue's own device URI serves where it is ipp.

    One thread owns the only connection: libcups crashes when threads share one. All methods block
    and may be called from any thread.
    """

    kind = "printer"

    def __init__(
        self, host: str, port: int = 631, queue: str = "", printer_uri: str | None = None
    ) -> None:
        self.queue = queue
        self._host = host
        self._port = port
        self._printer_uri = printer_uri
        self._connection: Any = None
        self._cancelled: set[int] = set()
        self._given_up: dict[int, bool] = {}
        self._owner = ThreadPoolExecutor(1, f"cups-{queue}")
        self._asker = ThreadPoolExecutor(1, f"ipp-{queue}")

    def discover(self) -> list[Found]:
        """List the queues of the server; `stable_id` is the device URI, `address` the name."""
        found = self._ask(lambda connection: connection.getPrinters())
        return [
            Found(
                stable_id=str(about.get("device-uri", name)),
                kind=self.kind,
                model=str(about.get("printer-make-and-model", "")),
                address=name,
            )
            for name, about in sorted(found.items())
        ]

    def health(self) -> Health:
        """Say how queue and printer are; never raises for what a printer may lack."""
        try:
            queue = self._ask(self._queue_attributes)
        except DeviceUnavailable as failure:
            fault = Fault(str(failure.fields["fault"]))
            state = State.ABSENT if fault is Fault.ABSENT else State.FAULT
            return Health(state, fault, str(failure.fields["detail"]))
        cause, detail = self._look(queue)
        if cause is Fault.ABSENT:
            return Health(State.ABSENT, cause, detail)
        if cause is not None:
            return Health(State.FAULT, cause, detail)
        busy = queue["printer-state"] == cups.IPP_PRINTER_PROCESSING
        return Health(State.BUSY if busy else State.READY, None, detail)

    def submit(self, pdf: Path, title: str, copies: int = 1) -> int:
        """Queue a PDF for A4, one-sided, and return the job's number.

        A short mark is added to the title; both are cut to 255 bytes of UTF-8. Raises InvalidInput
        where there is no PDF, DeviceUnavailable where CUPS cannot be reached or does not take the
        job. A job is never sent twice: after an error it may or may not be in the queue.
        """
        _require_pdf(pdf)
        if copies < 1:
            raise InvalidInput("device.printer.copies", copies=copies)
        options = {
            "document-format": "application/pdf",
            "media": "iso_a4_210x297mm",
            "sides": "one-sided",
            "copies": str(copies),
        }
        name = _job_name(title)
        self._ask(self._queue_attributes)  # names a missing queue, and mends a line gone stale
        return int(
            self._ask(
                lambda connection: connection.printFile(self.queue, str(pdf), name, options),
                retry=False,
            )
        )

    def submit_raw(self, octets: bytes, title: str) -> int:
        """Queue what the printer shall get as it is; number and errors as `submit`."""
        self._ask(self._queue_attributes)
        with NamedTemporaryFile(prefix="raw-") as file:
            file.write(octets)
            file.flush()
            raw = {"document-format": "application/vnd.cups-raw"}
            name = _job_name(title)
            return int(
                self._ask(
                    lambda connection: connection.printFile(self.queue, file.name, name, raw),
                    retry=False,
                )
            )

    def job(self, job_id: int) -> PrintJob:
        """Return the job as it is now; NotFound where CUPS no longer knows it."""
        about = self._ask(lambda connection: _job_attributes(connection, job_id))
        state = _JOB_STATES[about["job-state"]]
        reasons = listed(about.get("job-state-reasons"))
        message = about.get("job-printer-state-message") or ""
        detail = " ".join([message, *reasons]).strip()
        asked = job_id in self._cancelled or "job-canceled-by-user" in reasons
        given_up = state is JobState.CANCELLED and GIVEN_UP in message and not asked
        # CUPS calls a job cancelled, too, that the printer gave up, or even completed when it did
        # so between two looks of the backend.
        if given_up or (state is JobState.DONE and self._unfinished(job_id, about)):
            state = JobState.FAILED
        if state in _FINAL:
            return PrintJob(job_id, state, None, detail)
        fault, cause = self._look(self._ask(self._queue_attributes))
        if about["job-state"] == cups.IPP_JOB_HELD:
            fault = Fault.PAUSED
        return PrintJob(job_id, state, fault, f"{detail} {cause}".strip())

    def cancel(self, job_id: int) -> None:
        """Cancel a job; one that is over already stays as it is."""
        self._cancelled.add(job_id)

        def act(connection: Any) -> None:
            about = _job_attributes(connection, job_id)
            if _JOB_STATES[about["job-state"]] not in _FINAL:
                with contextlib.suppress(_NotPossible):
                    _judged(lambda: connection.cancelJob(job_id))

        self._ask(act)

    def resume(self) -> None:
        """Let a paused queue print again and release its held jobs."""

        def act(connection: Any) -> None:
            connection.acceptJobs(self.queue)
            connection.enablePrinter(self.queue)
            waiting = connection.getJobs(
                which_jobs="not-completed",
                requested_attributes=["job-id", "job-state", "job-printer-uri"],
            )
            for job_id, about in waiting.items():
                ours = str(about.get("job-printer-uri", "")).rsplit("/", 1)[-1] == self.queue
                if ours and about["job-state"] == cups.IPP_JOB_HELD:
                    connection.setJobHoldUntil(job_id, "no-hold")

        self._ask(act)

    def wait(self, job_id: int, seconds: float) -> PrintJob:
        """Follow a job until it is final or the time is up, and return it."""
        deadline = time.monotonic() + seconds
        while True:
            job = self.job(job_id)
            if job.final or time.monotonic() >= deadline:
                return job
            time.sleep(_LOOK_SECONDS)  # CUPS tells a job only to who asks

    def close(self) -> None:
        """End the threads; jobs already queued go on. May be called again."""
        with suppress(RuntimeError):  # closed already
            self._owner.submit(self._drop)
        self._owner.shutdown()
        self._asker.shutdown()

    def _unfinished(self, job_id: int, about: dict[str, Any]) -> bool:
        """Whether the printer itself says that it gave up a job which CUPS calls completed."""
        if job_id not in self._given_up:
            uri = self._printer_uri or ""
            ended = None
            if uri.startswith(IPP_SCHEMES):
                ended = self._asker.submit(ask_ending, uri, str(about["job-name"])).result()
            self._given_up[job_id] = ended in _BROKEN_OFF
        return self._given_up[job_id]

    def _look(self, queue: dict[str, Any]) -> tuple[Fault | None, str]:
        message = str(queue.get("printer-state-message") or "")
        if queue["printer-state"] == cups.IPP_PRINTER_STOPPED:
            return Fault.PAUSED, message
        if not queue.get("printer-is-accepting-jobs", True):
            return Fault.PAUSED, message
        uri = self._printer_uri or str(queue.get("device-uri", ""))
        if uri.startswith(IPP_SCHEMES):
            fault, said = self._asker.submit(ask_printer, uri).result()
            return fault, f"{message} {said}".strip()
        if queue["printer-state"] == cups.IPP_PRINTER_IDLE:
            return None, message
        if _UNREACHED in message:
            return Fault.ABSENT, message
        return fault_of(listed(queue.get("printer-state-reasons"))), message

    def _queue_attributes(self, connection: Any) -> dict[str, Any]:
        about: dict[str, Any] = connection.getPrinterAttributes(
            self.queue, requested_attributes=_QUEUE_ATTRIBUTES
        )
        return about

    def _ask(self, question: Callable[[Any], _Answer], *, retry: bool = True) -> _Answer:
        """Put a question to CUPS in the owner thread, once more if the line was an old one."""

        def answer() -> _Answer:
            old = self._connection is not None
            try:
                return self._put(question)
            except DeviceUnavailable as failure:
                if failure.fields["fault"] is not Fault.LINE or not (old and retry):
                    raise
            return self._put(question)

        try:
            return self._owner.submit(answer).result(_PATIENCE_SECONDS)
        except TimeoutError as late:
            raise self._failure(Fault.TIMEOUT, "CUPS gave no answer") from late

    def _put(self, question: Callable[[Any], _Answer]) -> _Answer:
        try:
            if self._connection is None:
                self._connection = self._connect()
            return _judged(lambda: question(self._connection))
        except _Refusal as refusal:
            if refusal.fault is Fault.LINE:
                self._drop()
            raise self._failure(refusal.fault, refusal.detail) from refusal

    def _connect(self) -> Any:
        # libcups would otherwise ask for a password on the terminal.
        cups.setPasswordCB(lambda prompt: "")
        # printFile looks up the queue at the thread's own server, whatever the connection is.
        cups.setServer(self._host)
        cups.setPort(self._port)
        try:
            return cups.Connection(host=self._host, port=self._port)
        except RuntimeError as error:
            raise _Refusal(Fault.ABSENT, f"CUPS: {error}") from error

    def _drop(self) -> None:
        self._connection = None

    def _failure(self, fault: Fault, detail: str) -> DeviceUnavailable:
        return DeviceUnavailable(
            f"device.printer.{fault}", fault=fault, queue=self.queue, detail=detail
        )


class _Refusal(Exception):
    """CUPS did not do what was asked."""

    def __init__(self, fault: Fault, detail: str) -> None:
        super().__init__(detail)
        self.fault = fault
        self.detail = detail


class _NotPossible(_Refusal):
    """The job is over, so there is nothing left to do with it."""


def _judged(act: Callable[[], _Answer]) -> _Answer:
    try:
        return act()
    except cups.IPPError as error:
        status, message = error.args
        raise _refusal(int(status), str(message)) from error
    except cups.HTTPError as error:
        status = error.args[0] if error.args else 0
        fault = Fault.PERMISSION if status in (401, 403) else Fault.LINE
        raise _Refusal(fault, f"HTTP {status}") from error
    except RuntimeError as error:
        raise _Refusal(Fault.LINE, str(error)) from error


def _refusal(status: int, message: str) -> _Refusal:
    denied = (cups.IPP_FORBIDDEN, cups.IPP_NOT_AUTHENTICATED, cups.IPP_NOT_AUTHORIZED)
    if status == cups.IPP_NOT_POSSIBLE:
        return _NotPossible(Fault.BUSY, message)
    if status in denied:
        return _Refusal(Fault.PERMISSION, message)
    if status == cups.IPP_NOT_FOUND:
        return _Refusal(Fault.ABSENT, message)
    if status == cups.IPP_NOT_ACCEPTING:
        return _Refusal(Fault.PAUSED, message)
    if status in (cups.IPP_PRINTER_BUSY, cups.IPP_TEMPORARY_ERROR):
        return _Refusal(Fault.BUSY, message)
    return _Refusal(Fault.LINE, f"{message} ({status:#06x})")


def _job_attributes(connection: Any, job_id: int) -> dict[str, Any]:
    try:
        about: dict[str, Any] = connection.getJobAttributes(
            job_id, requested_attributes=_JOB_ATTRIBUTES
        )
    except cups.IPPError as error:
        if error.args[0] == cups.IPP_NOT_FOUND:
            raise NotFound("device.printer.no_job", job=job_id) from error
        raise
    return about


def _require_pdf(pdf: Path) -> None:
    try:
        with pdf.open("rb") as file:
            head = file.read(5)
    except OSError as error:
        raise InvalidInput("device.printer.no_document", document=pdf.name) from error
    if head != b"%PDF-":
        raise InvalidInput("device.printer.not_pdf", document=pdf.name)


def _job_name(title: str) -> str:
    # CUPS refuses control characters in names. The mark tells the printer's own list of jobs apart.
    plain = "".join(letter if letter.isprintable() else " " for letter in title).strip()
    mark = f" #{secrets.token_hex(3)}"
    room = _TITLE_BYTES - len(mark)
    return (plain.encode()[:room].decode(errors="ignore") or "PDF") + mark
